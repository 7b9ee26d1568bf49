from odoo import fields, models


class ResPartnerCategory(models.Model):
    _inherit = "res.partner.category"

    cycle_points = fields.Integer(
        string="Priority Points",
        help="Makes the tag a customer class for allocation rules: customers with more points get "
        "goods first. Of several tags the highest counts.",
    )
