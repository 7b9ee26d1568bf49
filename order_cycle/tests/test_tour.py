from odoo.tests import HttpCase, new_test_user, tagged

from .common import OrderCycleCommon

CUSTOMER = {"name": "Bar Sport", "email": "bar@example.com"}


@tagged("post_install", "-at_install")
class TestTour(OrderCycleCommon, HttpCase):
    """A person takes an order and answers a shortage, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(dict(CUSTOMER))
        cls.soap.name = "Olive Soap"
        cls.oil.name = "Olive Oil"
        cls.buyer.name = "Bruno Buyer"
        cls.operator = new_test_user(
            cls.env, "olga", groups="order_cycle.group_order_cycle_operator", lang="en_US"
        )

    def run_cron(self, name):
        """Run a scheduled action; an `HttpCase` lets it commit already."""
        self.env.flush_all()
        self.env.ref(f"order_cycle.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def orders(self):
        return self.env["sale.order"].search([("partner_id", "=", self.customer.id)])

    def test_an_operator_takes_a_phone_order_and_follows_it_on_the_board(self):
        self.start_tour("/odoo", "order_cycle_take_phone_order", login="olga")
        order = self.orders()
        self.assertRecordValues(
            order,
            [
                {
                    "state": "draft",
                    "cycle_stage": "captured",
                    "cycle_channel_id": self.env.ref("order_cycle.channel_phone").id,
                    "create_uid": self.operator.id,
                }
            ],
        )
        self.assertEqual(order.order_line.product_id, self.soap)

        self.advance()
        self.start_tour("/odoo", "order_cycle_follow_order", login="olga")
        self.assertRecordValues(
            order,
            [
                {
                    "cycle_stage": "to_collect",
                    "cycle_track_stock": "shipped",
                    "cycle_track_accounts": "open",
                    "cycle_policy_id": self.trade.id,
                }
            ],
        )
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_a_shortage_becomes_a_request_for_quotation(self):
        self.operator.group_ids |= self.env.ref("purchase.group_purchase_user")
        order = self.an_order([("OIL", 12)], channel="phone", customer=CUSTOMER)
        self.advance()
        shortage = order.cycle_shortage_line_ids.shortage_id
        self.assertEqual(shortage.state, "open")

        self.start_tour("/odoo", "order_cycle_escalate_shortage", login="olga")
        purchase = shortage.purchase_line_ids.order_id
        self.assertRecordValues(
            purchase,
            [{"partner_id": self.vendor.id, "state": "draft", "user_id": self.operator.id}],
        )
        self.assertEqual(shortage.purchase_line_ids.product_qty, 6)
        self.assertEqual(purchase._get_sale_orders(), order)
        self.assertEqual(shortage.state, "ordered")
        self.assertTrue(order.commitment_date)
