"""Two people confirm two orders for the last unit at the same moment."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

from dev import console, sql
from dev.config import Settings
from dev.demo.json2 import Json2

RACES = 20
PATIENCE_S = 60.0
# Longest time for two requests to reach the shelf.
WAIT_S = 20.0


def perform(
    settings: Settings, name: str, doors: dict[str, Json2], step: console.Step
) -> dict[str, Any]:
    """Race `RACES` times; returns how they ended."""
    outcomes: Counter[str] = Counter()
    oversold = abreast = 0
    for number in range(RACES):
        step.progress(f"race {number + 1} of {RACES}")
        product = _a_product_with_one_unit(doors["admin"], number)
        orders = [_an_order(doors["admin"], product) for _runner in range(2)]
        abreast += _confirm_together(settings, name, doors["olga"], product, orders)
        outcomes[_outcome(doors["admin"], orders)] += 1
        oversold += _reserved(doors["admin"], product) > 1
    return {
        "races": RACES,
        "both at the shelf at once": abreast,
        "oversold": oversold,
        "outcomes": dict(outcomes),
    }


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold, or were not put to the test."""
    abreast = counts["both at the shelf at once"]
    if abreast < counts["races"]:
        return [f"races: only {abreast} were races, the trial proves too little"]
    right = counts["outcomes"].get("one has it, the other is a shortage", 0)
    if counts["oversold"] or right != counts["races"]:
        return [f"races: {counts['outcomes']}, {counts['oversold']} oversold"]
    return []


def _a_product_with_one_unit(admin: Json2, number: int) -> int:
    [product] = admin.call(
        "product.product",
        "create",
        vals_list=[{"name": f"Last one {number}", "is_storable": True, "list_price": 10}],
    )
    [warehouse] = admin.search_read("stock.warehouse", [], ["lot_stock_id"])
    [quant] = admin.call(
        "stock.quant",
        "create",
        vals_list=[
            {
                "product_id": product,
                "location_id": warehouse["lot_stock_id"][0],
                "inventory_quantity": 1,
            }
        ],
    )
    admin.call("stock.quant", "action_apply_inventory", ids=[quant])
    return product


def _an_order(admin: Json2, product: int) -> int:
    [partner] = admin.search_read("res.partner", [("email", "=", "chaos@example.com")], ["id"])[:1]
    [order] = admin.call(
        "sale.order",
        "create",
        vals_list=[
            {
                "partner_id": partner["id"],
                "order_line": [(0, 0, {"product_id": product, "product_uom_qty": 1})],
            }
        ],
    )
    return order


def _confirm_together(
    settings: Settings, name: str, olga: Json2, product: int, orders: list[int]
) -> bool:
    """Confirm in two processes; return whether both stood at the shelf at the same time.

    The shelf is kept locked until both wait for it, each in the middle of its transaction.
    """
    with sql.cursor(settings, name) as shelf:
        shelf.execute("BEGIN")
        shelf.execute("SELECT id FROM stock_quant WHERE product_id = %s FOR UPDATE", [product])
        threads = _start_confirming(olga, orders)
        are_there = _wait_for_both(settings, name)
        shelf.execute("COMMIT")
    for thread in threads:
        thread.join()
    return are_there


def _wait_for_both(settings: Settings, name: str) -> bool:
    deadline = time.monotonic() + WAIT_S
    with sql.cursor(settings) as cur:
        while time.monotonic() < deadline:
            cur.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = %s AND wait_event_type = 'Lock'",
                [name],
            )
            if cur.fetchone()[0] >= 2:
                return True
            time.sleep(0.02)
    return False


def _start_confirming(olga: Json2, orders: list[int]) -> list[threading.Thread]:
    barrier = threading.Barrier(len(orders))
    # A door each: one connection would serve them one after the other.
    doors = [olga.again() for _order in orders]

    def confirm(door: Json2, order: int) -> None:
        barrier.wait()
        door.call("sale.order", "action_confirm", ids=[order])

    threads = [
        threading.Thread(target=confirm, args=pair) for pair in zip(doors, orders, strict=True)
    ]
    for thread in threads:
        thread.start()
    return threads


def _outcome(admin: Json2, orders: list[int]) -> str:
    """Wait until the worker has looked at both; say how the race ended."""
    deadline = time.monotonic() + PATIENCE_S
    tracks: list[str] = []
    while time.monotonic() < deadline:
        rows = admin.search_read(
            "sale.order", [("id", "in", orders)], ["state", "cycle_track_stock"]
        )
        tracks = sorted(row["cycle_track_stock"] for row in rows if row["state"] == "sale")
        if tracks == ["reserved", "short"]:
            return "one has it, the other is a shortage"
        time.sleep(0.2)
    return f"ended as {tracks}"


def _reserved(admin: Json2, product: int) -> float:
    quants = admin.search_read(
        "stock.quant",
        [("product_id", "=", product), ("location_id.usage", "=", "internal")],
        ["reserved_quantity"],
    )
    return sum(quant["reserved_quantity"] for quant in quants)
