from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _cycle_weight(self):
        """Return the weight of these goods in the database's weight unit."""
        return sum(line.quantity_product_uom * line.product_id.weight for line in self)

    def _cycle_unit_price(self):
        """Return what one piece, in the product's own unit, was sold for without taxes."""
        order_line = self.move_id.sale_line_id
        unit = order_line.product_uom_id or self.product_id.uom_id
        return unit._compute_price(order_line.price_reduce_taxexcl, self.product_id.uom_id)

    def _cycle_price_with_taxes(self):
        """Return what these goods were sold for, taxes included."""
        order_line = self.move_id.sale_line_id
        unit = order_line.product_uom_id or self.product_id.uom_id
        price = unit._compute_price(order_line.price_reduce_taxinc, self.product_id.uom_id)
        return self.quantity_product_uom * price
