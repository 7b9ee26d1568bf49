import random
from collections import Counter

from odoo import Command
from odoo.tests import TransactionCase, tagged

KITS = 60


@tagged("post_install", "-at_install")
class TestKitsCounted(TransactionCase):
    """Kits of kits in random units, counted again by putting kits together one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice = random.Random(19)
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.availability = cls.env["order.cycle.availability"]
        cls.units = {
            cls.env.ref("uom.product_uom_unit"): 1,
            cls.env.ref("uom.product_uom_dozen"): 12,
        }
        goods = [{"name": f"Part {n}", "type": "consu", "is_storable": True} for n in range(20)]
        cls.parts = cls.env["product.product"].create(goods)
        cls.shelf = {part: cls.dice.randint(0, 400) for part in cls.parts}
        quants = cls.env["stock.quant"]
        for part, quantity in cls.shelf.items():
            quants._update_available_quantity(part, cls.warehouse.lot_stock_id, quantity)
        cls.kits = cls.env["product.product"].create(
            [{"name": f"Kit {n}", "type": "consu"} for n in range(KITS)]
        )
        cls.recipes = {}
        for kit in cls.kits:
            cls.recipes[kit] = cls._a_recipe(kit)

    @classmethod
    def _a_recipe(cls, kit):
        """Make a bill of `kit`; return (how many it makes, [(product, how many pieces)])."""
        known = [*cls.parts, *cls.recipes]
        makes = cls.dice.randint(1, 3)
        rows = [
            (product, cls.dice.randint(1, 4) * makes, cls.dice.choice([*cls.units]))
            for product in cls.dice.sample(known, cls.dice.randint(1, 4))
        ]
        lines = [
            {"product_id": product.id, "product_qty": quantity, "product_uom_id": unit.id}
            for product, quantity, unit in rows
        ]
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "product_qty": makes,
                "type": "phantom",
                "bom_line_ids": [Command.create(line) for line in lines],
            }
        )
        return makes, [(product, quantity * cls.units[unit]) for product, quantity, unit in rows]

    def _pick(self, product, quantity, basket):
        """Put what `quantity` of `product` consists of into `basket`."""
        if product not in self.recipes:
            basket[product] += quantity
            return
        makes, rows = self.recipes[product]
        for inside, pieces in rows:
            self._pick(inside, quantity * (pieces // makes), basket)

    def _put_together(self, kit):
        """Return how many kits there are: one more, as long as the shelf has it all."""
        number, basket = 0, Counter()
        while True:
            self._pick(kit, 1, basket)
            if any(basket[part] > self.shelf[part] for part in basket):
                return number
            number += 1

    def test_as_many_as_can_be_put_together(self):
        answer = self.availability._available(self.kits, self.warehouse)
        counted = {kit: answer[kit.id, self.warehouse.id] for kit in self.kits}
        self.assertEqual(counted, {kit: self._put_together(kit) for kit in self.kits})
        self.assertGreater(len(set(counted.values())), 5, "too alike to prove anything")

    def test_the_explanation_adds_up(self):
        answer = self.availability._available(self.kits, self.warehouse)
        for kit in self.kits[:15]:
            rows = self.availability._explain(kit, self.warehouse)
            total = sum(quantity for _text, quantity, _document in rows)
            self.assertEqual(total, answer[kit.id, self.warehouse.id])

    def test_kits_cost_no_query_each(self):
        def queries(kits):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.availability._available(kits, self.warehouse)
            return self.cr.sql_log_count - before

        flat = self.kits.filtered(
            lambda kit: not {p for p, _n in self.recipes[kit][1]} & {*self.kits}
        )
        few, many = queries(flat[:2]), queries(flat)
        self.assertGreater(len(flat), 8)
        self.assertLessEqual(many, few + 2)
