import base64

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestBooking(RehearsalCommon):
    """A shipment is booked once, or a person is told that nobody can know."""

    # === THE USUAL WAY === #

    def test_validating_a_delivery_writes_a_row_and_calls_nobody(self):
        consignment = self.a_consignment()
        self.assertRecordValues(consignment, [{"state": "todo", "attempt": 0, "track": "booking"}])
        self.assertFalse(self.parcel_carrier.held())
        self.assertFalse(consignment.picking_id.carrier_tracking_ref)
        self.assertEqual(consignment.order_id.cycle_stage, "booking")

    def test_the_worker_books_it_and_label_and_tracking_come_back(self):
        consignment = self.a_consignment()
        self.book()
        [held] = self.parcel_carrier.held(consignment.request_ref)
        self.assertRecordValues(consignment, [{"state": "done", "waybill_ref": held["number"]}])
        parcel = consignment.parcel_ids
        picking = consignment.picking_id
        self.assertTrue(parcel.tracking_ref)
        self.assertEqual(picking.carrier_tracking_ref, parcel.tracking_ref)
        self.assertEqual(picking.carrier_tracking_url, parcel.tracking_url)
        self.assertEqual(base64.b64decode(parcel.label_id.datas)[:5], b"%PDF-")
        self.assertIn(parcel.tracking_ref, picking.message_ids[0].body)
        self.assertEqual(len(picking.message_ids[0].attachment_ids), 1)
        self.advance()
        self.assertRecordValues(
            consignment.order_id, [{"cycle_stage": "complete", "cycle_track_delivery": "booked"}]
        )

    def test_goods_are_divided_into_parcels_with_a_number_and_a_label_each(self):
        consignment = self.a_consignment([("SOAP", 75)])
        self.book()
        parcels = consignment.parcel_ids
        self.assertEqual(parcels.mapped("weight"), [25, 25, 25])
        self.assertEqual(len(set(parcels.mapped("tracking_ref"))), 3)
        self.assertEqual(len(parcels.label_id), 3)
        self.assertEqual(
            consignment.picking_id.carrier_tracking_ref, ",".join(parcels.mapped("tracking_ref"))
        )
        pages = consignment.picking_id.get_multiple_carrier_tracking()
        self.assertEqual([page[0] for page in pages], parcels.mapped("tracking_ref"))

    def test_heavy_goods_travel_as_freight_over_soap(self):
        self.stock(self.soap, 500)
        consignment = self.a_consignment([("SOAP", 400)])
        self.assertEqual(consignment.carrier_id, self.freight)
        self.book()
        self.assertRecordValues(consignment, [{"state": "done"}])
        [held] = self.freight_carrier.held(consignment.request_ref)
        self.assertEqual(held["number"], consignment.waybill_ref)
        self.assertTrue(consignment.label_ids, "the bill of lading")

    def test_each_call_is_kept_for_people_without_secrets(self):
        consignment = self.a_consignment()
        self.book()
        call = consignment.call_ids
        self.assertEqual(call.status, 201)
        self.assertIn(consignment.request_ref, call.request_text)
        self.assertNotIn("rehearsal-parcel-key", call.request_text + call.response_text)

    # === WHAT GOES WRONG === #

    def test_goods_do_not_leave_before_their_address_is_complete(self):
        nowhere = {"name": "B", "street": "Via Po 1", "city": "Torino", "country": "IT"}
        order = self.an_order([("OIL", 1)], paid=10.0, ship_to=nowhere)
        self.advance()
        self.assertEqual(order.cycle_track_stock, "reserved")
        exception = self.open_exceptions(order)
        self.assertRecordValues(exception, [{"kind": "shipment", "step": "ship"}])
        self.assertIn("postcode", exception.cause)
        self.assertFalse(order.cycle_consignment_ids)

        order.partner_shipping_id.zip = "10123"
        exception.action_retry()
        self.advance()
        self.book()
        self.advance()
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.cycle_stage, "complete")

    def test_an_address_that_lacks_something_is_named_before_anything_is_sent(self):
        consignment = self.a_consignment()
        consignment.partner_id.zip = False
        self.book()
        self.assertRecordValues(consignment, [{"state": "refused", "attempt": 0}])
        order, old_ref = consignment.order_id, consignment.request_ref
        exception = self.open_exceptions(order)
        self.assertEqual(exception.kind, "shipment")
        self.assertIn("postcode", exception.cause.lower())
        self.assertEqual(order.cycle_track_delivery, "refused")
        self.assertFalse(self.parcel_carrier.held())

        order.partner_shipping_id.zip = "10123"
        exception.action_retry()
        self.book()
        self.advance()
        self.assertEqual(consignment.state, "done")
        self.assertNotEqual(consignment.request_ref, old_ref, "other data, another reference")
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.cycle_stage, "complete")

    def test_a_postcode_of_another_country_is_refused_by_the_carrier_and_nothing_is_booked(self):
        order = self.an_order(
            [("OIL", 1)],
            paid=10.0,
            ship_to={"name": "B", "street": "S", "zip": "AB1", "city": "Torino", "country": "IT"},
        )
        self.advance()
        self.book()
        self.assertRecordValues(order.cycle_consignment_ids, [{"state": "refused", "attempt": 1}])
        self.assertFalse(self.parcel_carrier.held())

    def test_goods_that_leave_the_union_are_declared_to_the_customs(self):
        self.oil.write({"hs_code": "150910", "country_of_origin": self.env.ref("base.it").id})
        swiss = {"name": "Urs", "street": "Seeweg 1", "zip": "8001", "city": "Zug", "country": "CH"}
        consignment = self.a_consignment(ship_to=swiss)
        self.book()
        self.assertEqual(consignment.state, "done", consignment.state_message)
        self.assertIn("150910", consignment.payload)

    def test_what_the_carrier_refuses_is_shown_in_its_words(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("refuse")
        self.book()
        self.assertRecordValues(consignment, [{"state": "refused", "attempt": 1}])
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "refused")
        self.assertTrue(consignment.state_message)
        self.assertFalse(self.parcel_carrier.held())

    def test_later_means_later(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will({"play": "too_many_requests", "seconds": 120})
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo", "attempt": 1}])
        self.assertGreater((consignment.next_try_at - consignment.last_sent_at).seconds, 90)
        self.book()
        self.assertEqual(consignment.attempt, 1, "not before the carrier said")
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")

    def test_a_wrong_key_stops_the_account_and_tells_who_owns_the_order(self):
        self.parcel_account.api_key = "wrong"
        consignment = self.a_consignment()
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo"}])
        self.assertTrue(self.parcel_account.paused_until)
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "account")
        calls = self.env["order.cycle.call"].search_count([])
        self.a_consignment()
        self.book()
        self.assertEqual(self.env["order.cycle.call"].search_count([]), calls, "no more knocking")

        self.parcel_account.api_key = "rehearsal-parcel-key"
        self.parcel_account.action_check()
        self.assertFalse(self.parcel_account.paused_until)
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")

    def test_a_carrier_that_is_not_there_was_certainly_not_reached(self):
        self.parcel_account.base_url = "http://127.0.0.1:9"
        consignment = self.a_consignment()
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo", "is_in_doubt": False}])

    # === NOBODY KNOWS === #

    def test_a_lost_answer_with_a_key_is_sent_again_and_found(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        self.assertRecordValues(consignment, [{"state": "unknown", "is_in_doubt": True}])
        self.assertEqual(consignment.order_id.cycle_track_delivery, "unknown")
        key = consignment.idempotency_key
        self.later(consignment)
        self.book()
        self.assertRecordValues(
            consignment, [{"state": "done", "attempt": 2, "idempotency_key": key}]
        )
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_a_lost_request_with_a_key_is_booked_once(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_before")
        self.book()
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_in_doubt_stays_in_doubt_when_the_carrier_cannot_be_reached(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        address, self.parcel_account.base_url = self.parcel_account.base_url, "http://127.0.0.1:9"
        self.later(consignment)
        self.book()
        self.assertRecordValues(consignment, [{"state": "unknown", "is_in_doubt": True}])
        self.parcel_account.base_url = address
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def a_freight_consignment(self):
        self.stock(self.soap, 500)
        return self.a_consignment([("SOAP", 400)])

    def test_a_lost_answer_without_key_is_looked_up_and_never_sent_again_blindly(self):
        consignment = self.a_freight_consignment()
        self.freight_carrier.will("answer_lost_after")
        self.book()
        self.assertEqual(consignment.state, "unknown")
        self.later(consignment)
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "attempt": 1}])
        self.assertEqual(len(self.freight_carrier.held()), 1)
        self.assertTrue(consignment.label_ids, "the papers were asked for")

    def test_what_the_carrier_does_not_have_is_sent_again_only_after_the_grace(self):
        consignment = self.a_freight_consignment()
        self.freight_carrier.will("answer_lost_before")
        self.book()
        sent_at = consignment.last_sent_at
        for _round in range(4):
            consignment.next_try_at = sent_at
            self.book()
        self.assertRecordValues(consignment, [{"state": "unknown", "attempt": 1}])
        self.later(consignment)
        self.book()
        self.later(consignment, 10)
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "attempt": 2}])
        self.assertEqual(len(self.freight_carrier.held()), 1)

    def test_a_worker_that_died_leaves_an_unknown_outcome_that_is_found_out(self):
        consignment = self.a_consignment()
        consignment._prepare_call()()
        consignment.write(
            {
                "state": "sending",
                "attempt": 1,
                "lease_until": "2026-01-01",
                "first_sent_at": consignment.create_date,
                "last_sent_at": consignment.create_date,
            }
        )
        self.assertEqual(len(self.parcel_carrier.held()), 1, "booked, and nobody here knows")
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "attempt": 2}])
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_an_unreadable_answer_is_no_refusal(self):
        for play in ("garbage", "incomplete", "html_200"):
            with self.subTest(play=play):
                consignment = self.a_consignment([("SOAP", 1)])
                self.parcel_carrier.will(play)
                self.book()
                self.assertEqual(consignment.state, "unknown")
                self.later(consignment)
                self.book()
                self.assertEqual(consignment.state, "done")
                self.assertEqual(len(self.parcel_carrier.held(consignment.request_ref)), 1)

    def test_a_person_is_asked_when_the_key_is_too_old_to_be_remembered(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        self.later(consignment)
        consignment.first_sent_at = "2026-01-01"
        self.book()
        self.assertEqual(consignment.state, "human")
        exception = self.open_exceptions(consignment.order_id)
        self.assertEqual(exception.kind, "unknown")
        return consignment, exception

    def test_the_person_found_it_at_the_carrier(self):
        consignment, exception = (
            self.test_a_person_is_asked_when_the_key_is_too_old_to_be_remembered()
        )
        wizard = self.env["order.cycle.outcome"].browse(exception.action_open_document()["res_id"])
        wizard.answer = "exists"
        with self.assertRaises(UserError):
            wizard.action_answer()
        wizard.waybill_ref = "RP123"
        wizard.action_answer()
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "waybill_ref": "RP123"}])
        self.assertEqual(consignment.picking_id.carrier_tracking_ref, "RP123")
        self.assertEqual(exception.state, "solved")

    def test_the_person_found_nothing_and_it_is_booked_anew(self):
        consignment, exception = (
            self.test_a_person_is_asked_when_the_key_is_too_old_to_be_remembered()
        )
        reference = consignment.request_ref
        wizard = self.env["order.cycle.outcome"].browse(exception.action_open_document()["res_id"])
        wizard.answer = "missing"
        wizard.action_answer()
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertNotEqual(consignment.request_ref, reference)

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
        consignment._record(answer, attempt)
        self.assertEqual(consignment.state, "cancelled")
        self.assertTrue(consignment.call_ids, "but what was said is kept")

    # === TAKEN BACK === #

    def test_a_cancelled_order_withdraws_what_no_carrier_has(self):
        consignment = self.a_consignment()
        consignment.order_id.action_cancel()
        self.assertEqual(consignment.state, "cancelled")
        self.book()
        self.assertFalse(self.parcel_carrier.held())

    def test_a_cancelled_order_with_a_booked_shipment_is_told_to_a_person(self):
        consignment = self.a_consignment()
        self.book()
        consignment.order_id.action_cancel()
        exception = self.open_exceptions(consignment.order_id)
        self.assertEqual(exception.kind, "recall")
        self.assertIn(consignment.waybill_ref, exception.cause)

    def test_what_a_carrier_was_told_of_is_not_deleted(self):
        consignment = self.a_consignment()
        self.book()
        with self.assertRaises(UserError):
            consignment.unlink()
