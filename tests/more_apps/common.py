from odoo import Command

from odoo.addons.order_cycle.tests.shortage_common import ShortageCommon


class AppsCommon(ShortageCommon):
    """Bills of materials, for kits and for what is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.web | cls.store | cls.trade).auto_ship = False
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    @classmethod
    def a_bill(cls, product, parts, kind="phantom", quantity=1.0, **values):
        """Make a bill of materials; `parts`: (product, quantity) or (product, quantity, unit)."""
        lines = [
            {
                "product_id": part.id,
                "product_qty": amount,
                "product_uom_id": (unit[0] if unit else part.uom_id).id,
            }
            for part, amount, *unit in parts
        ]
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": quantity,
                "type": kind,
                "bom_line_ids": [Command.create(vals) for vals in lines],
                **values,
            }
        )

    @classmethod
    def a_kit(cls, sku, *parts, **values):
        kit = cls.a_product(sku, is_storable=False, seller_ids=[], price=30.0)
        cls.a_bill(kit, parts, **values)
        return kit

    def available(self, product, **options):
        answer = self.env["order.cycle.availability"]._available(product, self.warehouse, **options)
        return answer.get((product.id, self.warehouse.id))
