from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _cycle_weight(self):
        """Return the weight of these goods in the database's weight unit."""
        return sum(line.quantity_product_uom * line.product_id.weight for line in self)
