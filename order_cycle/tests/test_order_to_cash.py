from odoo import fields
from odoo.tests import tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestOrderToCash(OrderCycleCommon):
    """The whole way of an order, on one page."""

    def test_a_prepaid_web_order_travels_from_capture_to_complete_by_itself(self):
        order = self.an_order([("OIL", 2), ("SOAP", 5)], channel="web", paid=40.0)
        self.assertRecordValues(order, [{"state": "draft", "cycle_stage": "captured"}])

        self.advance()

        self.assertRecordValues(
            order,
            [
                {
                    "state": "sale",
                    "cycle_policy_id": self.web.id,
                    "cycle_track_order": "confirmed",
                    "cycle_track_stock": "shipped",
                    "cycle_track_accounts": "paid",
                    "cycle_stage": "complete",
                }
            ],
        )
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.order_line.mapped("qty_delivered"), [2, 5])
        invoice = order.invoice_ids
        self.assertRecordValues(
            invoice, [{"state": "posted", "amount_total": 40.0, "amount_residual": 0.0}]
        )
        self.assertRecordValues(
            order.cycle_payment_ids,
            [
                {
                    "amount": 40.0,
                    "journal_id": self.bank.id,
                    "memo": "CH-" + order.cycle_external_ref,
                }
            ],
        )
        self.assertTrue(order.cycle_payment_ids.move_id, "the payment is in the ledger")
        self.assertTrue(order.cycle_completed_at)
        self.assertFalse(self.open_exceptions(order))

    def test_a_prepaid_order_without_payment_waits_for_its_money(self):
        order = self.an_order([("OIL", 2)], channel="web")
        self.advance()
        self.assertEqual(order.cycle_stage, "to_pay")
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertIn("20.00", order.cycle_reason)

        self.register_payment(order.invoice_ids)
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")

    def test_a_cash_sale_is_invoiced_and_paid_in_one_step(self):
        order = self.an_order([("SOAP", 3)], channel="store")
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")
        self.assertRecordValues(
            order.cycle_payment_ids, [{"amount": 12.0, "journal_id": self.till.id}]
        )

    def test_a_credit_customer_ships_first_and_pays_when_due(self):
        order = self.an_order([("OIL", 4)], channel="phone")
        self.advance()
        invoice = order.invoice_ids
        self.assertRecordValues(
            order, [{"cycle_stage": "to_collect", "cycle_track_stock": "shipped"}]
        )
        self.assertRecordValues(invoice, [{"state": "posted", "amount_residual": 40.0}])
        self.assertEqual(
            invoice.invoice_date_due, fields.Date.add(fields.Date.context_today(order), days=30)
        )

        self.register_payment(invoice)
        self.advance()
        self.assertRecordValues(
            order, [{"cycle_stage": "complete", "cycle_track_accounts": "paid"}]
        )

    def test_a_short_order_is_bought_received_shipped_and_paid(self):
        order = self.an_order([("OIL", 25)], channel="web", paid=250.0)
        self.advance()
        shortage = order.cycle_shortage_line_ids.shortage_id
        self.assertRecordValues(
            shortage, [{"missing_qty": 15, "state": "open", "buyer_id": self.buyer.id}]
        )
        self.assertEqual(order.cycle_stage, "short")

        wizard = self.env["order.cycle.purchase.escalation"].browse(
            order.action_escalate_shortages()["res_id"]
        )
        wizard.confirm_purchases = True
        wizard.action_apply()
        purchase = shortage.purchase_line_ids.order_id
        self.assertEqual(purchase._get_sale_orders(), order)
        self.assertEqual(order.commitment_date, shortage.promised_date)

        self.validate(purchase.picking_ids)
        self.advance()
        self.assertRecordValues(
            order, [{"cycle_stage": "complete", "cycle_track_stock": "shipped"}]
        )
        self.assertEqual(shortage.state, "solved")

    def test_advancing_again_changes_nothing(self):
        order = self.an_order([("OIL", 2)], channel="web", paid=20.0)
        self.advance()
        before = (order.picking_ids, order.invoice_ids, order.cycle_payment_ids, order.write_date)
        order._advance()
        order._advance()
        after = (order.picking_ids, order.invoice_ids, order.cycle_payment_ids, order.write_date)
        self.assertEqual(after, before)
