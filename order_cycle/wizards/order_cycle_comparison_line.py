from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class OrderCycleComparisonLine(models.TransientModel):
    """What one carrier wants, and promises."""

    _name = "order.cycle.comparison.line"
    _description = "Compared Carrier"
    _order = "id"
    _rec_name = "method_id"

    comparison_id = fields.Many2one("order.cycle.comparison", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="comparison_id.currency_id")
    method_id = fields.Many2one("delivery.carrier", string="Delivery Method", readonly=True)
    service = fields.Char(readonly=True)
    is_answer = fields.Boolean(readonly=True)
    price = fields.Monetary(readonly=True)
    original_price = fields.Char(string="In the Carrier's Words", readonly=True)
    transit_days = fields.Integer(string="Working Days", readonly=True)
    arrives_on = fields.Date(string="Arrives on", readonly=True)
    promise = fields.Selection(
        [("kept", "In time"), ("late", "Too late"), ("unknown", "Day not named")],
        readonly=True,
    )
    is_cheapest = fields.Boolean(readonly=True)
    is_fastest = fields.Boolean(readonly=True)
    is_best = fields.Boolean(
        readonly=True, help="The cheapest of those that keep the promise to the customer."
    )
    merits = fields.Char(string="Speaks for It", compute="_compute_merits")
    reliability = fields.Char(
        string="Last 90 Days", readonly=True, help="How often this method was booked without help."
    )
    message = fields.Char(string="No Price, Because", readonly=True)

    @api.depends("is_cheapest", "is_fastest", "is_best")
    @api.depends_context("lang")
    def _compute_merits(self):
        for line in self:
            merits = [
                (line.is_best, self.env._("cheapest in time")),
                (line.is_cheapest, self.env._("cheapest")),
                (line.is_fastest, self.env._("fastest")),
            ]
            line.merits = ", ".join(text for is_so, text in merits if is_so)

    # === ACTION METHODS === #

    def action_choose(self):
        """Have the goods travel by this method, and remember why."""
        self.ensure_one()
        comparison = self.comparison_id
        source = comparison.order_id or comparison.picking_id
        source.check_access("write")
        if not self.is_answer:
            raise UserError(self.env._("This carrier named no price. Choose another one."))
        self._check_is_free(source)
        source._cycle_choose(self.method_id, self._reason(), self.price)
        return {"type": "ir.actions.act_window_close"}

    def _check_is_free(self, source):
        """Refuse to change the carrier of goods that one has already."""
        # sudo: whoever sells need not see deliveries
        pickings = source.sudo()
        if source._name == "sale.order":
            pickings = pickings.picking_ids.filtered(
                lambda one: one.picking_type_code == "outgoing"
            )
        if pickings._cycle_live_consignments():
            raise UserError(
                self.env._(
                    "A carrier is booked for these goods already. Cancel its consignment first."
                )
            )

    def _reason(self):
        """Return in words why this carrier: price, day, and what speaks for it."""
        parts = [self.currency_id.format(self.price)]
        if self.arrives_on:
            day = format_date(self.env, self.arrives_on)
            parts.append(self.env._("arrives on %(day)s", day=day))
        if self.merits:
            parts.append(self.merits)
        others = len(self.comparison_id.line_ids.filtered("is_answer"))
        parts.append(self.env._("%(count)s prices compared", count=others))
        return ", ".join(parts)
