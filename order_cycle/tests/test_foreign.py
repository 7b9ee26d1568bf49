from psycopg2 import IntegrityError, OperationalError

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import InlinePool
from .common import OrderCycleCommon
from .foreign_common import ForeignCommon


@tagged("post_install", "-at_install")
class TestForeignOnce(ForeignCommon):
    """Another connector books each delivery once, whatever gets in the way."""

    # === DOORS === #

    def test_validating_writes_a_row_and_the_worker_books_it(self):
        row = self.a_booking()
        self.assertFalse(self.carrier.booked, "no carrier is called while a person validates")
        self.assertRecordValues(row, [{"state": "todo", "track": "booking", "leg": 1}])
        self.assertEqual(row.order_id.cycle_track_delivery, "booking")
        self.book()
        picking = row.picking_id
        self.assertEqual(self.carrier.booked, [(picking.name, "CR0001")])
        self.assertRecordValues(
            row,
            [
                {
                    "state": "done",
                    "track": "booked",
                    "tracking_ref": "CR0001",
                    "price": 7.5,
                    "attempt": 1,
                    "is_noted": True,
                }
            ],
        )
        # All that Odoo does with a connector's answer, done by Odoo.
        self.assertEqual((picking.carrier_tracking_ref, picking.carrier_price), ("CR0001", 7.5))
        self.assertIn("LabelShipping-courier-CR0001.pdf", self.labels(picking))
        self.assertEqual(row.order_id.cycle_track_delivery, "booked")
        self.assertFalse(self.open_exceptions(row.order_id))
        self.book()
        self.assertEqual(len(self.carrier.booked), 1)

    def test_the_flow_ships_by_the_same_way(self):
        order = self.an_order([("SOAP", 1)], channel="web", paid=4)
        self.advance()
        row = order.picking_ids.cycle_foreign_ids
        self.assertEqual(row.state, "todo")
        self.book()
        self.assertEqual(row.state, "done")

    def test_every_door_makes_one_row(self):
        row = self.a_booking()
        picking = row.picking_id
        picking.send_to_shipper()
        [told] = self.method.send_shipping(picking)
        self.assertFalse(told["tracking_number"])
        self.assertEqual(told["exact_price"], 0.0)
        picking._send_confirmation_email()
        self.assertEqual(picking.cycle_foreign_ids, row)
        self.book()
        picking.send_to_shipper()
        self.method.send_shipping(picking)
        self.book()
        self.assertEqual(picking.cycle_foreign_ids, row)
        self.assertEqual(len(self.carrier.booked), 1)

    def test_deliveries_validated_together_are_booked_one_by_one(self):
        pickings = self.a_delivery() | self.a_delivery() | self.a_delivery()
        self.validate(pickings)
        self.assertFalse(self.carrier.booked)
        self.assertEqual(pickings.cycle_foreign_ids.mapped("state"), ["todo"] * 3)
        self.book()
        self.assertEqual(
            {name for name, _number in self.carrier.booked}, {*pickings.mapped("name")}
        )
        self.assertEqual(len(self.carrier.booked), 3)
        self.assertEqual(len(set(pickings.mapped("carrier_tracking_ref"))), 3)

    def test_no_context_opens_the_way_past_the_row(self):
        """What is sent over the interface cannot claim to be the worker."""
        picking = self.a_delivery()
        context = {"order_cycle__foreign": True, "order_cycle_foreign_run": picking.id}
        call_kw(
            self.env["stock.picking"],
            "send_to_shipper",
            [picking.ids],
            {"context": {**context, "default_state": "done"}},
        )
        self.assertFalse(self.carrier.booked)
        self.assertEqual(picking.cycle_foreign_ids.state, "todo")

    def test_a_delivery_of_another_method_is_not_booked_by_this_one(self):
        picking = self.a_delivery()
        other = self.method.copy({"name": "Other", "cycle_through_outbox": True})
        with self.assertRaises(UserError):
            other.send_shipping(picking)

    def test_whoever_only_reads_deliveries_books_nothing(self):
        picking = self.a_delivery()
        groups = "account.group_account_readonly,order_cycle.group_order_cycle_user"
        auditor = new_test_user(self.env, "auditor_f", groups=groups)
        with self.assertRaises(AccessError):
            picking.with_user(auditor).send_to_shipper()
        self.assertFalse(picking.cycle_foreign_ids)

    def test_the_database_itself_keeps_a_second_live_booking_out(self):
        row = self.a_booking()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            row.create(row.picking_id._prepare_cycle_foreign_vals()).flush_recordset()

    def test_goods_that_another_connector_has_are_not_booked_by_ours(self):
        row = self.a_booking()
        row.picking_id._cycle_hand_over()
        self.assertFalse(row.picking_id.cycle_consignment_ids)
        given_back = {"picking_id": row.picking_id.id, "state": "cancelled"}
        consignments = self.env["order.cycle.consignment"]
        self.assertFalse(consignments.new(given_back).can_hand_over)
        row.action_withdraw()
        self.assertTrue(consignments.new(given_back).can_hand_over)

    def test_a_number_entered_by_hand_books_nothing(self):
        row = self.a_booking()
        row.picking_id.carrier_tracking_ref = "BY-HAND"
        self.book()
        self.assertEqual(row.state, "cancelled")
        self.assertFalse(self.carrier.booked)
        self.assertEqual(row.picking_id.carrier_tracking_ref, "BY-HAND")

    def test_another_method_chosen_meanwhile_is_shown_and_not_booked(self):
        row = self.a_booking()
        row.picking_id.carrier_id = self.env.ref("delivery.free_delivery_carrier")
        self.book()
        self.assertEqual(row.state, "refused")
        self.assertFalse(self.carrier.booked)

    def test_book_now_books_the_same_row_at_once(self):
        row = self.a_booking()
        self.assertTrue(row.picking_id.cycle_waits_for_carrier)
        with self.enter_registry_test_mode():
            action = row.picking_id.action_cycle_book_now()
        self.assertEqual(action["params"]["type"], "success")
        row.invalidate_recordset()
        self.assertRecordValues(row, [{"state": "done", "attempt": 1}])
        self.book()
        self.assertEqual(len(self.carrier.booked), 1)


@tagged("post_install", "-at_install")
class TestInlinePool(OrderCycleCommon):
    """The pool that makes its calls in the thread of the cursor."""

    def test_it_makes_one_call_at_a_time_and_keeps_the_answer(self):
        said = []
        with InlinePool() as pool:
            self.assertEqual((pool.free, pool.is_busy, pool.keys), (1, False, ()))
            pool.submit("a", lambda: said.append("called") or "answer")
            self.assertEqual(said, ["called"], "before submit returns")
            self.assertEqual((pool.free, pool.is_busy, pool.keys), (0, True, ("a",)))
            self.assertEqual(pool.answers(0), [("a", "answer")])
            self.assertEqual((pool.free, pool.is_busy, pool.answers(0)), (1, False, []))

    def test_what_a_call_raises_is_raised(self):
        def fails():
            raise OperationalError("gone")

        with InlinePool() as pool, self.assertRaises(OperationalError):
            pool.submit("a", fails)
