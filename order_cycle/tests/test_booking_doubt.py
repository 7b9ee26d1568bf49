from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..carriers import from_json
from ..carriers.errors import CarrierUnavailable
from ..models.carrier_call import Answer
from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestBookingDoubt(RehearsalCommon):
    """The answer never came: the carrier may have the shipment, or not."""

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

    # === A NO TO ONE CALL IS NO NO TO AN EARLIER ONE === #

    def test_a_refusal_of_a_second_call_does_not_undo_the_first(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after", "refuse")
        self.book()
        self.later(consignment)
        self.book()
        self.assertRecordValues(consignment, [{"state": "human", "is_in_doubt": True}])
        self.assertIn("Refused by the rehearsal", consignment.state_message)
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "unknown")
        consignment._requeue()
        self.assertEqual(consignment.state, "human", "nobody books it again unasked")
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_a_frozen_request_is_not_judged_anew(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        self.later(consignment)
        client = self.parcel_account._client()
        with patch.object(type(client), "find_problems", side_effect=AssertionError("judged")):
            self.book()
        self.assertEqual(consignment.state, "done")

    def test_the_same_key_with_another_content_proves_that_something_is_there(self):
        consignment = self.a_consignment()
        self.book()
        consignment.write({"state": "todo", "payload": consignment.payload.replace("Via", "Al")})
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "unknown")

    # === LOOKING IT UP === #

    def an_unknown_freight_consignment(self):
        consignment = self.a_freight_consignment()
        self.freight_carrier.will("answer_lost_after")
        self.book()
        self.later(consignment)
        return consignment

    def test_a_wrong_password_stops_the_looking_up_as_well(self):
        consignment = self.an_unknown_freight_consignment()
        self.freight_account.password = "wrong"
        self.book()
        self.assertRecordValues(consignment, [{"state": "unknown", "is_in_doubt": True}])
        self.assertTrue(self.freight_account.paused_until)
        self.assertIn("account", self.open_exceptions(consignment.order_id).mapped("kind"))
        calls = self.env["order.cycle.call"].search_count([])
        self.later(consignment)
        self.book()
        self.assertEqual(self.env["order.cycle.call"].search_count([]), calls, "no more knocking")
        self.assertGreaterEqual(consignment.next_try_at, self.freight_account.paused_until)

    def test_a_look_up_that_fails_comes_back_later_each_time(self):
        consignment = self.an_unknown_freight_consignment()
        error = CarrierUnavailable("Later.", code="carrier_busy", retry_after_s=900)
        pauses = []
        for answer in (None, None, None, error):
            answer = answer or CarrierUnavailable("Later.", code="carrier_busy")
            before = fields.Datetime.now()
            consignment._record_look_up(Answer(error=answer), consignment.attempt)
            pauses.append((consignment.next_try_at - before).total_seconds())
        self.assertLess(pauses[0], pauses[2] / 2)
        self.assertGreaterEqual(pauses[3], 899)

    def test_a_second_shipment_under_our_reference_is_told_to_a_person(self):
        consignment = self.an_unknown_freight_consignment()
        client = self.freight_account._client()
        client.book(from_json(consignment.payload))
        self.book()
        self.assertEqual(consignment.state, "done")
        [exception] = self.open_exceptions(consignment.order_id)
        self.assertEqual(exception.kind, "recall")
        others = {row["number"] for row in self.freight_carrier.held()} - {consignment.waybill_ref}
        self.assertIn(others.pop(), exception.cause)

    def test_what_stays_unknown_is_shown_to_a_person_however_often_it_was_tried(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_before", "answer_lost_before")
        self.book()
        self.later(consignment)
        consignment.first_sent_at -= timedelta(minutes=20)
        self.book()
        self.assertRecordValues(consignment, [{"state": "unknown", "attempt": 2}])
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "unknown")
