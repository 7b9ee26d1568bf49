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
        before = self.env["order.cycle.promise.planner"]._own_supplies(line)
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
        after = self.env["order.cycle.promise.planner"]._own_supplies(line)
        self.assertEqual(sum(row[1] for row in after), sum(row[1] for row in before))

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
