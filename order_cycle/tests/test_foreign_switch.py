from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .foreign_common import CALL_LOGGER, ForeignCommon

ADDON = Path(__file__).resolve().parents[1]


@tagged("post_install", "-at_install")
class TestForeignCancel(ForeignCommon):
    """What is cancelled is what was chosen, and a person is told of the rest."""

    def test_each_delivery_is_cancelled_once(self):
        """Odoo's own method hands all deliveries to the connector once for each of them."""
        rows = self.a_booking() | self.a_booking() | self.a_booking()
        self.book()
        rows[:2].picking_id.cancel_shipment()
        self.assertEqual(self.carrier.cancelled, rows[:2].mapped("tracking_ref"))
        self.assertEqual(rows.mapped("state"), ["cancelled", "cancelled", "done"])
        self.book()
        self.assertEqual(
            rows.picking_id.mapped("carrier_tracking_ref"), [False, False, rows[2].tracking_ref]
        )

    def test_without_the_switch_too(self):
        self.method.cycle_through_outbox = False
        pickings = self.a_delivery() | self.a_delivery()
        self.validate(pickings)
        numbers = pickings.mapped("carrier_tracking_ref")
        pickings.cancel_shipment()
        self.assertEqual(self.carrier.cancelled, numbers)

    def test_what_waits_is_withdrawn_without_asking_the_carrier(self):
        row = self.a_booking()
        row.picking_id.cancel_shipment()
        self.assertEqual(row.state, "cancelled")
        self.book()
        self.assertFalse(self.carrier.booked or self.carrier.cancelled)

    def test_what_is_in_doubt_is_not_cancelled_blindly(self):
        row = self.a_booking()
        row._next_step()
        with self.assertRaises(UserError):
            row.picking_id.cancel_shipment()
        self.assertEqual(row.state, "sending")

    def test_a_carrier_that_does_not_cancel_leaves_the_booking(self):
        row = self.a_booking()
        self.book()
        connector = self.registry["delivery.carrier"]
        late = UserError("Collected already.")
        with (
            patch.object(connector, "courier_cancel_shipment", side_effect=late),
            self.assertRaises(UserError),
        ):
            row.picking_id.cancel_shipment()
        self.assertEqual(row.state, "done")

    def test_a_cancelled_order_withdraws_what_waits_and_tells_of_what_is_booked(self):
        waiting, booked = self.a_booking(), self.a_booking()
        waiting.next_try_at += timedelta(hours=1)
        self.book()
        self.assertEqual((waiting | booked).mapped("state"), ["todo", "done"])
        (waiting | booked).order_id._action_cancel()
        self.assertEqual((waiting | booked).mapped("state"), ["cancelled", "done"])
        recall = self.open_exceptions(booked.order_id).filtered("foreign_booking_id")
        self.assertEqual(recall.kind, "recall")
        self.assertIn(booked.tracking_ref, recall.cause)
        booked.picking_id.cancel_shipment()
        self.book()
        self.assertEqual(recall.state, "solved")

    def test_an_order_cancelled_during_the_call_is_told_with_the_answer(self):
        row = self.a_booking()
        step = row._next_step()
        row.order_id._action_cancel()
        with self.enter_registry_test_mode():
            answer = step.call()
        row.invalidate_recordset()
        step.record(row, answer)
        self.book()
        self.assertEqual(row.state, "done")
        kinds = self.open_exceptions(row.order_id).filtered("foreign_booking_id").mapped("kind")
        self.assertEqual(kinds, ["recall"])


