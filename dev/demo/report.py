"""What happened, for people and for programs: a table, documents, `summary.json`."""

from __future__ import annotations

import base64
import json
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from dev import console
from dev.demo.carriers import Carriers
from dev.demo.play import Play

ORDER_FIELDS = [
    "name",
    "cycle_external_ref",
    "cycle_channel_id",
    "cycle_stage",
    "cycle_reason",
    "cycle_track_stock",
    "cycle_track_accounts",
    "cycle_track_delivery",
    "cycle_document_accounts",
    "cycle_document_delivery",
    "cycle_captured_at",
    "cycle_track_order_at",
    "cycle_track_stock_at",
    "cycle_track_accounts_at",
    "cycle_track_delivery_at",
    "carrier_id",
    "amount_total",
    "invoice_ids",
]
# A PDF takes a second: of a large run, the first ones are enough to look at.
INVOICES_MAX = 100
TABLE_MAX = 100
EXCEPTIONS_MAX = 40
_POSTED = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]

TRACKS = ("order", "stock", "accounts", "delivery")
WIDTHS = (8, 11, 6, 9, 9, 22, 11, 14, 11, 0)
HEADER = (
    "order",
    "reference",
    "via",
    "stock",
    "money",
    "carrier",
    "waybill",
    "invoice",
    "stage",
    "seconds to: order/stock/accounts/delivery",
)


def orders_of(play: Play) -> list[dict[str, Any]]:
    """Return every order of the cycle with what the table shows."""
    return play.doors["admin"].search_read(
        "sale.order", [("cycle_captured_at", "!=", False)], ORDER_FIELDS
    )


def write_documents(play: Play, url: str, output: Path) -> str:
    """Write posted invoices and all labels as files; returns a line about it."""
    invoices = _write_invoices(play, url, output / "invoices")
    labels = _write_labels(play, output / "labels")
    return f"{invoices} invoices and {labels} labels as PDF in {output.name}/"


def _write_invoices(play: Play, url: str, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    invoices = play.doors["admin"].search_read("account.move", _POSTED, ["name"])[:INVOICES_MAX]
    session = _logged_in(url)

    def write(invoice: dict[str, Any]) -> None:
        page = session.get(f"{url}/report/pdf/account.report_invoice/{invoice['id']}", timeout=120)
        page.raise_for_status()
        (folder / f"{_file_name(invoice['name'])}.pdf").write_bytes(page.content)

    # Each PDF is a wkhtmltopdf of its own: as many at a time as there are processors.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, invoices))
    return len(invoices)


def _logged_in(url: str) -> requests.Session:
    """Return a session of the administrator in the web client."""
    session = requests.Session()
    page = session.get(f"{url}/web/login", timeout=60).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"login": "admin", "password": "admin", "csrf_token": token and token[1]}
    session.post(f"{url}/web/login", data=form, timeout=60).raise_for_status()
    return session


def _write_labels(play: Play, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    labels = play.doors["admin"].search_read(
        "ir.attachment", [("res_model", "=", "order.cycle.consignment")], ["name", "datas"]
    )
    for label in labels:
        (folder / _file_name(label["name"])).write_bytes(base64.b64decode(label["datas"]))
    return len(labels)


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)


# -- for people ---------------------------------------------------------------------------


def show(play: Play, carriers: Carriers, output: Path, seconds: float) -> None:
    """Print the table, the exceptions and the totals; write `summary.json`."""
    orders = orders_of(play)
    if len(orders) <= TABLE_MAX:
        _show_table(orders)
    _show_exceptions(play)
    _show_rejected(play)
    summary = summarise(play, carriers, orders, seconds)
    (output / "summary.json").write_text(
        json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    console.say("Totals")
    for name, value in summary.items():
        console.say(f"  {name:<22} {json.dumps(value, ensure_ascii=False)}")
    console.say()
    console.say(f"Written to {output.name}/: invoices, labels, mail, summary.json")


def _show_table(orders: list[dict[str, Any]]) -> None:
    console.say()
    console.say(_row(HEADER))
    for order in orders:
        console.say(
            _row(
                (
                    order["name"],
                    order["cycle_external_ref"] or "",
                    _name(order["cycle_channel_id"]).split()[0].lower(),
                    order["cycle_track_stock"],
                    order["cycle_track_accounts"],
                    _name(order["carrier_id"]),
                    order["cycle_document_delivery"] or "",
                    order["cycle_document_accounts"] or "",
                    order["cycle_stage"],
                    _times(order),
                )
            )
        )
    console.say()


def _row(cells: tuple[str, ...]) -> str:
    padded = (
        str(cell)[: width or None].ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)
    )
    return " ".join(padded).rstrip()


