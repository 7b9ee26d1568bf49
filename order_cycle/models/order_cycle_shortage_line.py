from odoo import api, fields, models


class OrderCycleShortageLine(models.Model):
    """One order line that a shortage hurts."""

    _name = "order.cycle.shortage.line"
    _description = "Order Hurt by a Shortage"
    _order = "is_open desc, id"
    _rec_name = "order_id"

    shortage_id = fields.Many2one(
        "order.cycle.shortage", required=True, ondelete="cascade", index=True
    )
    order_line_id = fields.Many2one(
        "sale.order.line", required=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(
        related="order_line_id.order_id", store=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shortage_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    product_id = fields.Many2one(related="shortage_id.product_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    missing_qty = fields.Float(
        string="Missing", digits="Product Unit", help="In the product's unit."
    )
    promise_date = fields.Datetime(related="order_line_id.cycle_promise_date", string="Promised")
    wanted_qty = fields.Float(
        digits="Product Unit", help="What the order wanted when it was last looked at."
    )
    original_date = fields.Datetime(
        string="Promised First", help="What the customer was told before the goods were missing."
    )
    days_late = fields.Integer(
        compute="_compute_days_late",
        help="Days between the first promise and the one that holds now; today, while none does.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # sudo: a buyer sees what is at stake, not the order
    value = fields.Monetary(
        compute="_compute_value",
        store=True,
        compute_sudo=True,
        help="What the customer pays, without taxes, for the goods that are missing.",
    )
    purchase_line_ids = fields.Many2many(
        "purchase.order.line",
        "order_cycle_shortage_line_purchase_rel",
        "shortage_line_id",
        "purchase_line_id",
        string="Saved By",
        readonly=True,
        help="The purchase lines that bring the goods of this order.",
    )
    state = fields.Selection(
        [("open", "Waiting"), ("solved", "Served")], required=True, default="open"
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True)

    _one_open_per_order_line = models.UniqueIndex(
        "(order_line_id, shortage_id) WHERE state = 'open'",
        "This order line is on this open shortage already.",
    )

    @api.depends("state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.state == "open"

    @api.depends("original_date", "promise_date", "state")
    def _compute_days_late(self):
        now = fields.Datetime.now()
        for line in self:
            late = 0
            if line.original_date:
                holds = max(
                    line.promise_date or now, now if line.state == "open" else line.original_date
                )
                late = (holds.date() - line.original_date.date()).days
            line.days_late = max(late, 0)

    @api.depends("missing_qty", "order_line_id.price_subtotal", "order_line_id.product_uom_qty")
    def _compute_value(self):
        for line in self:
            line.value = line._unit_value() * line.missing_qty

    def _unit_value(self):
        """Return what the customer pays for one of the product's unit, in the company's money."""
        self.ensure_one()
        order_line = self.order_line_id
        pieces = order_line._cycle_pieces_of(self.product_id)
        if not pieces:
            return 0.0
        order = order_line.order_id
        return (
            order.currency_id._convert(
                order_line.price_subtotal,
                order.company_id.currency_id,
                order.company_id,
                order.date_order or fields.Date.today(),
            )
            / pieces
        )

    # === BUSINESS METHODS === #

    def _update_need(self):
        self._notice_withdrawal()
        for line in self:
            missing = line.order_line_id._cycle_missing_of(
                line.product_id, line.shortage_id.warehouse_id
            )
            if line.uom_id.compare(line.missing_qty, missing):
                line.missing_qty = missing

    def _solve(self):
        """The order line has its goods, or does not want them any more."""
        self._notice_withdrawal()
        self.write({"state": "solved", "missing_qty": 0})
        self.shortage_id._solve_if_served()
        orders = self.order_id
        waiting = self.search([("order_id", "in", orders.ids), ("state", "=", "open")]).order_id
        (orders - waiting).activity_unlink(["order_cycle.activity_shortage"])
        # sudo: it closes by itself, whoever brings the goods
        self.env["order.cycle.exception"].sudo()._close_taken(orders - waiting)

    def _promise(self, arrival):
        """Promise these orders the goods that arrive at `arrival` (naive UTC datetime).

        What waits for the parts of a kit, or in several warehouses, is promised for the last of
        them, and not before there is a date for each.
        """
        arrivals = {line: line._last_arrival(arrival) for line in self}
        self.env["order.cycle.promise"]._record(
            {line.order_line_id: line._parts(last) for line, last in arrivals.items() if last}
        )

    def _last_arrival(self, arrival):
        others = (self.order_line_id.cycle_shortage_line_ids.filtered("is_open") - self).shortage_id
        dates = [arrival, *filter(None, others.mapped("promised_date"))]
        if any(shortage.state == "open" for shortage in others):
            # Nobody has answered for those yet: what was promised before took them into account.
            dates.append(self.promise_date)
        return all(dates) and max(dates)

    def _parts(self, arrival):
        """Return the parts of a promise: what is reserved already, and what arrives."""
        self.ensure_one()
        order_line, shortage = self.order_line_id, self.shortage_id
        planner = self.env["order.cycle.promise.planner"]
        reserved = min(order_line._cycle_reserved_qty(), order_line._cycle_open_qty())
        missing = order_line._cycle_open_qty() - reserved
        bought = (self.purchase_line_ids or shortage.purchase_line_ids).order_id[-1:]
        sent = shortage.transfer_move_ids.picking_id[-1:]
        parts = []
        if self.uom_id.compare(reserved, 0) > 0:
            parts.append(planner._part(order_line, reserved, fields.Datetime.now(), "stock"))
        if self.uom_id.compare(missing, 0) > 0:
            cause = "transfer" if sent and not bought else "vendor"
            parts.append(
                planner._part(order_line, missing, arrival, cause, planner._named(bought or sent))
            )
        return parts

    def _notice_withdrawal(self):
        """See which orders want less than before; what was bought for them needs a decision."""
        for line in self.filtered("is_open"):
            wanted = line.order_line_id._cycle_wanted_of(
                line.product_id, line.shortage_id.warehouse_id
            )
            gone = line.wanted_qty - wanted
            if line.uom_id.compare(gone, 0) > 0:
                line.shortage_id._withdraw(line, min(gone, line.missing_qty))
            line.wanted_qty = wanted
