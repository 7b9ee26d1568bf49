from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestRecall(RehearsalCommon):
    """What was booked and is not wanted any more is taken back, or a person is told."""

    def test_a_cancelled_order_is_cancelled_at_the_carrier_by_machine(self):
        consignment = self.a_consignment()
        self.book()
        waybill = consignment.waybill_ref
        consignment.order_id.action_cancel()
        self.assertRecordValues(consignment, [{"state": "done", "cancel_wanted": True}])
        self.book()
        self.assertRecordValues(consignment, [{"state": "cancelled", "track": "cancelled"}])
        [held] = self.parcel_carrier.held()
        self.assertEqual((held["number"], held["status"]), (waybill, "cancelled"))
        self.assertFalse(consignment.picking_id.carrier_tracking_ref)
        self.assertFalse(self.open_exceptions(consignment.order_id).filtered("consignment_id"))

    def test_where_the_carrier_takes_no_cancellations_a_person_is_told(self):
        consignment = self.a_consignment()
        self.book()
        with patch.object(type(consignment), "_can_cancel", lambda row: False):
            consignment.order_id.action_cancel()
        self.book()
        self.assertEqual(consignment.state, "done")
        exception = self.open_exceptions(consignment.order_id).filtered("consignment_id")
        self.assertEqual(exception.kind, "recall")
        self.assertIn(consignment.waybill_ref, exception.cause)

    def test_a_booking_in_doubt_is_cancelled_as_soon_as_it_is_found(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        self.assertEqual(consignment.state, "unknown")
        consignment.order_id.action_cancel()
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "cancelled")
        self.assertEqual([row["status"] for row in self.parcel_carrier.held()], ["cancelled"])

    def test_a_booking_that_never_came_about_is_cancelled_without_asking(self):
        self.stock(self.soap, 500)
        consignment = self.a_consignment([("SOAP", 400)])
        self.freight_carrier.will("answer_lost_before")
        self.book()
        self.assertEqual(consignment.state, "unknown")
        consignment.order_id.action_cancel()
        for _round in range(4):
            self.later(consignment)
            self.book()
        self.assertEqual(consignment.state, "cancelled")
        self.assertFalse(self.freight_carrier.held(), "not booked just to be cancelled")

    def test_a_carrier_that_refuses_to_cancel_is_told_to_a_person_who_answers(self):
        consignment = self.a_consignment()
        self.book()
        consignment.sudo().waybill_ref = "RP000000000"
        olga = new_test_user(self.env, "olga_c", groups="order_cycle.group_order_cycle_operator")
        consignment.with_user(olga).action_cancel_shipment()
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "cancel_wanted": False}])
        exception = self.open_exceptions(consignment.order_id)
        self.assertEqual(exception.kind, "recall")
        consignment.with_user(olga).action_cancelled_at_carrier()
        self.book()
        self.assertEqual(consignment.state, "cancelled")
        self.assertNotEqual(exception.state, "open")

    def test_odoos_own_cancel_button_takes_the_shipment_back_and_no_other_one(self):
        first, second = self.a_consignment(), self.a_consignment([("SOAP", 1)])
        self.book()
        first.picking_id.cancel_shipment()
        self.book()
        self.assertEqual((first | second).mapped("state"), ["cancelled", "done"])
        live = [row["reference"] for row in self.parcel_carrier.held() if row["status"] == "booked"]
        self.assertEqual(live, [second.request_ref])

    def test_only_an_operator_cancels_at_the_carrier(self):
        consignment = self.a_consignment()
        self.book()
        user = new_test_user(self.env, "walter_c", groups="stock.group_stock_user")
        for door in (
            consignment.with_user(user).action_cancel_shipment,
            consignment.picking_id.with_user(user).cancel_shipment,
        ):
            with self.assertRaisesRegex(AccessError, "operator"):
                door()
        self.assertRecordValues(consignment, [{"state": "done", "cancel_wanted": False}])

    def test_what_no_carrier_was_told_of_anybody_may_take_back(self):
        consignment = self.a_consignment()
        user = new_test_user(self.env, "walter_d", groups="stock.group_stock_user")
        consignment.picking_id.with_user(user).cancel_shipment()
        self.assertEqual(consignment.state, "cancelled")

    def test_goods_that_were_collected_are_a_persons_business(self):
        consignment = self.a_consignment()
        self.book()
        consignment.sudo().delivery_state = "in_transit"
        with self.assertRaisesRegex(UserError, "too late"):
            consignment.action_cancel_shipment()
        consignment.order_id.action_cancel()
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "cancel_wanted": False}])
        exception = self.open_exceptions(consignment.order_id).filtered("consignment_id")
        self.assertEqual(exception.kind, "recall")
        self.assertEqual([row["status"] for row in self.parcel_carrier.held()], ["booked"])

    def test_odoos_cancel_button_says_what_to_do_where_a_machine_cannot(self):
        consignment = self.a_consignment()
        self.book()
        with (
            patch.object(type(consignment), "_can_cancel", lambda row: False),
            self.assertRaisesRegex(UserError, "Cancelled at the Carrier"),
        ):
            consignment.picking_id.cancel_shipment()

    # === BOOK NOW === #

    def test_book_now_is_the_same_row_through_the_same_worker(self):
        consignment = self.a_consignment()
        with self.enter_registry_test_mode():
            action = consignment.picking_id.action_cycle_book_now()
        self.assertEqual(action["type"], "ir.actions.act_url", "the label opens")
        consignment.invalidate_recordset()
        self.assertRecordValues(consignment, [{"state": "done", "attempt": 1}])
        self.book()
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_book_now_says_what_the_carrier_refused(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("refuse")
        with self.enter_registry_test_mode():
            action = consignment.action_book_now()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn(consignment.name, action["params"]["message"])
        consignment.invalidate_recordset()
        self.assertEqual(consignment.state, "refused")

    def test_book_now_with_nothing_to_book_says_so(self):
        consignment = self.a_consignment()
        self.book()
        with self.assertRaises(UserError):
            consignment.picking_id.action_cycle_book_now()
