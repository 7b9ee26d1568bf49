from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestCarrierHealth(RehearsalCommon):
    """How much a carrier is asked for: the breaker, the places in flight, the rate."""

    def said(self, count, *, status=0, error_code="connect_failed", ago_s=1):
        """Keep calls as the worker would have kept them."""
        self.env["order.cycle.call"].create(
            [
                {
                    "account_id": self.parcel_account.id,
                    "company_id": self.company.id,
                    "operation": "createShipment",
                    "started_at": fields.Datetime.now() - timedelta(seconds=ago_s),
                    "status": status,
                    "error_code": error_code,
                }
                for _number in range(count)
            ]
        )

    def places(self):
        return self.parcel_account._places()[self.parcel_account.id]

    def test_one_failure_stops_nobody(self):
        self.parcel_account.base_url = "http://127.0.0.1:9"
        first, second = self.a_consignment(), self.a_consignment([("SOAP", 1)])
        self.book()
        self.assertEqual((first | second).mapped("attempt"), [1, 1])
        self.assertFalse(self.parcel_account.resting_until)
        self.assertEqual((first | second).mapped("state"), ["todo", "todo"], "nothing was sent")

    def test_a_carrier_that_fails_too_often_is_left_alone_and_nobody_waits_for_it(self):
        self.said(9)
        address, self.parcel_account.base_url = self.parcel_account.base_url, "http://127.0.0.1:9"
        consignment = self.a_consignment()
        self.book()
        self.assertTrue(self.parcel_account.resting_until, "the tenth of ten")
        self.assertEqual(self.places(), 0)
        self.stock(self.soap, 500)
        freight = self.a_consignment([("SOAP", 400)])
        other = self.a_consignment([("SOAP", 1)])
        self.book()
        self.assertEqual(freight.state, "done", "another carrier knows nothing of it")
        self.assertEqual(other.attempt, 0, "no knocking at a closed door")
        self.assertGreaterEqual(other.next_try_at, self.parcel_account.resting_until)
        self.parcel_account.base_url = address
        self.later(consignment | other)
        self.book()
        self.assertEqual((consignment | other).mapped("state"), ["done", "done"])

    def test_half_of_many_calls_must_fail(self):
        self.said(11)
        self.said(12, status=201, error_code="")
        self.assertFalse(self.parcel_account._fails_too_often())
        self.said(2)
        self.assertTrue(self.parcel_account._fails_too_often())

    def test_refusals_are_the_answers_of_a_healthy_carrier(self):
        self.said(20, status=422, error_code="")
        self.assertFalse(self.parcel_account._fails_too_often())
        self.said(20, status=503, error_code="")
        self.assertTrue(self.parcel_account._fails_too_often())

    def test_old_failures_are_forgotten(self):
        self.said(20, ago_s=400)
        self.assertFalse(self.parcel_account._fails_too_often())

    def test_after_a_rest_one_call_is_tried_and_one_failure_closes_again(self):
        self.parcel_account.max_in_flight = 8
        self.parcel_account.resting_until = fields.Datetime.now() - timedelta(seconds=30)
        self.assertEqual(self.places(), 1)
        self.said(1)
        self.assertTrue(self.parcel_account._fails_too_often())
        self.said(1, status=200, error_code="")
        self.assertEqual(self.places(), 8, "it is back")
        self.assertFalse(self.parcel_account._fails_too_often())

    def test_what_others_have_under_way_is_counted(self):
        self.parcel_account.max_in_flight = 2
        rows = self.a_consignment() | self.a_consignment([("SOAP", 1)])
        soon = fields.Datetime.now() + timedelta(minutes=1)
        rows[0].write({"state": "sending", "lease_until": soon})
        self.assertEqual(self.places(), 1)
        rows[1].write({"state": "sending", "lease_until": soon})
        self.assertEqual(self.places(), 0)
        third = self.a_consignment([("SOAP", 2)])
        self.book()
        self.assertEqual(third.state, "todo", "its turn comes when a place is free")

    def test_a_carrier_with_a_rate_is_not_asked_more_often(self):
        self.parcel_account.calls_per_minute = 1
        first, second = self.a_consignment(), self.a_consignment([("SOAP", 1)])
        self.book()
        self.assertEqual((first | second).mapped("state"), ["done", "todo"])
        first.last_sent_at -= timedelta(minutes=2)
        self.book()
        self.assertEqual(second.state, "done")
