"""What the race for the parts of kits does inside Odoo. Called by `dev.inside.call`."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Any

from odoo.api import Environment
from odoo.service.model import retrying

ORDERS = 8
PATIENCE = 120  # seconds until both processes stand at the start


def prepare(env: Any) -> dict:
    """Stock 20 bottles; quote kits of two bottles, and bottles, far more than there are."""
    bottle, kit = _product(env, "BOTTLE", True), _product(env, "GIFT", False)
    warehouse = env["stock.warehouse"].search([], limit=1)
    env["stock.quant"]._update_available_quantity(bottle, warehouse.lot_stock_id, 20)
    env["mrp.bom"].create(
        {
            "product_tmpl_id": kit.product_tmpl_id.id,
            "type": "phantom",
            "bom_line_ids": [(0, 0, {"product_id": bottle.id, "product_qty": 2})],
        }
    )
    customer = env["res.partner"].create({"name": "Carla"})
    orders = {
        product: [_quote(env, customer, product) for _n in range(ORDERS)]
        for product in (kit, bottle)
    }
    return {"kits": orders[kit], "bottles": orders[bottle], "bottle": bottle.id}


def confirm(env: Any, orders: list[int], start: str, kind: str) -> int:
    """Confirm orders, each as a request of its own; returns how many errors people saw.

    :param str start: folder in which each process says that it is ready
    """
    Path(start, kind).touch()
    deadline = time.monotonic() + PATIENCE
    while len(list(Path(start).iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    errors = 0
    for number in orders:
        with env.registry.cursor() as cr:
            own = Environment(cr, env.uid, {})
            try:
                retrying(functools.partial(own["sale.order"].browse(number).action_confirm), own)
            except Exception:  # noqa: BLE001  # counted: whoever confirms must see none
                errors += 1
    return errors


def count(env: Any, bottle: int) -> dict:
    """Return what became of the orders, before and after the worker looked at them."""
    env["order.cycle.signal"].search([]).order_id._advance()
    moves = env["stock.move"].search([("product_id", "=", bottle), ("sale_line_id", "!=", False)])
    quants = env["stock.quant"].search(
        [("product_id", "=", bottle), ("location_id.usage", "=", "internal")]
    )
    shortage = env["order.cycle.shortage"].search([("product_id", "=", bottle)])
    return {
        "confirmed": len(moves.sale_line_id.order_id.filtered(lambda order: order.state == "sale")),
        "reserved": sum(moves.mapped("quantity")),
        "wanted": sum(moves.mapped("product_uom_qty")),
        "on the shelf": sum(quants.mapped("quantity")),
        "reserved on the shelf": sum(quants.mapped("reserved_quantity")),
        "missing": sum(shortage.mapped("missing_qty")),
    }


def _product(env: Any, name: str, is_storable: bool) -> Any:
    return env["product.product"].create(
        {"name": name, "type": "consu", "is_storable": is_storable}
    )


def _quote(env: Any, customer: Any, product: Any) -> int:
    line = {"product_id": product.id, "product_uom_qty": 2}
    return env["sale.order"].create({"partner_id": customer.id, "order_line": [(0, 0, line)]}).id
