from odoo import api, fields, models


class OrderCycleAllocationLine(models.TransientModel):
    """What one order has of a product, and what it would get."""

    _name = "order.cycle.allocation.line"
    _description = "Share of an Order"
    _order = "id"

    window_id = fields.Many2one(
        "order.cycle.allocation", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one("stock.move", required=True, readonly=True, ondelete="cascade")
    order_id = fields.Many2one(
        "sale.order", string="Sales Order", readonly=True, ondelete="cascade"
    )
    # sudo: who decides sees whose goods these are, without rights on the order
    order_name = fields.Char(string="Order", related="order_id.name", related_sudo=True)
    partner_name = fields.Char(
        string="Customer", related="order_id.partner_id.name", related_sudo=True
    )
    currency_id = fields.Many2one(related="window_id.company_id.currency_id")
    uom_id = fields.Many2one(related="window_id.uom_id", string="Unit")
    promised_on = fields.Date(string="Promised", readonly=True)
    points = fields.Integer(string="Class", readonly=True, help="Priority points of the customer.")
    value = fields.Monetary(string="Order Value", readonly=True)
    placed_at = fields.Datetime(string="Ordered", readonly=True)
    is_kept = fields.Boolean(
        string="Protected", readonly=True, help="Nobody may take what this order has reserved."
    )
    wanted_qty = fields.Float(string="Wants", readonly=True, digits="Product Unit")
    has_qty = fields.Float(string="Has", readonly=True, digits="Product Unit")
    gets_qty = fields.Float(string="Gets", readonly=True, digits="Product Unit")
    change = fields.Float(
        string="Difference",
        compute="_compute_change",
        digits="Product Unit",
        help="Wins above zero, loses below.",
    )
    today_at = fields.Datetime(string="Complete Without It", readonly=True)
    then_at = fields.Datetime(string="Complete On", readonly=True)
    days = fields.Integer(
        compute="_compute_days", help="Later above zero, earlier below. 0 where no day is known."
    )
    outlook = fields.Selection(
        [
            ("same", "The same day"),
            ("earlier", "Earlier"),
            ("later", "Later"),
            ("found", "Has a day now"),
            ("lost", "Has no day any more"),
            ("unknown", "No day is known"),
        ],
        compute="_compute_days",
    )

    @api.depends("has_qty", "gets_qty", "uom_id")
    def _compute_change(self):
        for row in self:
            row.change = row.uom_id.round(row.gets_qty - row.has_qty)

    @api.depends("today_at", "then_at")
    def _compute_days(self):
        for row in self:
            row.days = 0
            if row.today_at and row.then_at:
                row.days = (row.then_at.date() - row.today_at.date()).days
            row.outlook = row._outlook()

    def _outlook(self):
        if not self.today_at or not self.then_at:
            names = {(True, False): "lost", (False, True): "found", (False, False): "unknown"}
            return names[bool(self.today_at), bool(self.then_at)]
        if not self.days:
            return "same"
        return "later" if self.days > 0 else "earlier"
