import time
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..carriers.api import Capability
from ..carriers.errors import CarrierUnavailable
from ..carriers.rehearsal_rest import info as rest_info
from ..carriers.rehearsal_rest.client import Client
from ..models.order_cycle_polling import PROOF_TRIES, OrderCyclePolling
from .rehearsal_common import RehearsalCommon

DEAD = "http://127.0.0.1:9"


@tagged("post_install", "-at_install")
class TestTrackingCarriers(RehearsalCommon):
    """A carrier that fails, hangs or cannot be asked keeps nobody else waiting."""

    def two_booked_ones(self):
        """Return a parcel and a pallet that travel."""
        parcel, pallet = self.a_consignment(), self.a_consignment([("SOAP", 100)])
        self.book()
        self.assertEqual((parcel.state, pallet.state), ("done", "done"), pallet.state_message)
        self.parcel_carrier.sends_on(parcel, "delivered", 3)
        self.freight_carrier.sends_on(pallet, "delivered", 3)
        return parcel, pallet

    def test_a_dead_carrier_keeps_no_other_from_being_asked(self):
        parcel, pallet = self.two_booked_ones()
        self.parcel_account.base_url = DEAD
        self.track(parcel, pallet)
        self.assertEqual(pallet.delivery_state, "in_transit")
        self.assertFalse(parcel.delivery_state)
        self.assertEqual(parcel.track_failures, 1)
        self.assertIn("cannot be reached", parcel.track_message)
        self.assertGreater(parcel.next_track_at, fields.Datetime.now() + timedelta(minutes=4))
        self.parcel_account.base_url = self.parcel_carrier.url
        self.track(parcel)
        self.assertEqual(parcel.delivery_state, "in_transit")
        self.assertEqual((parcel.track_failures, parcel.track_message), (0, False))

    def test_failures_are_put_off_longer_each_time(self):
        parcel, _pallet = self.two_booked_ones()
        pauses = []
        for _try in range(4):
            parcel._track_later(CarrierUnavailable("Nobody there.", code="connect_failed"))
            pauses.append((parcel.next_track_at - fields.Datetime.now()).total_seconds())
        for pause, minutes in zip(pauses, (5, 10, 20, 40), strict=True):
            self.assertAlmostEqual(pause, minutes * 60, delta=5)

    def test_an_account_that_rests_is_not_asked(self):
        parcel, pallet = self.two_booked_ones()
        self.parcel_account.resting_until = fields.Datetime.now() + timedelta(minutes=5)
        self.track(parcel, pallet)
        self.assertEqual(pallet.delivery_state, "in_transit")
        self.assertFalse(parcel.event_ids)
        self.assertFalse(parcel.track_failures)
        self.parcel_account.resting_until = False
        self.track()
        self.assertEqual(parcel.delivery_state, "in_transit")

    def test_calls_are_made_side_by_side(self):
        rows = [self.a_consignment() for _ in range(4)]
        self.book()
        asked = []

        def slowly(client, waybill):
            asked.append(waybill)
            time.sleep(0.5)
            return ()

        with patch.object(Client, "track", slowly):
            start = time.monotonic()
            self.track(*rows)
            seconds = time.monotonic() - start
        self.assertEqual(sorted(asked), sorted(row.waybill_ref for row in rows))
        self.assertLess(seconds, 1.9, "one after the other takes two seconds")

    def test_a_row_that_cannot_be_recorded_stops_no_other(self):
        parcel, pallet = self.two_booked_ones()
        record = OrderCyclePolling._record_news

        def failing(row, answer):
            if row.id == parcel.id:
                row.signed_by = "half done"
                raise ValueError("a bad answer")
            return record(row, answer)

        with (
            patch.object(OrderCyclePolling, "_record_news", failing),
            mute_logger("odoo.addons.order_cycle.models.tracking_worker"),
        ):
            self.track(parcel, pallet)
        self.assertEqual(pallet.delivery_state, "in_transit")
        self.assertEqual((parcel.track_failures, parcel.signed_by), (1, False))
        self.assertGreater(parcel.next_track_at, fields.Datetime.now())

    def test_what_a_client_does_wrong_is_a_failure_of_that_row_only(self):
        parcel, pallet = self.two_booked_ones()
        with (
            patch.object(Client, "track", lambda *_: 1 / 0),
            mute_logger("odoo.addons.order_cycle.models.carrier_call"),
        ):
            self.track(parcel, pallet)
        self.assertEqual(pallet.delivery_state, "in_transit")
        self.assertEqual(parcel.track_failures, 1)

    def test_a_carrier_without_tracking_is_never_asked_and_booked_is_enough(self):
        blind = replace(
            rest_info.INFO, capabilities=rest_info.INFO.capabilities - {Capability.TRACK}
        )
        with (
            patch.object(rest_info, "INFO", blind),
            patch.object(Client, "track") as asked,
        ):
            consignment = self.a_consignment()
            self.book()
            self.assertFalse(consignment.next_track_at)
            self.track(consignment)
            self.advance()
        asked.assert_not_called()
        order = consignment.order_id
        self.assertEqual((order.cycle_stage, order.cycle_track_delivery), ("complete", "booked"))

    def test_a_cancelled_shipment_is_not_asked_for(self):
        parcel, _pallet = self.two_booked_ones()
        parcel._set_state("cancelled")
        self.track(parcel)
        self.assertFalse(parcel.event_ids)

    def test_a_copy_of_the_database_asks_nobody(self):
        parcel, _pallet = self.two_booked_ones()
        self.parcel_account.armed_for = "elsewhere/1/x"
        self.track(parcel)
        self.assertFalse(parcel.event_ids)

    # === THE PROOF === #

    def test_a_proof_that_does_not_come_is_asked_for_again_and_then_no_more(self):
        parcel, _pallet = self.two_booked_ones()
        self.parcel_carrier.sends_on(parcel, "delivered", 5)
        with patch.object(Client, "prove_delivery", lambda *_: None) as _nothing:
            for tries in range(1, PROOF_TRIES + 1):
                self.track(parcel)
                self.assertEqual(parcel.proof_tries, tries)
        self.assertEqual(parcel.delivery_state, "delivered")
        self.assertFalse(parcel.wants_proof)
        self.assertFalse(parcel.next_track_at)

    def test_a_proof_that_fails_costs_no_scan(self):
        parcel, _pallet = self.two_booked_ones()
        self.parcel_carrier.sends_on(parcel, "delivered", 5)

        def failing(*_):
            raise CarrierUnavailable("Later.", code="carrier_busy")

        with patch.object(Client, "prove_delivery", failing):
            self.track(parcel)
        self.assertEqual(parcel.delivery_state, "delivered")
        self.assertEqual(len(parcel.event_ids), 5)
        self.assertTrue(parcel.wants_proof)
        self.track(parcel)
        self.assertTrue(parcel.proof_ids)
        self.assertFalse(parcel.wants_proof)

    # === WHAT IS KEPT OF THE CALLS === #

    def test_a_call_without_news_is_kept_without_its_texts(self):
        parcel, _pallet = self.two_booked_ones()
        self.track(parcel)
        calls = parcel.call_ids.filtered(lambda call: call.operation == "getTracking")
        self.assertTrue(calls.response_text)
        self.track(parcel)
        again = parcel.call_ids.filtered(lambda call: call.operation == "getTracking") - calls
        self.assertEqual(len(again), 1)
        self.assertFalse(again.response_text)
        self.assertEqual(again.status, 200)
