from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..tools.shelf import Shelf

FAR = fields.Datetime.to_datetime("9999-12-31")
ASKED = ("draft", "sent", "to approve")
SHORT = ("waiting", "confirmed", "partially_available")


class OrderCyclePromisePlanner(models.AbstractModel):
    """From where and by when each order line gets its goods.

    Goods that are reserved or bought for a line are its own. What is left of the stock and of the
    receipts, as `order.cycle.availability` counts it, is shared in the order of the promises: who
    was promised earlier is served first.
    """

    _name = "order.cycle.promise.planner"
    _description = "Planner of Promises"

    @api.model
    def _plan(self, lines):
        """Return {sale.order.line: [part]} for `lines` of one company; see `_record` for parts.

        The parts cover what is still to deliver. A list is empty where nobody can say.
        """
        lines = lines.sudo().filtered(lambda line: line._cycle_open_qty() > 0)
        plans = {}
        for warehouse, group in lines.grouped(lambda line: line.order_id.warehouse_id).items():
            goods = group.filtered("product_id.is_storable")
            plans.update(self._plan_warehouse(warehouse, goods))
            now = fields.Datetime.now()
            for line in group - goods:
                plans[line] = [self._part(line, line._cycle_open_qty(), now, "stock")]
        return plans

    @api.model
    def _plan_warehouse(self, warehouse, lines):
        own = {line: self._own_supplies(line) for line in lines}
        served = lines.filtered(lambda line: not self._missing(line, own[line]))
        plans = {line: self._own_parts(line, own[line]) for line in served}
        waiting = lines - served
        if waiting:
            plans.update(self._share_out(warehouse, waiting, own))
        return plans

    @api.model
    def _share_out(self, warehouse, lines, own):
        """Serve `lines` and all who want the same goods, those promised first before others."""
        rivals = self._rivals(warehouse, lines.product_id) | lines
        own = {**{line: self._own_supplies(line) for line in rivals - lines}, **own}
        shelves = self._shelves(warehouse, rivals)
        for line in rivals:
            for ready, quantity, cause, _source in own[line]:
                if cause != "vendor":
                    shelves[line.product_id].keep(ready, quantity)
        requests = self._requests(warehouse, lines.product_id)
        elsewhere = self._free_elsewhere(warehouse, lines.product_id)
        plans = {}
        for line in rivals.sorted(lambda one: (one.cycle_promise_date or FAR, one.id)):
            parts = self._own_parts(line, own[line])
            parts += self._take(line, shelves[line.product_id], self._left(line, parts))
            parts += self._ask(line, requests[line.product_id], self._left(line, parts))
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
                    ("sale_line_id.order_id.warehouse_id", "=", warehouse.id),
                    ("sale_line_id.state", "=", "sale"),
                    ("sale_line_id.product_id", "in", products.ids),
                    ("state", "in", SHORT),
                ]
            )
            .sale_line_id.filtered(lambda line: line._cycle_open_qty() > 0)
        )

    # === SUPPLY === #

    def _shelves(self, warehouse, lines):
        """Return {product: Shelf} of what `lines` may share."""
        products = lines.product_id
        steps = (
            self.env["order.cycle.availability"]
            .sudo()
            ._steps(tuple(products.ids), warehouse, lines, None)
        )
        arrivals = defaultdict(list)
        for move in self._receipts(warehouse, products):
            arrivals[move.product_id].append((self._arrives_at(move), self._document(move)))
        return {
            product: Shelf(
                steps[product.id, warehouse.id],
                sorted(arrivals[product], key=lambda row: row[0]),
                product.uom_id,
            )
            for product in products
        }

    def _receipts(self, warehouse, products):
        """Return the open moves that bring goods from outside."""
        return (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("state", "not in", ("draft", "done", "cancel")),
                    ("location_dest_id", "child_of", warehouse.view_location_id.id),
                    "!",
                    ("location_id", "child_of", warehouse.view_location_id.id),
                ]
            )
        )

    def _requests(self, warehouse, products):
        """Return {product: [[date, quantity, purchase]]} that vendors have not confirmed yet."""
        lines = (
            self.env["purchase.order.line"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("order_id.state", "in", ASKED),
                    ("order_id.picking_type_id.warehouse_id", "=", warehouse.id),
                    ("date_planned", "!=", False),
                ],
                order="date_planned, id",
            )
        )
        requests = defaultdict(list)
        for line in lines.filtered(lambda line: not line.move_dest_ids.sale_line_id):
            requests[line.product_id].append(self._asked(line)[:2] + [line.order_id])
        return requests

    def _free_elsewhere(self, warehouse, products):
        """Return {warehouse: {product: free quantity}} of the company's other warehouses."""
        others = (
            self.env["stock.warehouse"]
            .sudo()
            .search([("company_id", "=", warehouse.company_id.id), ("id", "!=", warehouse.id)])
        )
        if not others:
            return {}
        free = self.env["order.cycle.availability"].sudo()._available(products, others)
        return {
            other: {product: free[product.id, other.id] for product in products} for other in others
        }

    def _own_supplies(self, line):
        """Return [[date, quantity, cause, source]] of what nobody else may take, by date."""
        moves = line.move_ids.filtered(lambda move: move._cycle_is_open())
        from_outside = moves.filtered(lambda move: move.location_id.should_bypass_reservation())
        own = [[fields.Datetime.now(), line._cycle_reserved_qty(), "stock", None]]
        incoming = moves.move_orig_ids.filtered(
            lambda move: move._cycle_is_open() and not move.sale_line_id
        )
        for move in incoming | from_outside.filtered("sale_line_id"):
            own.append([self._arrives_at(move), move.product_qty, "receipt", self._document(move)])
        for bought in moves.created_purchase_line_ids:
            if bought.order_id.state in ASKED and bought.date_planned:
                own.append(self._asked(bought))
        return sorted((row for row in own if row[1] > 0), key=lambda row: row[0])

    def _asked(self, purchase_line):
        """Return [date, quantity, cause, source] of what a vendor has not confirmed yet."""
        quantity = purchase_line.product_uom_id._compute_quantity(
            purchase_line.product_qty, purchase_line.product_id.uom_id, round=False
        )
        ready = max(purchase_line.date_planned, fields.Datetime.now())
        return [ready, quantity, "vendor", purchase_line.order_id]

    def _arrives_at(self, move):
        """Return when an open move brings its goods: late is tomorrow, as for the availability.

        A new date of the purchase line is what the vendor says; Odoo leaves the move where it was.
        """
        now = fields.Datetime.now()
        planned = max(move.date, move.purchase_line_id.date_planned or move.date)
        return planned if planned > now else now + timedelta(days=1)

    def _document(self, move):
        bought = move.purchase_line_id or move.move_orig_ids.purchase_line_id
        return bought.order_id[:1] or move.picking_id

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
                return self._part(line, quantity, ready, "transfer", other)
        days = line._cycle_production_days()
        if days is not None:
            return self._part(line, quantity, now + timedelta(days=days), "production")
        product = line.product_id.with_company(line.order_id.company_id)
        seller = product._select_seller(quantity=None, uom_id=product.uom_id)
        if not seller:
            return None
        ready = now + timedelta(days=seller.delay)
        return self._part(line, quantity, ready, "vendor", seller.partner_id)

    def _part(self, line, quantity, ready, cause, source=None):
        return {
            "quantity": quantity,
            "promised_date": line.order_id._cycle_arrival_of(
                ready + timedelta(days=line.customer_lead)
            ),
            "cause": cause,
            "source_model": source._name if source else False,
            "source_id": source.id if source else False,
            "source_name": source.display_name if source else False,
        }
