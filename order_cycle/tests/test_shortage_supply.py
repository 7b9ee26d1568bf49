from datetime import timedelta

from odoo.tests import tagged

from .shortage_common import ShortageCommon


@tagged("post_install", "-at_install")
class TestShortageSupply(ShortageCommon):
    """An answer to a shortage is one only as long as the goods are on their way."""

    def setUp(self):
        super().setUp()
        self.order = self.short(("OIL", 22))
        self.shortage = self.shortage_of(self.oil)
        self.window(self.shortage, confirm_purchases=True).action_apply()
        self.line = self.shortage.purchase_line_ids
        self.assertEqual(self.shortage.state, "ordered")
        self.review()

    def review(self):
        self.run_cron("cron_promises")

    def calls(self):
        """Return what the buyer has to do about the shortage."""
        kind = self.env.ref("order_cycle.activity_shortage")
        return self.shortage.activity_ids.filtered(lambda row: row.activity_type_id == kind)

    def test_a_cancelled_purchase_is_no_answer_any_more(self):
        self.line.order_id.button_cancel()
        self.review()
        self.assertRecordValues(self.shortage, [{"state": "open", "promised_date": False}])
        self.assertEqual(self.calls().user_id, self.buyer)
        self.assertIn(self.line.order_id.name, self.shortage.message_ids[:1].body)
        self.window(self.shortage).action_apply()
        self.assertEqual(self.shortage.state, "ordered")

    def test_fewer_goods_than_are_missing_need_an_answer_for_the_rest(self):
        self.line.product_qty = 5
        self.review()
        self.assertEqual(self.shortage.state, "open")
        self.assertEqual(self.window(self.shortage).line_ids.to_answer_qty, 7)

    def test_a_later_day_is_shown_and_stays_the_answer(self):
        later = self.line.date_planned + timedelta(days=9)
        self.line.date_planned = later
        self.review()
        self.assertRecordValues(self.shortage, [{"state": "ordered", "promised_date": later}])
        self.assertFalse(self.calls())

    def test_purchases_for_others_change_nothing(self):
        other = self.line.order_id.copy()
        other.button_confirm()
        other.button_cancel()
        self.review()
        self.assertEqual(self.shortage.state, "ordered")

    def test_goods_that_arrive_in_part_are_counted(self):
        self.stock(self.oil, 7)
        self.order.picking_ids.action_assign()
        self.line.product_qty = 5
        self.review()
        self.assertRecordValues(self.shortage, [{"state": "ordered", "missing_qty": 5}])

    def test_what_the_vendor_never_sends_needs_an_answer_again(self):
        receipt = self.line.move_ids.picking_id
        receipt.move_ids.write({"quantity": 5, "picked": True})
        receipt.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=receipt.ids
        ).button_validate()
        self.assertEqual(self.line.qty_received, 5)
        self.review()
        self.advance()
        self.assertRecordValues(self.shortage, [{"state": "open", "missing_qty": 7}])
        self.assertEqual(self.window(self.shortage).line_ids.to_answer_qty, 7)

    def test_goods_that_came_and_nobody_has_reserved_yet_are_an_answer(self):
        self.order.picking_ids.picking_type_id.reservation_method = "manual"
        receipt = self.line.move_ids.picking_id
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.order.picking_ids.do_unreserve()
        self.review()
        self.assertRecordValues(self.shortage, [{"state": "ordered", "missing_qty": 22}])

    def test_what_comes_later_is_on_its_way(self):
        receipt = self.line.move_ids.picking_id
        receipt.move_ids.write({"quantity": 5, "picked": True})
        receipt.with_context(skip_backorder=True).button_validate()
        self.review()
        self.advance()
        self.review()
        self.assertRecordValues(self.shortage, [{"state": "ordered", "missing_qty": 7}])

    def test_what_nobody_wants_any_more_is_cancelled_without_a_new_call(self):
        self.order.order_line.product_uom_qty = 18
        self.advance()
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        self.shortage.with_user(self.buyer).action_withdrawn_cancel()
        self.review()
        self.assertEqual(self.shortage.state, "ordered")
        self.assertFalse(self.calls())
