from odoo import api, fields, models
from odoo.tools import SQL

from . import availability_sql

READ = {
    "stock.quant": None,
    "stock.move": None,
    "stock.picking": ["owner_id"],
    "stock.location": None,
    "stock.warehouse": None,
    "sale.order.line": None,
    "order.cycle.hold": None,
    "product.template": ["uom_id", "is_storable"],
    "product.product": ["product_tmpl_id"],
}


class OrderCycleAvailability(models.AbstractModel):
    """How many can be promised, from where, by when: one answer for everybody.

    The stock of a product in a warehouse changes at dates:

    * now: what is on hand in internal locations, without goods of other owners, and without
      what a removal date forbids to use, unless it is reserved;
    * now: less what is held for quotations and carts, and sold on confirmed lines without a move;
    * at its date, or now when that is over: less what leaves the warehouse, reserved or not;
    * at its date, or tomorrow when that is over: plus what arrives. A journey of several steps
      counts once, a transfer between warehouses out of one and into the other.

    The balance at a date is the sum of the changes until then. **What can be promised by a date is
    the least balance from that date on**: a later order keeps its goods, and a receipt after the
    date helps only orders that are later still. Less than nothing is answered as such, so that
    whoever asks sees how much is missing.

    Always of the warehouses given and their own companies; the current company plays no part.
    Quantities are in the product's own unit.
    """

    _name = "order.cycle.availability"
    _description = "Availability"

    @api.model
    def _available(self, products, warehouses, by=None, without_lines=None):
        """Return {(product id, warehouse id): quantity}: every pair of storable goods asked for.

        :param products: product.product; what is not storable is not in the answer
        :param warehouses: stock.warehouse the user may read, else AccessError
        :param by: naive UTC datetime; None is now
        :param without_lines: sale.order.line whose own demand and holds do not count
        """
        now = fields.Datetime.now()
        stored = self._may_ask(products, warehouses)
        answer = {(p, w): 0.0 for p in stored for w in warehouses.ids}
        if not answer:
            return answer
        changes = self._changes(stored, warehouses, now, without_lines)
        query = availability_sql.least(changes, max(by or now, now))
        self.env.cr.execute(query)
        answer.update({(p, w): free for p, w, free in self.env.cr.fetchall()})
        return answer

    @api.model
    def _timeline(self, product, warehouses, without_lines=None):
        """Return {warehouse id: [(datetime, quantity that can be promised by then)]}, by date."""
        stored = self._may_ask(product, warehouses)
        timeline = {warehouse: [] for warehouse in warehouses.ids}
        if not stored or not timeline:
            return timeline
        now = fields.Datetime.now()
        query = SQL(
            "SELECT warehouse_id, at, free FROM (%s) AS balance ORDER BY warehouse_id, at",
            self._balances(stored, warehouses, now, without_lines),
        )
        self.env.cr.execute(query)
        for warehouse, at, free in self.env.cr.fetchall():
            timeline[warehouse].append((at, free))
        return timeline

    @api.model
    def _may_ask(self, products, warehouses):
        products.check_access("read")
        warehouses.check_access("read")
        return tuple(products.filtered("is_storable").ids)

    @api.model
    def _changes(self, stored, warehouses, now, without_lines):
        for model, names in READ.items():
            if model in self.env:
                self.env[model].flush_model(names)
        return availability_sql.changes(
            stored,
            tuple(warehouses.ids),
            now,
            without=(without_lines or self.env["sale.order.line"]).ids,
            expiry="removal_date" in self.env["stock.quant"]._fields,
            holds="order.cycle.hold" in self.env,
        )

    @api.model
    def _balances(self, stored, warehouses, now, without_lines):
        # A first change of nothing: every pair has a moment "now", also without stock.
        return availability_sql.balances(
            SQL(
                """(%s) UNION ALL
                   SELECT p.id, w.id, %s::timestamp, 0, 'stock', NULL
                     FROM UNNEST(%s::int[]) AS p(id), UNNEST(%s::int[]) AS w(id)""",
                self._changes(stored, warehouses, now, without_lines),
                now,
                list(stored),
                warehouses.ids,
            )
        )
