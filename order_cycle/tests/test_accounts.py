from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestAccounts(OrderCycleCommon):
    """Money is recorded once, in the right journal, and what differs is shown."""

    def test_each_order_of_a_batch_gets_its_own_invoice(self):
        orders = self.an_order([("SOAP", 1)], channel="store") | self.an_order(
            [("SOAP", 2)], channel="store"
        )
        self.advance()
        self.assertEqual(len(orders.partner_id), 1)
        self.assertEqual(sorted(orders.invoice_ids.mapped("amount_total")), [4.0, 8.0])
        self.assertEqual(len(orders.cycle_payment_ids), 2)

    def test_what_was_paid_too_little_is_an_exception_and_ends_when_the_rest_comes(self):
        order = self.an_order([("OIL", 2)], paid=15.0)
        self.advance()
        self.assertRecordValues(order, [{"cycle_stage": "to_pay", "cycle_track_accounts": "open"}])
        exception = self.open_exceptions(order)
        self.assertEqual(exception.kind, "payment")
        self.assertIn("5.00", exception.cause)

        self.register_payment(order.invoice_ids)
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")
        self.assertEqual(exception.state, "solved")

    def test_what_was_paid_too_much_is_shown_once(self):
        order = self.an_order([("OIL", 2)], paid=25.0)
        self.advance()
        exception = self.open_exceptions(order)
        self.assertEqual(exception.kind, "payment")
        self.assertEqual(order.cycle_stage, "complete")
        exception.action_dismiss()
        self.advance()
        self.assertFalse(self.open_exceptions(order))

    def test_money_is_recorded_once_however_often_the_worker_looks(self):
        order = self.an_order([("OIL", 2)], paid=20.0)
        for _time in range(3):
            order.action_cycle_advance()
            self.advance()
        self.assertEqual(order.cycle_payment_ids.mapped("amount"), [20.0])
        self.assertEqual(len(order.invoice_ids), 1)

    def test_a_company_without_journal_hears_what_is_missing(self):
        self.store.journal_id = False
        self.env["account.journal"].search([("type", "=", "cash")]).active = False
        order = self.an_order([("SOAP", 1)], channel="store")
        self.advance()
        exception = self.open_exceptions(order)
        self.assertRecordValues(exception, [{"step": "collect", "kind": "no_journal"}])
        self.assertEqual(order.invoice_ids.state, "posted", "the invoice stands, only money waits")

        self.till.active = True
        self.store.journal_id = self.till
        exception.action_retry()
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")

    def test_money_before_goods_means_invoice_before_goods(self):
        with self.assertRaisesRegex(ValidationError, "credit terms"):
            self.web.invoice_on = "ship"

    def test_nothing_is_billed_before_all_goods_have_left(self):
        self.trade.ship_partial = True
        order = self.an_order([("OIL", 15)], channel="phone")
        self.advance()
        self.assertEqual(order.order_line.qty_delivered, 10)
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.cycle_stage, "short")

    def test_a_credit_customer_s_invoice_goes_to_the_sending_queue(self):
        self.trade.auto_send = True
        order = self.an_order([("OIL", 1)], channel="phone")
        self.advance()
        self.assertTrue(order.invoice_ids.cycle_send_at)
        self.assertFalse(order.invoice_ids.is_move_sent)

    def test_one_invoice_that_cannot_be_sent_does_not_stop_the_others(self):
        self.trade.auto_send = True
        silent_customer = {"name": "Silent", "street": "Via Po 1", "zip": "10100", "country": "IT"}
        silent = self.an_order([("OIL", 1)], channel="phone", customer=silent_customer)
        orders = silent | self.an_order([("OIL", 1)], channel="phone")
        self.advance()
        sent = []
        Sender = type(self.env["account.move.send"])
        with patch.object(
            Sender, "_generate_and_send_invoices", lambda _self, move, **_kw: sent.append(move)
        ):
            self.run_cron("cron_send")
            self.assertEqual(sent, list(orders[1].invoice_ids))
            exception = self.open_exceptions(silent)
            self.assertEqual(exception.kind, "not_sent")
            self.assertIn("no e-mail address", exception.cause)

            silent.partner_id.email = "now@example.com"
            exception.action_retry()
            self.run_cron("cron_send")
            self.assertEqual(len(sent), 2)
        self.assertEqual(exception.state, "solved")
        self.assertFalse(orders.invoice_ids.filtered("cycle_send_at"))

    def test_completion_is_taken_back_when_goods_come_back(self):
        order = self.an_order([("OIL", 2)], paid=20.0)
        self.advance()
        self.assertTrue(order.cycle_completed_at)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=order.picking_ids.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        wizard.product_return_moves.to_refund = True
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.validate(back)
        self.advance()
        self.assertFalse(order.cycle_completed_at)
        self.assertNotEqual(order.cycle_stage, "complete")
