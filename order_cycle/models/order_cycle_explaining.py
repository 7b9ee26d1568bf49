from itertools import accumulate

from odoo import api, fields, models
from odoo.tools import SQL, float_repr, format_date

MODELS = {
    "expiry": "stock.quant",
    "leaves": "stock.move",
    "arrives": "stock.move",
    "sold": "sale.order.line",
    "held": "order.cycle.hold",
}


class OrderCycleExplaining(models.AbstractModel):
    """Why so many can be promised now, and not more."""

    _inherit = "order.cycle.availability"

    @api.model
    def _explain(self, product, warehouse, channel=None):
        """Return [(sentence, quantity, document)]; the quantities add up to what is promised now.

        Listed is what counts until the moment with the least left, which decides. What arrives
        later stands below with a quantity of 0. A document is a record the user may read, or None.

        :param product, warehouse: singletons
        """
        if not self._may_ask(product, warehouse):
            return [(self.env._("Not kept in stock: nothing limits it."), 0.0, None)]
        now = fields.Datetime.now()
        changes = self._changes_of(product, warehouse, now)
        tightest, free = _tightest(changes)
        records = self._records_of(changes)
        rows = []
        for at, quantity, kind, record_id in changes:
            record = records.get(kind, {}).get(record_id)
            if at <= tightest:
                sentence = self._sentence(kind, at, now, record, warehouse)
                rows.append((sentence, quantity, self._readable(record)))
            elif kind == "arrives":
                sentence = self._later(at, quantity, product)
                rows.append((sentence, 0.0, self._readable(record)))
        return rows + self._explain_buffer(product, warehouse, channel, free)

    def _changes_of(self, product, warehouse, now):
        """Return [(datetime, quantity, kind, record id)] by date; what is on hand comes first."""
        query = SQL(
            """SELECT at, SUM(quantity), kind, record_id FROM (%s) AS change
             GROUP BY at, kind, record_id
             ORDER BY kind != 'stock', at, kind, record_id""",
            self._changes(tuple(product.ids), warehouse, now, None),
        )
        self.env.cr.execute(query)
        changes = self.env.cr.fetchall()
        if not changes or changes[0][2] != "stock":
            changes.insert(0, (now, 0.0, "stock", None))
        return changes

    def _explain_buffer(self, product, warehouse, channel, free):
        buffers = self._buffers(tuple(product.ids), warehouse, channel)
        buffer = buffers.get((product.id, warehouse.id))
        if not buffer or not buffer._kept(free):
            return []
        sentence = self.env._("Kept back by the buffer %(buffer)s", buffer=buffer.name)
        return [(sentence, -buffer._kept(free), self._readable(buffer))]

    # === DOCUMENTS === #

    def _records_of(self, changes):
        """Return {kind: {record id: record}}."""
        records = {}
        for kind, model in MODELS.items():
            ids = [record_id for _at, _quantity, found, record_id in changes if found == kind]
            if ids:
                # sudo: what is promised is counted for everybody, read or not
                records[kind] = {record.id: record for record in self.env[model].sudo().browse(ids)}
        return records

    def _readable(self, record):
        """Return the document a record belongs to, if the user may read it, else None."""
        if not record:
            return None
        document = self._document(record).sudo(False)
        return document if document.has_access("read") else None

    def _document(self, record):
        if record._name == "stock.move":
            return (
                record.purchase_line_id.order_id
                or record.sale_line_id.order_id
                or record.picking_id
                or record
            )
        if record._name == "sale.order.line":
            return record.order_id
        return record

    # === SENTENCES === #

    def _sentence(self, kind, at, now, record, warehouse):
        if kind == "stock":
            return self.env._("On hand in %(warehouse)s", warehouse=warehouse.name)
        if kind == "expiry":
            return self.env._("Past its removal date on %(date)s", date=self._day(at))
        if kind == "held":
            return self.env._("Held for a quotation or a cart")
        if kind == "sold":
            return self.env._("Sold, without a delivery")
        return self._sentence_of_move(kind, now, record)

    def _sentence_of_move(self, kind, now, move):
        # What a vendor wrote on the purchase counts, as it does in the query.
        at = max(move.date, move.purchase_line_id.date_planned or move.date)
        day = self._day(at if kind == "arrives" else move.date)
        if kind == "arrives" and at <= now:
            return self.env._("Late: was to arrive on %(date)s, counts from tomorrow", date=day)
        if kind == "arrives":
            return self.env._("Arrives on %(date)s", date=day)
        if move.sale_line_id:
            return self.env._("Sold, leaves on %(date)s", date=day)
        return self.env._("Leaves on %(date)s", date=day)

    def _later(self, at, quantity, product):
        return self.env._(
            "%(quantity)s %(unit)s more arrive on %(date)s: not to be promised before",
            quantity=float_repr(quantity, 2).rstrip("0").rstrip("."),
            unit=product.uom_id.name,
            date=self._day(at),
        )

    def _day(self, moment):
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())


def _tightest(changes):
    """Return the first moment at which the least is left, and how much."""
    balances = dict(
        zip(
            [at for at, *_rest in changes],
            accumulate(quantity for _at, quantity, *_rest in changes),
            strict=True,
        )
    )
    return min(balances.items(), key=lambda moment: (moment[1], moment[0]))
