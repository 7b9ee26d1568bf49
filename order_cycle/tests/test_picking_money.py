from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestPickingMoney(OrderCycleCommon):
    """Goods that are paid in advance stay until the money is there, whatever the door."""

    def an_unpaid_delivery(self):
        order = self.an_order([("OIL", 2)], channel="web")
        self.advance()
        self.assertEqual(order.cycle_stage, "to_pay")
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        return picking

    def packer(self, groups="stock.group_stock_manager"):
        return new_test_user(self.env, "walter_m", groups=groups)

    def test_goods_stay_and_the_packer_is_told_why(self):
        picking = self.an_unpaid_delivery()
        self.assertTrue(picking.cycle_waits_for_money)
        mine = picking.with_user(self.packer())
        self.assertTrue(mine.cycle_waits_for_money)
        with self.assertRaises(UserError) as caught:
            mine.with_context(skip_backorder=True).button_validate()
        for words in (picking.sale_id.name, "20.00", "Record the payment"):
            self.assertIn(words, str(caught.exception))
        with self.assertRaises(UserError):
            mine._action_done()
        with self.assertRaises(UserError):
            # What only the worker may say of itself
            mine.with_context(order_cycle__advancing=True)._action_done()
        self.assertNotEqual(picking.state, "done")

    def test_paid_goods_leave(self):
        picking = self.an_unpaid_delivery()
        invoice = picking.sale_id.invoice_ids
        if not invoice:
            invoice = picking.sale_id._create_invoices()
            invoice.action_post()
        self.register_payment(invoice)
        self.assertFalse(picking.cycle_waits_for_money)
        picking.with_user(self.packer()).with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")

    def test_a_manager_answers_for_what_they_release(self):
        picking = self.an_unpaid_delivery()
        boss = self.packer("stock.group_stock_user,order_cycle.group_order_cycle_manager")
        picking.with_user(boss).with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertFalse(picking.cycle_waits_for_money)

    def test_goods_on_credit_are_nobody_s_business_here(self):
        order = self.an_order([("OIL", 2)], channel="phone")
        order.cycle_policy_id = self.trade
        order.action_confirm()
        self.assertFalse(order.picking_ids.cycle_waits_for_money)
