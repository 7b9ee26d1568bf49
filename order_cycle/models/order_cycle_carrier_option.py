from odoo import api, fields, models


class OrderCycleCarrierOption(models.Model):
    """A service, or an extra one, that can be asked for with one carrier account.

    Extra services come from what is known of the carrier. Services are rows only where they depend
    on the account: they are fetched from the carrier, or imported.
    """

    _name = "order.cycle.carrier.option"
    _description = "Service of a Carrier Account"
    _order = "account_id, kind desc, sequence, name, id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "order.cycle.carrier.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    carrier_code = fields.Selection(related="account_id.carrier_code")
    kind = fields.Selection(
        [("service", "Service"), ("accessorial", "Extra service")],
        required=True,
        default="service",
    )
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True, help="What the carrier calls it in its interface.")
    name = fields.Char(required=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(account_id, kind, code)", "A carrier account has each service only once."
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for option in self:
            option.display_name = option.name or option.code
