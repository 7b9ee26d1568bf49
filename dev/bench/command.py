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

from dev import console, database, inside, sql
from dev.bench import plan, report, verify
from dev.config import Settings

RESULTS = Path("bench/results.json")
PERFORM = {report.STOCK: "dev.bench.stock:perform", report.OURS: "dev.bench.cycle:perform"}


def run(settings: Settings, _arguments: list[str]) -> int:
    """Measure, check the work, print and write the figures; 0 if it is right and fast enough."""
    with _databases(settings) as names:
        with console.step("company") as step:
            [odoo] = {
                inside.call(settings, name, "dev.bench.company:prepare") for name in names.values()
            }
            step.result(f"the same one in {len(names)} databases, Odoo {odoo}")
        turns = _measure(settings, names)
        with console.step("verification") as step:
            problems = _problems(settings, names)
            step.result(f"{len(problems)} problems" if problems else "the work was done")
    result = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": _machine(settings, odoo),
        **report.results(turns, problems),
    }
    _write(settings.project / RESULTS, result)
    console.say(f"\n{report.table(result)}\n\n{report.verdict(result)}\nWritten to {RESULTS}.")
    return 0 if result["ok"] else 1


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


def _machine(settings: Settings, odoo: str) -> dict[str, Any]:
    """What the seconds depend on, without names or paths of this machine."""
    with sql.cursor(settings) as cur:
        cur.execute("SHOW server_version")
        (server,) = cur.fetchone()
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgres": server.split()[0],
        "odoo": odoo,
    }


def _write(path: Path, result: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
