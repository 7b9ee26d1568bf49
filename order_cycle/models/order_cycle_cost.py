from odoo import api, fields, models


class OrderCycleCost(models.AbstractModel):
    """What a consignment was to cost, what the carrier said at booking, and what it billed.

    Part of `order.cycle.consignment`. All but the carrier's own price are in the company's
    currency, so that they can be compared.
    """

    _name = "order.cycle.cost"
    _description = "Cost of a Consignment"

    company_id = fields.Many2one("res.company")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    price_quoted = fields.Monetary(
        string="Quoted",
        currency_field="company_currency_id",
        compute="_compute_price_quoted",
        store=True,
        copy=False,
        help="What the carrier wanted when carriers were compared.",
    )
    price_booked = fields.Monetary(
        string="Charged at Booking",
        currency_field="company_currency_id",
        compute="_compute_price_booked",
        compute_sudo=True,
        help="The carrier's price at booking, in the company's currency.",
    )
    bill_line_ids = fields.One2many(
        "order.cycle.carrier.bill.line", "consignment_id", string="Billed"
    )
    price_invoiced = fields.Monetary(
        string="Billed by the Carrier",
        currency_field="company_currency_id",
        compute="_compute_price_invoiced",
        store=True,
        copy=False,
    )
    cost_difference = fields.Monetary(
        string="Billed More than Expected",
        currency_field="company_currency_id",
        compute="_compute_cost_difference",
        compute_sudo=True,
        help="What was billed, less what was charged at booking or, without that, quoted.",
    )

    @api.depends("picking_id", "carrier_id")
    def _compute_price_quoted(self):
        for row in self:
            # sudo: whoever hands goods over need not see the order
            picking, order = row.picking_id.sudo(), row.picking_id.sudo().sale_id
            row.price_quoted = picking._cycle_quoted_for(row.carrier_id) or (
                row.leg == 1 and order._cycle_quoted_for(row.carrier_id)
            )

    @api.depends("price", "currency_id", "booked_at")
    def _compute_price_booked(self):
        for row in self:
            row.price_booked = row.currency_id and row.currency_id._convert(
                row.price,
                row.company_id.currency_id,
                row.company_id,
                row.booked_at or fields.Datetime.now(),
            )

    @api.depends("bill_line_ids.amount_company")
    def _compute_price_invoiced(self):
        for row in self:
            row.price_invoiced = sum(row.bill_line_ids.mapped("amount_company"))

    @api.depends("price_invoiced", "price_booked", "price_quoted")
    def _compute_cost_difference(self):
        for row in self:
            expected = row._expected_cost()
            row.cost_difference = row.price_invoiced and expected and row.price_invoiced - expected

    def _expected_cost(self):
        """Return what the carrier was expected to bill, or 0.0 if it never named a price."""
        self.ensure_one()
        return self.price_booked or self.price_quoted
