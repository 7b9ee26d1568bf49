from odoo import fields, models

# The eighteen classes of the National Motor Freight Classification, the lightest to rate first.
FREIGHT_CLASSES = (
    *("50", "55", "60", "65", "70", "77.5", "85", "92.5", "100", "110", "125"),
    *("150", "175", "200", "250", "300", "400", "500"),
)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cycle_freight_class = fields.Selection(
        [(code, code) for code in FREIGHT_CLASSES],
        string="Freight Class",
        help="Class of the National Motor Freight Classification. Freight carriers in North "
        "America rate pallets by it.",
    )
    cycle_nmfc = fields.Char(string="NMFC Item", help="Item number with its sub, e.g. 156600-02.")

    def action_cycle_why(self):
        """Show why so many of this product can be promised, of the first variant to begin with."""
        self.ensure_one()
        return self.product_variant_id.action_cycle_why()

    def _cycle_freight_values(self):
        """Return the class and item of a pallet with these goods, as a `HandlingUnit` takes them.

        The highest class counts for the whole pallet; without an item number that all share, none
        is told.
        """
        classes = [product.cycle_freight_class for product in self if product.cycle_freight_class]
        items = set(self.mapped("cycle_nmfc"))
        return {
            "freight_class": max(classes, key=FREIGHT_CLASSES.index) if classes else None,
            "nmfc": (items.pop() or "") if len(items) == 1 else "",
        }
