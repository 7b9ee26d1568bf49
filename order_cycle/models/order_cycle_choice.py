from odoo import api, fields, models


class OrderCycleChoice(models.AbstractModel):
    """Which carrier was chosen, why, and what it wanted. Part of orders and deliveries."""

    _name = "order.cycle.choice"
    _description = "Choice of a Carrier"

    cycle_carrier_reason = fields.Char(
        string="Why This Carrier",
        copy=False,
        readonly=True,
        help="What decided when carriers were compared.",
    )
    cycle_quoted_price = fields.Float(
        string="Quoted Price",
        digits="Product Price",
        copy=False,
        readonly=True,
        help="What the chosen carrier wanted when carriers were compared, in the company's "
        "currency.",
    )
    cycle_quoted_method_id = fields.Many2one(
        "delivery.carrier", copy=False, readonly=True, help="For which method that was."
    )
    cycle_environment = fields.Char(compute="_compute_cycle_environment", compute_sudo=True)

    @api.depends("carrier_id.cycle_account_id.environment")
    def _compute_cycle_environment(self):
        """Say where the goods really go: everybody who looks at them should know."""
        for record in self:
            record.cycle_environment = record.carrier_id.cycle_account_id.environment

    # === ACTION METHODS === #

    def action_compare_carriers(self):
        """Ask all carriers that could take these goods, and open what they want and promise."""
        self.ensure_one()
        self.check_access("write")
        return self.env["order.cycle.comparison"]._open_for(self)

    # === BUSINESS METHODS === #

    def _cycle_choose(self, method, reason, price):
        """Have these goods travel by `method`, and remember why.

        :param method: delivery.carrier singleton
        :param str reason: for people
        :param float price: what the carrier wants, in the company's currency
        """
        self.ensure_one()
        self.write(
            {
                "carrier_id": method.id,
                "cycle_carrier_reason": reason,
                "cycle_quoted_price": price,
                "cycle_quoted_method_id": method.id,
            }
        )
        self._cycle_chosen(method)
        self.message_post(
            body=self.env._(
                "%(user)s chose %(method)s: %(reason)s",
                user=self.env.user.name,
                method=method.name,
                reason=reason,
            )
        )

    def _cycle_chosen(self, method):
        """Do what else follows from the choice of `method`."""

    def _cycle_quoted_for(self, method):
        """Return what was quoted for `method`, or 0.0 if it was never asked."""
        return self.cycle_quoted_price if self.cycle_quoted_method_id == method else 0.0
