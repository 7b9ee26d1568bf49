from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .shortage_common import ShortageCommon


@tagged("post_install", "-at_install")
class TestWhoDecides(ShortageCommon):
    """Each department does its part with its own rights, and asks the other for the rest."""

    def setUp(self):
        super().setUp()
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        self.seller = new_test_user(self.env, "sara", groups="sales_team.group_sale_salesman")
        self.chief = new_test_user(self.env, "paola", groups="purchase.group_purchase_manager")
        self.trade.purchase_manager_id = self.chief
        self.env.ref("order_cycle.channel_phone").user_id = self.seller
        self.other = self.a_product("OLIO", stock=50)
        self.replace(self.oil, self.other, needs_consent=False)
        self.order = self.short(("OIL", 12), promised=9)
        self.order.user_id = self.seller
        self.shortage = self.shortage_of(self.oil)

    def test_a_buyer_buys_without_rights_in_sales(self):
        self.window(self.shortage, self.buyer).action_apply()
        self.assertEqual(self.shortage.state, "ordered")
        self.assertEqual(self.order.commitment_date.date(), self.in_days(5).date())

    def test_a_buyer_proposes_a_substitute_and_the_salesperson_applies_it(self):
        wizard = self.window(self.shortage, self.buyer)
        wizard.line_ids.decision = "substitute"
        self.assertFalse(wizard.is_allowed)
        with self.assertRaisesRegex(UserError, "a salesperson"):
            wizard.action_apply()
        wizard.action_ask()
        self.assertEqual(self.shortage.asked_for, "sales")
        self.assertIn(self.seller, self.shortage.activity_ids.user_id)
        answer = self.window(self.shortage, self.seller)
        self.assertEqual(answer.line_ids.decision, "substitute")
        answer.action_apply()
        self.assertEqual(self.order.order_line.mapped("product_uom_qty"), [10, 2])
        self.advance()
        self.assertRecordValues(self.shortage, [{"state": "solved", "asked_for": False}])

    def test_a_salesperson_without_rights_in_purchasing_asks_for_a_purchase(self):
        wizard = self.window(self.shortage, self.seller)
        wizard.line_ids.decision = "buy"
        with self.assertRaisesRegex(UserError, "purchasing"):
            wizard.action_apply()
        wizard.action_ask()
        self.assertEqual(self.shortage.asked_for, "purchase")
        self.window(self.shortage, self.buyer).action_apply()
        self.assertEqual(self.shortage.state, "ordered")

    def test_a_buyer_applies_what_is_theirs_and_asks_for_the_rest_in_one_press(self):
        mug = self.a_product("MUG")
        self.short(("MUG", 1), promised=9)
        other = self.shortage_of(mug)
        wizard = self.window(self.shortage | other, self.buyer)
        self.assertRecordValues(wizard, [{"is_allowed": True, "is_partly_allowed": False}])
        line = wizard.line_ids.filtered(lambda line: line.shortage_id == self.shortage)
        line.decision = "substitute"
        self.assertRecordValues(wizard, [{"is_allowed": False, "is_partly_allowed": True}])
        wizard.action_apply_and_ask()
        self.assertRecordValues(
            self.shortage | other,
            [{"state": "open", "asked_for": "sales"}, {"state": "ordered", "asked_for": False}],
        )

    def test_a_salesperson_changes_only_orders_of_their_own(self):
        theirs = self.short(("OIL", 3))
        theirs.user_id = new_test_user(self.env, "rita", groups="sales_team.group_sale_salesman")
        wizard = self.window(self.shortage, self.seller)
        wizard.line_ids.decision = "cancel"
        wizard.action_apply()
        self.assertEqual(self.order.order_line.product_uom_qty, 10)
        self.assertEqual(theirs.order_line.product_uom_qty, 3)
        self.assertEqual(self.shortage.line_ids.filtered("is_open").order_id, theirs)

    def test_above_the_limit_the_manager_presses(self):
        self.trade.approval_amount = 20
        wizard = self.window(self.shortage, self.buyer)
        with self.assertRaisesRegex(UserError, "limit"):
            wizard.action_apply()
        wizard.action_ask()
        self.assertEqual(self.shortage.asked_for, "approval")
        self.assertIn(self.chief, self.shortage.activity_ids.user_id)
        self.window(self.shortage, self.chief).action_apply()
        self.assertEqual(self.shortage.state, "ordered")

    def test_below_the_limit_the_buyer_does(self):
        self.trade.approval_amount = 30
        self.window(self.shortage, self.buyer).action_apply()
        self.assertEqual(self.shortage.state, "ordered")
