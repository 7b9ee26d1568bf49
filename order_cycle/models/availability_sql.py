"""The SQL behind `order.cycle.availability`: dated changes of stock, and what they leave free."""

from odoo.tools import SQL

# A quantity that is late is not there today, whatever its date says.
LATE = SQL("INTERVAL '1 day'")


def changes(products, warehouses, now, *, without=(), expiry=False, holds=False):
    """Return a query of (product_id, warehouse_id, at, quantity), in the product's own unit.

    :param products, warehouses: tuples of ids, not empty
    :param now: naive UTC datetime; commitments of before count from now
    :param without: ids of order lines whose own demand and holds do not count
    :param expiry: True where quants have a removal date (product_expiry)
    :param holds: True where quotations and carts may hold goods
    """
    parts = [
        _on_hand(products, warehouses, now, expiry),
        _leaving(products, warehouses, now, without),
        _arriving(products, warehouses, now),
        _sold_without_move(products, warehouses, now, without),
    ]
    if holds:
        parts.append(_held(products, warehouses, now, without))
    if expiry:
        parts.append(_expiring(products, warehouses, now))
    return SQL(" UNION ALL ").join(parts)


def balances(dated):
    """Return a query: for each moment the running balance, and the least from then on.

    :param dated: query of `changes`
    """
    return SQL(
        """
        SELECT product_id, warehouse_id, at, MIN(balance) OVER later AS free
          FROM (SELECT product_id, warehouse_id, at,
                       SUM(SUM(quantity)) OVER (
                           PARTITION BY product_id, warehouse_id ORDER BY at) AS balance
                  FROM (%s) AS change
              GROUP BY product_id, warehouse_id, at) AS running
        WINDOW later AS (PARTITION BY product_id, warehouse_id ORDER BY at DESC)
        """,
        dated,
    )


def _own(owner):
    return SQL(
        "(%(owner)s IS NULL OR %(owner)s = company.partner_id)", owner=SQL.identifier(*owner)
    )


def _usable(expiry, now):
    if not expiry:
        return SQL("quant.quantity")
    # What is reserved serves its own move, which counts as a commitment of its own.
    return SQL(
        "CASE WHEN quant.removal_date <= %s THEN quant.reserved_quantity ELSE quant.quantity END",
        now,
    )


def _quants(products, warehouses):
    return SQL(
        """FROM stock_quant quant
           JOIN stock_location place ON place.id = quant.location_id AND place.usage = 'internal'
           JOIN stock_warehouse warehouse ON warehouse.id = place.warehouse_id
           JOIN res_company company ON company.id = warehouse.company_id
          WHERE quant.product_id IN %s AND place.warehouse_id IN %s AND %s""",
        products,
        warehouses,
        _own(("quant", "owner_id")),
    )


def _on_hand(products, warehouses, now, expiry):
    return SQL(
        """SELECT quant.product_id, place.warehouse_id, %s::timestamp AS at,
                  SUM(%s)::float8 AS quantity
             %s GROUP BY quant.product_id, place.warehouse_id""",
        now,
        _usable(expiry, now),
        _quants(products, warehouses),
    )


def _expiring(products, warehouses, now):
    return SQL(
        """SELECT quant.product_id, place.warehouse_id, quant.removal_date,
                  (quant.reserved_quantity - quant.quantity)::float8
             %s AND quant.removal_date > %s""",
        _quants(products, warehouses),
        now,
    )


def _moves(products):
    """Return open moves with where they end: a first step ends where the whole journey does."""
    return SQL(
        """FROM (SELECT move.*,
                        CASE WHEN move.location_final_id IS NULL OR EXISTS (
                                 SELECT FROM stock_move_move_rel link
                                   JOIN stock_move next ON next.id = link.move_dest_id
                                  WHERE link.move_orig_id = move.id
                                    AND next.state NOT IN ('done', 'cancel'))
                             THEN move.location_dest_id ELSE move.location_final_id END AS end_id
                   FROM stock_move move
                  WHERE move.product_id IN %s
                    AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                ) AS move
           JOIN stock_location origin ON origin.id = move.location_id
           JOIN stock_location target ON target.id = move.end_id""",
        products,
    )


def _leaving(products, warehouses, now, without):
    return SQL(
        """SELECT move.product_id, origin.warehouse_id, GREATEST(move.date, %s),
                  -move.product_qty::float8
             %s
             JOIN stock_warehouse warehouse ON warehouse.id = origin.warehouse_id
             JOIN res_company company ON company.id = warehouse.company_id
            WHERE origin.usage = 'internal' AND origin.warehouse_id IN %s
              AND (target.usage != 'internal'
                   OR target.warehouse_id IS DISTINCT FROM origin.warehouse_id)
              AND %s AND NOT COALESCE(move.sale_line_id = ANY(%s), FALSE)""",
        now,
        _moves(products),
        warehouses,
        _own(("move", "restrict_partner_id")),
        list(without),
    )


def _arriving(products, warehouses, now):
    return SQL(
        """SELECT move.product_id, target.warehouse_id,
                  CASE WHEN move.date <= %s THEN %s::timestamp + %s ELSE move.date END,
                  move.product_qty::float8
             %s
             JOIN stock_warehouse warehouse ON warehouse.id = target.warehouse_id
             JOIN res_company company ON company.id = warehouse.company_id
        LEFT JOIN stock_picking picking ON picking.id = move.picking_id
            WHERE target.usage = 'internal' AND target.warehouse_id IN %s
              AND (origin.usage != 'internal'
                   OR origin.warehouse_id IS DISTINCT FROM target.warehouse_id)
              AND %s""",
        now,
        now,
        LATE,
        _moves(products),
        warehouses,
        _own(("picking", "owner_id")),
    )


def _sold_without_move(products, warehouses, now, without):
    return SQL(
        """SELECT line.product_id, line.warehouse_id, %s::timestamp,
                  -((line.product_uom_qty - COALESCE(line.qty_delivered, 0))
                    * unit.factor / stock_unit.factor)::float8
             FROM sale_order_line line
             JOIN product_product product ON product.id = line.product_id
             JOIN product_template template ON template.id = product.product_tmpl_id
             JOIN uom_uom unit ON unit.id = line.product_uom_id
             JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
            WHERE line.product_id IN %s AND line.warehouse_id IN %s AND line.state = 'sale'
              AND template.is_storable AND line.product_uom_qty > COALESCE(line.qty_delivered, 0)
              AND NOT line.id = ANY(%s)
              AND NOT EXISTS (SELECT FROM stock_move WHERE sale_line_id = line.id)""",
        now,
        products,
        warehouses,
        list(without),
    )


def _held(products, warehouses, now, without):
    return SQL(
        """SELECT product_id, warehouse_id, %s::timestamp, -product_qty::float8
             FROM order_cycle_hold
            WHERE ended_at IS NULL AND expires_at > %s
              AND product_id IN %s AND warehouse_id IN %s
              AND NOT COALESCE(order_line_id = ANY(%s), FALSE)""",
        now,
        now,
        products,
        warehouses,
        list(without),
    )
