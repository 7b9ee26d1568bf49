"""`kill -9` for the process that books, at random moments, until every order is booked."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dev import console, sql
from dev.config import Settings
from dev.demo.carriers import Carriers
from dev.demo.json2 import Json2
from dev.errors import SetupError
from dev.server import Server

ORDERS = 60
KILLS = 30
SKU = "PENNE"
PARCEL, FREIGHT = "rehearsal_rest", "rehearsal_soap"
BETWEEN = "between two calls"
# Kills in the middle of a call, of each carrier: fewer of them prove too little.
HITS_MIN = 5
# Slow enough for most kills to hit a call, with the troubles of an ordinary bad day on top.
TROUBLE = {
    "rates": {"slow": 0.75, "answer_lost_after": 0.1, "answer_lost_before": 0.05},
    "seconds": {"slow": 0.6},
    "seed": 19,
}
WORK_LEFT = [
    "|",
    ("effects_pending", "=", True),
    ("state", "in", ("todo", "sending", "unknown")),
]
PATIENCE_S = 600.0
# Longest time for a new worker to be at it.
START_S = 30.0

# Row, number of the call, carrier.
Call = tuple[int, int, str]


def perform(
    settings: Settings,
    name: str,
    odoo: Server,
    carriers: Carriers,
    doors: dict[str, Json2],
    step: console.Step,
) -> dict[str, Any]:
    """Ship the orders, kill the worker while it books them; returns the counts."""
    carriers.parcel.behave(TROUBLE)
    carriers.freight.behave(TROUBLE)
    _fill_the_shelf(doors["admin"])
    _send_orders(doors)
    dice = random.Random(19)
    killed, hit = 0, Counter()
    # Calls that died in an earlier kill: their rows stay as they are until the lease is over.
    dead: set[Call] = set()
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        left = doors["admin"].count("order.cycle.consignment", WORK_LEFT)
        booked = doors["admin"].count("order.cycle.consignment", [("state", "=", "done")])
        if not left and booked == ORDERS:
            break
        step.progress(f"{killed} kills, {booked} of {ORDERS} booked")
        _wake(settings, name)
        if killed == KILLS:
            time.sleep(1)
            continue
        # A worker needs seconds to start. Two of three kills wait for a call of it, the others
        # come whenever they come.
        if dice.random() < 2 / 3:
            _wait_for_call(settings, name, dead)
            time.sleep(dice.uniform(0, 0.3))
        else:
            time.sleep(dice.uniform(0, 6))
        if worker := _cron_worker(odoo):
            os.kill(worker, signal.SIGKILL)
            # Looked at afterwards: a call that is under way now will never be answered.
            cut = _calls_under_way(settings, name) - dead
            hit.update({carrier for _row, _attempt, carrier in cut} or {BETWEEN})
            dead |= cut
            killed += 1
    return {"orders": ORDERS, "kills": killed, "killed while": dict(hit), **_count(doors, carriers)}


def _fill_the_shelf(admin: Json2) -> None:
    """Nothing but kills shall keep these orders from being booked."""
    [quant] = admin.search_read(
        "stock.quant",
        [("product_id.default_code", "=", SKU), ("location_id.usage", "=", "internal")],
        ["id"],
    )
    admin.call("stock.quant", "write", ids=[quant["id"]], vals={"inventory_quantity": 100_000})
    admin.call("stock.quant", "action_apply_inventory", ids=[quant["id"]])


def _wait_for_call(settings: Settings, name: str, dead: set[Call]) -> None:
    """Wait until the worker, perhaps a new one, calls a carrier again; not for ever."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and not _calls_under_way(settings, name) - dead:
        _wake(settings, name)
        time.sleep(0.05)


