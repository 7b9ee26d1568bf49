"""`demo`: sets everything up, plays the main job, prints and keeps what happened."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from dev import console, database, inside
from dev.config import Settings
from dev.demo import northwind, report
from dev.demo.carriers import Carriers, rehearsal_carriers
from dev.demo.json2 import Json2
from dev.demo.mail import MailCatcher
from dev.demo.play import Play, read_web_orders
from dev.server import Server, odoo_server

DATABASE = "oc_demo"
OUTPUT = "demo-output"


def run(settings: Settings, _arguments: list[str]) -> int:
    """Play the shipped sample company, or the Northwind data if `NORTHWIND` names its folder."""
    output = settings.project / OUTPUT
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    folder = os.environ.get("NORTHWIND")
    data = northwind.read(Path(folder).expanduser()) if folder else None
    with stage(settings, output, data) as (odoo, carriers, play):
        console.say()
        console.say(f"The first order starts {console.seconds_since_enter():.1f} s after Enter.")
        console.say()
        clock = time.monotonic()
        if data:
            northwind.perform(play, data)
        else:
            perform(play, carriers)
        seconds = time.monotonic() - clock
        with console.step("documents") as step:
            step.result(report.write_documents(play, odoo.url, output))
        report.show(play, carriers, output, seconds)
    return 0


def store_of(settings: Settings) -> Path:
    """Return the folder in which the rehearsal carriers keep the demo's bookings."""
    return settings.cache / "rehearsal" / DATABASE


@contextlib.contextmanager
def stage(
    settings: Settings, output: Path, data: dict | None
) -> Iterator[tuple[Server, Carriers, Play]]:
    """A fresh database, both carriers, a mail catcher and a real Odoo server.

    :param data: the Northwind tables; None for the sample company that ships with the add-on
    """
    with contextlib.ExitStack() as stack:
        store = store_of(settings)
        shutil.rmtree(store, ignore_errors=True)
        with console.step("carriers") as step:
            carriers = stack.enter_context(rehearsal_carriers(settings, store))
            mail = stack.enter_context(MailCatcher(output / "mail"))
            step.result(f"REST at {carriers.parcel.url}, SOAP at {carriers.freight.url}")
        with console.step("company") as step:
            database.drop(settings, DATABASE)
            database.copy(settings, database.addon_name(settings), DATABASE)
            keys = inside.call(
                settings,
                DATABASE,
                "dev.demo.company:prepare",
                sample=not data,
                parcel_url=carriers.parcel.url,
                freight_url=carriers.freight.url,
                mail_port=mail.port,
            )
            step.result("sample company loaded")
            if data:
                count = inside.call(settings, DATABASE, "dev.demo.northwind:load", data=data)
                step.result(f"Northwind loaded: {count} products with stock and suppliers")
        with console.step("server") as step:
            odoo = stack.enter_context(odoo_server(settings, DATABASE, cron_threads=2))
            step.result(f"Odoo answers at {odoo.url}")
        doors = {login: Json2(odoo.url, key, DATABASE) for login, key in keys.items()}
        yield odoo, carriers, Play(settings, doors)


def perform(play: Play, carriers: Carriers) -> None:
    """The sample company's day: 60 orders over three channels, and what people do about them."""
    # A real carrier has bad moments: an answer lost after booking, and "come back later".
    carriers.parcel.behave(
        {"script": ["ok", "answer_lost_after", "ok", {"play": "too_many_requests", "seconds": 2}]}
    )
    with console.step("web shop") as step:
        orders = read_web_orders(play.files / "orders_web.json")
        play.web_shop_sends(orders)
        step.result(f"{len(orders)} orders sent over JSON-2")
    with console.step("store") as step:
        play.store_file_is_imported(play.files / "orders_store.csv")
        step.result("the till's CSV file imported")
    with console.step("phone") as step:
        calls = play.phone_calls()
        for call in calls:
            play.phone_rings(call)
        step.result(f"{len(calls)} orders taken in the form")
    with console.step("by itself") as step:
        play.wait_until_quiet(step)
        step.result("confirmed, reserved, shipped, invoiced, paid, booked")
    with console.step("purchasing") as step:
        replaced = play.substitute_is_agreed()
        purchases = play.buyer_answers_shortages()
        step.result(
            f"{purchases} purchases made with the escalation wizard, {replaced} product replaced, "
            f"{play.transfers_arrive()} transfers from the other warehouse"
        )
    with console.step("receipts") as step:
        step.result(f"{play.goods_arrive()} receipts validated by the warehouse")
    with console.step("payments") as step:
        play.wait_until_quiet(step)
        step.result(f"{play.customers_pay()} credit customers have paid")
    with console.step("by itself") as step:
        play.wait_until_quiet(step)
        step.result("the orders went on where goods and money arrived")
