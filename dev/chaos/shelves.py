"""What the shelves and the orders say after a race; runs inside Odoo."""

from __future__ import annotations

import statistics
from typing import Any


def count(env: Any, products: list[int], orders: list[list[int]]) -> dict[str, Any]:
    """Return what became of `products`, and of the `orders` of each seller."""
    every = env["sale.order"].browse(order for mine in orders for order in mine)
    moves = every.order_line.move_ids
    short = moves.filtered(lambda move: move.state in ("confirmed", "partially_available"))
    counts = {
        **_shelves(env, products),
        "lost orders": len(every.filtered(lambda order: order.state != "sale")),
        "reserved": len(moves.filtered(lambda move: move.state == "assigned")),
        "short": len(short),
    }
    if "order.cycle.shortage.line" in env:
        listed = short.sale_line_id.filtered("cycle_shortage_line_ids")
        counts["short without a shortage"] = len(short) - len(listed)
    return counts


def _shelves(env: Any, products: list[int]) -> dict[str, int]:
    """Compare what is on hand with what is reserved, or held."""
    env.cr.execute(
        """SELECT quant.product_id, SUM(quant.quantity), SUM(quant.reserved_quantity)
             FROM stock_quant quant JOIN stock_location place ON place.id = quant.location_id
            WHERE quant.product_id IN %s AND place.usage = 'internal'
         GROUP BY quant.product_id""",
        [tuple(products)],
    )
    shelves = env.cr.fetchall()
    held: dict[int, float] = {}
    if "order.cycle.hold" in env:
        live = env["order.cycle.hold"].search(
            [("product_id", "in", products), ("state", "=", "held")]
        )
        for hold in live:
            product = hold.product_id.id
            held[product] = held.get(product, 0) + hold.product_qty
    taken = [(quantity, reserved + held.get(product, 0)) for product, quantity, reserved in shelves]
    return {
        "products": len(taken),
        "oversold": sum(mine > quantity for quantity, mine in taken),
        "left in the shelf": sum(mine < quantity for quantity, mine in taken),
    }


def means(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the mean time of a confirmation for each behaviour."""
    kinds = {row["behaviour"] for row in rows}
    return {
        kind: statistics.mean(row["seconds"] for row in rows if row["behaviour"] == kind)
        for kind in sorted(kinds)
    }
