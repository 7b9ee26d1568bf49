from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .sourcing_common import SourcingCommon


@tagged("post_install", "-at_install")
class TestApplyingSources(SourcingCommon):
    """What is applied: once, all of it or nothing."""

    def test_a_quotation_leaves_from_two_warehouses_when_confirmed(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_quotation((self.oil, 15))
        price = order.amount_total
        window = self.where_from(order)
        window.action_apply()
        self.assertEqual(len(order.order_line), 1)
        self.assertEqual(order.amount_total, price)
        self.assertIn("5 Bologna", order.order_line.cycle_source_text)
        self.assertIn("Extra cost", order.message_ids[0].body)
        order.action_confirm()
        self.assertEqual(self.moves(order), {self.warehouse: (10, 10), self.second: (5, 5)})
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(order.order_line._get_qty_procurement(), 15)

    def test_applying_twice_does_nothing_twice(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_sale((self.oil, 15))
        first, second = self.where_from(order), self.where_from(order)
        first.action_apply()
        with self.assertRaisesRegex(UserError, "applied already"):
            first.action_apply()
        with self.assertRaisesRegex(UserError, "has changed since"):
            second.action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (10, 10), self.second: (5, 5)})
        self.assertEqual(order.cycle_source_ids.quantity, 5)

    def test_what_an_order_misses_moves_and_the_shortage_closes(self):
        order = self.a_sale((self.oil, 15))
        self.assertEqual(self.moves(order), {self.warehouse: (15, 10)})
        self.assertTrue(order.cycle_shortage_line_ids.is_open)
        self.stock(self.oil, 8, self.second)
        self.where_from(order).action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (10, 10), self.second: (5, 5)})
        self.assertFalse(order.cycle_shortage_line_ids.filtered("is_open"))
        self.assertEqual(order.order_line.product_uom_qty, 15)
        self.advance()
        self.assertEqual(order.cycle_track_stock, "reserved")
        self.validate(order.picking_ids)
        self.assertEqual(order.order_line.qty_delivered, 15)

    def test_the_buyer_decides_about_goods_that_were_bought_for_it(self):
        order = self.a_sale((self.oil, 15))
        shortage = order.cycle_shortage_line_ids.shortage_id
        self.window(shortage).action_apply()
        self.assertEqual(shortage.state, "ordered")
        self.stock(self.oil, 8, self.second)
        self.where_from(order).action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (10, 10), self.second: (5, 5)})
        self.assertEqual(shortage.withdrawn_qty, 5)

    def test_an_order_that_has_nothing_moves_as_a_whole(self):
        self.a_sale((self.oil, 10))
        order = self.a_sale((self.oil, 6))
        self.stock(self.oil, 8, self.second)
        window = self.where_from(order)
        self.assertRecordValues(window, [{"shipments": 1, "cost": 0.0}])
        window.action_apply()
        self.assertEqual(self.moves(order), {self.second: (6, 6)})
        self.assertEqual(order.order_line.warehouse_id, self.second)
        self.assertEqual(
            order.picking_ids.filtered(lambda one: one.state == "cancel").picking_type_id,
            self.warehouse.out_type_id,
        )

    def test_a_transfer_brings_the_goods_here_first(self):
        order = self.a_sale((self.oil, 15))
        self.stock(self.oil, 8, self.second)
        window = self.where_from(order)
        self.row(window, self.second).quantity = 0
        self.row(window, self.second, "transfer").quantity = 5
        window.action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (15, 10)})
        move = order.cycle_shortage_line_ids.shortage_id.transfer_move_ids
        self.assertEqual((move.product_uom_qty, move.state), (5, "assigned"))
        self.validate(move.picking_id)
        self.advance()
        self.assertEqual(self.moves(order), {self.warehouse: (15, 15)})

    def test_a_person_may_take_fewer(self):
        order = self.a_sale((self.oil, 15))
        self.stock(self.oil, 8, self.second)
        window = self.where_from(order)
        self.row(window, self.second).quantity = 2
        window.action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (13, 10), self.second: (2, 2)})
        self.assertEqual(order.cycle_shortage_line_ids.filtered("is_open").missing_qty, 3)

    def test_more_than_there_is_or_wanted_is_refused_and_nothing_moves(self):
        order = self.a_sale((self.oil, 15))
        self.stock(self.oil, 4, self.second)
        window = self.where_from(order)
        self.row(window, self.second).quantity = 5
        with self.assertRaisesRegex(UserError, "has only 4"), self.env.cr.savepoint():
            window.action_apply()
        self.row(window, self.second).quantity = 7
        with self.assertRaisesRegex(UserError, "more than the 5"), self.env.cr.savepoint():
            window.action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (15, 10)})
        self.assertFalse(order.cycle_source_ids)

    def test_goods_that_went_meanwhile_stop_the_whole(self):
        rare = self.a_product("RARE", stock=0)
        order = self.a_quotation((self.oil, 15), (rare, 2))
        self.stock(self.oil, 8, self.second)
        self.stock(rare, 2, self.second)
        window = self.where_from(order)
        self.stock(rare, -1, self.second)
        with self.assertRaisesRegex(UserError, "has only 1"), self.env.cr.savepoint():
            window.action_apply()
        self.assertFalse(order.cycle_source_ids)

    def test_less_is_taken_off_the_own_warehouse_first(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_quotation((self.oil, 15))
        self.where_from(order).action_apply()
        order.action_confirm()
        order.order_line.product_uom_qty = 12
        self.assertEqual(self.moves(order), {self.warehouse: (7, 7), self.second: (5, 5)})
        order.order_line.product_uom_qty = 3
        self.assertEqual(self.moves(order), {self.second: (3, 3)})
        order.order_line.product_uom_qty = 9
        self.assertEqual(self.moves(order), {self.second: (5, 5), self.warehouse: (4, 4)})
        self.assertFalse(
            order.picking_ids.filtered(lambda one: one.picking_type_code == "incoming")
        )

    def test_a_line_of_another_product_is_decided_anew(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_quotation((self.oil, 15))
        self.where_from(order).action_apply()
        order.order_line.product_id = self.soap
        order.action_confirm()
        self.assertEqual(self.moves(order), {self.warehouse: (15, 15)})
        self.assertFalse(order.order_line.cycle_source_text)

    def test_held_goods_move_along(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_quotation((self.oil, 15))
        order._cycle_hold(as_far_as_possible=True)
        self.where_from(order).action_apply()
        live = order._cycle_live_holds()
        held = {hold.warehouse_id: hold.quantity for hold in live}
        self.assertEqual(held, {self.warehouse: 10, self.second: 5})

    def test_a_sourced_line_that_is_short_there_is_a_shortage_of_that_warehouse(self):
        self.stock(self.oil, 20, self.second)
        self.rule.write({"first": "shipments", "second": "date"})
        order = self.a_quotation((self.oil, 15))
        self.where_from(order).action_apply()
        self.stock(self.oil, -12, self.second)
        order.action_confirm()
        self.advance()
        self.assertEqual(order.cycle_shortage_line_ids.shortage_id.warehouse_id, self.second)

    def test_units_of_measure_lose_no_piece(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.stock(self.oil, 14, self.second)
        order = self.a_quotation((self.oil, 2))
        order.order_line.product_uom_id = dozen
        self.where_from(order).action_apply()
        order.action_confirm()
        total = sum(move.product_qty for move in order.order_line.move_ids)
        self.assertEqual(total, 24)
        self.assertEqual(order.cycle_source_ids.quantity, 14)

    # === WHO MAY === #

    def test_a_salesperson_ships_own_orders_from_elsewhere_and_brings_nothing(self):
        seller = new_test_user(self.env, "sara", groups="sales_team.group_sale_salesman")
        self.stock(self.oil, 8, self.second)
        order = self.a_sale((self.oil, 15))
        order.user_id = seller
        window = self.where_from(order, seller)
        self.assertNotIn("transfer", window.line_ids.mapped("kind"))
        row = self.row(window, self.second)
        row.sudo().kind = "transfer"
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            window.action_apply()
        row.sudo().kind = "ship"
        window.action_apply()
        self.assertEqual(self.moves(order), {self.warehouse: (10, 10), self.second: (5, 5)})

    def test_orders_of_others_are_refused(self):
        seller = new_test_user(self.env, "sara", groups="sales_team.group_sale_salesman")
        self.stock(self.oil, 8, self.second)
        order = self.a_sale((self.oil, 15))
        order.user_id = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            order.with_user(seller).action_cycle_where_from()
        window = self.where_from(order)
        with self.assertRaises(AccessError):
            window.with_user(seller).action_apply()

    def test_buyers_and_packers_decide_no_sales_order(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_sale((self.oil, 15))
        for group in ("purchase.group_purchase_user", "stock.group_stock_user"):
            person = new_test_user(self.env, group, groups=group)
            with self.assertRaises(AccessError, msg=group):
                order.with_user(person).action_cycle_where_from()

    def test_a_locked_order_is_left_alone(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_sale((self.oil, 15))
        order.action_lock()
        self.assertFalse(order.cycle_can_source)
