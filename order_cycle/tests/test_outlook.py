from odoo import Command
from odoo.tests import Form, tagged

from .promise_common import PromiseCommon

ADDED_QUERIES = 10


@tagged("post_install", "-at_install")
class TestOutlook(PromiseCommon):
    """One colour and one sentence on each line of an order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Carla Bianchi"})

    def quotation(self, product, quantity, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                ],
                **values,
            }
        )

    def told(self, order):
        line = order.order_line[:1]
        line.invalidate_recordset(["cycle_outlook", "cycle_outlook_level"])
        return line.cycle_outlook, line.cycle_outlook_level

    def test_a_quotation_says_what_would_be_promised(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        sentence, level = self.told(self.quotation(self.oil, 12))
        self.assertIn("10 of 12 ship today from", sentence)
        self.assertIn("2 by ", sentence)
        self.assertIn(f"purchase {purchase.name}", sentence)
        self.assertEqual(level, "wait")
        self.assertEqual(self.told(self.quotation(self.oil, 4))[1], "good")

    def test_lines_of_one_quotation_do_not_get_the_same_goods(self):
        order = self.quotation(self.oil, 10)
        order.order_line = [Command.create({"product_id": self.oil.id, "product_uom_qty": 10})]
        levels = order.order_line.mapped("cycle_outlook_level")
        self.assertEqual(levels, ["good", "wait"])

    def test_nobody_can_say(self):
        rare = self.a_product("RARE", seller_ids=False)
        sentence, level = self.told(self.quotation(rare, 3))
        self.assertEqual((sentence, level), ("3 without a date", "bad"))

    def test_a_dozen_is_told_in_dozens(self):
        self.stock(self.oil, 14, self.warehouse)
        order = self.quotation(self.oil, 2)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertIn("all 2 ship today", self.told(order)[0])

    def test_a_confirmed_line_tells_its_promise_and_how_late_the_vendor_is(self):
        late = self.a_purchase(self.soap, 1, -4)
        self.validate(late.picking_ids)
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        sentence, level = self.told(order)
        self.assertRegex(
            sentence,
            rf"^10 of 12 ship today from .*; 2 promised .*, purchase {purchase.name}, "
            r"vendor late 4 days on average$",
        )
        self.assertEqual(level, "wait")

    def test_without_a_policy_what_can_be_expected_is_told(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.quotation(self.oil, 12)
        order.action_confirm()
        self.assertFalse(order.cycle_promise_ids)
        sentence, level = self.told(order)
        self.assertRegex(sentence, f"^10 of 12 ship today .*; 2 by .*, purchase {purchase.name}$")
        self.assertEqual(level, "wait")

    def test_a_slip_is_red_and_names_the_day(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        purchase.order_line.date_planned = self.in_days(10)
        self.review()
        sentence, level = self.told(order)
        self.assertIn("proposed now: ", sentence)
        self.assertEqual(level, "bad")

    def test_what_is_delivered_is_green(self):
        order = self.a_promised_order([("OIL", 2)])
        self.validate(order.picking_ids)
        self.assertEqual(self.told(order), ("all 2 delivered", "good"))

    def test_a_service_has_none_and_a_new_line_has_one_at_once(self):
        with Form(self.quotation(self.oil, 1)) as form, form.order_line.new() as line:
            line.product_id = self.soap
            self.assertIn("ship", line.cycle_outlook)
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        self.assertEqual(self.told(self.quotation(service, 1)), (False, False))

    def test_in_italian(self):
        self.env["res.lang"]._activate_lang("it_IT")
        order = self.quotation(self.oil, 4).with_context(lang="it_IT")
        self.assertIn("oggi", self.told(order)[0])

    # === WHAT IT COSTS === #

    def a_long_order(self, sold):
        products = [self.a_product(f"L{n}", stock=n % 3) for n in range(100)]
        self.a_purchase(products[0], 20, 3)
        self.a_purchase(products[3], 20, 3, confirm=False)
        order = self.quotation(products[0], 1)
        order.order_line = [
            Command.create({"product_id": product.id, "product_uom_qty": 2})
            for product in products[1:]
        ]
        if sold:
            order.cycle_policy_id = self.trade
            order.action_confirm()
            self.advance()
            self.assertEqual(len(order.cycle_promise_ids.order_line_id), 100)
        return order

    def queries_of(self, order, names):
        self.env.flush_all()
        self.env.invalidate_all()
        # Every request of a browser reads them.
        self.assertTrue((self.env.user.partner_id.name, self.env.company.partner_id.name))
        before = self.env.cr.sql_log_count
        spec = {name: {} for name in names}
        whole = dict.fromkeys(("name", "partner_id", "company_id", "user_id", "carrier_id"), {})
        order.web_read({**whole, "order_line": {"fields": spec}})
        return self.env.cr.sql_log_count - before

    def test_an_order_of_100_lines_adds_few_queries(self):
        # What the form of Odoo reads of each line.
        core = ["product_id", "product_uom_qty", "product_uom_id", "qty_delivered", "move_ids"]
        core += ["free_qty_today", "is_mto", "forecast_expected_date", "warehouse_id"]
        ours = [
            "cycle_outlook",
            "cycle_outlook_level",
            "cycle_missing_qty",
            "cycle_promise_date",
            "cycle_hold_text",
            "cycle_source_text",
        ]
        for sold in (False, True):
            order = self.a_long_order(sold)
            self.queries_of(order, core + ours)
            added = self.queries_of(order, core + ours) - self.queries_of(order, core)
            with self.subTest(sold=sold):
                self.assertGreater(added, 0, "nothing was measured")
                self.assertLessEqual(added, ADDED_QUERIES)