def _send_orders(doors: dict[str, Json2]) -> None:
    """Half of them travel as parcels over REST, half on pallets over SOAP."""
    customer = {
        "name": "Chaos Tester",
        "email": "chaos@example.com",
        "phone": "+39 02 5550199",
        "street": "Via Prova 1",
        "zip": "20121",
        "city": "Milano",
        "country": "IT",
    }
    for number in range(ORDERS):
        is_freight = number % 2
        line = {"sku": SKU, "qty": 320 if is_freight else 2}
        order = {"external_ref": f"CHAOS-{number}", "customer": customer, "lines": [line]}
        [told] = doors["shop"].call(
            "order.cycle.intake", "receive", channel="phone", orders=[order]
        )
        if told["status"] != "created":
            raise SetupError("The chaos orders were refused.", str(told), "Mend the sample data.")


def _wake(settings: Settings, name: str) -> None:
    """What a trigger does: make the jobs due and tell the worker. Keeps the trial short."""
    with sql.cursor(settings, name) as cur:
        cur.execute(
            "INSERT INTO ir_cron_trigger (cron_id, call_at)"
            " SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data"
            " WHERE module = 'order_cycle' AND name IN ('cron_book', 'cron_advance')"
        )
    with sql.cursor(settings) as cur:
        cur.execute("SELECT pg_notify('cron_trigger', %s)", [name])


def _cron_worker(odoo: Server) -> int | None:
    """Process number of the server's cron worker, by the title that Odoo gives it."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            group = os.getpgid(int(folder.name))
        except (OSError, UnicodeDecodeError):
            continue
        if "WorkerCron" in title and group == os.getpgid(odoo.process.pid):
            return int(folder.name)
    return None


def _calls_under_way(settings: Settings, name: str) -> set[Call]:
    """Return the calls that were committed and have no answer yet."""
    with sql.cursor(settings, name) as cur:
        cur.execute(
            "SELECT row.id, row.attempt, account.carrier_code"
            " FROM order_cycle_consignment row"
            " JOIN order_cycle_carrier_account account ON account.id = row.account_id"
            " WHERE row.state = 'sending'"
        )
        return set(cur.fetchall())


def _count(doors: dict[str, Json2], carriers: Carriers) -> dict[str, Any]:
    """Compare what we believe with what the carriers hold, shipment by shipment, both ways."""
    rows = doors["admin"].search_read(
        "order.cycle.consignment", [], ["request_ref", "state", "waybill_ref", "attempt"]
    )
    done = [row for row in rows if row["state"] == "done"]
    return {
        "booked": len(done),
        **compare(rows, carriers.live()),
        "left over": len(rows) - len(done),
        "calls": sum(row["attempt"] for row in rows),
    }


def compare(rows: list[dict[str, Any]], live: list[dict[str, Any]]) -> dict[str, int]:
    """Count where consignments and live shipments do not belong to each other one by one.

    A second shipment counts under whatever reference it was made: it is the truck that costs.
    """
    ours = Counter(row["waybill_ref"] for row in rows if row["state"] == "done")
    theirs = {booking["number"] for booking in live}
    references = Counter(booking["reference"] for booking in live)
    return {
        "at carriers": len(live),
        "lost": sum(1 for row in rows if not references[row["request_ref"]]),
        "doubled": sum(count - 1 for count in references.values() if count > 1),
        "nobody's shipment": len(theirs - ours.keys()),
        "wrong waybill": len(ours.keys() - theirs),
        "waybill of two": sum(count - 1 for count in ours.values() if count > 1),
    }


BAD = ("lost", "doubled", "nobody's shipment", "wrong waybill", "waybill of two", "left over")


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold, or were not put to the test."""
    wrong = [f"{counts[name]} {name}" for name in BAD if counts[name]]
    if counts["kills"] < KILLS:
        wrong.append(f"only {counts['kills']} of {KILLS} kills: the trial proves too little")
    for carrier in (PARCEL, FREIGHT):
        hits = counts["killed while"].get(carrier, 0)
        if hits < HITS_MIN:
            wrong.append(f"only {hits} kills in a call to {carrier}: the trial proves too little")
    if counts["booked"] != counts["orders"]:
        wrong.append(f"{counts['booked']} booked of {counts['orders']}")
    return wrong
