"""The one place that knows how Odoo hands a vendor's date on to the customer.

Odoo 19.0 writes the new date of a purchase line on its receipt as a deadline and pushes it from
move to move, down to the delivery: the customer's promise is overwritten. Later builds stopped
that (odoo PR#260603). Nothing here needs to know which one is installed: under our context key a
delivery of an order keeps its deadline, whoever writes it.
"""

from odoo import models

KEY = "order_cycle__vendor_date"


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def write(self, vals):
        """A vendor's date is no promise to a customer."""
        if "date_planned" in vals:
            self = self.with_context(**{KEY: True})
        return super().write(vals)

    def _update_date_planned(self, updated_date):
        return super(PurchaseOrderLine, self.with_context(**{KEY: True}))._update_date_planned(
            updated_date
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """Leave the deadline of a customer's delivery to the promise."""
        if not (self.env.context.get(KEY) and "date_deadline" in vals):
            return super().write(vals)
        promised = self.filtered("sale_line_id")
        others = {name: value for name, value in vals.items() if name != "date_deadline"}
        if others and promised:
            super(StockMove, promised).write(others)
        return super(StockMove, self - promised).write(vals)
