from odoo import fields, models


class OrderCyclePolicy(models.Model):
    """What a policy says about where goods come from."""

    _inherit = "order.cycle.policy"

    sourcing_rule_id = fields.Many2one(
        "order.cycle.sourcing.rule",
        check_company=True,
        help="What “Where From?” proposes when the order's warehouse is short and another one has "
        "the goods. Empty: the first rule of the company.",
    )
