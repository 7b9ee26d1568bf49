"""How a rehearsal carrier misbehaves: by a script for the next bookings, then by chance."""

import random
import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

OK = "ok"
#: What can be played on a booking; ``README.md`` tells what each one does.
PLAYS = (
    OK,
    "answer_lost_before",
    "answer_lost_after",
    "error_500_before",
    "error_500_after",
    "refuse",
    "slow",
    "late",
    "drip",
    "garbage",
    "incomplete",
    "html_200",
    "too_many_requests",
    "wrong_label",
)
#: Seconds of the plays that have any, unless told otherwise.
SECONDS = {"slow": 2.0, "late": 1.0, "drip": 0.2, "too_many_requests": 2.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What to do with one booking."""

    name: str
    seconds: float = 0.0


class Behaviour:
    """The plan of one carrier. Safe to use from many threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Behave, and forget the counts."""
        with self._lock:
            self._played = Counter()
        self.configure({})

    def configure(self, plan: dict[str, Any]) -> None:
        """Replace the plan; see ``README.md`` for its form. The counts stay.

        :raises ValueError: or ``TypeError``: the plan has a mistake; nothing was changed.
        """
        _expect_keys(plan, {"script", "rates", "seconds", "seed"})
        seconds = SECONDS | _numbers(plan.get("seconds", {}), known=SECONDS)
        script = deque(_play(step, seconds) for step in _a(list, plan.get("script", [])))
        rates = _numbers(plan.get("rates", {}), known=PLAYS)
        if sum(rates.values()) > 1:
            raise ValueError("The rates add up to more than 1.")
        with self._lock:
            self._seconds, self._script, self._rates = seconds, script, rates
            self._seed = plan.get("seed", 0)
            self._random = random.Random(str(self._seed))

    def next(self) -> Play:
        """Return what to do with the booking that just came in, and count it."""
        with self._lock:
            play = self._script.popleft() if self._script else self._by_chance()
            self._played[play.name] += 1
            return play

    def describe(self) -> dict[str, Any]:
        """Return the plan as it stands and how often each play was played."""
        with self._lock:
            return {
                "script": [{"play": play.name, "seconds": play.seconds} for play in self._script],
                "rates": dict(self._rates),
                "seconds": dict(self._seconds),
                "seed": self._seed,
                "played": dict(self._played),
            }

    def _by_chance(self) -> Play:
        mark = self._random.random()
        for name, rate in self._rates.items():
            mark -= rate
            if mark < 0:
                return Play(name=name, seconds=self._seconds.get(name, 0.0))
        return Play(name=OK)


def _play(step: Any, seconds: dict[str, float]) -> Play:
    """Read ``"slow"`` or ``{"play": "slow", "seconds": 3}``."""
    entry = {"play": step} if isinstance(step, str) else _a(dict, step)
    _expect_keys(entry, {"play", "seconds"})
    name = entry.get("play")
    if name not in PLAYS:
        raise ValueError(f"There is no play {name!r}. Known: {', '.join(PLAYS)}.")
    own = _numbers({name: entry.get("seconds", seconds.get(name, 0.0))}, known=PLAYS)
    return Play(name=name, seconds=own[name])


def _numbers(values: Any, *, known) -> dict[str, float]:
    _expect_keys(_a(dict, values), set(known))
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{name} needs a number from 0 up, not {value!r}.")
    return {name: float(value) for name, value in values.items()}


def _expect_keys(values: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(_a(dict, values).keys() - known)
    if unknown:
        raise ValueError(f"Unknown: {unknown[0]!r}. Known: {', '.join(sorted(known))}.")


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"Expected a JSON {kind.__name__}, not {value!r}.")
    return value
