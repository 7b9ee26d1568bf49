from odoo.tests import tagged

from ..models.order_cycle_incident import INCIDENT_STATES
from .rehearsal_common import RehearsalCommon
from .test_tracking import a_scan


@tagged("post_install", "-at_install")
class TestTrackingIncidents(RehearsalCommon):
    """Goods that do not arrive become the business of one person, once."""

    def setUp(self):
        super().setUp()
        self.consignment = self.a_consignment()
        self.book()
        self.order = self.consignment.order_id

    def incidents(self):
        return self.order.cycle_exception_ids.filtered(lambda row: row.kind == "incident")

    def test_each_incident_becomes_one_exception_with_owner_cause_and_advice(self):
        for journey, reached, state in (
            ("refused", 5, "refused"),
            ("refused", 6, "returning"),
            ("refused", 7, "returned"),
        ):
            self.parcel_carrier.sends_on(self.consignment, journey, reached)
            self.track(self.consignment)
            self.assertEqual(self.consignment.delivery_state, state)
        [exception] = self.incidents()
        self.assertRecordValues(
            exception,
            [{"state": "open", "step": "deliver", "attempts": 3, "is_blocking": False}],
        )
        self.assertTrue(exception.user_id)
        self.assertTrue(exception.next_action)
        self.assertIn("Returned to us", exception.cause)
        self.assertIn("Lecco, IT", exception.cause)
        self.assertIn("return", exception.cause)
        self.assertEqual(exception.consignment_id, self.consignment)
        self.assertEqual(self.order.cycle_track_delivery, "incident")
        self.assertTrue(self.order.activity_ids)

    def test_every_kind_of_incident_has_its_advice(self):
        states = ("incident", "held", "refused", "damaged", "lost", "returning", "returned")
        for hour, state in enumerate(states):
            self.consignment._take_events([a_scan(state, hour)], "poll")
            self.assertEqual(self.consignment.delivery_state, state)
            self.assertIn(self.consignment._incident_advice()[state], self.incidents().cause)
        self.assertEqual(len(self.incidents()), 1)
        self.assertEqual(set(self.consignment._incident_advice()), set(INCIDENT_STATES))

    def test_it_closes_by_itself_when_the_goods_arrive(self):
        self.parcel_carrier.sends_on(self.consignment, "held", 6)
        self.track(self.consignment)
        self.assertEqual(self.incidents().state, "open")
        self.assertTrue(self.consignment.is_incident)
        self.parcel_carrier.sends_on(self.consignment, "held", 8)
        self.track(self.consignment)
        self.assertEqual(self.incidents().state, "solved")
        self.assertFalse(self.consignment.is_incident)
        self.assertEqual(self.order.cycle_track_delivery, "delivered")
        self.assertFalse(self.order.activity_ids)

    def test_what_a_person_has_dealt_with_stays_closed_until_something_new_happens(self):
        self.consignment._take_events([a_scan("held", 5)], "poll")
        self.incidents().action_dismiss()
        self.consignment._take_events([a_scan("other", 6)], "poll")
        self.assertEqual(self.incidents().mapped("state"), ["dismissed"])
        self.consignment._take_events([a_scan("lost", 7)], "poll")
        self.assertEqual(sorted(self.incidents().mapped("state")), ["dismissed", "open"])

    def test_nobody_at_home_once_is_no_incident_and_twice_is_one(self):
        self.consignment._take_events([a_scan("delivery_failed", 5)], "poll")
        self.assertEqual(self.consignment.delivery_state, "delivery_failed")
        self.assertFalse(self.incidents())
        self.assertEqual(self.order.cycle_track_delivery, "in_transit")
        self.consignment._take_events([a_scan("out_for_delivery", 24)], "poll")
        self.consignment._take_events([a_scan("delivery_failed", 29)], "poll")
        self.assertEqual(self.incidents().state, "open")
        self.assertEqual(self.order.cycle_track_delivery, "incident")

    def test_the_carrier_cancelling_is_an_incident_and_we_cancelling_is_none(self):
        self.consignment.cancel_wanted = True
        self.consignment._take_events([a_scan("cancelled", 5)], "poll")
        self.assertFalse(self.incidents())
        self.consignment.cancel_wanted = False
        self.consignment._take_events([a_scan("other", 6)], "poll")
        self.assertEqual(self.incidents().state, "open")

    def test_what_else_the_booking_solves_does_not_close_it(self):
        self.consignment._take_events([a_scan("lost", 5)], "poll")
        self.consignment._finish()
        self.assertIn("open", self.incidents().mapped("state"))

    def test_it_is_found_by_its_filter(self):
        self.consignment._take_events([a_scan("lost", 5)], "poll")
        found = self.env["order.cycle.consignment"].search([("is_incident", "=", True)])
        self.assertIn(self.consignment, found)
