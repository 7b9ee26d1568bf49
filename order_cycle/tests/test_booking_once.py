from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestBookingOnce(RehearsalCommon):
    """One delivery, one live shipment; and what is taken back is taken back everywhere."""

    # === ONCE === #

    def test_the_database_itself_keeps_a_second_live_booking_out(self):
        consignment = self.a_consignment()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            consignment.copy({"picking_id": consignment.picking_id.id}).flush_recordset()

    def test_every_door_to_the_carrier_makes_one_row(self):
        consignment = self.a_consignment()
        picking = consignment.picking_id
        picking.send_to_shipper()
        self.parcel.send_shipping(picking)
        picking._send_confirmation_email()
        self.assertEqual(picking.cycle_consignment_ids, consignment)
        self.book()
        picking.send_to_shipper()
        self.book()
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_an_answer_to_an_older_call_says_nothing_about_a_newer_one(self):
        consignment = self.a_consignment()
        call = consignment._prepare_call()
        attempt = consignment.attempt + 1
        consignment.write({"state": "sending", "attempt": attempt})
        answer = call()
        consignment.write({"state": "cancelled"})
        consignment._keep_calls({consignment: answer})
        consignment._record(answer, attempt)
        self.assertEqual(consignment.state, "cancelled")
        self.assertTrue(consignment.call_ids, "but what was said is kept")
        self.book()
        exception = self.open_exceptions(consignment.order_id)
        self.assertIn("recall", exception.mapped("kind"), "and a truck may come for it")
        self.assertIn(answer.value.waybill_ref, "".join(exception.mapped("cause")))

    # === TAKEN BACK === #

    def test_a_cancelled_order_withdraws_what_no_carrier_has(self):
        consignment = self.a_consignment()
        consignment.order_id.action_cancel()
        self.assertEqual(consignment.state, "cancelled")
        self.book()
        self.assertFalse(self.parcel_carrier.held())

    def test_what_a_carrier_was_told_of_is_not_deleted(self):
        consignment = self.a_consignment()
        self.book()
        with self.assertRaises(UserError):
            consignment.unlink()

    def test_a_refused_delivery_sent_to_the_shipper_again_is_the_same_row(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("refuse")
        self.book()
        consignment.picking_id.send_to_shipper()
        self.assertEqual(consignment.picking_id.cycle_consignment_ids, consignment)
        self.assertEqual(consignment.state, "todo")
        self.book()
        self.assertEqual(consignment.state, "done")

    # === CANCELLED AT THE CARRIER === #

    def test_a_shipment_cancelled_at_the_carrier_leaves_no_trace_and_is_handed_over_again(self):
        consignment = self.a_consignment()
        self.book()
        picking, order = consignment.picking_id, consignment.order_id
        olga = new_test_user(self.env, "olga_o", groups="order_cycle.group_order_cycle_operator")
        self.parcel_account._client().cancel(consignment.waybill_ref)
        consignment.with_user(olga).action_cancelled_at_carrier()
        self.assertIn(olga.name, consignment.message_ids[0].body)
        self.book()
        self.assertRecordValues(consignment, [{"state": "cancelled", "track": "cancelled"}])
        self.assertFalse(picking.carrier_tracking_ref)
        exception = self.open_exceptions(order)
        self.assertEqual(exception.kind, "failed")
        self.assertIn(picking.name, exception.cause)
        self.assertTrue(consignment.can_hand_over)

        consignment.with_user(olga).action_hand_over_again()
        again = picking.cycle_consignment_ids - consignment
        self.assertRecordValues(again, [{"state": "todo", "leg": 2}])
        self.assertFalse(consignment.can_hand_over)
        self.book()
        self.assertEqual(again.state, "done")
        self.assertEqual(exception.state, "solved")
        self.assertEqual(picking.carrier_tracking_ref, again.parcel_ids.tracking_ref)
        live = [row for row in self.parcel_carrier.held() if row["status"] == "booked"]
        self.assertEqual(len(live), 1)

    def test_cancelling_at_the_carrier_answers_the_recall(self):
        consignment = self.a_consignment()
        self.book()
        consignment.order_id.action_cancel()
        consignment.action_cancelled_at_carrier()
        self.book()
        self.assertFalse(self.open_exceptions(consignment.order_id).filtered("consignment_id"))

    def test_only_operators_say_so_and_only_of_what_is_booked(self):
        consignment = self.a_consignment()
        with self.assertRaises(UserError):
            consignment.action_cancelled_at_carrier()
        packer = new_test_user(self.env, "walter_p", groups="stock.group_stock_user")
        self.book()
        with self.assertRaises(AccessError):
            consignment.with_user(packer).action_cancelled_at_carrier()

    def test_withdrawing_what_has_left_tells_a_person(self):
        consignment = self.a_consignment()
        consignment.action_withdraw()
        self.book()
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "failed")
        self.assertFalse(self.parcel_carrier.held())

    # === NOBODY REWRITES WHAT HAPPENED === #

    def test_a_booked_row_cannot_be_armed_again_over_the_interface(self):
        consignment = self.a_consignment()
        self.book()
        olga = new_test_user(self.env, "olga_o", groups="order_cycle.group_order_cycle_manager")
        for name, value in (
            ("state", "todo"),
            ("payload", False),
            ("idempotency_key", "other-key"),
            ("request_ref", "OTHER"),
            ("attempt", 0),
            ("is_in_doubt", False),
            ("effects_pending", True),
            ("next_try_at", False),
            ("lease_until", False),
            ("account_id", self.freight_account.id),
            ("carrier_id", self.freight.id),
            ("picking_id", False),
            ("waybill_ref", "FORGED"),
            ("track", "booked"),
            ("leg", 7),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                consignment.with_user(olga).write({name: value})
        with self.assertRaises(UserError):
            consignment.parcel_ids.with_user(olga).tracking_ref = "FORGED"
        with self.assertRaises(UserError):
            consignment.parcel_ids.with_user(olga).unlink()

    def test_the_buttons_work_for_those_who_may_write(self):
        consignment = self.a_consignment()
        packer = new_test_user(self.env, "walter_p", groups="stock.group_stock_user")
        self.parcel_carrier.will("refuse")
        self.book()
        mine = consignment.with_user(packer)
        mine.parcel_ids.weight = 3
        mine.action_book_again()
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertIn('"weight_grams":3000', consignment.payload)
