from odoo import api, fields, models


class OrderCycleExplanationLine(models.TransientModel):
    """One thing that adds to what can be promised, or takes from it."""

    _name = "order.cycle.explanation.line"
    _description = "Reason for a Quantity"

    explanation_id = fields.Many2one("order.cycle.explanation", ondelete="cascade")
    name = fields.Char(string="Why", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    document_ref = fields.Reference("_documents", string="Document", readonly=True)

    @api.model
    def _documents(self):
        models = self.env["ir.model"].sudo().search([("transient", "=", False)])
        return [(model.model, model.name) for model in models]
