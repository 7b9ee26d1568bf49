from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..carriers import pickup_from_json
from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestPickup(RehearsalCommon):
    """Drivers who are asked to come, to come later, and not to come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tomorrow = fields.Date.today() + timedelta(days=1)

    def booked(self, count=1, lines=(("SOAP", 1),)):
        rows = self.env["order.cycle.consignment"].union(
            *(self.a_consignment(lines) for _number in range(count))
        )
        self.book()
        return rows

    def ordered(self, **values):
        """Order a driver for all that waits; nothing is sent yet."""
        window = self.env["order.cycle.pickup.order"].create(
            {"account_id": self.parcel_account.id, "pickup_date": self.tomorrow, **values}
        )
        action = window.action_order()
        return self.env[action["res_model"]].browse(action["res_id"])

    def change(self, pickup, **values):
        action = pickup.action_change()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write(values)
        window.action_order()

    def work(self):
        self.run_cron("cron_pickups")

    def drivers(self, carrier=None):
        return (carrier or self.parcel_carrier).errands("pickups")

    def answer(self, pickup, answer, reference=False):
        action = pickup.action_answer()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write({"answer": answer, "reference": reference})
        window.action_answer()
        self.work()

    # === ORDERING === #

    def test_a_driver_is_ordered_for_what_waits(self):
        rows = self.booked(2, [("SOAP", 40)])
        pickup = self.ordered(location="Gate 3", instructions="Ring twice")
        self.assertRecordValues(pickup, [{"state": "todo", "attempt": 0, "pieces": 4}])
        self.assertEqual(self.drivers(), [], "nothing in the request")
        self.work()
        [held] = self.drivers()
        self.assertRecordValues(
            pickup,
            [{"state": "done", "attempt": 1, "pickup_ref": held["number"], "price": 3.5}],
        )
        told = held["payload"]
        self.assertEqual(told["date"], str(self.tomorrow))
        self.assertEqual((told["readyFrom"], told["closesAt"]), ("14:00", "18:00"))
        self.assertEqual((told["pieces"], told["location"]), (4, "Gate 3"))
        self.assertEqual(told["weightKg"], f"{sum(rows.parcel_ids.mapped('weight')):.3f}")
        self.assertCountEqual(told["shipments"], rows.mapped("waybill_ref"))
        self.assertEqual(told["address"]["city"], "Lecco")
        self.assertEqual(rows.pickup_id, pickup)
        self.assertEqual(pickup.call_ids.operation, "createPickup")

    def test_a_truck_is_told_of_the_pallets(self):
        self.booked(1, [("SOAP", 100)])
        pickup = self.ordered(account_id=self.freight_account.id)
        self.work()
        self.assertEqual(pickup.state, "done", pickup.state_message)
        [held] = self.drivers(self.freight_carrier)
        [unit] = held["payload"]["HandlingUnits"]["HandlingUnit"]
        self.assertEqual(unit["LengthCm"], "120")

    def test_the_form_proposes_what_waits(self):
        self.booked(2)
        window = Form(self.env["order.cycle.pickup.order"])
        window.account_id = self.parcel_account
        self.assertEqual((len(window.consignment_ids), window.pieces), (2, 2))
        self.assertEqual(window.warehouse_id, self.warehouse)

    def test_what_cannot_be_is_said_before_anything_is_written(self):
        self.booked()
        for values in (
            {"pickup_date": fields.Date.today() - timedelta(days=1)},
            {"ready_from": 18.0, "closes_at": 14.0},
            {"pieces": 0},
            {"consignment_ids": [Command.clear()], "weight": 0},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.ordered(**values)
        self.assertFalse(self.env["order.cycle.pickup"].search([]))

    def test_two_drivers_are_not_ordered_for_the_same_goods(self):
        rows = self.booked()
        self.ordered()
        with self.assertRaises(UserError):
            self.ordered(consignment_ids=[Command.set(rows.ids)], pieces=1, weight=1)

    def test_a_carrier_without_pickups_is_not_offered_and_says_so(self):
        self.parcel_account.carrier_code = "rehearsal_plain"
        self.assertFalse(self.parcel_account.takes_pickups)
        window = self.env["order.cycle.pickup.order"].new({})
        self.assertNotIn("rehearsal_plain", window._codes())
        with self.assertRaisesRegex(UserError, "takes no pickups"):
            self.ordered(pieces=1, weight=1)

    # === CHANGING AND CANCELLING === #

    def test_a_pickup_is_changed(self):
        self.booked()
        pickup = self.ordered()
        self.work()
        self.change(pickup, closes_at=19.5)
        self.assertRecordValues(pickup, [{"state": "todo", "verb": "change"}])
        self.work()
        self.assertRecordValues(pickup, [{"state": "done", "closes_at": 19.5, "verb": "book"}])
        [held] = self.drivers()
        self.assertEqual((held["changes"], held["payload"]["closesAt"]), (1, "19:30"))
        self.assertEqual(pickup_from_json(pickup.accepted).closes_at.hour, 19)

    def test_a_refused_change_leaves_the_pickup_as_it_was(self):
        self.booked()
        pickup = self.ordered()
        self.work()
        self.change(pickup, closes_at=14.5)
        self.work()
        self.assertRecordValues(
            pickup, [{"state": "done", "closes_at": 18.0, "effects_pending": False}]
        )
        self.assertIn("stands as it was", pickup.state_message)
        self.assertEqual(len(pickup.activity_ids), 1)
        self.assertEqual(self.drivers()[0]["payload"]["closesAt"], "18:00")

    def test_a_pickup_is_cancelled_and_its_goods_wait_again(self):
        rows = self.booked()
        pickup = self.ordered()
        self.work()
        pickup.action_cancel()
        self.work()
        self.assertEqual(pickup.state, "cancelled")
        self.assertEqual(self.drivers()[0]["status"], "cancelled")
        self.assertFalse(rows.pickup_id)

    def test_what_the_carrier_was_never_told_of_is_just_forgotten(self):
        rows = self.booked()
        pickup = self.ordered()
        pickup.action_cancel()
        self.work()
        self.assertEqual(pickup.state, "cancelled")
        self.assertFalse(self.drivers())
        self.assertFalse(rows.pickup_id)

    # === WHAT CAN GO WRONG === #

    def test_wrong_data_are_named_and_ordered_again_when_they_are_right(self):
        self.booked()
        pickup = self.ordered(location="x" * 60)
        self.work()
        self.assertEqual(pickup.state, "refused")
        self.assertIn("Location", pickup.state_message)
        self.assertFalse(pickup.call_ids, "nothing was sent")
        self.assertTrue(pickup.activity_ids)
        self.change(pickup, location="Gate 3")
        self.work()
        self.assertRecordValues(pickup, [{"state": "done", "location": "Gate 3"}])
        self.assertFalse(pickup.activity_ids)
        self.assertEqual(len(self.drivers()), 1)

    def test_a_lost_answer_is_asked_of_a_person_and_never_sent_again(self):
        self.booked()
        pickup = self.ordered()
        self.parcel_carrier.will("answer_lost_after")
        self.work()
        self.assertEqual(pickup.state, "human")
        self.assertTrue(pickup.activity_ids)
        for _time in range(3):
            pickup.next_try_at -= timedelta(hours=2)
            self.work()
        self.assertEqual((len(self.drivers()), pickup.attempt), (1, 1))

        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.answer(pickup, "made")
        self.answer(pickup, "made", self.drivers()[0]["number"])
        self.assertEqual(pickup.state, "done")
        pickup.action_cancel()
        self.work()
        self.assertEqual(self.drivers()[0]["status"], "cancelled")

    def test_a_driver_who_was_not_ordered_is_ordered_when_a_person_says_so(self):
        self.booked()
        pickup = self.ordered()
        self.parcel_carrier.will("answer_lost_before")
        self.work()
        first = pickup.request_ref
        self.answer(pickup, "missing")
        self.assertRecordValues(pickup, [{"state": "done", "attempt": 2}])
        self.assertNotEqual(pickup.request_ref, first)
        self.assertEqual(len(self.drivers()), 1)

    def test_a_change_whose_answer_was_lost_may_be_left(self):
        self.booked()
        pickup = self.ordered()
        self.work()
        self.parcel_carrier.will("answer_lost_before")
        self.change(pickup, closes_at=19.0)
        self.work()
        self.assertEqual(pickup.state, "human")
        self.answer(pickup, "drop")
        self.assertRecordValues(pickup, [{"state": "done", "closes_at": 18.0}])

    def test_a_cancellation_whose_answer_was_lost_was_made(self):
        self.booked()
        pickup = self.ordered()
        self.work()
        self.parcel_carrier.will("answer_lost_after")
        pickup.action_cancel()
        self.work()
        self.assertEqual(pickup.state, "human")
        self.answer(pickup, "made")
        self.assertEqual(pickup.state, "cancelled")

    def test_a_question_that_is_settled_is_not_answered_twice(self):
        self.booked()
        pickup = self.ordered()
        self.parcel_carrier.will("answer_lost_before")
        self.work()
        action = pickup.action_answer()
        self.answer(pickup, "drop")
        with self.assertRaises(UserError):
            self.env[action["res_model"]].browse(action["res_id"]).action_answer()
