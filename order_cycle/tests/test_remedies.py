from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .shortage_common import ShortageCommon


@tagged("post_install", "-at_install")
class TestRanking(ShortageCommon):
    """Five situations in which everybody in the trade knows what is best."""

    def test_buying_is_best_where_the_vendor_is_in_time(self):
        self.short(("OIL", 12), promised=7)
        wizard = self.window(self.shortage_of(self.oil))
        self.assertEqual(self.ranking(wizard)[0], "buy")
        self.assertEqual(wizard.line_ids.decision, "buy")

    def test_a_transfer_is_best_where_another_warehouse_has_it(self):
        self.short(("OIL", 12), promised=2)
        self.stock(self.oil, 5, self.second)
        wizard = self.window(self.shortage_of(self.oil))
        self.assertEqual(self.ranking(wizard)[0], "transfer")

    def test_a_substitute_is_best_where_nothing_else_comes_in_time(self):
        self.replace(self.oil, self.a_product("OLIO", stock=20))
        self.short(("OIL", 12), promised=1)
        wizard = self.window(self.shortage_of(self.oil))
        self.assertEqual(self.ranking(wizard)[0], "substitute")

    def test_reassigning_is_best_where_a_later_order_holds_the_goods(self):
        self.trade.auto_ship = False
        late = self.short(("OIL", 10), promised=30)
        self.short(("OIL", 4), promised=1)
        wizard = self.window(self.shortage_of(self.oil))
        self.assertEqual(self.ranking(wizard)[0], "reassign")
        self.assertIn(late.name, wizard.line_ids.proposal_id.text)

    def test_several_sources_are_best_where_one_alone_breaks_a_promise(self):
        self.stock(self.oil, 5, self.second)
        self.short(("OIL", 15), promised=2)
        self.short(("OIL", 3), promised=7)
        wizard = self.window(self.shortage_of(self.oil))
        line = wizard.line_ids
        self.assertEqual(self.ranking(wizard)[0], "split")
        self.assertEqual(line.proposal_id.broken, 0)
        alone = line.proposal_ids.filtered(lambda row: row.kind == "buy")
        self.assertEqual((alone.kept, alone.broken), (1, 1))

    def test_a_faster_vendor_is_best_where_the_usual_one_is_late(self):
        self.offer(self.oil, self.tuscan, price=9.0, delay=1)
        self.short(("OIL", 12), promised=2)
        wizard = self.window(self.shortage_of(self.oil))
        self.assertEqual(self.ranking(wizard)[:2], ["faster", "buy"])
        self.assertIn("Oleificio Toscano", wizard.line_ids.proposal_id.text)

    def test_an_order_with_two_lines_of_a_product_is_one_promise(self):
        order = self.short(("OIL", 12), ("OIL", 3), promised=30)
        wizard = self.window(self.shortage_of(self.oil))
        bought = wizard.line_ids.proposal_ids.filtered(lambda row: row.kind == "buy")
        self.assertEqual((bought.kept, bought.broken), (1, 0))
        dropped = wizard.line_ids.proposal_ids.filtered(lambda row: row.kind == "cancel")
        self.assertEqual(dropped.text.count(order.name), 1)

    def test_the_window_opens_from_the_delivery(self):
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        order = self.short(("OIL", 12))
        picking = order.picking_ids
        self.assertRecordValues(picking, [{"cycle_shortage_count": 1, "cycle_unanswered_count": 1}])
        action = picking.with_user(self.buyer).action_escalate_shortages()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.shortage_id, self.shortage_of(self.oil))
        wizard.action_apply()
        picking.invalidate_recordset()
        self.assertRecordValues(picking, [{"cycle_shortage_count": 1, "cycle_unanswered_count": 0}])
        shown = picking.action_view_cycle_shortages()
        self.assertEqual(shown["res_id"], self.shortage_of(self.oil).id)

    def test_a_delivery_that_has_everything_is_told_so(self):
        order = self.short(("OIL", 12))
        picking = order.picking_ids
        self.stock(self.oil, 50)
        picking.action_assign()
        self.advance()
        self.assertEqual(picking.cycle_shortage_count, 0)
        with self.assertRaisesRegex(UserError, "every product"):
            picking.action_escalate_shortages()

    def test_one_press_tells_an_order_of_all_its_products_in_one_message(self):
        mug = self.a_product("MUG")
        order = self.short(("OIL", 12), ("MUG", 4), promised=1)
        shortages = self.shortage_of(self.oil) | self.shortage_of(mug)
        before = order.message_ids
        self.window(shortages).action_apply()
        told = (order.message_ids - before).filtered(lambda row: "Promised now" in row.body)
        self.assertEqual(len(told), 1)
        for product in self.oil | mug:
            self.assertIn(product.display_name, told.body)

    def test_giving_up_is_proposed_last_and_never_chosen_by_itself(self):
        rare = self.a_product("RARE", seller_ids=False)
        self.short(("RARE", 1))
        wizard = self.window(self.shortage_of(rare))
        self.assertEqual(self.ranking(wizard), ["cancel"])
        self.assertEqual(wizard.line_ids.decision, "wait")

    def test_defect_14_the_second_warehouse_is_seen(self):
        """Stock Odoo lets the order wait although the other warehouse has the goods."""
        rare = self.a_product("RARE", seller_ids=False)
        self.stock(rare, 3, self.second)
        order = self.short(("RARE", 2))
        wizard = self.window(self.shortage_of(rare))
        self.assertEqual(self.ranking(wizard)[0], "transfer")
        wizard.action_apply()
        shortage = self.shortage_of(rare)
        self.assertEqual(shortage.state, "ordered")
        self.assertEqual(order.commitment_date.date(), self.in_days(1).date())
        self.validate(shortage.transfer_move_ids.picking_id)
        self.advance()
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertFalse(self.shortage_of(rare))

    def test_defect_06_no_vendor_never_waits(self):
        """Stock Odoo leaves such a delivery waiting for ever, with one line in the chatter."""
        mto = self.warehouse.mto_pull_id.route_id
        mto.active = True
        buy = self.env.ref("purchase_stock.route_warehouse0_buy")
        gone = self.env["res.partner"].create({"name": "Closed for good"})
        rare = self.a_product("RARE", route_ids=[Command.set((mto | buy).ids)])
        rare.seller_ids.partner_id = gone
        gone.active = False
        order = self.short(("RARE", 2))
        self.assertFalse(self.open_exceptions(order).mapped("cause"))
        # Out of `waiting`, where no receipt ever looks.
        self.assertEqual(order.picking_ids.move_ids.mapped("state"), ["confirmed"])
        shortage = self.shortage_of(rare)
        self.assertRecordValues(shortage, [{"missing_qty": 2, "step": "buyer", "state": "open"}])
        self.assertTrue(shortage.owner_id)
        self.assertTrue(shortage.step_due_at)
        self.stock(rare, 2)
        order.picking_ids.action_assign()
        self.advance()
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertFalse(self.shortage_of(rare))


