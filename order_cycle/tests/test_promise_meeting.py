from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseMeeting(PromiseCommon):
    """Promises where they meet other parts: several orders, warehouses, returns, the portal."""

    def test_a_line_that_cannot_be_planned_does_not_stop_the_others(self):
        purchase = self.a_purchase(self.oil, 40, 3)
        bad = self.a_promised_order([("OIL", 12)])
        good = self.a_promised_order([("OIL", 12)])
        planner = type(self.env["order.cycle.promise.planner"])
        plan = planner._plan

        def broken(model, lines):
            if bad in lines.order_id:
                raise ValueError("no plan")
            return plan(model, lines)

        self.patch(planner, "_plan", broken)
        purchase.order_line.date_planned = self.in_days(20)
        with mute_logger("odoo.addons.order_cycle.models.order_cycle_flow"):
            self.review()
        self.assertEqual(len(self.slips(good)), 1)
        self.assertIn("crashed", bad.cycle_exception_ids.mapped("kind"))
        self.assertFalse(self.env["order.cycle.supply.change"].search([]))

    def test_goods_moved_straight_to_another_warehouse_are_a_change_of_supply(self):
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "WH2"})
        self.review()
        move = self.env["stock.move"].create(
            {
                "product_id": self.oil.id,
                "product_uom_qty": 4,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": second.lot_stock_id.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()
        changes = self.env["order.cycle.supply.change"].search([("product_id", "=", self.oil.id)])
        self.assertIn("supply", changes.mapped("cause"))

    def test_what_the_customer_sends_back_is_no_supply_of_the_line(self):
        order = self.a_promised_order([("OIL", 12)])
        line = order.order_line
        planner = self.env["order.cycle.promise.planner"]
        before = planner._own_supplies(*line._cycle_demands())
        back = self.env["stock.move"].create(
            {
                "product_id": self.oil.id,
                "product_uom_qty": 2,
                "location_id": self.env.ref("stock.stock_location_customers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "sale_line_id": line.id,
            }
        )
        back._action_confirm()
        self.assertIn(back, line.move_ids)
        after = planner._own_supplies(*line._cycle_demands())
        self.assertEqual(sum(one.quantity for one in after), sum(one.quantity for one in before))

    def test_a_customer_on_the_portal_does_not_read_who_the_vendor_is(self):
        user = new_test_user(self.env, "outlook-portal", groups="base.group_portal")
        order = self.env["sale.order"].create(
            {
                "partner_id": user.partner_id.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [Command.create({"product_id": self.oil.id})],
            }
        )
        order.message_subscribe(user.partner_id.ids)
        line = order.order_line.with_user(user)
        self.assertTrue(line.read(["name"]))
        for name in ("cycle_outlook", "cycle_hold_text", "cycle_source_text"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                line.read([name])

    # === DATES, AND THE END OF PROPOSALS === #

    def a_dated_quotation(self, **line):
        return self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Carla"}).id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": self.oil.id, "product_uom_qty": 2, **line})
                ],
            }
        )

    def test_a_date_of_a_quotation_is_on_record_once_it_is_confirmed(self):
        order, other = self.a_dated_quotation(), self.a_dated_quotation()
        order.commitment_date = self.in_days(8)
        other.order_line.cycle_promise_date = self.in_days(9)
        self.assertFalse((order | other).cycle_promise_ids)
        (order | other).action_confirm()
        self.assertRecordValues(order.cycle_promise_ids, [{"cause": "manual", "quantity": 2}])
        self.assertEqual(self.days_until(order.order_line.cycle_promise_date), 8)
        self.assertEqual(self.days_until(other.commitment_date), 9)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(order.cycle_promise_ids), 1)

    def a_slipping_order(self):
        purchase = self.a_purchase(self.oil, 20, 3)
        order = self.a_promised_order([("OIL", 12)])
        purchase.order_line.date_planned = self.in_days(10)
        self.review()
        self.assertTrue(order.cycle_proposal_ids.is_open)
        return order, purchase

    def test_a_cancelled_order_has_nothing_to_decide(self):
        order, _purchase = self.a_slipping_order()
        order._action_cancel()
        self.assertEqual(order.cycle_proposal_ids.state, "withdrawn")
        self.assertFalse(self.slips(order))

    def test_a_delivered_order_has_nothing_to_decide(self):
        order, purchase = self.a_slipping_order()
        self.validate(purchase.picking_ids)
        order.picking_ids.action_assign()
        self.validate(order.picking_ids)
        self.assertEqual(order.cycle_proposal_ids.state, "withdrawn")
        self.assertFalse(self.slips(order))

    def test_what_is_over_is_not_promised_again(self):
        order, _purchase = self.a_slipping_order()
        proposal, rows = order.cycle_proposal_ids, order.cycle_promise_ids
        order.order_line.product_uom_qty = 0
        proposal.action_accept()
        self.assertEqual(order.cycle_promise_ids, rows)

    def test_a_purchase_that_is_confirmed_is_a_change_of_supply(self):
        self.review()
        purchase = self.a_purchase(self.oil, 20, 3)
        changes = self.env["order.cycle.supply.change"].search([("product_id", "=", self.oil.id)])
        self.assertIn("receipt", changes.mapped("cause"))
        self.assertIn(purchase.picking_ids.name, changes.mapped("source_name"))

    def test_each_share_of_a_quotation_is_planned_in_its_own_warehouse(self):
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "WH2"})
        self.stock(self.oil, 5, second)
        order = self.a_dated_quotation(product_uom_qty=15)
        line = order.order_line
        self.assertEqual(line.cycle_outlook_level, "wait")
        line._cycle_source_from({second: 5, self.warehouse: 10})
        line.invalidate_recordset()
        self.assertEqual(line.cycle_outlook_level, "good")
        self.assertIn("5 of 15 ship today from Second", line.cycle_outlook)
