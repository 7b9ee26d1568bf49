"""The carrier worker: side by side against one after the other, a dead carrier, and its own cost.

Runs inside Odoo with the worker's own method, against the rehearsal carrier over real sockets.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

from dev import shipments

BOOKINGS = 200
# What the carrier takes for an answer, and how many calls are under way at a time.
ANSWER_S = 0.2
IN_FLIGHT = 16
# Of each of three carriers, where one hangs.
EACH = 100
HANGING_DEADLINE_S = 20
# One transaction of the worker.
BATCH = 50
WARM_UP = 10


def throughput(env: Any, url: str, in_flight: int) -> dict[str, float]:
    """Book `BOOKINGS` consignments with so many calls at a time; returns what it took."""
    [method] = shipments.prepare(env, [_account(url, in_flight)])
    _book(env, shipments.hand_over(env, [method], WARM_UP))
    ids = shipments.hand_over(env, [method], BOOKINGS)
    started = time.perf_counter()
    _book(env, ids)
    return {"seconds": time.perf_counter() - started}


def dead_carrier(env: Any, url: str) -> dict[str, float]:
    """Book with three carriers, then with one of them hanging; returns both throughputs.

    Counted are the other two, in bookings a second until their last one is recorded.
    """
    with _hanging() as dead:
        rates = {}
        for name, third in (("all well", url), ("one hangs", dead)):
            accounts = [_account(address, IN_FLIGHT) for address in (url, url, third)]
            accounts[2]["deadline_s"] = HANGING_DEADLINE_S
            methods = shipments.prepare(env, accounts)
            _book(env, shipments.hand_over(env, methods[:2], WARM_UP))
            ids = shipments.hand_over(env, methods, 3 * EACH)
            started = time.perf_counter()
            started_at = _now(env)
            env["order.cycle.consignment"]._cron_work()
            rates[name] = _rate(env, ids, methods[:2], started_at)
            rates[f"{name}, seconds in all"] = time.perf_counter() - started
    return rates


def cost(env: Any, url: str) -> dict[str, float]:
    """Return what preparing and recording a booking costs, the calls themselves left out."""
    from odoo.addons.order_cycle.models.outbox_worker import OutboxWorker

    [method] = shipments.prepare(env, [_account(url, BATCH)])
    _book(env, shipments.hand_over(env, [method], WARM_UP))
    shipments.hand_over(env, [method], BOOKINGS)
    readings = {}
    worker = OutboxWorker(env["order.cycle.consignment"])
    worker._pool = _CallsApart()
    for phase in ("_start", "_keep", "_finish_some"):
        readings[phase] = _measured(env, worker, phase)
    while worker._turn():
        continue
    return {
        "milliseconds": {name: 1000 * r["seconds"] / BOOKINGS for name, r in readings.items()},
        "queries": {name: r["queries"] / BOOKINGS for name, r in readings.items()},
    }


class _CallsApart:
    """Makes the calls when the worker waits for them, so that their time can be left out."""

    size = BATCH

    def __init__(self) -> None:
        self._calls: dict[Any, Any] = {}

    def submit(self, key: Any, call: Any) -> None:
        self._calls[key] = call

    @property
    def free(self) -> int:
        return self.size - len(self._calls)

    @property
    def is_busy(self) -> bool:
        return bool(self._calls)

    def answers(self, _timeout_s: float | None = None) -> list[tuple[Any, Any]]:
        done = [(key, call()) for key, call in self._calls.items()]
        self._calls.clear()
        return done


def _measured(env: Any, worker: Any, phase: str) -> dict[str, float]:
    """Have one phase of the worker counted; returns the counts, which grow."""
    reading = {"seconds": 0.0, "queries": 0}
    run = getattr(worker, phase)

    def counted(*arguments: Any) -> Any:
        queries, started = env.cr.sql_log_count, time.perf_counter()
        try:
            return run(*arguments)
        finally:
            reading["seconds"] += time.perf_counter() - started
            reading["queries"] += env.cr.sql_log_count - queries

    setattr(worker, phase, counted)
    return reading


def _account(url: str, in_flight: int) -> dict[str, Any]:
    return {"carrier_code": "rehearsal_rest", "base_url": url, "max_in_flight": in_flight}


def _book(env: Any, ids: list[int]) -> None:
    env["order.cycle.consignment"]._cron_work()
    states = env["order.cycle.consignment"].browse(ids).mapped("state")
    if set(states) != {"done"}:
        raise ValueError(f"not booked: {[state for state in states if state != 'done'][:3]}")


def _rate(env: Any, ids: list[int], methods: list[int], started_at: Any) -> float:
    env.cr.execute(
        "SELECT count(*), extract(epoch FROM max(write_date) - %s)"
        "  FROM order_cycle_consignment"
        " WHERE id = ANY(%s) AND carrier_id = ANY(%s) AND state = 'done'",
        (started_at, ids, methods),
    )
    count, seconds = env.cr.fetchone()
    if count != 2 * EACH:
        raise ValueError(f"only {count} of {2 * EACH} were booked")
    return count / float(seconds)


def _now(env: Any) -> Any:
    env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
    return env.cr.fetchone()[0]


class _hanging:
    """A carrier that takes calls and never answers."""

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                self._held.append(self._socket.accept()[0])
            except OSError:
                return
