"""Somebody writes to a delivery while it is validated: Odoo repeats the request, carrier and all.

Stock Odoo calls the carrier inside the request, so each repetition books another shipment.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from dev import console, inside, shipments, sql
from dev.config import Settings
from dev.demo.carriers import Carriers
from dev.demo.json2 import Json2

DELIVERIES = 20
# How long the rival keeps the row, and how often it writes: each write costs the request a try.
HOLD_S = 0.4
WRITES = 3
PATIENCE_S = 120.0


def perform(
    settings: Settings,
    name: str,
    carriers: Carriers,
    doors: dict[str, Json2],
    step: console.Step,
) -> dict[str, Any]:
    """Validate each delivery against a rival; returns what the carrier was asked for."""
    before = len(carriers.live())
    ids = inside.call(
        settings, name, "dev.chaos.writes:make", url=carriers.parcel.url, count=DELIVERIES
    )
    conflicts = 0
    for number, picking_id in enumerate(ids, start=1):
        step.progress(f"delivery {number} of {DELIVERIES}")
        conflicts += _validate_against_rival(settings, name, doors["admin"], picking_id)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and _booked(doors["admin"], ids) < DELIVERIES:
        step.progress("the worker books")
        time.sleep(1)
    return {
        "deliveries": DELIVERIES,
        "validated": doors["admin"].count(
            "stock.picking", [("id", "in", ids), ("state", "=", "done")]
        ),
        "rival's writes in the way": conflicts,
        "booked": _booked(doors["admin"], ids),
        "at the carrier": len(carriers.live()) - before,
    }


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold, or were not put to the test."""
    wrong = [
        f"writes: {counts[name]} {name} of {DELIVERIES}"
        for name in ("validated", "booked", "at the carrier")
        if counts[name] != DELIVERIES
    ]
    if counts["rival's writes in the way"] < DELIVERIES:
        wrong.append("writes: the rival was hardly ever in the way, the trial proves too little")
    return wrong


def make(env: Any, url: str, count: int) -> list[int]:
    """Make deliveries that are ready to be validated; runs inside Odoo."""
    methods = shipments.prepare(env, [{"carrier_code": "rehearsal_rest", "base_url": url}])
    return shipments.deliveries(env, methods, count).ids


def _validate_against_rival(settings: Settings, name: str, door: Json2, picking_id: int) -> int:
    """Validate while the rival writes; returns how many of its writes came in between."""
    done = threading.Event()
    written: list[int] = []
    rival = threading.Thread(
        target=_write_until, args=(settings, name, picking_id, done, written), daemon=True
    )
    rival.start()
    while not written and rival.is_alive():
        time.sleep(0.01)
    try:
        # Without the question whether text messages may be sent.
        context = {"skip_sms": True, "skip_backorder": True}
        door.call("stock.picking", "button_validate", ids=[picking_id], context=context)
    finally:
        done.set()
        rival.join()
    return len(written)


def _write_until(settings, name, picking_id, done, written) -> None:
    """Write and commit `WRITES` times, holding the row each time; then leave it alone."""
    for _number in range(WRITES):
        if done.is_set():
            return
        with sql.cursor(settings, name) as cur:
            cur.execute("BEGIN")
            cur.execute(
                "UPDATE stock_picking SET printed = NOT coalesce(printed, false) WHERE id = %s",
                (picking_id,),
            )
            written.append(picking_id)
            time.sleep(HOLD_S)
            cur.execute("COMMIT")
        time.sleep(0.05)


def _booked(door: Json2, ids: list[int]) -> int:
    return door.count(
        "order.cycle.consignment", [("picking_id", "in", ids), ("state", "=", "done")]
    )
