"""Network calls side by side, in threads that never touch a cursor."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

#: Calls that are under way at the same time in one worker.
IN_FLIGHT = 16
#: Answers that come so soon after another are taken together: one transaction keeps them all.
GATHER_S = 0.01


class Pool:
    """At most ``size`` calls at a time; a context manager that waits for the last one.

    A call is a callable without arguments that reads and writes no record: what it needs was read
    before, and what it brings is recorded after, by the thread that owns the cursor.
    """

    def __init__(self, size: int = IN_FLIGHT):
        self.size = size
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="order_cycle")
        self._keys: dict[Future, Any] = {}

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_error) -> None:
        self._executor.shutdown()

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        """Start a call, or have it wait for a free place."""
        self._keys[self._executor.submit(call)] = key

    @property
    def free(self) -> int:
        """Return how many more calls would start at once."""
        return self.size - len(self._keys)

    @property
    def is_busy(self) -> bool:
        """Tell whether there is an answer to wait for."""
        return bool(self._keys)

    @property
    def keys(self) -> tuple:
        """Return the keys of the calls that are under way."""
        return tuple(self._keys.values())

    def answers(self, timeout_s: float | None = None) -> list[tuple[Any, Any]]:
        """Wait for at least one call and return (key, result) of all that have ended by then.

        :param timeout_s: wait no longer; nothing may have ended then.
        :raises Exception: what a call raised; calls that must not be lost return their errors.
        """
        done, pending = wait(self._keys, timeout=timeout_s, return_when=FIRST_COMPLETED)
        if done and pending:
            done, _pending = wait(self._keys, timeout=GATHER_S)
        return [(self._keys.pop(future), future.result()) for future in done]


class InlinePool:
    """One call after the other, made at once by the thread that owns the cursor.

    Has the interface of `Pool`, for calls that need a cursor of their own.
    """

    size = 1

    def __init__(self):
        self._ended: list[tuple[Any, Any]] = []

    def __enter__(self) -> "InlinePool":
        return self

    def __exit__(self, *_error) -> None:
        """Nothing is under way: a call has ended when `submit` returns."""

    def submit(self, key: Any, call: Callable[[], Any]) -> None:
        """Make a call and keep its result.

        :raises Exception: what the call raised; calls that must not be lost return their errors.
        """
        self._ended.append((key, call()))

    @property
    def free(self) -> int:
        """Return how many more calls may be made before the answers are taken."""
        return self.size - len(self._ended)

    @property
    def is_busy(self) -> bool:
        """Tell whether there is an answer to take."""
        return bool(self._ended)

    @property
    def keys(self) -> tuple:
        """Return the keys of the calls whose answers were not taken yet."""
        return tuple(key for key, _result in self._ended)

    def answers(self, _timeout_s: float | None = None) -> list[tuple[Any, Any]]:
        """Return (key, result) of all calls since the last time; there is nothing to wait for."""
        ended, self._ended = self._ended, []
        return ended


def run_all(
    calls: Mapping[Any, Callable[[], Any]], size: int = IN_FLIGHT
) -> Iterator[tuple[Any, Any]]:
    """Make all calls, at most ``size`` at a time, and yield (key, result) as they end."""
    if not calls:
        return
    with Pool(min(size, len(calls))) as pool:
        for key, call in calls.items():
            pool.submit(key, call)
        while pool.is_busy:
            yield from pool.answers()
