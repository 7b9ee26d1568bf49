from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

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

        Lines of quotations may be asked for, too, but not together with confirmed ones.
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
        grow = [product for product in products if len(steps[product.id, warehouse.id]) > 1]
        arrivals = self._arrivals(warehouse, products.browse().union(*grow)) if grow else {}
        return {
            product: Shelf(
                steps[product.id, warehouse.id], arrivals.get(product.id, []), product.uom_id
            )
            for product in products
        }

    def _arrivals(self, warehouse, products):
        """Return {product id: [(naive UTC datetime, source)]} of what comes from outside, by date.

        A source is (model, id, name), as a promise keeps it.
        """
        for model in ("stock.move", "purchase.order.line", "purchase.order", "stock.picking"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                """SELECT move.product_id, GREATEST(move.date, bought.date_planned) AS at,
                          purchase.id, purchase.name, picking.id, picking.name
                     FROM stock_move move
                     JOIN stock_location place ON place.id = move.location_dest_id
                     JOIN stock_location origin ON origin.id = move.location_id
                LEFT JOIN purchase_order_line bought ON bought.id = move.purchase_line_id
                LEFT JOIN purchase_order purchase ON purchase.id = bought.order_id
                LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                    WHERE move.product_id IN %(products)s
                      AND move.state NOT IN ('draft', 'done', 'cancel')
                      AND place.warehouse_id = %(warehouse)s
                      AND origin.warehouse_id IS DISTINCT FROM %(warehouse)s
                 ORDER BY at, move.id""",
                products=tuple(products.ids),
                warehouse=warehouse.id,
            )
        )
        arrivals = defaultdict(list)
        for product, at, order_id, order, picking_id, picking in self.env.cr.fetchall():
            source = ("stock.picking", picking_id, picking)
            if order_id:
                source = ("purchase.order", order_id, order)
            arrivals[product].append((self._not_before_tomorrow(at), source))
        return arrivals

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
            ready, quantity, _cause, source = self._asked(line)
            requests[line.product_id].append([ready, quantity, source])
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
        return [ready, quantity, "vendor", self._named(purchase_line.order_id)]

    def _arrives_at(self, move):
        """Return when an open move brings its goods.

        A new date of the purchase line is what the vendor says; Odoo leaves the move where it was.
        """
        return self._not_before_tomorrow(
            max(move.date, move.purchase_line_id.date_planned or move.date)
        )

    def _not_before_tomorrow(self, planned):
        """Return a date of goods: what is late comes tomorrow, as for the availability."""
        now = fields.Datetime.now()
        return planned if planned > now else now + timedelta(days=1)

    def _document(self, move):
        bought = move.purchase_line_id or move.move_orig_ids.purchase_line_id
        return self._named(bought.order_id[:1] or move.picking_id)

    def _named(self, record):
        """Return a source of goods as a promise keeps it: (model, id, name)."""
        return (record._name, record.id, record.display_name) if record else None

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
                ready + timedelta(days=line.customer_lead)
            ),
            "cause": cause,
            "source_model": model,
            "source_id": number,
            "source_name": name,
        }
