from odoo import fields, models


class StockPackageType(models.Model):
    _inherit = "stock.package.type"

    cycle_unit_kind = fields.Selection(
        [
            ("pallet", "Pallet"),
            ("crate", "Crate"),
            ("roll_cage", "Roll cage"),
            ("drum", "Drum"),
            ("other", "Other unit"),
        ],
        string="Travels as Freight",
        help="What a freight carrier is told a unit of this type is. Goods that are sold by such a "
        "unit travel with the freight method of the order's policy. Empty: a parcel.",
    )

    def _cycle_sides(self):
        """Return the outer sides of a piece of this type, in whole millimetres; 0 = not known."""
        unit = self.env["product.template"]._get_length_uom_id_from_ir_config_parameter()
        millimetre = self.env.ref("uom.product_uom_millimeter")
        sides = {
            "length_mm": self.packaging_length,
            "width_mm": self.width,
            "height_mm": self.height,
        }
        return {
            name: round(unit._compute_quantity(side, millimetre, round=False))
            for name, side in sides.items()
        }
