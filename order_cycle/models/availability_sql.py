"""The SQL behind `order.cycle.availability`: dated changes of stock, and what they leave free."""

from odoo.tools import SQL

# A quantity that is late is not there today, whatever its date says.
LATE = SQL("INTERVAL '1 day'")


def changes(products, warehouses, now, *, without=(), expiry=False, holds=False):
    """Return a query of (product_id, warehouse_id, at, quantity, kind, record_id), of changes.

    Quantities are in the product's own unit. `kind` says what `record_id` is the id of: stock
    (nothing), expiry (stock.quant), leaves and arrives (stock.move), sold (sale.order.line),
    held (order.cycle.hold).

    :param products, warehouses: tuples of ids, not empty
    :param now: naive UTC datetime; commitments of before count from now
    :param without: ids of order lines whose own demand and holds do not count
    :param expiry: True where quants have a removal date (product_expiry)
    :param holds: True where quotations and carts may hold goods
    """
    goods = array(products)
    parts = [
        _on_hand(goods, now, expiry),
        _leaving(goods, now, without),
        _arriving(goods, now),
        _sold_without_move(goods, warehouses, now, without),
    ]
    if holds:
        parts.append(_held(goods, warehouses, now, without))
    if expiry:
        parts.append(_expiring(goods, now))
    return SQL("%s %s", _places(warehouses), SQL(" UNION ALL ").join(parts))


def least(dated, by):
    """Return a query of (product_id, warehouse_id, free): the least balance from `by` on.

    A pair without any change has no row.

    :param dated: query of `changes`
    """
    # Nothing is there before the first change.
    return SQL(
        """
        SELECT product_id, warehouse_id,
               CASE WHEN MIN(at) > %(by)s THEN LEAST(MIN(balance), 0) ELSE MIN(balance) END
          FROM (SELECT product_id, warehouse_id, GREATEST(at, %(by)s) AS at,
                       SUM(SUM(quantity)) OVER (
                           PARTITION BY product_id, warehouse_id
                               ORDER BY GREATEST(at, %(by)s)) AS balance
                  FROM (%(dated)s) AS change
              GROUP BY product_id, warehouse_id, GREATEST(at, %(by)s)) AS running
      GROUP BY product_id, warehouse_id
        """,
        by=SQL("%s::timestamp", by),
        dated=dated,
    )


def array(ids):
    """Return ids as one text: thousands of numbers reach the server faster than one by one."""
    return SQL("%s::int[]", f"{{{','.join(map(str, ids))}}}")


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


def _places(warehouses):
    return SQL(
        """WITH place AS MATERIALIZED (
               SELECT location.id, location.warehouse_id, company.partner_id
                 FROM stock_location location
                 JOIN stock_warehouse warehouse ON warehouse.id = location.warehouse_id
                 JOIN res_company company ON company.id = warehouse.company_id
                WHERE location.usage = 'internal' AND warehouse.id IN %s)""",
        warehouses,
    )


def _own(owner):
    return SQL("(%(owner)s IS NULL OR %(owner)s = place.partner_id)", owner=SQL.identifier(*owner))


def _usable(expiry, now):
    # A shelf that was counted for the first time has a quant without a quantity.
    quantity = SQL("COALESCE(quant.quantity, 0)")
    if not expiry:
        return quantity
    # What is reserved serves its own move, which counts as a commitment of its own.
    return SQL(
        "CASE WHEN quant.removal_date <= %s THEN quant.reserved_quantity ELSE %s END",
        now,
        quantity,
    )


def _quants(goods):
    return SQL(
        """FROM stock_quant quant
           JOIN place ON place.id = quant.location_id
          WHERE quant.product_id = ANY(%s) AND %s""",
        goods,
        _own(("quant", "owner_id")),
    )


def _on_hand(goods, now, expiry):
    return SQL(
        """SELECT quant.product_id, place.warehouse_id, %s::timestamp AS at,
                  SUM(%s)::float8 AS quantity, 'stock' AS kind, NULL::int AS record_id
             %s GROUP BY quant.product_id, place.warehouse_id""",
        now,
        _usable(expiry, now),
        _quants(goods),
    )


