"""`chaos`: kills the booking worker, races for the last unit; exit code 1 if a promise broke."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator

from dev import console, database, inside
from dev.chaos import kills, races
from dev.config import Settings
from dev.demo.carriers import Carriers, rehearsal_carriers
from dev.demo.json2 import Json2
from dev.demo.mail import MailCatcher
from dev.server import Server, odoo_server

PURPOSE = "chaos"


def run(settings: Settings, _arguments: list[str]) -> int:
    """Run both trials, print their counts; returns 0 if every promise was kept."""
    started = time.monotonic()
    with stage(settings) as (name, odoo, carriers, doors):
        with console.step("kills") as step:
            killed = kills.perform(settings, name, odoo, carriers, doors, step)
            step.result(f"{killed['kills']} kills, {killed['orders']} orders")
        with console.step("races") as step:
            raced = races.perform(settings, name, doors, step)
            step.result(f"{raced['races']} races of two for the last unit")
    report = {
        "kills of the booking worker": killed,
        "races for the last unit": raced,
        "seconds": round(time.monotonic() - started, 1),
    }
    console.say()
    console.say(json.dumps(report, indent=2))
    broken = kills.broken(killed) + races.broken(raced)
    console.say()
    console.say("\n".join(f"BROKEN: {line}" for line in broken) or "Every promise was kept.")
    return 1 if broken else 0


@contextlib.contextmanager
def stage(settings: Settings) -> Iterator[tuple[str, Server, Carriers, dict[str, Json2]]]:
    """The sample company in a copy of its own, on a prefork server: workers can be killed."""
    store = settings.cache / "rehearsal" / PURPOSE
    shutil.rmtree(store, ignore_errors=True)
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