def _name(pair: list | bool) -> str:
    return pair[1] if pair else ""


def _times(order: dict[str, Any]) -> str:
    """Seconds from capture until each track reached the state it is in now."""
    start = datetime.fromisoformat(order["cycle_captured_at"])
    times = (order[f"cycle_track_{track}_at"] for track in TRACKS)
    return "/".join(
        f"{(datetime.fromisoformat(at) - start).total_seconds():.0f}" if at else "-" for at in times
    )


def _show_exceptions(play: Play) -> None:
    exceptions = play.doors["admin"].search_read(
        "order.cycle.exception",
        [("state", "=", "open")],
        ["name", "cause", "next_action", "user_id"],
    )
    console.say(f"Exceptions: {len(exceptions)} open")
    for exception in exceptions[:EXCEPTIONS_MAX]:
        cause = exception["cause"].splitlines()[0]
        console.say(f"  {exception['name']} ({_name(exception['user_id'])})")
        console.say(f"      why: {cause}")
        console.say(f"      do:  {exception['next_action']}")
    if len(exceptions) > EXCEPTIONS_MAX:
        console.say(f"  ... and {len(exceptions) - EXCEPTIONS_MAX} more")
    console.say()


def _show_rejected(play: Play) -> None:
    rejected = play.doors["admin"].search_read(
        "order.cycle.intake", [("state", "=", "rejected")], ["external_ref", "error_text", "source"]
    )
    console.say(f"Rejected at the door: {len(rejected)}")
    for row in rejected[:20]:
        console.say(f"  {row['external_ref']} ({row['source']})")
        for line in row["error_text"].splitlines():
            console.say(f"      {line}")
    console.say()


# -- for programs -------------------------------------------------------------------------


def summarise(
    play: Play, carriers: Carriers, orders: list[dict[str, Any]], seconds: float
) -> dict[str, Any]:
    """Return the totals; what the carriers hold is counted at the carriers."""
    admin = play.doors["admin"]
    stages = Counter(order["cycle_stage"] for order in orders)
    held = carriers.live()
    asked = references_asked(admin)
    there = {booking["reference"] for booking in held}
    return {
        "orders": len(orders),
        "completed": stages["complete"],
        "waiting": len(orders) - stages["complete"] - stages["cancelled"],
        "exceptions": admin.count("order.cycle.exception", [("state", "=", "open")]),
        "shortages": admin.count("order.cycle.shortage", []),
        "shortages_open": admin.count("order.cycle.shortage", [("state", "!=", "solved")]),
        "bookings_asked": len(asked),
        "bookings_at_carriers": len(held),
        "bookings_only_asked": sorted(asked - there),
        "bookings_only_at_carriers": sorted(there - asked),
        "calls": admin.count("order.cycle.call", []),
        "labels": admin.count("ir.attachment", [("res_model", "=", "order.cycle.consignment")]),
        "invoices": admin.count("account.move", _POSTED),
        "invoiced_total": _sum(admin, "account.move", "amount_total", _POSTED),
        "paid_total": _sum(admin, "account.payment", "amount", [("payment_type", "=", "inbound")]),
        "rejected": admin.count("order.cycle.intake", [("state", "=", "rejected")]),
        "stages": dict(stages.most_common()),
        "without_stage_or_reason": sum(
            1 for order in orders if not order["cycle_stage"] or not order["cycle_reason"]
        ),
        "seconds": round(seconds, 1),
    }


def references_asked(admin: Any) -> set[str]:
    """Return the references under which a carrier was asked to book and did not say no."""
    sent = [("first_sent_at", "!=", False), ("state", "not in", ("refused", "cancelled"))]
    rows = admin.search_read("order.cycle.consignment", sent, ["request_ref"])
    return {row["request_ref"] for row in rows}


def _sum(door: Any, model: str, name: str, domain: list) -> float:
    return round(sum(row[name] for row in door.search_read(model, domain, [name])), 2)