@tagged("post_install", "-at_install")
class TestForeignSwitch(ForeignCommon):
    """Who switches it on, and what a copy of the database does."""

    def a_copy(self):
        """Make this database a copy, by what tells one from the other."""
        self.env["ir.config_parameter"].set_param("database.uuid", "another-database")

    def test_only_managers_switch(self):
        groups = "sales_team.group_sale_manager,order_cycle.group_order_cycle_operator"
        seller = new_test_user(self.env, "seller_f", groups=groups)
        mine = self.method.with_user(seller)
        mine.name = "Courier by Night"
        for values in ({"cycle_through_outbox": False}, {"cycle_error_means": "refused"}):
            with self.assertRaises(AccessError):
                mine.write(values)
        with self.assertRaises(AccessError):
            mine.action_cycle_confirm_database()
        with self.assertRaises(AccessError):
            mine.copy({"cycle_through_outbox": True})
        self.assertFalse(mine.copy().cycle_through_outbox)
        seller.group_ids += self.env.ref("order_cycle.group_order_cycle_manager")
        mine.cycle_error_means = "refused"

    def test_methods_that_call_nobody_have_no_outbox(self):
        for delivery_type in ("fixed", "base_on_rule"):
            self.method.delivery_type = delivery_type
            self.assertFalse(self.method._cycle_goes_through_outbox())
        self.method.write({"delivery_type": "courier", "integration_level": "rate"})
        self.assertFalse(self.method._cycle_goes_through_outbox())

    def test_a_raw_copy_calls_nobody_until_somebody_says_so(self):
        row = self.a_booking()
        booked = self.a_booking()
        row.next_try_at += timedelta(hours=1)
        self.book()
        self.later(row)
        self.a_copy()
        self.method.invalidate_recordset()
        self.assertTrue(self.method.cycle_is_of_other_database)
        self.book()
        self.assertRecordValues(row, [{"state": "todo", "attempt": 0}])
        self.assertIn("copy", row.state_message)
        self.assertEqual(self.the_open_exception(row).kind, "failed")
        with self.assertRaisesRegex(UserError, "copy"):
            booked.picking_id.cancel_shipment()
        with self.assertRaisesRegex(UserError, "copy"):
            self.method.get_return_label(booked.picking_id)
        self.assertEqual(len(self.carrier.booked), 1)
        self.assertFalse(self.carrier.cancelled)

        self.method.action_cycle_confirm_database()
        self.assertFalse(self.method.cycle_is_of_other_database)
        self.book()
        self.assertEqual(row.state, "done")
        self.assertFalse(self.open_exceptions(row.order_id))

    def test_a_neutralized_database_calls_nobody(self):
        row = self.a_booking()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.book()
        self.assertEqual(row.state, "todo")
        self.method.action_cycle_confirm_database()
        self.later(row)
        self.book()
        self.assertEqual(row.state, "todo", "confirming does not undo that")
        self.assertFalse(self.carrier.booked)

    def test_neutralizing_leaves_nothing_to_send(self):
        row = self.a_booking()
        self.env.flush_all()
        self.env.cr.execute((ADDON / "data/neutralize.sql").read_text())
        self.env.invalidate_all()
        self.assertEqual(row.state, "cancelled")
        self.assertTrue(self.method.cycle_is_of_other_database)

    def test_nobody_rewrites_what_happened(self):
        row = self.a_booking()
        self.book()
        groups = "order_cycle.group_order_cycle_manager,stock.group_stock_user"
        olga = new_test_user(self.env, "olga_f", groups=groups)
        for name in ("state", "attempt", "tracking_ref", "answered_at", "next_try_at", "track"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                row.with_user(olga).write({name: False})
        with self.assertRaises(UserError):
            row.unlink()

    def test_a_packer_settles_and_withdraws(self):
        packer = new_test_user(self.env, "walter_f", groups="stock.group_stock_user")
        row = self.a_booking()
        row.with_user(packer).action_withdraw()
        self.assertEqual(row.state, "cancelled")
        with self.assertRaises(UserError):
            row.with_user(packer).action_withdraw()

    def test_a_delivery_without_an_order_has_somebody_to_look_after_it(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.vendor.id,
                "carrier_id": self.method.id,
                "move_ids": [
                    Command.create({"product_id": self.soap.id, "product_uom_qty": 1}),
                ],
            }
        )
        picking.action_confirm()
        self.validate(picking)
        row = picking.cycle_foreign_ids
        self.assertFalse(row.order_id)
        self.carrier.script = ["lose"]
        with mute_logger(CALL_LOGGER):
            self.book()
        self.assertEqual(row.state, "human")
        self.assertEqual(row.activity_ids.user_id, row.create_uid)
        self.assertTrue(self.Exception.search([("foreign_booking_id", "=", row.id)]))
