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
    "purchase.order": ["state"],
    "purchase.order.line": ["date_planned", "order_id", "sale_line_id"],
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
    def _available(self, products, warehouses, by=None, without_lines=None, channel=None):
        """Return {(product id, warehouse id): quantity}: every pair of storable goods asked for.

        :param products: product.product; what is not storable is not in the answer
        :param warehouses: stock.warehouse the user may read, else AccessError
        :param by: naive UTC datetime; None is now
        :param without_lines: sale.order.line whose own demand and holds do not count
        :param channel: order.cycle.channel that asks; what is kept back from it is not answered.
            None is a person at the desk, who gets all but what is kept back from everybody
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
        for pair, buffer in self._buffers(stored, warehouses, channel).items():
            answer[pair] -= buffer._kept(answer[pair])
        return answer

    @api.model
    def _timeline(self, product, warehouses, without_lines=None, channel=None):
        """Return {warehouse id: [(datetime, quantity that can be promised by then)]}, by date."""
        stored = self._may_ask(product, warehouses)
        steps = self._steps(stored, warehouses, without_lines, channel)
        return {warehouse: steps.get((product.id, warehouse), []) for warehouse in warehouses.ids}

    @api.model
    def _earliest(self, demands, without_lines=None, channel=None):
        """Return for each demand [(date, {warehouse id: quantity})]: when, and from where.

        The first demand gets its goods first: the same piece is not answered twice. One warehouse
        that has all at the date is preferred; else they are emptied in the sequence given. A date
        of None is never, as far as is known: the quantities are then what there will be in the
        end, and stay free for the demands that follow.

        :param demands: [(product.product, stock.warehouse, quantity in the product's own unit)];
            what is not storable is there now, in the first warehouse
        """
        products = self.env["product.product"].union(*(product for product, _w, _q in demands))
        warehouses = self.env["stock.warehouse"].union(*(some for _p, some, _q in demands))
        stored = self._may_ask(products, warehouses)
        steps = self._steps(stored, warehouses, without_lines, channel)
        return [self._serve(steps, *demand) for demand in demands]

    def _serve(self, steps, product, warehouses, quantity):
        """Answer one demand and take its goods out of `steps`."""
        if not product.is_storable or product.uom_id.compare(quantity, 0) <= 0:
            return fields.Datetime.now(), dict.fromkeys(warehouses.ids[:1], max(quantity, 0))
        shelves = {warehouse: steps[product.id, warehouse] for warehouse in warehouses.ids}
        moment, taken = self._share(shelves, quantity, product.uom_id)
        for warehouse, number in taken.items() if moment else ():
            rows = shelves[warehouse]
            steps[product.id, warehouse] = _without(rows, moment, number)
        return moment, taken

    def _share(self, shelves, quantity, unit):
        """Return (date, {warehouse id: quantity}) as `_earliest` does, for one demand.

        :param dict shelves: {warehouse id: [(datetime, quantity that can be promised by then)]}
        """
        free = {}
        for moment in sorted({at for rows in shelves.values() for at, _free in rows}):
            free = {warehouse: _free_at(rows, moment) for warehouse, rows in shelves.items()}
            if unit.compare(sum(free.values()), quantity) >= 0:
                return moment, _take(free, quantity, unit)
        return None, {warehouse: number for warehouse, number in free.items() if number}

    @api.model
    def _steps(self, stored, warehouses, without_lines, channel):
        """Return {(product id, warehouse id): [(datetime, quantity by then)]} of every pair."""
        steps = {(product, warehouse): [] for product in stored for warehouse in warehouses.ids}
        if not steps:
            return steps
        query = SQL(
            "SELECT product_id, warehouse_id, at, free FROM (%s) AS balance ORDER BY at",
            self._balances(stored, warehouses, fields.Datetime.now(), without_lines),
        )
        buffers = self._buffers(stored, warehouses, channel)
        self.env.cr.execute(query)
        for product, warehouse, at, free in self.env.cr.fetchall():
            buffer = buffers.get((product, warehouse))
            steps[product, warehouse].append((at, free - buffer._kept(free) if buffer else free))
        return steps

    @api.model
    def _buffers(self, stored, warehouses, channel):
        channel = channel or self.env["order.cycle.channel"]
        return self.env["order.cycle.buffer"]._of_pairs(stored, warehouses.ids, channel)

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
                     FROM UNNEST(%s) AS p(id), UNNEST(%s) AS w(id)""",
                self._changes(stored, warehouses, now, without_lines),
                now,
                availability_sql.array(stored),
                availability_sql.array(warehouses.ids),
            )
        )


def _free_at(rows, moment):
    """Return what can be promised by `moment`; nothing where goods are missing."""
    return max([0, *[free for at, free in rows if at <= moment][-1:]])


def _take(free, quantity, unit):
    """Return {warehouse id: quantity} that together is `quantity`."""
    for warehouse, number in free.items():
        if unit.compare(number, quantity) >= 0:
            return {warehouse: quantity}
    taken = {}
    for warehouse, number in free.items():
        taken[warehouse] = min(number, quantity)
        quantity -= taken[warehouse]
    return {warehouse: number for warehouse, number in taken.items() if number}


def _without(rows, moment, taken):
    """Return the rows when so many leave at `moment`: nobody before may have them either."""
    left = [free for at, free in rows if at <= moment][-1] - taken
    return [(at, free - taken if at >= moment else min(free, left)) for at, free in rows]
