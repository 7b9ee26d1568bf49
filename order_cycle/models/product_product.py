from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_cycle_why(self):
        """Show why so many of this product can be promised."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why This Many?"),
            "res_model": "order.cycle.explanation",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_product_id": self.id, "dialog_size": "extra-large"},
        }