def _expiring(goods, now):
    return SQL(
        """SELECT quant.product_id, place.warehouse_id, quant.removal_date,
                  (quant.reserved_quantity - COALESCE(quant.quantity, 0))::float8, 'expiry',
                  quant.id
             %s AND quant.removal_date > %s""",
        _quants(goods),
        now,
    )


def _moves(goods):
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
                  WHERE move.product_id = ANY(%s)
                    AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                ) AS move""",
        goods,
    )


def _leaving(goods, now, without):
    return SQL(
        """SELECT move.product_id, place.warehouse_id, GREATEST(move.date, %s),
                  -move.product_qty::float8, 'leaves', move.id
             %s
             JOIN place ON place.id = move.location_id
        LEFT JOIN place target ON target.id = move.end_id
            WHERE target.warehouse_id IS DISTINCT FROM place.warehouse_id
              AND %s AND NOT COALESCE(move.sale_line_id = ANY(%s), FALSE)""",
        now,
        _moves(goods),
        _own(("move", "restrict_partner_id")),
        list(without),
    )


def _arriving(goods, now):
    # A vendor's new date reaches the purchase line only: Odoo leaves the receipt where it was.
    return SQL(
        """SELECT move.product_id, place.warehouse_id,
                  CASE WHEN planned.at <= %s THEN %s::timestamp + %s ELSE planned.at END,
                  move.product_qty::float8, 'arrives', move.id
             %s
        LEFT JOIN purchase_order_line bought ON bought.id = move.purchase_line_id
      CROSS JOIN LATERAL (SELECT GREATEST(move.date, bought.date_planned) AS at) AS planned
             JOIN place ON place.id = move.end_id
        LEFT JOIN place origin ON origin.id = move.location_id
        LEFT JOIN stock_picking picking ON picking.id = move.picking_id
            WHERE origin.warehouse_id IS DISTINCT FROM place.warehouse_id AND %s""",
        now,
        now,
        LATE,
        _moves(goods),
        _own(("picking", "owner_id")),
    )


def _sold_without_move(goods, warehouses, now, without):
    return SQL(
        """SELECT line.product_id, line.warehouse_id, %s::timestamp,
                  -((line.product_uom_qty - COALESCE(line.qty_delivered, 0))
                    * unit.factor / stock_unit.factor)::float8, 'sold', line.id
             FROM sale_order_line line
             JOIN product_product product ON product.id = line.product_id
             JOIN product_template template ON template.id = product.product_tmpl_id
             JOIN uom_uom unit ON unit.id = line.product_uom_id
             JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
            WHERE line.product_id = ANY(%s) AND line.warehouse_id IN %s AND line.state = 'sale'
              AND template.is_storable AND line.product_uom_qty > COALESCE(line.qty_delivered, 0)
              AND NOT line.id = ANY(%s)
              AND NOT EXISTS (SELECT FROM stock_move WHERE sale_line_id = line.id)
              -- What a vendor was asked to send to the customer leaves no warehouse.
              AND NOT EXISTS (SELECT FROM purchase_order_line bought
                                JOIN purchase_order purchase ON purchase.id = bought.order_id
                               WHERE bought.sale_line_id = line.id
                                 AND purchase.state != 'cancel')""",
        now,
        goods,
        warehouses,
        list(without),
    )


def _held(goods, warehouses, now, without):
    return SQL(
        """SELECT product_id, warehouse_id, %s::timestamp, -product_qty::float8, 'held', id
             FROM order_cycle_hold
            WHERE ended_at IS NULL AND expires_at > %s
              AND product_id = ANY(%s) AND warehouse_id IN %s
              AND NOT COALESCE(order_line_id = ANY(%s), FALSE)""",
        now,
        now,
        goods,
        warehouses,
        list(without),
    )
