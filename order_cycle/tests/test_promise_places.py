from odoo import Command
from odoo.tests import tagged

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromisePlaces(PromiseCommon):
    """Orders that wait in several warehouses, and goods that other warehouses are to send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["stock.warehouse"].create({"name": "Second", "code": "WH2"})
        cls.third = cls.env["stock.warehouse"].create({"name": "Third", "code": "WH3"})
        cls.customer = cls.env["res.partner"].create({"name": "Carla Bianchi"})
        cls.rare = cls.a_product("RARE", seller_ids=False)

    def a_quotation(self, quantity, warehouse=None):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": (warehouse or self.warehouse).id,
                "cycle_channel_id": self.env.ref("order_cycle.channel_phone").id,
                "order_line": [
                    Command.create({"product_id": self.rare.id, "product_uom_qty": quantity})
                ],
            }
        )

    def look_again(self):
        self.run_cron("cron_shortage_ladder")
        self.review()

    def a_sale(self, quantity, warehouse=None, sources=None):
        """Return a confirmed order of RARE, promised if anybody can say when it comes."""
        order = self.a_quotation(quantity, warehouse)
        if sources:
            order.order_line._cycle_source_from(sources)
        order.action_confirm()
        self.advance()
        self.review()
        return order

    def a_split_sale(self, here, there):
        return self.a_sale(here + there, sources={self.warehouse: here, self.second: there})

    def arriving(self, quantity, days, warehouse):
        purchase = self.a_purchase(self.rare, quantity, days, confirm=False)
        purchase.picking_type_id = warehouse.in_type_id
        purchase.button_confirm()

    def test_each_share_of_a_sold_line_is_planned_in_its_own_warehouse(self):
        self.stock(self.rare, 2, self.second)
        self.arriving(10, 3, self.warehouse)
        self.arriving(10, 8, self.second)
        order = self.a_split_sale(4, 6)
        rows = order.cycle_promise_ids._in_force().sorted("promised_date")
        self.assertEqual(rows.mapped("quantity"), [2, 4, 4])
        self.assertEqual(
            [self.days_until(date) for date in rows.mapped("promised_date")], [0, 3, 8]
        )
        self.assertEqual(rows[0].source_name, "Second")
        self.assertIn("2 of 10 ship today from Second", order.order_line.cycle_outlook)

    def test_each_warehouse_has_a_shortage_of_its_own(self):
        order = self.a_split_sale(4, 6)
        rows = order.cycle_shortage_line_ids.sorted("missing_qty")
        self.assertEqual(rows.mapped("missing_qty"), [4, 6])
        self.assertEqual(rows.shortage_id.warehouse_id, self.warehouse | self.second)
        self.stock(self.rare, 4)
        self.env["order.cycle.signal"]._emit(order, "supply")
        self.advance()
        self.assertEqual(rows.mapped("state"), ["solved", "open"])
        self.assertEqual(rows[1].missing_qty, 6)

    def test_the_wizard_offers_the_same_goods_to_one_of_two_warehouses(self):
        self.stock(self.rare, 5, self.third)
        order = self.a_split_sale(4, 6 - 2)
        action = order.cycle_shortage_line_ids.shortage_id.action_escalate()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertTrue(window.has_several_places)
        chosen = window.line_ids.proposal_id
        self.assertEqual(chosen.mapped("kind").count("transfer"), 1)
        self.assertEqual(
            sum(
                window.line_ids.proposal_ids.filtered(lambda row: row.kind == "transfer").mapped(
                    "quantity"
                )
            ),
            4,
        )

    def test_what_one_warehouse_misses_is_taken_off_there(self):
        self.stock(self.rare, 4)
        order = self.a_split_sale(4, 6)
        row = order.cycle_shortage_line_ids
        self.assertEqual(row.shortage_id.warehouse_id, self.second)
        action = row.shortage_id.action_escalate()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.line_ids.decision = "cancel"
        window.action_apply()
        self.assertEqual(order.order_line.product_uom_qty, 4)
        self.assertEqual(order.order_line._cycle_reserved_of(self.rare, self.warehouse), 4)
        self.assertEqual(row.state, "solved")

    def test_the_same_goods_are_promised_to_two_warehouses_once(self):
        self.stock(self.rare, 5, self.third)
        first = self.a_sale(4)
        self.assertRecordValues(
            first.cycle_promise_ids, [{"cause": "transfer", "source_name": "Third"}]
        )
        self.assertFalse(self.a_sale(4, self.second).cycle_promise_ids, "promised twice")
        small = self.a_sale(1, self.second)
        self.assertEqual(small.cycle_promise_ids.source_name, "Third")

    def test_what_is_promised_to_both_shares_of_a_line_is_not_given_away(self):
        self.stock(self.rare, 5, self.third)
        first = self.a_split_sale(2, 3)
        self.assertEqual(first.cycle_promise_ids.mapped("cause"), ["transfer", "transfer"])
        self.assertFalse(self.a_sale(3).cycle_promise_ids, "they are promised to the other share")
        self.look_again()
        self.assertFalse(self.slips(first))

    def test_who_was_promised_first_keeps_what_the_other_warehouse_has_left(self):
        self.stock(self.rare, 5, self.third)
        first, later = self.a_sale(2), self.a_sale(3)
        self.a_sale(3, self.third)
        self.look_again()
        self.assertFalse(self.slips(first), "two are left")
        self.assertEqual(len(self.slips(later)), 1)

    def test_goods_that_replace_a_cancelled_purchase_are_counted_on(self):
        self.arriving(4, 6, self.warehouse)
        self.rare.seller_ids.unlink()
        order = self.a_sale(4)
        self.stock(self.rare, 4, self.third)
        self.env["purchase.order"].search([("product_id", "=", self.rare.id)]).button_cancel()
        self.review()
        self.assertFalse(self.slips(order), "the third warehouse has them in time")
        self.assertFalse(self.a_sale(4, self.second).cycle_promise_ids, "promised twice")
        self.a_sale(2, self.third)
        self.look_again()
        self.assertEqual(len(self.slips(order)), 1)

    def test_what_replaces_taken_goods_is_promised_once(self):
        self.stock(self.rare, 4)
        order = self.a_sale(4)
        self.stock(self.rare, 4, self.third)
        move = order.order_line.move_ids
        move._do_unreserve()
        self.env["stock.quant"]._update_available_quantity(
            self.rare, self.warehouse.lot_stock_id, -4
        )
        move._cycle_lose(4, "Window", None)
        self.assertEqual(order.cycle_promise_ids[:1].cause, "taken")
        self.assertFalse(self.a_sale(4, self.second).cycle_promise_ids)

    def test_a_quotation_does_not_count_the_goods_of_one_warehouse_twice(self):
        self.stock(self.rare, 6, self.second)
        order = self.a_quotation(10)
        order.order_line._cycle_source_from({self.warehouse: 4, self.second: 6})
        self.assertEqual(order.order_line.cycle_outlook, "10 without a date")

    def test_a_quotation_is_not_told_of_what_was_asked_for_others(self):
        self.a_purchase(self.rare, 6, 3, confirm=False)
        sold = self.a_sale(5)
        self.assertEqual(sold.cycle_promise_ids.cause, "vendor")
        self.assertEqual(self.a_quotation(5).order_line.cycle_outlook, "5 without a date")
        self.assertIn("1 by", self.a_quotation(1).order_line.cycle_outlook)

    def test_an_answer_in_one_warehouse_promises_nothing_of_the_other(self):
        order = self.a_split_sale(4, 6)
        self.rare.seller_ids = [Command.create({"partner_id": self.vendor.id, "delay": 5})]
        rows = order.cycle_shortage_line_ids.sorted("missing_qty")
        for row, promised in zip(rows, (0, 1), strict=True):
            action = row.shortage_id.action_escalate()
            window = self.env[action["res_model"]].browse(action["res_id"])
            window.line_ids.decision = "buy"
            window.action_apply()
            self.assertEqual(len(order.cycle_promise_ids), promised)
        self.assertEqual(order.cycle_promise_ids.quantity, 10)

    def test_goods_that_the_other_warehouse_sells_meanwhile_are_told(self):
        self.stock(self.rare, 5, self.third)
        order = self.a_sale(4)
        self.assertFalse(self.slips(order))
        self.a_sale(3, self.third)
        self.look_again()
        self.assertEqual(len(self.slips(order)), 1)
        self.assertEqual(order.cycle_proposal_ids.source_name, "Third")
