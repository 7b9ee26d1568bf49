"""How fast availability answers, beside one plain SQL aggregate and what core shows.

Runs inside Odoo, with stock written straight into the tables: 10 quants and moves a product.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PRODUCTS = 20_000
FEW = 1_000
# Of each product.
QUANTS = 4
MOVES = 6

QUANTITIES = ("qty_available", "virtual_available", "free_qty")

PLAIN = """
    SELECT product_id, warehouse_id, SUM(quantity)
      FROM (SELECT quant.product_id, place.warehouse_id, quant.quantity
              FROM stock_quant quant
              JOIN stock_location place ON place.id = quant.location_id
             WHERE quant.product_id = ANY(%(products)s) AND place.usage = 'internal'
               AND place.warehouse_id = %(warehouse)s
             UNION ALL
            SELECT move.product_id, place.warehouse_id, -move.product_qty
              FROM stock_move move
              JOIN stock_location place ON place.id = move.location_id
             WHERE move.product_id = ANY(%(products)s) AND place.usage = 'internal'
               AND place.warehouse_id = %(warehouse)s
               AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
             UNION ALL
            SELECT move.product_id, place.warehouse_id, move.product_qty
              FROM stock_move move
              JOIN stock_location place ON place.id = move.location_dest_id
             WHERE move.product_id = ANY(%(products)s) AND place.usage = 'internal'
               AND place.warehouse_id = %(warehouse)s
               AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
             UNION ALL
            SELECT line.product_id, line.warehouse_id, -line.product_uom_qty
              FROM sale_order_line line
             WHERE line.product_id = ANY(%(products)s) AND line.warehouse_id = %(warehouse)s
               AND line.state = 'sale'
               AND NOT EXISTS (SELECT FROM stock_move WHERE sale_line_id = line.id)
           ) AS change
  GROUP BY product_id, warehouse_id
"""


def prepare(env: Any) -> int:
    """Make the products and their stock; returns how many products."""
    unit = env.ref("uom.product_uom_unit")
    ids = _write_products(env)
    warehouse = env["stock.warehouse"].search([], limit=1)
    places = env["stock.location"].create(
        [
            {"name": f"Shelf {number}", "location_id": warehouse.lot_stock_id.id}
            for number in range(QUANTS)
        ]
    )
    ends = (
        env.ref("stock.stock_location_customers"),
        env.ref("stock.stock_location_suppliers"),
    )
    env.flush_all()
    arguments = {
        "products": ids,
        "places": places.ids,
        "stock": warehouse.lot_stock_id.id,
        "customer": ends[0].id,
        "vendor": ends[1].id,
        "company": warehouse.company_id.id,
        "unit": unit.id,
        "moves": MOVES,
    }
    _write_quants(env.cr, arguments)
    _write_moves(env.cr, arguments)
    env.cr.execute("ANALYZE stock_quant, stock_move, product_product, product_template")
    return len(ids)


def measure(env: Any, number: int, repeats: int) -> dict[str, float]:
    """Return the seconds of each way to ask about so many products, the least of `repeats`."""
    warehouse = env["stock.warehouse"].search([], limit=1)
    products = env["product.product"].search(
        [("name", "=", "Goods of the bench")], order="id", limit=number
    )
    if len(products) != number:
        raise ValueError(f"{len(products)} products, not {number}")
    ways = {"ours": _ours, "plain": _plain, "core": _core}
    answers = {name: way(env, products, warehouse) for name, way in ways.items()}
    _compare(answers, products, warehouse)
    return {
        name: min(_seconds(way, env, products, warehouse) for _turn in range(repeats))
        for name, way in ways.items()
    }


def _ours(env: Any, products: Any, warehouse: Any) -> dict[int, float]:
    answer = env["order.cycle.availability"]._available(products, warehouse)
    return {product: free for (product, _warehouse), free in answer.items()}


def _plain(env: Any, products: Any, warehouse: Any) -> dict[int, float]:
    env.cr.execute(PLAIN, {"products": products.ids, "warehouse": warehouse.id})
    return {product: float(quantity) for product, _warehouse, quantity in env.cr.fetchall()}


def _core(env: Any, products: Any, warehouse: Any) -> dict[int, float]:
    rows = products.with_context(warehouse_id=warehouse.id).read(QUANTITIES)
    return {row["id"]: row["virtual_available"] for row in rows}


def _compare(answers: dict[str, dict[int, float]], products: Any, warehouse: Any) -> None:
    """Raise unless all saw the same stock: its last balance is core's forecast and the sum."""
    timeline = products.env["order.cycle.availability"]._timeline(products[0], warehouse)
    last = timeline[warehouse.id][-1][1]
    first = products[0].id
    if not last == answers["plain"][first] == answers["core"][first]:
        raise ValueError("the three ways do not count the same stock")
    if answers["plain"] != answers["core"] or len(answers["ours"]) != len(products):
        raise ValueError("the three ways do not count the same products")


