from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .test_sold_once import SupplyCommon

MINUTES = 20


@tagged("post_install", "-at_install")
class TestPaymentDoor(SupplyCommon, HttpCase):
    """Customers pay on the portal, through Odoo's own pages and a provider that answers later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.env.ref("order_cycle.channel_web")
        cls.shop.hold_minutes = MINUTES
        cls.customer.email = "carla@example.com"
        cls.last = cls.a_product("LAST", stock=1)
        cls.provider = cls.a_provider()

    @classmethod
    def a_provider(cls):
        form = cls.env["ir.ui.view"].create(
            {"name": "Redirect", "type": "qweb", "arch": "<form action='nowhere' method='post'/>"}
        )
        method = cls.env.ref("payment.payment_method_unknown")
        provider = cls.env["payment.provider"].create(
            {
                "name": "Bank across the street",
                "code": "none",
                "state": "test",
                "is_published": True,
                "payment_method_ids": [Command.set(method.ids)],
                "redirect_form_view_id": form.id,
            }
        )
        method.active = True
        line = cls.bank.inbound_payment_method_line_ids[:1]
        line.copy({"payment_provider_id": provider.id, "name": "Paid online"})
        return provider

    # === WHAT CUSTOMERS DO === #

    def a_cart(self, product=None, quantity=1):
        return self.a_quotation(
            quantity,
            product or self.last,
            cycle_channel_id=self.shop.id,
            require_payment=True,
            prepayment_percent=1.0,
        )

    def start_to_pay(self, order):
        """Press Pay on the portal, as a visitor who has the order's link."""
        self.make_jsonrpc_request(
            f"/my/orders/{order.id}/transaction",
            {
                "access_token": order._portal_ensure_token(),
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids.id,
                "token_id": None,
                "amount": order.amount_total,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": order.get_portal_url(),
            },
        )
        return order.transaction_ids.sorted("id")[-1]

    def come_back(self, transaction):
        """Return to the shop: Odoo's page asks what became of the payment, and confirms."""
        answer = self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        self.assertTrue(transaction.is_post_processed)
        return answer["state"]

    def pay(self, order):
        transaction = self.start_to_pay(order)
        transaction._set_done()
        self.assertEqual(self.come_back(transaction), "done")
        return transaction

    def held(self):
        place = (self.last.id, self.warehouse.id)
        return self.env["order.cycle.hold"]._held([place]).get(place, 0)

    def assert_paid_and_short(self, order):
        """The order is confirmed and paid in the books, is short, and has a date and an owner."""
        self.advance()
        self.assertEqual(order.cycle_track_accounts, "paid")
        # The money is there now: the worker is called once more.
        self.advance()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.transaction_ids.payment_id.amount, order.amount_total)
        self.assertFalse(self.open_exceptions(order).mapped("cause"))
        self.assertEqual(order.cycle_track_stock, "short")
        due = fields.Date.today() + timedelta(days=5)
        self.assertEqual(order.commitment_date.date(), due)
        shortage = order.cycle_shortage_line_ids.shortage_id
        self.assertRecordValues(shortage, [{"missing_qty": 1, "state": "open"}])
        self.assertEqual(shortage.owner_id, self.buyer)
        window = self.env["order.cycle.purchase.escalation"].browse(
            shortage.action_escalate()["res_id"]
        )
        self.assertIn("buy", window.line_ids.proposal_ids.mapped("kind"))

    # === THE LAST PIECE === #

    def test_who_pays_for_the_last_piece_gets_it(self):
        order = self.a_cart()
        self.pay(order)
        self.assertEqual(order.picking_ids.move_ids.state, "assigned")
        self.assertEqual(order.cycle_hold_ids.state, "sold")
        self.assertEqual(self.reserved(self.last), (1, 1))

    def test_who_pays_while_others_buy_the_last_piece_has_a_date_and_no_error(self):
        """The time was over, somebody bought it at the desk, and then the bank says: paid."""
        order = self.a_cart()
        transaction = self.start_to_pay(order)
        order.cycle_hold_ids.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        first = self.a_sale(1, self.last)
        self.advance()
        self.assertEqual(first.cycle_track_stock, "reserved")
        transaction._set_done()
        self.assertEqual(self.come_back(transaction), "done")
        self.assert_paid_and_short(order)
        self.assertEqual(self.reserved(self.last), (1, 1))

    def test_the_bank_that_answers_when_nobody_waits_is_served_by_the_scheduled_action(self):
        order = self.a_cart()
        transaction = self.start_to_pay(order)
        order.cycle_hold_ids.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.a_sale(1, self.last)
        transaction._set_done()
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.assertNoLogs("odoo.addons.payment", "ERROR"):
            self.env.ref("payment.cron_post_process_payment_tx").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(transaction.is_post_processed)
        self.assert_paid_and_short(order)

    # === WHAT IS HELD === #

    def test_starting_to_pay_holds_the_goods_and_shows_it(self):
        order = self.a_cart()
        transaction = self.start_to_pay(order)
        hold = order.cycle_hold_ids
        self.assertRecordValues(
            hold, [{"state": "held", "quantity": 1, "transaction_id": transaction.id}]
        )
        left = hold.expires_at - fields.Datetime.now()
        self.assertAlmostEqual(left, timedelta(minutes=MINUTES), delta=timedelta(minutes=1))
        self.assertTrue(order.cycle_is_holding)
        self.assertRegex(order.order_line.cycle_hold_text, "^1 held until .+ who is paying$")
        other = self.a_sale(1, self.last)
        self.advance()
        self.assertEqual(other.cycle_track_stock, "short")

    def test_two_who_pay_at_once_the_second_is_short_with_a_date(self):
        first, second = self.a_cart(), self.a_cart()
        paying = self.start_to_pay(first)
        self.pay(second)
        self.assert_paid_and_short(second)
        paying._set_done()
        paying._post_process()
        self.assertEqual(first.picking_ids.move_ids.state, "assigned")
        self.assertEqual(self.reserved(self.last), (1, 1))

    def test_a_payment_that_fails_gives_the_goods_back_to_who_waits(self):
        for end in (
            lambda transaction: transaction._set_error("The bank said no"),
            lambda transaction: transaction._set_canceled(),
        ):
            with self.subTest(end=end):
                order = self.a_cart()
                transaction = self.start_to_pay(order)
                other = self.a_sale(1, self.last)
                self.advance()
                self.assertEqual(other.cycle_track_stock, "short")
                end(transaction)
                self.assertEqual(order.cycle_hold_ids.state, "released")
                self.advance()
                self.assertEqual(other.cycle_track_stock, "reserved")
                other._action_cancel()

    def test_who_tries_again_holds_again_and_the_first_failure_takes_nothing(self):
        order = self.a_cart()
        first = self.start_to_pay(order)
        second = self.start_to_pay(order)
        first._set_error("Time over")
        self.assertEqual(self.held(), 1)
        second._set_pending()
        third = self.start_to_pay(order)
        third._set_canceled()
        self.assertEqual(self.held(), 1)

    def test_what_a_person_held_stays_held_when_the_payment_fails(self):
        order = self.a_cart()
        order.action_cycle_hold()
        transaction = self.start_to_pay(order)
        transaction._set_error("The bank said no")
        self.assertEqual(self.held(), 1)
        self.assertRegex(order.order_line.cycle_hold_text, "by OdooBot$")

    def test_a_channel_without_minutes_holds_nothing(self):
        self.shop.hold_minutes = 0
        self.start_to_pay(self.a_cart())
        self.assertEqual(self.held(), 0)
