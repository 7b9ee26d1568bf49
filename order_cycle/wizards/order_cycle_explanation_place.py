from odoo import fields, models


class OrderCycleExplanationPlace(models.TransientModel):
    """How many one channel can be promised of a product in one warehouse."""

    _name = "order.cycle.explanation.place"
    _description = "Quantity in a Warehouse for a Channel"

    explanation_id = fields.Many2one("order.cycle.explanation", ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="cascade")
    channel_id = fields.Many2one("order.cycle.channel", readonly=True)
    asked_by = fields.Char(string="Who Sells", readonly=True)
    quantity = fields.Float(string="Can Be Promised Now", digits="Product Unit", readonly=True)
