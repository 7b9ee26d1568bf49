from odoo.exceptions import UserError
from odoo.tests import tagged

from .shortage_common import ShortageCommon


@tagged("post_install", "-at_install")
class TestWithdrawal(ShortageCommon):
    """Orders that want less than was bought for them."""

    def setUp(self):
        super().setUp()
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        self.order = self.short(("OIL", 22))
        self.shortage = self.shortage_of(self.oil)
        self.window(self.shortage).action_apply()
        self.line = self.shortage.purchase_line_ids

    def test_a_cancelled_order_asks_the_buyer_and_the_line_is_cancelled(self):
        self.order._action_cancel()
        self.advance()
        self.assertEqual(self.shortage.withdrawn_qty, 12)
        withdrawal = self.env.ref("order_cycle.activity_withdrawal")
        asked = self.shortage.activity_ids.filtered(lambda row: row.activity_type_id == withdrawal)
        self.assertEqual(asked.user_id, self.buyer)
        purchase = self.line.order_id
        self.shortage.with_user(self.buyer).action_withdrawn_cancel()
        self.assertEqual(purchase.state, "cancel")
        self.assertFalse(self.shortage.withdrawn_qty)
        with self.assertRaisesRegex(UserError, "already"):
            self.shortage.action_withdrawn_keep()

    def test_a_reduced_order_withdraws_the_difference(self):
        self.order.order_line.product_uom_qty = 18
        self.advance()
        self.assertEqual(self.shortage.withdrawn_qty, 4)
        self.shortage.with_user(self.buyer).action_withdrawn_cancel()
        self.assertEqual(self.line.product_qty, 8)

    def test_the_goods_are_kept_in_stock(self):
        self.order._action_cancel()
        self.advance()
        self.shortage.with_user(self.buyer).action_withdrawn_keep()
        self.assertEqual(self.line.product_qty, 12)
        self.assertFalse(self.shortage.withdrawn_qty)

    def test_the_next_short_order_takes_them_over(self):
        self.order._action_cancel()
        self.advance()
        heir = self.short(("OIL", 15))
        new = self.shortage_of(self.oil)
        self.assertNotEqual(new, self.shortage)
        self.shortage.with_user(self.buyer).action_withdrawn_hand_over()
        self.assertRecordValues(new, [{"state": "ordered", "purchase_line_ids": self.line.ids}])
        self.assertEqual(heir.commitment_date.date(), self.in_days(5).date())

    def test_nobody_to_hand_over_to_is_said(self):
        self.order._action_cancel()
        self.advance()
        with self.assertRaisesRegex(UserError, "No other order"):
            self.shortage.action_withdrawn_hand_over()

    def test_goods_that_were_served_withdraw_nothing(self):
        self.stock(self.oil, 12)
        self.order.picking_ids.action_assign()
        self.advance()
        self.assertRecordValues(self.shortage, [{"state": "solved", "withdrawn_qty": 0}])
