from datetime import timedelta

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
    order_id = fields.Many2one(related="order_line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(related="shortage_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    product_id = fields.Many2one(related="shortage_id.product_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    missing_qty = fields.Float(
        string="Missing", digits="Product Unit", help="In the product's unit."
    )
    promise_date = fields.Datetime(related="order_line_id.cycle_promise_date", string="Promised")
    state = fields.Selection(
        [("open", "Waiting"), ("solved", "Served")], required=True, default="open"
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True)

    _one_open_per_order_line = models.UniqueIndex(
        "(order_line_id) WHERE state = 'open'", "This order line is on an open shortage already."
    )

    @api.depends("state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.state == "open"

    # === BUSINESS METHODS === #

    def _update_need(self):
        for line in self:
            missing = line.order_line_id._cycle_missing_in_stock_unit()
            if line.uom_id.compare(line.missing_qty, missing):
                line.missing_qty = missing

    def _solve(self):
        """The order line has its goods, or does not want them any more."""
        self.write({"state": "solved", "missing_qty": 0})
        self.shortage_id._solve_if_served()
        orders = self.order_id
        waiting = self.search([("order_id", "in", orders.ids), ("state", "=", "open")]).order_id
        (orders - waiting).activity_unlink(["order_cycle.activity_shortage"])
        # sudo: it closes by itself, whoever brings the goods
        self.env["order.cycle.exception"].sudo()._close_taken(orders - waiting)

    def _promise(self, arrival):
        """Promise these orders the goods that arrive at `arrival` (naive UTC datetime)."""
        for line in self:
            order_line = line.order_line_id
            order_line.cycle_promise_date = arrival + timedelta(days=order_line.customer_lead)
        for order in self.order_id:
            dates = order._cycle_goods_lines().mapped("cycle_promise_date")
            if dates and all(dates):
                order.commitment_date = max([*dates, order.cycle_requested_date or dates[0]])
