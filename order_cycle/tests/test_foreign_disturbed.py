from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .foreign_common import CALL_LOGGER, ForeignCommon


@tagged("post_install", "-at_install")
class TestForeignDisturbed(ForeignCommon):
    """Others get in the way, workers die: the carrier is asked once all the same."""

    # === ANOTHER TRANSACTION IN THE WAY === #

    def validate_disturbed(self, picking):
        """Validate as a request does, which Odoo repeats once: another one got in the way."""
        disturbances = [True]

        def work(env):
            one = picking.with_env(env)
            self.validate(one)
            if disturbances and disturbances.pop():
                self.get_in_the_way(env.cr)

        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            env = self.env(cr=cursor)
            with patch("odoo.service.model.time.sleep"), mute_logger("odoo.sql_db"):
                retrying(lambda: work(env), env)
            cursor.commit()

    def test_stock_odoo_books_twice_when_a_request_is_repeated(self):
        """What the switch is for. If this fails, Odoo has mended it."""
        self.method.cycle_through_outbox = False
        picking = self.a_delivery()
        self.validate_disturbed(picking)
        self.assertEqual(len(self.carrier.booked), 2)
        self.assertFalse(picking.cycle_foreign_ids)

    def test_a_repeated_request_books_once(self):
        picking = self.a_delivery()
        self.validate_disturbed(picking)
        self.assertFalse(self.carrier.booked)
        self.book()
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertEqual(picking.cycle_foreign_ids.state, "done")

    def disturb_once(self, name):
        """Have Odoo's own method `name` of deliveries meet another transaction, the first time."""
        method = getattr(self.registry["stock.picking"], name)
        disturbances = [True]

        def disturbed(picking, *args, **kwargs):
            if disturbances and disturbances.pop():
                self.get_in_the_way(picking.env.cr)
            return method(picking, *args, **kwargs)

        return patch.object(self.registry["stock.picking"], name, disturbed)

    def test_what_fails_after_the_carrier_s_answer_is_done_again_without_the_carrier(self):
        self.method.invoice_policy = "real"
        row = self.a_booking()
        with (
            self.disturb_once("_add_delivery_cost_to_so"),
            mute_logger("odoo.sql_db", CALL_LOGGER),
        ):
            self.book()
        picking = row.picking_id
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertRecordValues(row, [{"state": "done", "is_noted": True, "attempt": 1}])
        self.assertEqual((picking.carrier_tracking_ref, picking.carrier_price), ("CR0001", 7.5))
        self.assertIn("LabelShipping-courier-CR0001.pdf", self.labels(picking), "label kept")
        delivery_line = row.order_id.order_line.filtered("is_delivery")
        self.assertEqual(delivery_line.price_unit, 7.5)
        self.assertFalse(self.open_exceptions(row.order_id))

    def test_what_odoo_cannot_finish_keeps_the_number_and_is_told(self):
        row = self.a_booking()
        locked = UserError("The order is locked.")
        with (
            patch.object(
                self.registry["stock.picking"], "_add_delivery_cost_to_so", side_effect=locked
            ),
            mute_logger(CALL_LOGGER),
        ):
            self.book()
            self.book()
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertEqual(row.state, "done")
        self.assertEqual(row.picking_id.carrier_tracking_ref, "CR0001")
        exception = self.the_open_exception(row)
        self.assertEqual(exception.kind, "failed")
        self.assertIn("The order is locked.", exception.cause)

    def test_a_commit_that_fails_after_the_answer_costs_the_label_and_not_the_number(self):
        row = self.a_booking()
        booking = type(row)
        keep = booking._prepare_result_vals
        disturbances = [True]

        def disturbed(one, result):
            if disturbances and disturbances.pop():
                self.get_in_the_way(one.env.cr)
            return keep(one, result)

        with (
            patch.object(booking, "_prepare_result_vals", disturbed),
            mute_logger("odoo.sql_db", CALL_LOGGER),
        ):
            self.book()
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertRecordValues(row, [{"state": "done", "tracking_ref": "CR0001"}])
        self.assertEqual(row.picking_id.carrier_tracking_ref, "CR0001")
        exception = self.the_open_exception(row)
        self.assertIn("Print the label at the carrier", exception.cause)

    def test_a_delivery_somebody_works_on_is_not_sent_yet(self):
        row = self.a_booking()
        picking = self.registry["stock.picking"]
        with (
            patch.object(picking, "try_lock_for_update", lambda one, **_kwargs: one.browse()),
            mute_logger(CALL_LOGGER),
        ):
            self.book()
        self.assertRecordValues(row, [{"state": "todo", "attempt": 1}])
        self.assertGreater(row.next_try_at, fields.Datetime.now())
        self.assertFalse(self.carrier.booked)
        self.later(row)
        self.book()
        self.assertEqual(row.state, "done")
        self.assertEqual(len(self.carrier.booked), 1)

    # === A WORKER THAT DIES === #

    def test_a_worker_that_dies_before_the_answer_leaves_a_question_and_no_second_call(self):
        row = self.a_booking()
        self.assertTrue(row._next_step(), "claimed")
        self.assertEqual(row.state, "sending")
        self.book()
        self.assertEqual(row.state, "sending", "whoever called may still be waiting")
        self.later(row)
        for _round in range(3):
            self.book()
            self.later(row)
        self.assertRecordValues(row, [{"state": "human", "track": "unknown", "attempt": 1}])
        self.assertFalse(self.carrier.booked)
        self.assertEqual(self.the_open_exception(row).kind, "unknown")
        self.assertEqual(row.order_id.cycle_track_delivery, "unknown")

    def test_a_worker_that_dies_after_the_answer_is_safe_leaves_no_question(self):
        row = self.a_booking()
        step = row._next_step()
        with self.enter_registry_test_mode():
            step.call()
        row.invalidate_recordset()
        self.assertEqual(row.state, "sending")
        self.later(row)
        self.book()
        self.assertRecordValues(row, [{"state": "done", "tracking_ref": "CR0001"}])
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertFalse(self.open_exceptions(row.order_id))

    def test_an_answer_that_comes_after_a_person_s_is_told(self):
        row = self.a_booking()
        step = row._next_step()
        with self.enter_registry_test_mode():
            answer = step.call()
        row.invalidate_recordset()
        row.write({"state": "cancelled", "answered_at": False})
        step.record(row, answer)
        self.assertEqual(row.state, "cancelled")
        exception = self.the_open_exception(row)
        self.assertEqual(exception.kind, "recall")
        self.assertIn("CR0001", exception.cause)
