"""`chaos`: what must never happen, tried hard; exit code 1 if a promise broke.

python3 -m dev chaos                  # every trial
python3 -m dev chaos bookings copies  # some of them
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dev import console, database, inside
from dev.chaos import bookings, buyers, copies, hostile, kills, labels, races, writes
from dev.config import Settings
from dev.demo.carriers import Carriers, rehearsal_carriers
from dev.demo.json2 import Json2
from dev.demo.mail import MailCatcher
from dev.errors import SetupError
from dev.server import Server, odoo_server

PURPOSE = "chaos"

# What a trial found, and what of it broke a promise.
Outcome = tuple[dict[str, Any], list[str]]


def run(settings: Settings, arguments: list[str]) -> int:
    """Run the trials that are named, or all; print their counts; 0 if every promise was kept."""
    unknown = [name for name in arguments if name not in TRIALS]
    if unknown:
        raise SetupError(
            f"There is no trial {unknown[0]!r}.",
            f"The trials are: {', '.join(TRIALS)}.",
            "Name some of them, or none for all.",
        )
    report, broken = {}, []
    for name in arguments or TRIALS:
        started = time.monotonic()
        with console.step(name) as step:
            counts, wrong = TRIALS[name](settings, step)
            counts["seconds"] = round(time.monotonic() - started, 1)
            step.result(f"{len(wrong)} promises broken" if wrong else "kept")
        report[name] = counts
        broken += wrong
    console.say()
    console.say(json.dumps(report, indent=2))
    console.say()
    console.say("\n".join(f"BROKEN: {line}" for line in broken) or "Every promise was kept.")
    return 1 if broken else 0


def _orders(settings: Settings, step: console.Step) -> Outcome:
    """Kill the worker of a real server while it books orders."""
    with stage(settings) as (name, odoo, carriers, doors):
        counts = kills.perform(settings, name, odoo, carriers, doors, step)
    return counts, kills.broken(counts)


def _races(settings: Settings, step: console.Step) -> Outcome:
    """Several people want the last pieces."""
    stock = database.dependencies_name(settings)
    with (
        database.temporary(settings, database.addon_name(settings), PURPOSE) as name,
        database.temporary(settings, stock, f"{PURPOSE}_stock") as stock_name,
    ):
        counts = races.perform(settings, name, stock_name, step)
    return counts, races.broken(counts)


def _buyers(settings: Settings, step: console.Step) -> Outcome:
    """Many buyers answer the same shortage."""
    with database.temporary(settings, database.addon_name(settings), PURPOSE) as name:
        step.progress(f"{buyers.BUYERS} buyers, {buyers.ROUNDS} shortages")
        counts = buyers.perform(settings, name)
    return counts, buyers.broken(counts)


def _writes(settings: Settings, step: console.Step) -> Outcome:
    """Somebody writes to a delivery while it is validated."""
    with stage(settings) as (name, _odoo, carriers, doors):
        counts = writes.perform(settings, name, carriers, doors, step)
    return counts, writes.broken(counts)


def _bookings(settings: Settings, step: console.Step) -> Outcome:
    """Kill workers while they book."""
    with bare(settings) as (name, carriers):
        counts = bookings.kills(settings, name, carriers, step)
    return counts, bookings.broken("bookings", counts)


def _faults(settings: Settings, step: console.Step) -> Outcome:
    """Let carriers fail in every way they can."""
    with bare(settings) as (name, carriers):
        counts = bookings.faults(settings, name, carriers, step)
    return counts, bookings.broken("faults", counts)


def _hostile(settings: Settings, step: console.Step) -> Outcome:
    """Let carriers answer what hurts."""
    with bare(settings) as (name, carriers):
        counts = hostile.perform(settings, name, carriers, step)
    return counts, hostile.broken(counts)


def _copies(settings: Settings, step: console.Step) -> Outcome:
    """Try to ship from copies of the database."""
    with bare(settings) as (name, carriers):
        counts = copies.perform(settings, name, carriers, step)
    return counts, copies.broken(counts)


def _labels(settings: Settings, step: console.Step) -> Outcome:
    """Let carriers send labels that are none."""
    with bare(settings) as (name, _carriers):
        counts = labels.perform(settings, name, step)
    return counts, labels.broken(counts)


TRIALS: dict[str, Callable[[Settings, console.Step], Outcome]] = {
    "orders": _orders,
    "races": _races,
    "buyers": _buyers,
    "writes": _writes,
    "bookings": _bookings,
    "faults": _faults,
    "hostile": _hostile,
    "copies": _copies,
    "labels": _labels,
}


@contextlib.contextmanager
def bare(settings: Settings) -> Iterator[tuple[str, Carriers]]:
    """The add-on in a copy of its own, and the carriers; no server."""
    with (
        rehearsal_carriers(settings, _empty_store(settings)) as carriers,
        database.temporary(settings, database.addon_name(settings), PURPOSE) as name,
    ):
        yield name, carriers


@contextlib.contextmanager
def stage(settings: Settings) -> Iterator[tuple[str, Server, Carriers, dict[str, Json2]]]:
    """The sample company in a copy of its own, on a prefork server: workers can be killed."""
    store = _empty_store(settings)
    with contextlib.ExitStack() as stack:
        carriers = stack.enter_context(rehearsal_carriers(settings, store))
        mail = stack.enter_context(MailCatcher(store / "mail"))
        name = stack.enter_context(
            database.temporary(settings, database.addon_name(settings), PURPOSE)
        )
        keys = inside.call(
            settings,
            name,
            "dev.demo.company:prepare",
            sample=True,
            parcel_url=carriers.parcel.url,
            freight_url=carriers.freight.url,
            mail_port=mail.port,
        )
        odoo = stack.enter_context(odoo_server(settings, name, workers=3, cron_threads=1))
        doors = {login: Json2(odoo.url, key, name) for login, key in keys.items()}
        yield name, odoo, carriers, doors


def _empty_store(settings: Settings) -> Path:
    store = settings.cache / "rehearsal" / PURPOSE
    shutil.rmtree(store, ignore_errors=True)
    return store
