from odoo import fields, models


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    cycle_taking = fields.Selection(
        [
            ("forbid", "Never"),
            ("reason", "With a reason"),
            ("tell", "Freely"),
        ],
        string="Take Reserved Goods",
        default="reason",
        help="Whether a transfer of this type may take goods that are reserved for other orders, "
        "by a quantity that was typed in. Whoever loses them is promised a new date and shown to "
        "its owner in every case.",
    )