def _seconds(way: Callable[..., Any], env: Any, products: Any, warehouse: Any) -> float:
    env.invalidate_all()
    # The user's rights and the kind of product are read before: each way needs them.
    products.mapped("is_storable")
    started = time.perf_counter()
    way(env, products, warehouse)
    return time.perf_counter() - started


def _write_products(env: Any) -> list[int]:
    """Copy one product, which Odoo made, in the tables; returns the ids."""
    values = {"name": "Goods of the bench", "type": "consu", "is_storable": True}
    [product] = env["product.product"].create(values)
    env.flush_all()
    templates = _copies(env.cr, "product_template", product.product_tmpl_id.id, PRODUCTS)
    products = _copies(env.cr, "product_product", product.id, PRODUCTS)
    env.cr.execute(
        "UPDATE product_product SET product_tmpl_id = pair.template, active = TRUE"
        "  FROM UNNEST(%s, %s) AS pair(id, template) WHERE product_product.id = pair.id",
        (products, templates),
    )
    env.cr.execute("UPDATE product_template SET active = TRUE WHERE id = ANY(%s)", (templates,))
    env.invalidate_all()
    product.unlink()
    return products


def _copies(cr: Any, table: str, original: int, number: int) -> list[int]:
    cr.execute(
        "SELECT STRING_AGG(QUOTE_IDENT(column_name), ', ') FROM information_schema.columns"
        " WHERE table_name = %s AND column_name NOT IN ('id', 'active')",
        (table,),
    )
    [columns] = cr.fetchone()
    cr.execute(
        f"INSERT INTO {table} ({columns}, active) SELECT {columns}, FALSE"
        f"  FROM {table}, GENERATE_SERIES(1, %s) WHERE id = %s RETURNING id",
        (number, original),
    )
    return [row[0] for row in cr.fetchall()]


def _write_quants(cr: Any, arguments: dict[str, Any]) -> None:
    cr.execute(
        """INSERT INTO stock_quant (product_id, company_id, location_id, quantity,
                                    reserved_quantity, in_date)
           SELECT product, %(company)s, place, 10 + (product + place) %% 7, 0, NOW()
             FROM UNNEST(%(products)s) AS product, UNNEST(%(places)s) AS place""",
        arguments,
    )


def _write_moves(cr: Any, arguments: dict[str, Any]) -> None:
    """Every third move arrives, the others leave; a third of all is over."""
    cr.execute(
        """INSERT INTO stock_move (product_id, company_id, location_id, location_dest_id,
                                   product_uom, product_uom_qty, product_qty, state, date,
                                   procure_method, picked, quantity)
           SELECT product, %(company)s,
                  CASE WHEN turn %% 3 = 0 THEN %(vendor)s ELSE %(stock)s END,
                  CASE WHEN turn %% 3 = 0 THEN %(stock)s ELSE %(customer)s END,
                  %(unit)s, 1 + (product + turn) %% 5, 1 + (product + turn) %% 5,
                  CASE WHEN (product + turn) %% 3 = 0 THEN 'done' ELSE 'confirmed' END,
                  NOW() AT TIME ZONE 'UTC' + (turn * 3 - 5) * INTERVAL '1 day',
                  'make_to_stock', FALSE, 0
             FROM UNNEST(%(products)s) AS product,
                  GENERATE_SERIES(1, %(moves)s) AS turn""",
        arguments,
    )
