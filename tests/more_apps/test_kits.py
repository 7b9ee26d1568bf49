from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.order_cycle.tools.demand import Supply

from .common import AppsCommon


@tagged("post_install", "-at_install")
class TestKits(AppsCommon):
    """A kit is promised, held, sold once and missed by its components."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bottle = cls.a_product("BOTTLE", stock=10)
        cls.box = cls.a_product("BOX", stock=4)
        cls.ribbon = cls.a_product("RIBBON", is_storable=False)
        # Two bottles, one box; whatever ribbon there is limits nothing.
        cls.kit = cls.a_kit("GIFT", (cls.bottle, 2), (cls.box, 1), (cls.ribbon, 3))

    def supplied(self, product, quantity, days):
        """Have `quantity` of `product` on its way."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "date": self.in_days(days),
            }
        )
        move._action_confirm()
        return move

    def a_quotation(self, *lines):
        return self.env["sale.order"].create(
            {
                "partner_id": self.tuscan.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in lines
                ],
            }
        )

    # === HOW MANY === #

    def test_the_scarcest_component_says_how_many(self):
        self.assertEqual(self.available(self.kit), 4)
        self.stock(self.box, 6)
        self.assertEqual(self.available(self.kit), 5)
        self.stock(self.bottle, 1)
        self.assertEqual(self.available(self.kit), 5, "half a kit is none")

    def test_it_is_what_core_counts_where_nothing_is_promised(self):
        self.assertEqual(self.available(self.kit), self.kit.free_qty)

    def test_a_kit_in_a_kit_and_other_units(self):
        # A crate makes 2 pallets' worth: 1 dozen bottles and 2 gifts for 2 crates.
        crate = self.a_kit(
            "CRATE", (self.bottle, 1, self.dozen), (self.kit, 2), quantity=2
        )  # a crate: 6 bottles + 1 gift (2 bottles, 1 box)
        parts = self.env["order.cycle.kit"]._components(crate, self.company)[crate]
        self.assertEqual(parts, {self.bottle: 8, self.box: 1})
        self.assertEqual(self.available(crate), 1)
        self.stock(self.bottle, 14)
        self.assertEqual(self.available(crate), 3)

    def test_a_kit_without_goods_in_stock_is_limited_by_nothing(self):
        empty = self.a_kit("AIR", (self.ribbon, 1))
        self.assertIsNone(self.available(empty))

    def test_kits_and_goods_are_answered_together(self):
        answer = self.env["order.cycle.availability"]._available(
            self.kit | self.bottle, self.warehouse | self.second
        )
        key = self.warehouse.id
        self.assertEqual(answer[self.kit.id, key], 4)
        self.assertEqual(answer[self.bottle.id, key], 10)
        self.assertEqual(answer[self.kit.id, self.second.id], 0)
        self.assertNotIn((self.box.id, key), answer, "nobody asked for it")

    def test_what_arrives_makes_kits_at_its_date(self):
        self.supplied(self.box, 3, days=5)
        self.assertEqual(self.available(self.kit), 4)
        self.assertEqual(self.available(self.kit, by=self.in_days(6)), 5)
        rows = self.env["order.cycle.availability"]._timeline(self.kit, self.warehouse)
        self.assertEqual([free for _at, free in rows[self.warehouse.id]], [4, 5])

    def test_the_same_component_is_not_answered_twice(self):
        self.supplied(self.bottle, 10, days=3)
        availability = self.env["order.cycle.availability"]
        answers = availability._earliest(
            [
                (self.kit, self.warehouse, 3),
                (self.bottle, self.warehouse, 5),
                (self.kit, self.warehouse, 2),
            ]
        )
        self.assertEqual([places for _date, places in answers[:1]], [{self.warehouse.id: 3}])
        # 4 bottles are left today; the fifth comes in three days.
        self.assertEqual(answers[1][0].date(), self.in_days(3).date())
        self.assertIsNone(answers[2][0], "one box is left")
        self.assertEqual(answers[2][1], {self.warehouse.id: 1})

    def test_a_buffer_of_a_component_keeps_kits_back(self):
        self.env["order.cycle.buffer"].create(
            {"name": "Safety", "product_id": self.bottle.id, "quantity": 3}
        )
        self.assertEqual(self.available(self.kit), 3)

    def test_a_buffer_for_all_goods_counts_once(self):
        self.env["order.cycle.buffer"].create({"name": "Half", "kind": "percent", "quantity": 50})
        self.assertEqual(self.available(self.kit), 2)

    # === WHY === #

    def test_the_explanation_names_the_component_that_limits(self):
        rows = self.env["order.cycle.availability"]._explain(self.kit, self.warehouse)
        self.assertEqual(sum(quantity for _text, quantity, _doc in rows), 4)
        self.assertIn("Box limits the kit: 4 Units can be promised, each kit takes 1", rows[0][0])
        self.assertIn("Bottle: 10 Units can be promised, enough for 5 kits", rows[1][0])
        self.assertIn("Box: On hand in", rows[2][0])

    def test_the_explanation_adds_up_with_a_buffer_of_the_kit(self):
        self.env["order.cycle.buffer"].create(
            {"name": "Window", "product_id": self.kit.id, "quantity": 1}
        )
        rows = self.env["order.cycle.availability"]._explain(self.kit, self.warehouse)
        self.assertEqual(sum(quantity for _text, quantity, _doc in rows), 3)
        self.assertEqual(self.available(self.kit), 3)

    # === HELD === #

    def test_holding_a_kit_holds_its_components(self):
        quotation = self.a_quotation((self.kit, 3))
        self.assertTrue(quotation.cycle_can_hold)
        quotation.action_cycle_hold()
        self.assertEqual(self.available(self.kit), 1)
        self.assertEqual(self.available(self.bottle), 4)
        held = {hold.product_id: hold.quantity for hold in quotation.cycle_hold_ids}
        self.assertEqual(held, {self.bottle: 6, self.box: 3})
        with self.assertRaisesRegex(UserError, "Box"):
            self.a_quotation((self.kit, 2)).action_cycle_hold()
        quotation.action_cycle_release()
        self.assertEqual(self.available(self.kit), 4)

    def test_a_cart_holds_whole_kits(self):
        key = {"channel": "web", "reference": "CART-1"}
        hold = self.env["order.cycle.hold"].hold
        [told] = hold(items=[{"sku": "GIFT", "qty": 3}], **key)["items"]
        self.assertEqual((told["status"], told["held"], told["free"]), ("held", 3, 1))
        [told] = hold(channel="web", reference="CART-2", items=[{"sku": "GIFT", "qty": 2}])["items"]
        self.assertEqual((told["status"], told["free"]), ("refused", 1))

    # === SOLD ONCE === #

    def test_a_kit_and_its_component_are_not_sold_twice(self):
        first = self.an_order([("GIFT", 4)], channel="phone")
        second = self.an_order([("BOTTLE", 5)], channel="phone")
        self.advance()
        moves = (first | second).order_line.move_ids
        reserved = {
            product: sum(moves.filtered(lambda m, p=product: m.product_id == p).mapped("quantity"))
            for product in (self.bottle, self.box)
        }
        self.assertEqual(reserved, {self.bottle: 10, self.box: 4})
        self.assertEqual(self.available(self.bottle), -3)
        self.assertEqual(self.available(self.kit), -2)
        short = self.shortage_of(self.bottle)
        self.assertEqual(short.missing_qty, 3)
        self.assertFalse(self.shortage_of(self.kit))

    def test_two_orders_of_a_kit(self):
        first = self.an_order([("GIFT", 3)], channel="phone")
        second = self.an_order([("GIFT", 3)], channel="phone")
        self.advance()
        self.assertEqual(first.cycle_track_stock, "reserved")
        self.assertEqual(second.cycle_track_stock, "short")
        self.assertEqual(second.order_line.cycle_missing_qty, 2)
        needs = {row.product_id: row.missing_qty for row in second.cycle_shortage_line_ids}
        self.assertEqual(needs, {self.bottle: 2, self.box: 2})
        self.assertFalse(first.cycle_shortage_line_ids)

    # === MISSED === #

    def test_components_that_arrive_close_the_shortages(self):
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        cases = order.cycle_shortage_line_ids.shortage_id
        self.assertEqual(cases.product_id, self.bottle | self.box)
        self.stock(self.box, 2)
        self.env["order.cycle.signal"]._emit(order, "supply")
        self.advance()
        self.assertEqual(cases.filtered("is_solved").product_id, self.box)
        self.assertEqual(order.order_line.cycle_missing_qty, 1)
        self.stock(self.bottle, 2)
        self.env["order.cycle.signal"]._emit(order, "supply")
        self.advance()
        self.assertEqual(set(cases.mapped("state")), {"solved"})
        self.assertEqual(order.cycle_track_stock, "reserved")

    def test_the_value_at_stake_is_that_of_the_kits(self):
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        boxes = order.cycle_shortage_line_ids.filtered(lambda row: row.product_id == self.box)
        self.assertEqual((boxes.missing_qty, boxes.value), (2, 60.0))

    def test_missing_components_are_bought_by_the_wizard(self):
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        cases = order.cycle_shortage_line_ids.shortage_id
        wizard = self.window(cases)
        wizard.line_ids.decision = "buy"
        wizard.action_apply()
        bought = cases.purchase_line_ids
        self.assertEqual(bought.product_id, self.bottle | self.box)
        self.assertEqual(bought.cycle_shortage_line_ids.order_id, order)
        self.assertEqual(order.commitment_date.date(), self.in_days(5).date())

    def test_the_last_component_says_when(self):
        self.bottle.seller_ids.delay = 9
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        self.assertEqual(order.commitment_date.date(), self.in_days(9).date())
        for product in (self.bottle, self.box):
            wizard = self.window(self.shortage_of(product))
            wizard.line_ids.decision = "buy"
            wizard.action_apply()
            self.assertEqual(order.commitment_date.date(), self.in_days(9).date())

    def test_a_component_that_comes_later_moves_the_kit(self):
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        late = self.supplied(self.box, 2, days=3) | self.supplied(self.bottle, 2, days=3)
        late.write({"date": self.in_days(12)})
        self.run_cron("cron_promises")
        proposals = self.env["order.cycle.promise.proposal"].search(
            [("order_line_id", "=", order.order_line.id)]
        )
        self.assertEqual(len(proposals), 1)
        self.assertEqual(proposals.proposed_date.date(), self.in_days(12).date())

    def test_giving_up_the_missing_kits_keeps_the_others_whole(self):
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        cases = order.cycle_shortage_line_ids.shortage_id
        wizard = self.window(cases)
        self.assertNotIn("substitute", self.ranking(wizard))
        wizard.line_ids.decision = "cancel"
        wizard.action_apply()
        self.advance()
        self.assertEqual(order.order_line.product_uom_qty, 4)
        self.assertEqual(set(cases.mapped("state")), {"solved"})
        live = order.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        asked = {
            product: sum(
                live.filtered(lambda m, p=product: m.product_id == p).mapped("product_uom_qty")
            )
            for product in (self.bottle, self.box)
        }
        self.assertEqual(asked, {self.bottle: 8, self.box: 4})

    def test_a_kit_is_promised_when_its_last_component_can_be_there(self):
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        self.assertEqual(order.commitment_date.date(), self.in_days(5).date())
        there = self.an_order([("SOAP", 1)], channel="phone")
        self.advance()
        self.assertEqual(there.commitment_date.date(), self.in_days(0).date())

    def test_parts_that_left_already_leave_whole_kits_with_the_others(self):
        order = self.an_order([("GIFT", 4)], channel="phone")
        self.advance()
        line = order.order_line
        bottles = line.move_ids.filtered(lambda move: move.product_id == self.bottle)
        (line.move_ids - bottles).write({"quantity": 0})
        bottles.write({"quantity": 6, "picked": True})
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        line.move_ids.filtered(lambda move: move.state != "done")._action_assign()
        boxes = line.move_ids.filtered(lambda move: move.product_id == self.box)
        open_bottles = line._cycle_open_moves().filtered(
            lambda move: move.product_id == self.bottle
        )
        open_bottles._do_unreserve()
        self.assertEqual(sum(boxes.mapped("quantity")), 4)
        self.assertEqual(line._cycle_open_qty(), 4)
        # The bottles of three kits have left.
        self.assertEqual(line._cycle_reserved_qty(), 3)
        demands = line._cycle_demands()
        planner = self.env["order.cycle.promise.planner"]
        for demand in demands:
            planner._use_own(demand)
        missing = next(demand for demand in demands if demand.product == self.bottle)
        missing.use([Supply(self.in_days(3), 2, "receipt")])
        parts = planner._parts(line, demands)
        self.assertEqual([part["quantity"] for part in parts], [3, 1])

    def test_a_part_of_another_warehouse_is_promised_once_and_looked_at_again(self):
        self.box.seller_ids.unlink()
        self.stock(self.box, 2, self.second)
        order = self.an_order([("GIFT", 5)], channel="phone")
        self.advance()
        self.assertEqual(
            order.order_line.cycle_transfers,
            [[self.box.id, self.second.id, self.warehouse.id, 1]],
        )
        other = self.an_order([("BOX", 2)], channel="phone")
        self.advance()
        self.assertFalse(other.cycle_promise_ids, "one of the two is promised to the kit")
        taken = self.env["stock.quant"]
        taken._update_available_quantity(self.box, self.second.lot_stock_id, -2)
        self.run_cron("cron_shortage_ladder")
        self.run_cron("cron_promises")
        self.assertFalse(order.cycle_proposal_ids.proposed_date)
        self.assertTrue(order.cycle_proposal_ids.is_open)

    def test_the_answer_for_one_part_does_not_hide_the_other(self):
        self.bottle.seller_ids.delay = 9
        order = self.an_order([("GIFT", 6)], channel="phone")
        self.advance()
        wizard = self.window(self.shortage_of(self.box))
        wizard.line_ids.decision = "buy"
        wizard.action_apply()
        self.assertEqual(order.commitment_date.date(), self.in_days(9).date())

    def test_a_kit_whose_delivery_was_cancelled_is_not_promised_from_stock(self):
        order = self.an_order([("GIFT", 2)], channel="phone")
        order.action_confirm()
        order.picking_ids.action_cancel()
        line = order.order_line
        self.assertEqual(line._cycle_open_qty(), 2)
        self.assertEqual(self.env["order.cycle.promise.planner"]._plan(line), {line: []})

    def test_a_part_that_is_bought_to_order_is_waited_for(self):
        route = self.warehouse.mto_pull_id.route_id
        route.active = True
        self.box.route_ids = route | self.warehouse.buy_pull_id.route_id
        order = self.an_order([("GIFT", 2)], channel="phone")
        self.advance()
        bought = order.order_line.move_ids.created_purchase_line_ids
        self.assertEqual(bought.product_id, self.box)
        self.assertEqual(order.cycle_promise_ids.mapped("source_name"), [bought.order_id.name])
        self.assertEqual(order.order_line._cycle_reserved_qty(), 0)
        bought.date_planned = self.in_days(9)
        self.run_cron("cron_promises")
        proposed = order.cycle_proposal_ids.proposed_date
        self.assertEqual(proposed.date(), self.in_days(9).date())

    def test_a_cancelled_order_of_kits_gives_its_components_back(self):
        order = self.an_order([("GIFT", 4)], channel="phone")
        self.advance()
        self.assertEqual(self.available(self.kit), 0)
        order._action_cancel()
        self.assertEqual(self.available(self.kit), 4)
