"""`bench`: both sides in turn, each in a database of its own; exit code 1 if ours is too slow."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dev import console, database, inside, odoo_source, sql
from dev.bench import carriers, plan, report, supply, verify
from dev.config import Settings

RESULTS = Path("bench/results.json")
PERFORM = {report.STOCK: "dev.bench.stock:perform", report.OURS: "dev.bench.cycle:perform"}


def run(settings: Settings, arguments: list[str]) -> int:
    """Measure what is named (`orders`, `bookings`, `supply`), or all; 0 if it is fast enough."""
    results = {name: PARTS[name](settings) for name in arguments or PARTS}
    _write(settings.project / RESULTS, results)
    console.say(f"Written to {RESULTS}.")
    return 0 if all(result["ok"] for result in results.values()) else 1


def _bookings(settings: Settings) -> dict[str, Any]:
    return _told(settings, carriers.measure(settings))


def _supply(settings: Settings) -> dict[str, Any]:
    return _told(settings, supply.measure(settings))


def _told(settings: Settings, result: dict[str, Any]) -> dict[str, Any]:
    console.say(f"\n{json.dumps(result, indent=2)}\n")
    return {**_when_and_where(settings), **result, "ok": not result["problems"]}


def _orders(settings: Settings) -> dict[str, Any]:
    """Measure orders on both sides, and check that the work was done."""
    with _databases(settings) as names:
        with console.step("company") as step:
            for name in names.values():
                inside.call(settings, name, "dev.bench.company:prepare")
            step.result(f"the same one in {len(names)} databases")
        turns = _measure(settings, names)
        with console.step("verification") as step:
            problems = _problems(settings, names)
            step.result(f"{len(problems)} problems" if problems else "the work was done")
    result = {**_when_and_where(settings), **report.results(turns, problems)}
    console.say(f"\n{report.table(result)}\n\n{report.verdict(result)}\n")
    return result


PARTS = {"orders": _orders, "bookings": _bookings, "supply": _supply}


@contextlib.contextmanager
def _databases(settings: Settings) -> Iterator[dict[str, str]]:
    """A copy for each side; stock Odoo's has never seen the add-on."""
    sources = {
        report.STOCK: database.dependencies_name(settings),
        report.OURS: database.addon_name(settings),
    }
    with contextlib.ExitStack() as stack:
        yield {
            side: stack.enter_context(database.temporary(settings, source, f"bench_{side}"))
            for side, source in sources.items()
        }


def _measure(settings: Settings, names: dict[str, str]) -> dict[str, list[report.Readings]]:
    turns: dict[str, list[report.Readings]] = {side: [] for side in names}
    for number, turn in enumerate(plan.turns(), start=1):
        for side, name in names.items():
            with console.step(f"turn {number} of {plan.TURNS}") as step:
                title = report.TITLES[side]
                step.progress(f"{title}, {len(turn.orders)} orders")
                readings = inside.call(
                    settings, name, PERFORM[side], warm_up=turn.warm_up, orders=turn.orders
                )
                seconds = sum(reading["seconds"] for reading in readings.values())
                each = seconds / len(turn.orders)
                step.result(f"{title}, {len(turn.orders)} orders, {each:.3f} s each")
                turns[side].append(readings)
    return turns


def _problems(settings: Settings, names: dict[str, str]) -> list[str]:
    return [
        f"{report.TITLES[side]}: {problem}"
        for side, name in names.items()
        for problem in verify.problems(verify.facts(settings, name))
    ]


def _when_and_where(settings: Settings) -> dict[str, Any]:
    """What the seconds depend on, without names or paths of this machine."""
    with sql.cursor(settings) as cur:
        cur.execute("SHOW server_version")
        (server,) = cur.fetchone()
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "postgres": server.split()[0],
            "odoo": odoo_source.SERIES,
        },
    }


def _write(path: Path, results: dict[str, Any]) -> None:
    """Keep what was measured; what was not measured this time stays as it was."""
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        results = {**json.loads(path.read_text(encoding="utf-8")), **results}
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
