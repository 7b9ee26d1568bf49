"""Whether the work was done: counted in the tables, not asked of the code that did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from dev import sql
from dev.bench import plan
from dev.config import Settings

# One row for each order that is measured. Money: what was billed, what is open of it, and what
# payments were set off against it.
FACTS = """
    SELECT so.client_order_ref AS ref,
           so.state = 'sale' AS confirmed,
           so.amount_total AS total,
           goods.lines, goods.ordered, goods.delivered, goods.invoiced,
           moves.left_stock,
           bills.number AS invoices, bills.billed, bills.open,
           money.payments, money.paid
      FROM sale_order so
CROSS JOIN LATERAL (
           SELECT count(*) AS lines, sum(product_uom_qty) AS ordered,
                  sum(qty_delivered) AS delivered, sum(qty_invoiced) AS invoiced
             FROM sale_order_line WHERE order_id = so.id) goods
CROSS JOIN LATERAL (
           SELECT sum(move.quantity) AS left_stock
             FROM stock_move move
             JOIN sale_order_line line ON line.id = move.sale_line_id
             JOIN stock_location target ON target.id = move.location_dest_id
            WHERE line.order_id = so.id AND move.state = 'done'
              AND target.usage = 'customer') moves
CROSS JOIN LATERAL (
           SELECT array_agg(id) AS ids, count(*) AS number,
                  sum(amount_total) AS billed, sum(amount_residual) AS open
             FROM account_move
            WHERE state = 'posted' AND move_type = 'out_invoice'
              AND id IN (SELECT item.move_id
                           FROM account_move_line item
                           JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                           JOIN sale_order_line line ON line.id = rel.order_line_id
                          WHERE line.order_id = so.id)) bills
CROSS JOIN LATERAL (
           SELECT count(DISTINCT payment.id) AS payments, sum(match.amount) AS paid
             FROM account_partial_reconcile match
             JOIN account_move_line due ON due.id = match.debit_move_id
             JOIN account_move_line credit ON credit.id = match.credit_move_id
             JOIN account_payment payment ON payment.move_id = credit.move_id
            WHERE due.move_id = ANY (bills.ids)
              AND payment.state IN ('in_process', 'paid')) money
     WHERE so.client_order_ref LIKE %s
  ORDER BY so.client_order_ref
"""


def facts(settings: Settings, database: str) -> list[dict[str, Any]]:
    """What the tables say about each measured order."""
    with sql.cursor(settings, database) as cur:
        cur.execute(FACTS, [f"{plan.MEASURED}-%"])
        names = [column.name for column in cur.description]
        return [dict(zip(names, row, strict=True)) for row in cur.fetchall()]


def problems(rows: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the work, in words; empty when all of it was done.

    :param rows: as `facts` returns them
    """
    found = {row["ref"]: _comparable(row) for row in rows}
    wanted = {order["ref"]: _expected(order) for order in plan.orders()}
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for ref, expected in wanted.items():
        for name, text in _differences(expected, found.get(ref)):
            wrong[name].append(f"{ref} {text}".rstrip())
    lines = [f"{name}: {len(orders)} orders, first {orders[0]}" for name, orders in wrong.items()]
    if len(rows) != len(wanted):
        lines.append(f"{len(rows)} orders instead of {len(wanted)}")
    return lines


def _expected(order: dict) -> dict[str, float]:
    quantity = sum(line["qty"] for line in order["lines"])
    total = order["total"]
    return {
        "confirmed": 1,
        "lines": len(order["lines"]),
        "total": total,
        **dict.fromkeys(("ordered", "delivered", "invoiced", "left_stock"), quantity),
        "invoices": 1,
        "billed": total,
        "open": 0,
        "payments": 1,
        "paid": total,
    }


def _comparable(row: dict[str, Any]) -> dict[str, float]:
    """Numbers only, rounded to the cent; what is not there counts as 0."""
    return {name: round(float(value or 0), 2) for name, value in row.items() if name != "ref"}


def _differences(
    expected: dict[str, float], found: dict[str, float] | None
) -> Iterator[tuple[str, str]]:
    """Yield each fact that is not as expected, with both values in words."""
    if found is None:
        yield "missing", ""
        return
    for name, value in expected.items():
        if found[name] != value:
            yield name, f"{found[name]:g} instead of {value:g}"
