from datetime import timedelta

from odoo import api, fields, models

FAR = fields.Datetime.to_datetime("9999-12-31")
SHORT = ("waiting", "confirmed", "partially_available")


class OrderCyclePromisePlanner(models.AbstractModel):
    """From where and by when each order line gets its goods.

    Goods that are reserved or bought for a line are its own. What is left of the stock and of the
    receipts, as `order.cycle.availability` counts it, is shared in the order of the promises: who
    was promised earlier is served first.
    """

    _name = "order.cycle.promise.planner"
    _inherit = "order.cycle.promise.supply"
    _description = "Planner of Promises"

    @api.model
    def _plan(self, lines):
        """Return {sale.order.line: [part]} for `lines` of one company; see `_record` for parts.

        Lines of quotations may be asked for, too, but not together with confirmed ones.
        The parts cover what is still to deliver. A list is empty where nobody can say.
        """
        lines = lines.sudo().filtered(lambda line: line._cycle_open_qty() > 0)
        plans = {}
        for warehouse, group in self._by_warehouse(lines).items():
            goods = group.filtered("product_id.is_storable")
            plans.update(self._plan_warehouse(warehouse, goods))
            now = fields.Datetime.now()
            for line in group - goods:
                plans[line] = [self._part(line, line._cycle_open_qty(), now, "stock")]
        return plans

    def _by_warehouse(self, lines):
        """Return {warehouse: lines}: a line may leave from another one than its order's."""
        return lines.grouped(lambda line: line._cycle_short_warehouse())

    @api.model
    def _plan_warehouse(self, warehouse, lines):
        sold = lines.filtered(lambda line: line.state == "sale")
        own = dict.fromkeys(lines, ()) | {line: self._own_supplies(line) for line in sold}
        served = lines.filtered(lambda line: not self._missing(line, own[line]))
        plans = {line: self._own_parts(line, own[line]) for line in served}
        waiting = lines - served
        if waiting:
            plans.update(self._share_out(warehouse, waiting, own))
        return plans

    @api.model
    def _share_out(self, warehouse, lines, own):
        """Serve `lines` and all who want the same goods, those promised first before others."""
        rivals = lines
        # A quotation gets what nobody else was promised: the availability answers that alone.
        if any(line.state == "sale" for line in lines):
            rivals |= self._rivals(warehouse, lines.product_id)
        own = {**{line: self._own_supplies(line) for line in rivals - lines}, **own}
        arrivals, requests = self._coming(warehouse, lines.product_id)
        shelves = self._shelves(warehouse, rivals, arrivals)
        for line in rivals:
            for ready, quantity, cause, _source in own[line]:
                if cause != "vendor":
                    shelves[line.product_id].keep(ready, quantity)
        elsewhere = self._free_elsewhere(warehouse, lines.product_id)
        plans = {}
        for line in rivals.sorted(lambda one: (one.cycle_promise_date or FAR, one.id)):
            parts = self._own_parts(line, own[line])
            parts += self._take(line, shelves[line.product_id], self._left(line, parts))
            parts += self._ask(line, requests[line.product_id.id], self._left(line, parts))
            left = self._left(line, parts)
            if left:
                rest = self._from_afar(line, left, elsewhere)
                parts = [*parts, rest] if rest else []
            plans[line] = parts
        return {line: plans[line] for line in lines}

    def _rivals(self, warehouse, products):
        """Return the order lines of this warehouse that wait for the same goods."""
        return (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("location_id.warehouse_id", "=", warehouse.id),
                    ("sale_line_id.state", "=", "sale"),
                    ("sale_line_id.product_id", "in", products.ids),
                    ("state", "in", SHORT),
                ]
            )
            .sale_line_id.filtered(lambda line: line._cycle_open_qty() > 0)
        )

    # === ALLOCATION === #

    def _missing(self, line, supplies):
        """Return what `line` needs beyond its own supplies, in the product's unit."""
        unit = line.product_id.uom_id
        missing = line._cycle_open_qty() - sum(row[1] for row in supplies)
        return missing if unit.compare(missing, 0) > 0 else 0.0

    def _left(self, line, parts):
        return self._missing(line, [(None, part["quantity"]) for part in parts])

    def _own_parts(self, line, supplies):
        return self._use(line, [list(row) for row in supplies], line._cycle_open_qty())

    def _take(self, line, shelf, wanted):
        """Return the parts of at most `wanted` that the shelf gives."""
        return [
            self._part(line, quantity, ready, "receipt" if source else "stock", source)
            for ready, quantity, source in (shelf.take(wanted) if wanted else ())
        ]

    def _ask(self, line, requests, wanted):
        """Return the parts of at most `wanted` that vendors were asked for; reduces `requests`."""
        rows = [[ready, quantity, "vendor", source] for ready, quantity, source in requests]
        parts = self._use(line, rows, wanted)
        for request, row in zip(requests, rows, strict=True):
            request[1] = row[1]
        return parts

    def _use(self, line, rows, wanted):
        """Return parts of at most `wanted` of [[date, quantity, cause, source]]; reduces them."""
        parts, unit = [], line.product_id.uom_id
        for row in rows:
            taken = min(row[1], wanted)
            if unit.compare(taken, 0) > 0:
                row[1] -= taken
                wanted -= taken
                parts.append(self._part(line, taken, row[0], row[2], row[3]))
        return parts

    def _from_afar(self, line, quantity, elsewhere):
        """Return the part that another warehouse, the factory or a vendor brings, or None."""
        now = fields.Datetime.now()
        for other, free in elsewhere.items():
            if line.product_id.uom_id.compare(free[line.product_id], quantity) >= 0:
                free[line.product_id] -= quantity
                ready = now + timedelta(days=line.order_id.warehouse_id.cycle_transfer_days)
                return self._part(line, quantity, ready, "transfer", self._named(other))
        days = line._cycle_production_days()
        if days is not None:
            return self._part(line, quantity, now + timedelta(days=days), "production")
        product = line.product_id.with_company(line.order_id.company_id)
        seller = product._select_seller(quantity=None, uom_id=product.uom_id)
        if not seller:
            return None
        ready = now + timedelta(days=seller.delay)
        return self._part(line, quantity, ready, "vendor", self._named(seller.partner_id))

    def _part(self, line, quantity, ready, cause, source=None):
        """Return one part of a promise of `line`, whose goods are ready at `ready` (naive UTC)."""
        model, number, name = source or (False, False, False)
        return {
            "quantity": quantity,
            "promised_date": line.order_id._cycle_arrival_of(
                ready + timedelta(days=line.customer_lead), line._cycle_short_warehouse()
            ),
            "cause": cause,
            "source_model": model,
            "source_id": number,
            "source_name": name,
        }
