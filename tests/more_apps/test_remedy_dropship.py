from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import AppsCommon


@tagged("post_install", "-at_install")
class TestRemedyDropship(AppsCommon):
    """What is missing goes from the vendor to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "sara", groups="sales_team.group_sale_salesman")

    def setUp(self):
        super().setUp()
        # 10 of 24 are there: 14 are missing.
        self.order = self.short(("OIL", 24), promised=9)
        self.order.user_id = self.seller
        self.case = self.shortage_of(self.oil)

    def send(self, user=None):
        wizard = self.window(self.case, user)
        wizard.line_ids.decision = "dropship"
        wizard.action_apply()
        return self.order.order_line - self.order.order_line.sorted("id")[:1]

    def test_the_vendor_is_asked_to_send_it_to_the_customer(self):
        line = self.send(self.seller)
        self.assertRecordValues(line, [{"product_id": self.oil.id, "product_uom_qty": 14}])
        bought = line.purchase_line_ids
        self.assertEqual((bought.product_qty, bought.partner_id), (14, self.vendor))
        self.assertEqual(bought.order_id.dest_address_id, self.order.partner_shipping_id)
        self.assertEqual(bought.order_id.picking_type_id.code, "dropship")
        self.assertEqual(self.order.order_line.sorted("id")[:1].product_uom_qty, 10)
        self.assertEqual(line.price_unit, self.order.order_line.sorted("id")[:1].price_unit)

    def test_the_case_is_solved_and_the_order_promised_the_vendors_date(self):
        line = self.send()
        self.advance()
        self.assertEqual(self.case.state, "solved")
        self.assertEqual(line.cycle_promise_date.date(), self.in_days(5).date())
        self.assertEqual(self.order.commitment_date.date(), self.in_days(9).date())

    def test_a_vendor_who_is_late_moves_the_orders_promise(self):
        self.promise(self.order, 2)
        self.send(self.seller)
        self.assertEqual(self.order.commitment_date.date(), self.in_days(5).date())

    def test_it_is_no_demand_on_the_stock(self):
        self.send()
        self.assertEqual(self.available(self.oil), 0)
        self.stock(self.oil, 5)
        self.assertEqual(self.available(self.oil), 5)
        self.order.order_line.purchase_line_ids.order_id.button_confirm()
        self.assertEqual(self.available(self.oil), 5)

    def test_the_cycle_does_not_send_what_the_vendor_sends(self):
        self.trade.auto_ship = True
        line = self.send()
        purchase = line.purchase_line_ids.order_id
        purchase.button_confirm()
        dropship = purchase.picking_ids
        self.assertTrue(dropship.is_dropship)
        self.env["order.cycle.signal"]._emit(self.order, "supply")
        self.advance()
        self.assertNotEqual(dropship.state, "done")
        self.assertFalse(self.order.cycle_shortage_line_ids.filtered("is_open"))
        self.validate(dropship)
        self.advance()
        self.assertEqual(line.qty_delivered, 14)
        self.assertEqual(self.order.cycle_track_stock, "shipped")
        self.assertFalse(self.open_exceptions(self.order))

    def test_it_is_done_once(self):
        first, second = self.window(self.case), self.window(self.case)
        (first | second).line_ids.decision = "dropship"
        first.action_apply()
        with self.assertRaises(UserError):
            second.action_apply()
        self.assertEqual(sum(self.order.order_line.mapped("product_uom_qty")), 24)
        self.assertEqual(self.order.order_line.purchase_line_ids.product_qty, 14)

    def test_a_vendor_who_wants_more_bought_is_not_asked(self):
        self.oil.seller_ids.min_qty = 50
        self.assertNotIn("dropship", self.ranking(self.window(self.case)))

    def test_each_customer_gets_a_purchase_of_their_own(self):
        other = self.short(("OIL", 7), promised=9)
        other.partner_shipping_id = self.tuscan
        wizard = self.window(self.case)
        wizard.line_ids.decision = "dropship"
        wizard.action_apply()
        purchases = (self.order | other).order_line.purchase_line_ids.order_id
        self.assertEqual(len(purchases), 2)
        self.assertEqual(purchases.dest_address_id, self.order.partner_shipping_id | self.tuscan)

    def test_a_buyer_proposes_it_and_the_salesperson_decides(self):
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        with self.assertRaisesRegex(UserError, "a salesperson"):
            self.send(self.buyer)
        self.assertFalse(self.order.order_line.purchase_line_ids)
