from datetime import UTC, datetime, timedelta
from itertools import permutations

from odoo import fields
from odoo.tests import tagged

from ..carriers.dto import TrackingEvent
from ..models.order_cycle_polling import ASK_EVERY
from .rehearsal_common import RehearsalCommon


def a_scan(code, hour, text="Scanned", **values):
    return TrackingEvent(
        code=code,
        carrier_code=code.upper(),
        text=text,
        happened_at=datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(hours=hour),
        **values,
    )


# Backward ones are among them: the van came back to the depot, and the hub told it late.
SIX = (
    a_scan("announced", 0),
    a_scan("collected", 1),
    a_scan("out_for_delivery", 5),
    a_scan("in_transit", 6),
    a_scan("delivered", 9, signed_by="Carla Bianchi", location="Milano, IT"),
    a_scan("announced", 10),
)


@tagged("post_install", "-at_install")
class TestTracking(RehearsalCommon):
    """Goods are followed until somebody has signed for them."""

    def a_booked_one(self, **values):
        consignment = self.a_consignment(**values)
        self.book()
        self.assertEqual(consignment.state, "done")
        return consignment

    def scans(self, consignment):
        return consignment.event_ids.sorted("happened_at").mapped("code")

    def signals(self, consignment):
        return self.env["order.cycle.signal"].search([("order_id", "=", consignment.order_id.id)])

    # === THE WAY TO THE RECEIVER === #

    def test_a_parcel_is_followed_from_booking_to_signature(self):
        consignment = self.a_booked_one()
        order = consignment.order_id
        self.assertGreater(consignment.next_track_at, fields.Datetime.now())
        self.assertFalse(consignment.delivery_state)
        for reached, state, track in (
            (1, "announced", "booked"),
            (3, "in_transit", "in_transit"),
            (4, "out_for_delivery", "in_transit"),
            (5, "delivered", "delivered"),
        ):
            self.parcel_carrier.sends_on(consignment, "delivered", reached)
            self.track(consignment)
            self.assertEqual(consignment.delivery_state, state)
            self.assertEqual(order.cycle_track_delivery, track)
            self.assertEqual(len(consignment.event_ids), reached)
        self.assertRecordValues(
            consignment,
            [
                {
                    "signed_by": "Carla Bianchi",
                    "delivered_to": "Milano, IT",
                    "next_track_at": False,
                    "wants_proof": False,
                    "track_failures": 0,
                }
            ],
        )
        self.assertEqual(consignment.delivered_at, consignment.event_ids[0].happened_at)
        self.assertEqual(consignment.event_ids.mapped("source"), ["poll"] * 5)
        self.assertFalse(self.open_exceptions(order))

    def test_the_proof_is_kept_beside_the_labels_and_can_be_opened(self):
        consignment = self.a_booked_one()
        labels = consignment.label_ids
        self.parcel_carrier.sends_on(consignment, "delivered", 5)
        self.track(consignment)
        self.assertEqual(consignment.label_ids, labels, "a proof is no label to print")
        [proof] = consignment.proof_ids
        self.assertEqual(proof.raw[:5], b"%PDF-")
        self.assertEqual(proof.mimetype, "application/pdf")
        self.assertIn(str(proof.id), consignment.action_open_proof()["url"])
        self.assertIn("Carla Bianchi", consignment.message_ids[0].body)
        self.assertEqual(proof.res_model, "order.cycle.tracking.event")

    def test_freight_is_followed_over_soap(self):
        consignment = self.a_booked_one(lines=[("SOAP", 100)])
        self.assertEqual(consignment.account_id, self.freight_account)
        self.freight_carrier.sends_on(consignment, "delivered", 5)
        self.track(consignment)
        self.assertEqual(consignment.delivery_state, "delivered")
        self.assertEqual(consignment.signed_by, "Carla Bianchi")
        self.assertTrue(consignment.proof_ids)

    def test_an_order_of_several_parcels_is_as_far_as_its_last_one(self):
        consignment = self.a_booked_one(lines=[("SOAP", 75)])
        first, second, third = consignment.parcel_ids.mapped("tracking_ref")
        consignment._take_events(
            [
                a_scan("delivered", 5, tracking_ref=first),
                a_scan("delivered", 5, tracking_ref=second),
                a_scan("in_transit", 5, tracking_ref=third),
            ],
            "poll",
        )
        self.assertEqual(consignment.delivery_state, "in_transit")
        self.assertEqual(consignment.event_ids.parcel_id, consignment.parcel_ids)
        consignment._take_events([a_scan("delivered", 7, tracking_ref=third)], "poll")
        self.assertEqual(consignment.delivery_state, "delivered")

    def test_the_order_is_complete_as_before_and_its_track_shows_the_rest(self):
        consignment = self.a_booked_one()
        self.advance()
        order = consignment.order_id
        self.assertEqual((order.cycle_stage, order.cycle_track_delivery), ("complete", "booked"))
        self.assertEqual(order.cycle_reason, "Sent and paid.")
        for hour, code, track in ((1, "in_transit", "in_transit"), (2, "lost", "incident")):
            consignment._take_events([a_scan(code, hour)], "poll")
            self.assertEqual(order.cycle_track_delivery, track)
            self.assertEqual(order.cycle_stage, "complete")
        consignment._take_events([a_scan("delivered", 50)], "poll")
        self.assertEqual(order.cycle_track_delivery, "delivered")
        self.assertEqual(order.cycle_reason, "Delivered and paid.")

    def test_news_wakes_the_worker_of_the_order_and_no_news_does_not(self):
        consignment = self.a_booked_one()
        self.advance()
        signals = self.env["order.cycle.signal"].search(
            [("order_id", "=", consignment.order_id.id)]
        )
        self.assertFalse(signals)
        self.parcel_carrier.sends_on(consignment, "delivered", 2)
        self.track(consignment)
        signals = self.env["order.cycle.signal"].search(
            [("order_id", "=", consignment.order_id.id)]
        )
        self.assertEqual(signals.mapped("reason"), ["tracked"])
        self.track(consignment)
        self.assertEqual(self.signals(consignment), signals)

    # === ANY ORDER, ANY REPETITION === #

    def test_all_orders_of_six_scans_end_the_same_and_none_is_lost(self):
        """All 720, each scan told twice and on its own: the database keeps six rows each time."""
        consignment = self.a_booked_one()
        consignment.wants_proof = False
        orders = list(permutations(SIX))
        self.assertEqual(len(orders), 720)
        ends = set()
        for order in orders:
            for scan in order:
                consignment._take_events([scan, scan], "webhook")
            self.assertFalse(consignment._take_events([*reversed(order)], "poll"))
            ends.add(
                (
                    consignment.delivery_state,
                    consignment.delivered_at,
                    consignment.signed_by,
                    consignment.delivered_to,
                    consignment.is_incident,
                    len(consignment.event_ids),
                )
            )
            self.forget(consignment)
        at = datetime(2026, 3, 2, 17)
        self.assertEqual(ends, {("delivered", at, "Carla Bianchi", "Milano, IT", False, 6)})

    def test_each_scan_touches_the_row_so_that_two_at_once_cannot_miss_each_other(self):
        consignment = self.a_booked_one()
        for scan in (a_scan("in_transit", 2), a_scan("announced", 1), a_scan("other", 3)):
            consignment.last_news_at = False
            consignment.flush_recordset()
            consignment._take_events([scan], "webhook")
            self.assertTrue(consignment.last_news_at)
            consignment.last_news_at = False
            consignment._take_events([scan], "poll")
            self.assertFalse(consignment.last_news_at, "nothing new was told")

    def forget(self, consignment):
        consignment.event_ids.unlink()
        consignment.write(
            {
                "delivery_state": False,
                "delivered_at": False,
                "signed_by": False,
                "delivered_to": False,
            }
        )

    def test_delivered_goods_come_back_only_by_what_happened_later(self):
        consignment = self.a_booked_one()
        consignment._take_events([a_scan("delivered", 5)], "poll")
        consignment._take_events([a_scan("returning", 3)], "poll")
        self.assertEqual(consignment.delivery_state, "delivered")
        consignment._take_events([a_scan("returned", 9)], "poll")
        self.assertEqual(consignment.delivery_state, "returned")
        self.assertTrue(consignment.is_incident)

    def test_the_same_moment_with_other_words_is_another_scan(self):
        consignment = self.a_booked_one()
        consignment._take_events(
            [a_scan("other", 1, text="Customs asked"), a_scan("other", 1, text="Customs paid")],
            "poll",
        )
        self.assertEqual(len(consignment.event_ids), 2)
        self.assertFalse(consignment.delivery_state)

    def test_words_that_a_database_refuses_are_kept_as_far_as_it_goes(self):
        consignment = self.a_booked_one()
        consignment._take_events([a_scan("in_transit", 1, text="a\0b\ud800" + "x" * 5000)], "poll")
        self.assertEqual(consignment.delivery_state, "in_transit")
        self.assertEqual(len(consignment.event_ids.text), 1000)

    # === HOW OFTEN === #

    def test_the_older_a_booking_the_rarer_it_is_asked_for(self):
        consignment = self.a_booked_one()
        consignment._take_events([a_scan("in_transit", 1)], "poll")
        pauses = []
        for age in (timedelta(0), timedelta(days=1), timedelta(days=5), timedelta(days=50)):
            consignment.booked_at = fields.Datetime.now() - age
            pauses.append(consignment._next_track_at() - fields.Datetime.now())
        wanted = [pause for _until, pause in ASK_EVERY]
        for pause, exact in zip(pauses, wanted, strict=True):
            self.assertAlmostEqual(pause, exact, delta=timedelta(seconds=5))
        consignment.booked_at = fields.Datetime.now() - timedelta(days=91)
        self.assertFalse(consignment._next_track_at())

    def test_goods_on_the_van_are_asked_for_often_whatever_their_age(self):
        consignment = self.a_booked_one()
        consignment._take_events([a_scan("out_for_delivery", 1)], "poll")
        consignment.booked_at = fields.Datetime.now() - timedelta(days=20)
        pause = consignment._next_track_at() - fields.Datetime.now()
        self.assertLessEqual(pause, timedelta(minutes=15))

    def test_what_is_over_is_asked_for_no_more(self):
        for end in ("delivered", "returned", "cancelled"):
            consignment = self.a_booked_one()
            consignment._take_events([a_scan(end, 1)], "webhook")
            consignment.wants_proof = False
            self.assertFalse(consignment._next_track_at(), end)

    def test_a_person_has_it_asked_at_once(self):
        consignment = self.a_booked_one()
        self.parcel_carrier.sends_on(consignment, "delivered", 3)
        consignment.action_track_now()
        self.track()
        self.assertEqual(consignment.delivery_state, "in_transit")

    def test_old_scans_are_forgotten_but_not_the_delivery(self):
        consignment = self.a_booked_one()
        consignment._take_events([a_scan("collected", 1), a_scan("delivered", 2)], "poll")
        consignment.event_ids.write({"received_at": fields.Datetime.now() - timedelta(days=400)})
        self.env["order.cycle.tracking.event"]._vacuum_old_events()
        self.assertEqual(self.scans(consignment), ["delivered"])
        self.assertEqual(consignment.delivery_state, "delivered")
