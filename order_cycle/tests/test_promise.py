import psycopg2

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromise(PromiseCommon):
    """What a customer was promised stays on record; supply proposes, a person decides."""

    # === THE LEDGER === #

    def test_a_promise_says_where_the_goods_come_from(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        rows = order.cycle_promise_ids.sorted("promised_date")
        self.assertEqual(rows.mapped("quantity"), [10, 2])
        self.assertEqual(rows.mapped("cause"), ["stock", "receipt"])
        self.assertEqual(rows[1].source_name, purchase.name)
        self.assertEqual(set(rows.mapped("revision")), {1})
        self.assertEqual(self.days_until(order.commitment_date), 3)

    def test_no_row_is_changed_or_deleted(self):
        row = self.a_promised_order([("OIL", 1)]).cycle_promise_ids
        for attempt in (
            lambda: row.write({"quantity": 7}),
            lambda: row.write({"promised_date": self.in_days(9)}),
            row.unlink,
        ):
            with self.assertRaisesRegex(UserError, "stays on record"):
                attempt()
        row._mark_told()
        with self.assertRaisesRegex(UserError, "stays on record"):
            row.write({"told_at": fields.Datetime.now()})
        self.env.flush_all()
        for query in (
            "UPDATE order_cycle_promise SET quantity = 7 WHERE id = %s",
            "UPDATE order_cycle_promise SET told_at = NULL WHERE id = %s",
            "DELETE FROM order_cycle_promise WHERE id = %s",
        ):
            with (
                self.assertRaisesRegex(psycopg2.errors.RaiseException, "never"),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [row.id])

    def test_a_date_set_by_a_person_is_a_row_with_an_author(self):
        order = self.a_promised_order([("OIL", 1)])
        order.commitment_date = self.in_days(8)
        last = order.cycle_promise_ids[:1]
        self.assertRecordValues(last, [{"cause": "manual", "revision": 2}])
        self.assertEqual(last.user_id, self.env.user)
        self.assertEqual(order.order_line.cycle_promise_date, order.commitment_date)

    def test_sending_the_date_marks_it_as_told(self):
        order = self.a_promised_order([("OIL", 1)])
        self.assertFalse(order.cycle_promise_ids.told_at)
        template = self.env.ref("order_cycle.mail_template_promise")
        action = order.action_cycle_tell_promise()
        composer = self.env["mail.compose.message"].with_context(**action["context"])
        composer.create({"template_id": template.id})._action_send_mail()
        self.assertTrue(order.cycle_promise_ids.told_at)
        self.assertIn("Oil", order.message_ids[0].body)

    # === THE WAY TO THE CUSTOMER === #

    def test_cut_off_working_days_and_transit_are_counted(self):
        order = self.a_promised_order([("OIL", 1)])
        self.company.partner_id.tz = "Europe/Rome"
        self.warehouse.write(
            {
                "cycle_cutoff_time": 16.0,
                "cycle_calendar_id": self.env["resource.calendar"].create({"name": "5 days"}).id,
            }
        )
        order.carrier_id = self.env["delivery.carrier"].create(
            {
                "name": "Two days",
                "product_id": self.env.ref("order_cycle.product_shipping").id,
                "cycle_transit_days": 2,
            }
        )
        friday = fields.Datetime.to_datetime("2026-11-27 10:00:00")
        late = fields.Datetime.to_datetime("2026-11-27 15:30:00")
        self.assertEqual(str(order._cycle_arrival_of(friday).date()), "2026-11-29")
        self.assertEqual(str(order._cycle_arrival_of(late).date()), "2026-12-02")

    # === SUPPLY MOVES === #

    def test_a_slip_proposes_and_overwrites_nothing(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        other = self.a_promised_order([("SOAP", 1)])
        before = order.commitment_date
        purchase.order_line.date_planned = self.in_days(10)
        purchase.picking_ids.move_ids.date = self.in_days(10)
        self.review()
        self.assertEqual(order.commitment_date, before)
        proposal = order.cycle_proposal_ids
        self.assertRecordValues(proposal, [{"slip_days": 7, "state": "open"}])
        self.assertEqual(len(self.slips(order)), 1)
        self.assertFalse(other.cycle_proposal_ids)
        self.assertFalse(self.slips(other))
        proposal.action_accept()
        self.assertEqual(self.days_until(order.commitment_date), 10)
        self.assertFalse(self.slips(order))
        self.assertEqual(order.cycle_promise_ids.mapped("revision"), [2, 2, 1, 1])

    def test_a_kept_date_is_not_proposed_again(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        purchase.picking_ids.move_ids.date = self.in_days(10)
        self.review()
        order.cycle_proposal_ids.action_keep()
        self.env["order.cycle.supply.change"]._note(order.order_line, "supply", "look again")
        self.review()
        self.assertEqual(order.cycle_proposal_ids.mapped("state"), ["kept"])
        self.assertFalse(self.slips(order))

    def test_a_slip_upon_a_slip_replaces_the_proposal(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        for days in (10, 20):
            purchase.picking_ids.move_ids.date = self.in_days(days)
            self.review()
        self.assertEqual(order.cycle_proposal_ids.mapped("state"), ["open", "withdrawn"])
        self.assertEqual(order.cycle_proposal_ids.mapped("slip_days"), [17, 7])
        self.assertEqual(len(self.slips(order)), 1)
        self.assertNotIn("crashed", order.cycle_exception_ids.mapped("kind"))

    def test_supply_that_comes_back_withdraws_the_proposal(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        purchase.picking_ids.move_ids.date = self.in_days(10)
        self.review()
        purchase.picking_ids.move_ids.date = self.in_days(3)
        self.review()
        self.assertEqual(order.cycle_proposal_ids.mapped("state"), ["withdrawn"])
        self.assertFalse(self.slips(order))

    # === THE DEFECTS OF STOCK ODOO === #

    def test_defect_06_a_make_to_order_line_without_vendor_gets_its_goods(self):
        """Stock Odoo leaves the delivery in `waiting` for ever, though the goods are received."""
        rare = self.a_product("RARE", seller_ids=False)
        order = self.an_order([("RARE", 2)], channel="phone")
        self.advance()
        # What Odoo's buy rule leaves where it finds no vendor.
        order.picking_ids.move_ids.write({"procure_method": "make_to_stock", "state": "waiting"})
        self.advance()
        self.assertEqual(order.cycle_stage, "short")
        self.assertTrue(order.cycle_shortage_line_ids.filtered("is_open"))
        self.validate(self.a_purchase(rare, 2, 0).picking_ids)
        self.review()
        self.advance()
        self.assertEqual(order.picking_ids.move_ids.mapped("state"), ["assigned"])
        self.assertFalse(order.cycle_shortage_line_ids.filtered("is_open"))

    def test_defect_07_a_vendor_s_new_date_leaves_the_customer_s_deadline(self):
        """Stock Odoo writes the vendor's date over the delivery's deadline, without a message."""
        self.a_made_to_order_product("RARE")
        order = self.a_promised_order([("RARE", 2)])
        purchase = order.order_line.move_ids.created_purchase_line_ids.order_id
        purchase.button_confirm()
        delivery = order.picking_ids.move_ids
        self.review()
        before, promised = delivery.date_deadline, order.commitment_date
        purchase.order_line.date_planned = self.in_days(50)
        self.assertEqual(delivery.date_deadline, before)
        purchase.picking_ids.move_ids.date = self.in_days(50)
        self.review()
        self.assertEqual(order.commitment_date, promised)
        self.assertEqual(len(self.slips(order)), 1)
        self.assertEqual(self.days_until(order.cycle_proposal_ids[:1].proposed_date), 50)

    def test_which_deadline_propagation_is_installed(self):
        """Odoo 19.0 pushes deadlines from move to move; later builds may not. Both are told."""
        self.a_made_to_order_product("RARE")
        order = self.a_promised_order([("RARE", 2)])
        purchase = order.order_line.move_ids.created_purchase_line_ids.order_id
        purchase.button_confirm()
        delivery = order.picking_ids.move_ids
        before = delivery.date_deadline
        purchase.picking_ids.move_ids.date_deadline = self.in_days(50)
        pushes = delivery.date_deadline != before
        self.assertEqual(pushes, hasattr(type(delivery), "_set_date_deadline"))

    def test_defect_08_a_cancelled_purchase_is_told(self):
        """Stock Odoo cuts the link to the order and says nothing."""
        self.a_made_to_order_product(
            "RARE",
            seller_ids=[Command.create({"partner_id": self.vendor.id, "delay": 5, "min_qty": 0})],
        )
        order = self.a_promised_order([("RARE", 2)])
        purchase = order.order_line.move_ids.created_purchase_line_ids.order_id
        purchase.button_confirm()
        self.review()
        self.env["product.supplierinfo"].search(
            [("product_tmpl_id", "=", order.order_line.product_id.product_tmpl_id.id)]
        ).delay = 30
        purchase.button_cancel()
        self.review()
        self.assertRecordValues(
            order.cycle_proposal_ids.filtered("is_open"),
            [{"cause": "cancelled", "source_name": purchase.name}],
        )
        self.assertEqual(len(self.slips(order)), 1)

    def test_defect_14_goods_of_the_second_warehouse_are_promised_as_a_transfer(self):
        """Stock Odoo lets the order wait although the other warehouse has the goods."""
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "WH2"})
        rare = self.a_product("RARE", seller_ids=False)
        self.stock(rare, 5, second)
        order = self.a_promised_order([("RARE", 2)])
        self.assertRecordValues(
            order.cycle_promise_ids, [{"cause": "transfer", "source_name": "Second"}]
        )
        self.assertEqual(self.days_until(order.commitment_date), 1)