@tagged("post_install", "-at_install")
class TestRemedies(ShortageCommon):
    """What each remedy does, once and whole."""

    def apply(self, shortages, decision=None, user=None, **values):
        wizard = self.window(shortages, user)
        if decision:
            wizard.line_ids.write({"decision": decision, **values})
        wizard.action_apply()
        return wizard

    def test_a_substitute_replaces_what_is_missing_for_the_same_money(self):
        other = self.a_product("OLIO", stock=50, price=3.0)
        self.replace(self.oil, other, ratio=2)
        order = self.short(("OIL", 12), promised=1)
        shortage, before = self.shortage_of(self.oil), order.amount_untaxed
        with self.assertRaisesRegex(UserError, "agreed"):
            self.apply(shortage, "substitute")
        self.apply(shortage, "substitute", has_consent=True)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [10, 4])
        self.assertEqual(order.order_line[1].product_id, other)
        self.assertEqual(order.amount_untaxed, before)
        self.advance()
        self.assertEqual(shortage.state, "solved")
        self.assertEqual(order.order_line.mapped("qty_delivered"), [10, 4])

    def test_a_substitute_has_its_own_price_where_the_policy_says_so(self):
        self.trade.substitute_price = "pricelist"
        self.replace(self.oil, self.a_product("OLIO", stock=50, price=3.0), needs_consent=False)
        order = self.short(("OIL", 12), promised=1)
        self.apply(self.shortage_of(self.oil), "substitute")
        self.assertEqual(order.amount_untaxed, 106)

    def test_reassigning_takes_from_the_later_order_and_tells_both(self):
        self.trade.auto_ship = False
        late = self.short(("OIL", 10), promised=30)
        urgent = self.short(("OIL", 4), promised=1)
        self.apply(self.shortage_of(self.oil), "reassign")
        self.assertEqual(urgent.picking_ids.move_ids.quantity, 4)
        self.assertEqual(late.picking_ids.move_ids.quantity, 6)
        lost = self.open_exceptions(late).filtered(lambda row: row.kind == "goods_taken")
        self.assertIn(urgent.name, lost.cause)
        self.assertEqual(lost.user_id, late._cycle_exception_owner())
        self.assertIn(late.name, urgent.message_ids[0].body)
        self.advance()
        lines = self.shortage_of(self.oil).line_ids.filtered("is_open")
        self.assertEqual((lines.order_id, lines.missing_qty), (late, 4))

    def test_what_there_is_ships_and_the_rest_stays_a_shortage(self):
        order = self.short(("OIL", 12), ("SOAP", 1), promised=1)
        shortage = self.shortage_of(self.oil)
        self.apply(shortage, "partial")
        self.advance()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [10, 1])
        self.assertRecordValues(shortage, [{"state": "open", "missing_qty": 2}])

    def test_the_customer_does_without(self):
        order = self.short(("OIL", 12), promised=1)
        shortage = self.shortage_of(self.oil)
        self.apply(shortage, "cancel")
        self.advance()
        self.assertEqual(order.order_line.product_uom_qty, 10)
        self.assertEqual(order.order_line.qty_delivered, 10)
        self.assertEqual(shortage.state, "solved")

    def test_several_sources_bring_it_together(self):
        self.stock(self.oil, 5, self.second)
        first = self.short(("OIL", 15), promised=2)
        second = self.short(("OIL", 3), promised=7)
        shortage = self.shortage_of(self.oil)
        self.apply(shortage, "split")
        self.assertEqual(shortage.transfer_move_ids.product_uom_qty, 5)
        self.assertEqual(shortage.purchase_line_ids.product_qty, 6)
        self.assertEqual(first.commitment_date.date(), self.in_days(1).date())
        self.assertEqual(second.commitment_date.date(), self.in_days(5).date())

    def test_a_transfer_goes_by_the_resupply_route_where_there_is_one(self):
        self.warehouse.resupply_wh_ids = self.second
        self.stock(self.oil, 5, self.second)
        order = self.short(("OIL", 12), promised=2)
        shortage = self.shortage_of(self.oil)
        self.apply(shortage, "transfer")
        leaving = self.env["stock.move"].search(
            [("product_id", "=", self.oil.id), ("location_id", "=", self.second.lot_stock_id.id)]
        )
        self.assertEqual(leaving.location_dest_id.usage, "transit")
        self.validate(leaving.picking_id)
        self.validate(shortage.transfer_move_ids.picking_id)
        self.advance()
        self.assertEqual(order.order_line.qty_delivered, 12)

    # === ONCE, WHOLE === #

    def test_one_line_that_fails_undoes_all_and_says_which(self):
        self.stock(self.oil, 5, self.second)
        salt = self.a_product("SALT")
        self.short(("OIL", 12), ("SALT", 3), promised=2)
        shortages = self.shortage_of(self.oil) | self.shortage_of(salt)
        wizard = self.window(shortages)
        self.stock(self.oil, -5, self.second)
        purchases = self.env["purchase.order"].search_count([])
        refused = self.assertRaisesRegex(UserError, r"(?s)Oil.*Nothing was done")
        with refused, self.env.cr.savepoint():
            wizard.action_apply()
        self.env.invalidate_all()
        self.assertEqual(self.env["purchase.order"].search_count([]), purchases)
        self.assertEqual(set(shortages.mapped("state")), {"open"})

    def test_what_changed_since_the_window_was_opened_is_not_answered_blindly(self):
        self.short(("OIL", 12))
        shortage = self.shortage_of(self.oil)
        wizard = self.window(shortage)
        self.short(("OIL", 3))
        with self.assertRaisesRegex(UserError, "changed since"):
            wizard.action_apply()

    def test_goods_on_order_are_not_bought_again(self):
        self.short(("OIL", 12))
        shortage = self.shortage_of(self.oil)
        self.apply(shortage)
        self.short(("OIL", 3))
        self.assertEqual(shortage.state, "open")
        wizard = self.window(shortage)
        self.assertEqual(self.ranking(wizard)[0], "incoming")
        wizard.action_apply()
        self.assertEqual(shortage.state, "ordered")
        self.assertEqual(shortage.purchase_line_ids.product_qty, 6)

    def test_the_vendor_s_packages_and_minimum_are_respected(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.oil.seller_ids.write({"product_uom_id": dozen.id, "min_qty": 1, "price": 61})
        self.short(("OIL", 24))
        shortage = self.shortage_of(self.oil)
        self.apply(shortage)
        self.assertRecordValues(
            shortage.purchase_line_ids,
            [{"product_qty": 2, "product_uom_id": dozen.id, "price_unit": 61}],
        )

    def test_open_requests_to_the_vendor_are_added_to(self):
        self.vendor.group_rfq = "all"
        salt = self.a_product("SALT")
        self.short(("OIL", 12))
        self.short(("SALT", 3))
        self.apply(self.shortage_of(self.oil))
        self.apply(self.shortage_of(salt))
        request = self.shortage_of(self.oil).purchase_line_ids.order_id
        self.assertEqual(request.order_line.product_id, self.oil | salt)

    def test_each_purchase_line_knows_whom_it_saves(self):
        orders = self.short(("OIL", 12)) | self.short(("OIL", 3))
        shortage = self.shortage_of(self.oil)
        self.apply(shortage)
        line = shortage.purchase_line_ids
        self.assertEqual(line.cycle_shortage_line_ids.order_id, orders)
        self.assertEqual(orders.cycle_shortage_line_ids.purchase_line_ids, line)

    def test_the_preview_writes_nothing_and_follows_the_decision(self):
        order = self.short(("OIL", 12), promised=2)
        wizard = self.window(self.shortage_of(self.oil))
        wizard.line_ids.promised_date = self.in_days(1)
        self.assertIn("broken: 0", wizard.preview)
        wizard.line_ids.promised_date = self.in_days(9)
        self.assertIn(f"broken: 1 ({order.name})", wizard.preview)
        self.assertEqual(order.commitment_date.date(), self.in_days(2).date())

    def test_customers_are_told_where_the_policy_says_so(self):
        order = self.short(("OIL", 12), promised=2)
        self.trade.tell_customer = True
        self.apply(self.shortage_of(self.oil))
        told = order.message_ids.filtered(lambda row: order.partner_id in row.partner_ids)
        self.assertIn("later than planned", told.body)

    def test_twenty_short_lines_of_twelve_products_are_fast(self):
        products = [self.a_product(f"P{number}") for number in range(12)]
        for product in products[:6]:
            self.stock(product, 2, self.second)
        for number in range(20):
            self.an_order([(products[number % 12].default_code, 2)], channel="phone")
        self.advance()
        shortages = self.env["order.cycle.shortage"].search([("state", "=", "open")])
        self.assertEqual(len(shortages), 12)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard = self.window(shortages)
        many = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        one = self.window(shortages[:1])
        few = self.env.cr.sql_log_count - before
        self.assertTrue(one.line_ids.proposal_ids)
        self.assertEqual(len(wizard.line_ids), 12)
        self.assertLess(many, 160)
        # What is looked up does not grow with the products, beyond writing each line.
        self.assertLess(many - few, 11 * 9)
