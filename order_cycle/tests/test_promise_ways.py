from odoo import Command
from odoo.tests import tagged

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseWays(PromiseCommon):
    """Goods that come by other ways than from the shelf: resupplied, to order, from the vendor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["stock.warehouse"].create({"name": "Second", "code": "WH2"})
        cls.rare = cls.a_product("RARE", seller_ids=False)

    def send_part(self, pickings, quantity):
        pickings.move_ids.write({"quantity": quantity, "picked": True})
        pickings.with_context(skip_backorder=True).button_validate()
        self.advance()

    def a_resupplied_order(self, quantity):
        self.warehouse.resupply_wh_ids = self.second
        route = self.warehouse.mto_pull_id.route_id
        route.active = True
        self.rare.route_ids = [Command.set((self.warehouse.resupply_route_ids | route).ids)]
        return self.a_promised_order([("RARE", quantity)])

    def test_what_is_between_two_warehouses_is_neither_there_nor_missing(self):
        self.stock(self.rare, 3, self.second)
        order = self.a_resupplied_order(5)
        line, row = order.order_line, order.cycle_shortage_line_ids
        self.assertEqual(row.shortage_id.warehouse_id, self.second)
        self.assertEqual((row.missing_qty, row.wanted_qty), (2, 5))
        self.assertEqual(line._cycle_reserved_qty(), 0, "it is in the other warehouse")
        sent = line.move_ids.filtered(lambda move: move.location_id.warehouse_id == self.second)
        self.send_part(sent.picking_id, 3)
        self.assertFalse(order.cycle_exception_ids)
        self.assertEqual(order.cycle_shortage_line_ids, row)
        self.assertEqual(row.missing_qty, 2)
        self.assertEqual(line._cycle_reserved_qty(), 0, "it is on the road")

    def test_what_the_other_warehouse_sends_for_an_order_is_its_own(self):
        self.stock(self.rare, 5, self.second)
        order = self.a_resupplied_order(5)
        date = order.commitment_date
        self.rare.route_ids = [Command.clear()]
        rival = self.a_promised_order([("RARE", 5)])
        rival.order_line.cycle_promise_date = self.in_days(-1)
        plans = self.env["order.cycle.promise.planner"]._plan((order | rival).order_line)
        self.assertEqual(plans[order.order_line][-1]["promised_date"].date(), date.date())
        self.assertFalse(plans[rival.order_line])

    def test_the_rest_of_what_was_bought_to_order_is_not_missing(self):
        self.a_made_to_order_product("MTO")
        order = self.a_promised_order([("MTO", 5)])
        purchase = order.order_line.move_ids.created_purchase_line_ids.order_id
        purchase.button_confirm()
        self.send_part(purchase.picking_ids, 3)
        self.assertEqual(order.order_line.move_ids.quantity, 3)
        self.assertFalse(order.cycle_shortage_line_ids, "the rest is on order")

    def test_what_the_vendor_sends_to_the_customer_is_not_taken_off_the_shelf(self):
        self.stock(self.rare, 3)
        order = self.a_promised_order([("RARE", 10)])
        line = order.order_line
        line.move_ids.product_uom_qty = 4
        self.env["stock.move"].create(
            {
                "product_id": self.rare.id,
                "product_uom": self.rare.uom_id.id,
                "product_uom_qty": 6,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "sale_line_id": line.id,
                "date": self.in_days(4),
            }
        )._action_confirm()
        self.a_purchase(self.rare, 2, 6)
        self.rare.seller_ids.unlink()
        parts = self.env["order.cycle.promise.planner"]._plan(line)[line]
        self.assertEqual([part["quantity"] for part in parts], [3, 6, 1])
        self.assertEqual([self.days_until(part["promised_date"]) for part in parts], [0, 4, 6])

    def test_a_new_date_for_the_rest_is_told_of_all_of_the_rest(self):
        self.a_purchase(self.rare, 10, 3)
        order = self.a_promised_order([("RARE", 10)])
        self.stock(self.rare, 4)
        order.picking_ids.action_assign()
        self.send_part(order.picking_ids, 4)
        incoming = self.env["stock.move"].search(
            [("product_id", "=", self.rare.id), ("picking_code", "=", "incoming")]
        )
        incoming.date = self.in_days(9)
        self.review()
        order.cycle_proposal_ids.action_accept()
        self.assertIn("4 of 10 delivered; 6 promised", order.order_line.cycle_outlook)
        self.assertEqual(order.order_line.cycle_outlook_level, "wait")

    def test_a_line_that_is_being_edited_is_no_rival_of_itself(self):
        order = self.a_promised_order([("RARE", 4)])
        self.a_purchase(self.rare, 5, 3)
        self.rare.seller_ids.unlink()
        form = order.new(origin=order)
        form.order_line.product_uom_qty = 5
        self.assertIn("5 by", form.order_line.cycle_outlook)

    def test_new_lines_above_those_that_are_stored(self):
        order = self.a_promised_order([("RARE", 4)])
        form = order.new(origin=order)
        form.order_line = [Command.create({"product_id": self.rare.id, "product_uom_qty": 2})]
        told = self.env["order.cycle.outlook"]._of(form.order_line[::-1])
        self.assertEqual(
            {text for text, _level in told.values()}, {"2 without a date", "4 without a date"}
        )
