from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OrderCycleCommon

FLOW = "odoo.addons.order_cycle.models.order_cycle_flow"


@tagged("post_install", "-at_install")
class TestFlow(OrderCycleCommon):
    """One order's failure never stops another's, and is seen by somebody."""

    def fail_for(self, orders, error):
        """Let Odoo's own confirmation fail for `orders`, whoever they travel with."""
        SaleOrder = type(self.env["sale.order"])
        confirm = SaleOrder.action_confirm

        def action_confirm(records):
            if records & orders:
                raise error
            return confirm(records)

        return patch.object(SaleOrder, "action_confirm", action_confirm)

    def test_a_failing_order_becomes_an_exception_and_the_others_go_on(self):
        orders = self.env["sale.order"].union(
            *(self.an_order([("SOAP", 1)], channel="store") for _number in range(7))
        )
        bad = orders[3]
        with self.fail_for(bad, UserError("The customer is blocked.")):
            self.advance()
        self.assertEqual((orders - bad).mapped("cycle_stage"), ["complete"] * 6)
        self.assertEqual(bad.state, "draft")
        exception = self.open_exceptions(bad)
        self.assertRecordValues(
            exception,
            [
                {
                    "step": "confirm",
                    "kind": "failed",
                    "cause": "The customer is blocked.",
                    "attempts": 1,
                    "user_id": bad._cycle_exception_owner().id,
                }
            ],
        )
        self.assertTrue(exception.next_action)
        self.assertEqual(bad.cycle_reason, "The customer is blocked.")
        self.assertEqual(
            bad.activity_ids.activity_type_id, self.env.ref("order_cycle.activity_exception")
        )

    def test_a_retry_that_succeeds_solves_the_exception(self):
        order = self.an_order([("SOAP", 1)], channel="store")
        with self.fail_for(order, UserError("Not today.")):
            self.advance()
            self.open_exceptions(order).action_retry()
            self.advance()
        exception = self.open_exceptions(order)
        self.assertEqual(exception.attempts, 2)

        exception.action_retry()
        self.advance()
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.cycle_stage, "complete")
        self.assertFalse(order.activity_ids)

    def test_an_unexpected_failure_is_logged_and_tried_again_by_itself(self):
        order = self.an_order([("SOAP", 1)], channel="store")
        with self.fail_for(order, KeyError("surprise")), mute_logger(FLOW):
            self.advance()
        self.assertEqual(self.open_exceptions(order).kind, "crashed")
        signal = self.env["order.cycle.signal"].search([("order_id", "=", order.id)])
        self.assertEqual(signal.reason, "backoff")
        signal.wake_at = "2026-01-01"
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")

    def test_an_order_that_no_policy_fits_says_so(self):
        self.store.channel_ids = self.env.ref("order_cycle.channel_web")
        order = self.an_order([("SOAP", 1)], channel="store")
        self.advance()
        self.assertEqual(self.open_exceptions(order).kind, "no_policy")

        self.store.channel_ids = self.env.ref("order_cycle.channel_store")
        self.open_exceptions(order).action_retry()
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")

    def test_a_policy_may_leave_the_confirmation_to_people(self):
        self.store.auto_confirm = False
        order = self.an_order([("SOAP", 1)], channel="store")
        self.advance()
        self.assertEqual(order.state, "draft")
        self.assertIn("Somebody has to confirm", order.cycle_reason)
        order.action_confirm()
        self.advance()
        self.assertEqual(order.cycle_stage, "complete")

    def test_a_quotation_outside_the_cycle_is_left_alone(self):
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.vendor.id,
                "order_line": [(0, 0, {"product_id": self.soap.id})],
            }
        )
        quotation._advance()
        self.assertRecordValues(quotation, [{"state": "draft", "cycle_stage": False}])

    def test_an_order_confirmed_by_hand_is_followed_but_nothing_happens_by_itself(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.vendor.id,
                "order_line": [(0, 0, {"product_id": self.soap.id})],
            }
        )
        order.action_confirm()
        self.advance()
        self.assertRecordValues(
            order,
            [{"cycle_stage": "to_ship", "cycle_policy_id": False, "invoice_status": "to invoice"}],
        )

    def test_signals_are_dropped_once_they_are_served(self):
        self.an_order([("SOAP", 1)], channel="store")
        self.advance()
        self.assertFalse(self.env["order.cycle.signal"].search([]))

    def test_the_clock_looks_at_every_open_order_whatever_was_missed(self):
        order = self.an_order([("SOAP", 1)], channel="store")
        done = self.an_order([("SOAP", 1)], channel="store")
        self.advance()
        order.cycle_completed_at = False
        self.env["order.cycle.signal"].search([]).unlink()
        waiting = self.an_order([("SOAP", 1)], channel="store")
        self.env["order.cycle.signal"].search([]).unlink()

        self.run_cron("cron_clock")
        woken = self.env["order.cycle.signal"].search([]).order_id
        self.assertIn(waiting, woken)
        self.assertNotIn(done, woken)
        self.advance()
        self.assertEqual(waiting.cycle_stage, "complete")

    def test_batches_smaller_than_the_queue_leave_nobody_out(self):
        orders = self.env["sale.order"].union(
            *(self.an_order([("SOAP", 1)], channel="store") for _number in range(5))
        )
        self.env.ref("order_cycle.cron_advance").code = "model._cron_advance(batch_size=2)"
        self.advance()
        self.assertEqual(orders.mapped("cycle_stage"), ["complete"] * 5)
