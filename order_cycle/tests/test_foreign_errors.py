from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .foreign_common import CALL_LOGGER, ForeignCommon


@tagged("post_install", "-at_install")
class TestForeignErrors(ForeignCommon):
    """An error may hide a booking."""

    def test_an_error_is_a_question_to_a_person_and_never_another_call(self):
        row = self.a_booking()
        self.carrier.script = ["refuse"]
        with mute_logger(CALL_LOGGER):
            self.book()
        self.assertEqual(row.state, "human")
        self.assertIn("postcode 20121", row.state_message)
        exception = self.the_open_exception(row)
        self.assertEqual((exception.kind, exception.step), ("unknown", "book"))
        self.later(row)
        self.book()
        self.assertEqual(row.attempt, 1)

    def test_an_error_is_a_refusal_where_somebody_vouches_for_the_connector(self):
        self.method.cycle_error_means = "refused"
        row = self.a_booking()
        self.carrier.script = ["refuse"]
        with mute_logger(CALL_LOGGER):
            self.book()
        self.assertRecordValues(row, [{"state": "refused", "track": "refused"}])
        exception = self.the_open_exception(row)
        self.assertEqual(exception.kind, "refused")
        self.assertTrue(row.order_id.activity_ids)
        exception.action_retry()
        self.assertEqual(row.state, "todo")
        self.book()
        self.assertRecordValues(row, [{"state": "done", "attempt": 2}])
        self.assertEqual(exception.state, "solved")
        self.assertEqual(len(self.carrier.booked), 1)

    def test_a_lost_answer_is_a_question_whatever_is_vouched_for(self):
        self.method.cycle_error_means = "refused"
        row = self.a_booking()
        self.carrier.script = ["lose"]
        with mute_logger(CALL_LOGGER):
            self.book()
            self.later(row)
            self.book()
        self.assertEqual(row.state, "human")
        self.assertEqual(len(self.carrier.booked), 1)

    def test_what_odoo_itself_raises_proves_nothing(self):
        self.method.cycle_error_means = "refused"
        row = self.a_booking()
        denied = AccessError("No rights on the label printer.")
        with (
            patch.object(self.registry["stock.picking"], "message_post", side_effect=denied),
            mute_logger(CALL_LOGGER),
        ):
            self.book()
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertEqual(row.state, "human")

    def test_an_unreadable_answer_is_a_question(self):
        row = self.a_booking()
        for answer in (None, [], [{}], [{"tracking_number": "X"}], "booked"):
            with (
                self.subTest(answer=answer),
                patch.object(
                    self.registry["delivery.carrier"],
                    "courier_send_shipping",
                    lambda _method, _pickings, answer=answer: answer,
                ),
                mute_logger(CALL_LOGGER),
            ):
                self.book()
                self.assertEqual(row.state, "human")
                self.assertFalse(row.picking_id.carrier_tracking_ref)
                self.answer(row, "missing")

    def test_secrets_in_errors_are_masked(self):
        row = self.a_booking()

        def fails(_method, _pickings):
            raise ConnectionError("GET https://carrier.example/v1?api_key=sk-top-secret failed")

        with (
            patch.object(self.registry["delivery.carrier"], "courier_send_shipping", fails),
            self.assertLogs(CALL_LOGGER, "WARNING") as log,
        ):
            self.book()
        self.assertIn("ConnectionError", row.state_message)
        said = row.state_message + "".join(log.output) + self.the_open_exception(row).cause
        self.assertNotIn("sk-top-secret", said)

    def test_two_deliveries_of_one_order_in_doubt_are_two_exceptions(self):
        row = self.a_booking([("SOAP", 2)])
        other = row.picking_id.copy({"carrier_id": self.method.id})
        second = row.create(other._prepare_cycle_foreign_vals())
        (row | second)._set_state("human", "Nobody knows.")
        self.book()
        found = self.open_exceptions(row.order_id).foreign_booking_id
        self.assertEqual(found, row | second)

    # === WHAT A PERSON ANSWERS === #

    def in_doubt(self):
        row = self.a_booking()
        self.carrier.script = ["lose"]
        with mute_logger(CALL_LOGGER):
            self.book()
        self.assertEqual(row.state, "human")
        return row

    def test_it_exists(self):
        row = self.in_doubt()
        exception = self.the_open_exception(row)
        with self.assertRaises(UserError):
            self.answer(row, "exists")
        self.answer(row, "exists", tracking_ref="CR0001", price=7.5)
        self.book()
        picking = row.picking_id
        self.assertRecordValues(row, [{"state": "done", "is_noted": True}])
        self.assertEqual((picking.carrier_tracking_ref, picking.carrier_price), ("CR0001", 7.5))
        self.assertEqual(exception.state, "solved")
        self.assertEqual(len(self.carrier.booked), 1, "nothing was sent again")

    def test_it_does_not_exist(self):
        row = self.in_doubt()
        self.answer(row, "missing")
        self.assertEqual(row.state, "todo")
        self.book()
        self.assertRecordValues(row, [{"state": "done", "attempt": 2, "tracking_ref": "CR0002"}])

    def test_leave_it(self):
        row = self.in_doubt()
        self.answer(row, "drop")
        self.book()
        self.assertEqual(row.state, "cancelled")
        self.assertEqual(len(self.carrier.booked), 1)
        exception = self.the_open_exception(row)
        self.assertEqual(exception.kind, "failed")
        self.assertIn("Send to Shipper", exception.cause)
        row.picking_id.send_to_shipper()
        again = row.picking_id.cycle_foreign_ids - row
        self.assertRecordValues(again, [{"state": "todo", "leg": 2}])
        self.book()
        self.assertEqual(again.state, "done")
        self.assertEqual(exception.state, "solved")

    def test_the_question_is_asked_once(self):
        row = self.in_doubt()
        action = row.action_open_next()
        self.answer(row, "missing")
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write({"answer": "exists", "tracking_ref": "X"})
        with self.assertRaises(UserError):
            window.action_answer()
