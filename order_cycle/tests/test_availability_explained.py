import random

from odoo import Command
from odoo.tests import Form, new_test_user, tagged

from .availability_common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestExplained(AvailabilityCommon):
    """Why this many: the reasons add up to the answer."""

    def setUp(self):
        super().setUp()
        self.product = self._products(1)
        self.env["stock.quant"]._update_available_quantity(self.product, self.places["milan"], 9)

    def _rows(self, channel=None):
        return self.Availability._explain(self.product, self.milan, channel)

    def _sold(self, quantity):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.owner.id,
                "warehouse_id": self.milan.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": quantity})
                ],
            }
        )
        order.action_confirm()
        return order

    def test_the_reasons_add_up_to_the_answer(self):
        dice = random.Random(7)
        products = self._products(60)
        self._histories(dice, products)
        self.env["order.cycle.buffer"].create({"name": "Kept", "quantity": 2})
        answer = self.Availability._available(products, self.milan | self.rome)
        for (product, warehouse), free in answer.items():
            rows = self.Availability._explain(
                self.env["product.product"].browse(product),
                self.env["stock.warehouse"].browse(warehouse),
            )
            self.assertAlmostEqual(sum(quantity for _s, quantity, _d in rows), free)

    def test_each_reason_names_its_document(self):
        order = self._sold(4)
        buffer = self.env["order.cycle.buffer"].create({"name": "Safety", "quantity": 1})
        on_hand, sold, kept = self._rows()
        self.assertEqual(on_hand, (f"On hand in {self.milan.name}", 9, None))
        self.assertEqual(sold[1:], (-4, order))
        self.assertIn("Sold, leaves on", sold[0])
        self.assertEqual(kept, ("Kept back by the buffer Safety", -1, buffer))

    def test_what_arrives_later_is_said_and_does_not_count(self):
        self._sold(9)
        move = self._move(self.product, "vendor", "milan", 20, 6)
        sentence, quantity, document = self._rows()[-1]
        self.assertIn("20 Units more arrive on", sentence)
        self.assertEqual((quantity, document), (0, move))

    def test_documents_that_may_not_be_read_are_not_named(self):
        self._sold(4).user_id = self.env.ref("base.user_admin")
        seller = new_test_user(self.env, "seller.why", groups="sales_team.group_sale_salesman")
        rows = self.Availability.with_user(seller)._explain(
            self.product.with_user(seller), self.milan.with_user(seller)
        )
        self.assertEqual([quantity for _s, quantity, _d in rows], [9, -4])
        self.assertIsNone(rows[1][2])

    def test_the_window_shows_them_from_both_product_forms(self):
        self._sold(4)
        for product in (self.product, self.product.product_tmpl_id):
            action = product.action_cycle_why()
            window = Form(self.env[action["res_model"]].with_context(**action["context"]))
            self.assertEqual(window.product_id, self.product)
            window.warehouse_id = self.milan
            self.assertEqual(window.quantity, 5)
            self.assertEqual(len(window.line_ids), 2)

    def test_the_window_says_what_each_channel_gets_in_each_warehouse(self):
        web = self.env.ref("order_cycle.channel_web")
        self.env["order.cycle.buffer"].create(
            {"name": "Shop window", "quantity": 2, "channel_id": web.id}
        )
        window = self.env["order.cycle.explanation"].new(
            {"product_id": self.product.id, "warehouse_id": self.milan.id}
        )
        found = {(row.warehouse_id, row.channel_id): row.quantity for row in window.place_ids}
        desk = self.env["order.cycle.channel"]
        self.assertEqual(found[self.milan, desk], 9)
        self.assertEqual(found[self.milan, web], 7)
        self.assertEqual(found[self.rome, desk], 0)
        for (warehouse, channel), quantity in found.items():
            rows = self.Availability._explain(self.product, warehouse, channel)
            self.assertAlmostEqual(sum(number for _s, number, _d in rows), quantity)
