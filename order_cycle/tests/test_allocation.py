import random
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .allocation_common import AllocationCommon


@tagged("post_install", "-at_install")
class TestSimulating(AllocationCommon):
    """What would change is shown, and nothing is written."""

    def test_who_wins_and_who_loses_pieces_and_days(self):
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        self.assertEqual(self.has(late, early), [8, 2])
        window = self.simulate()
        self.assertEqual(window.pool_qty, 10)
        self.assertEqual(window.line_ids.order_id.ids, [early.id, late.id])
        self.assertRecordValues(
            window.line_ids,
            [
                {"wanted_qty": 6, "has_qty": 2, "gets_qty": 6, "change": 4, "outlook": "found"},
                {"wanted_qty": 8, "has_qty": 8, "gets_qty": 4, "change": -4, "outlook": "lost"},
            ],
        )
        self.assertRecordValues(window, [{"winner_count": 1, "loser_count": 1, "moved_qty": 4}])
        self.assertEqual(self.has(late, early), [8, 2])
        self.assertFalse(self.open_exceptions(late))

    def test_days_follow_from_what_arrives(self):
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        self.receipt(10, days=3)
        window = self.simulate()
        self.assertRecordValues(self.row(window, early), [{"days": -3, "outlook": "earlier"}])
        self.assertRecordValues(self.row(window, late), [{"days": 3, "outlook": "later"}])

    def receipt(self, quantity, days):
        move = self.env["stock.move"].create(
            {
                "product_id": self.oil.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "date": fields.Datetime.now() + timedelta(days=days),
            }
        )
        move._action_confirm()
        return move

    def test_by_class_value_and_age(self):
        poor, rich = self.sold(8, days=1), self.sold(9, days=9)
        self.by("class")
        self.assertFalse(self.simulate().moved_qty)
        rich.partner_id = rich.partner_id.copy({"category_id": [Command.set(self.gold.ids)]})
        self.assertEqual(self.row(self.simulate(), rich).gets_qty, 9)
        self.assertEqual(self.row(self.simulate(), rich).points, 5)
        self.by("value")
        self.assertEqual(self.row(self.simulate(), rich).gets_qty, 9)
        self.by("age")
        self.assertEqual(self.row(self.simulate(), poor).gets_qty, 8)
        rich.date_order = fields.Datetime.now() - timedelta(days=30)
        self.assertEqual(self.row(self.simulate(), rich).gets_qty, 9)

    def test_what_is_held_or_of_another_warehouse_is_not_shared_out(self):
        self.sold(4, days=1)
        quotation = self.a_quotation(3)
        quotation.action_cycle_hold()
        second = self.env["stock.warehouse"].create({"name": "Bologna", "code": "BO"})
        self.stock(self.oil, 50, second)
        self.assertEqual(self.simulate().pool_qty, 7)

    def test_another_company_is_not_simulated(self):
        other = self.env["res.company"].create({"name": "Another Company"})
        foreign = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        with self.assertRaises(AccessError):
            self.simulate(self.operator, warehouse_id=foreign.id)

    def test_from_the_shortage(self):
        self.sold(8, days=9)
        early = self.sold(6, days=1)
        shortage = early.cycle_shortage_line_ids.shortage_id
        action = shortage.with_user(self.operator).action_simulate_allocation()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((window.product_id, window.rule_id), (self.oil, self.rule))
        self.assertEqual(window.moved_qty, 4)
        self.env["order.cycle.allocation.rule"].search([]).active = False
        with self.assertRaisesRegex(UserError, "There is no allocation rule"):
            shortage.action_simulate_allocation()


@tagged("post_install", "-at_install")
class TestApplyingAllocations(AllocationCommon):
    """Goods move between orders, and both owners are told."""

    def test_goods_move_and_both_owners_are_told(self):
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        window = self.simulate(self.operator)
        window.action_apply()
        self.assertEqual(self.has(late, early), [4, 6])
        exception = self.open_exceptions(late)
        self.assertEqual(exception.kind, "goods_taken")
        for text in (early.name, "Otto", "Their line would stand still", self.rule.name):
            self.assertIn(text, exception.cause)
        self.assertEqual(exception.user_id, self.owner)
        told = early.message_ids[0]
        self.assertIn(late.name, told.body)
        self.assertIn(self.owner.partner_id, told.partner_ids)
        self.advance()
        self.assertEqual(late.cycle_track_stock, "short")
        self.assertEqual(early.cycle_track_stock, "reserved")
        self.assertFalse(early.cycle_shortage_line_ids.filtered("is_open"))
        self.assertEqual(late.cycle_shortage_line_ids.filtered("is_open").missing_qty, 4)
        self.assertEqual(self.reserved(), (10, 10))

    def test_applying_twice_does_nothing_twice(self):
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        first, second = self.simulate(), self.simulate()
        first.action_apply()
        with self.assertRaisesRegex(UserError, "applied already"):
            first.action_apply()
        with self.assertRaisesRegex(UserError, "have changed"):
            second.action_apply()
        self.assertEqual(self.has(late, early), [4, 6])
        second.action_simulate()
        with self.assertRaisesRegex(UserError, "changes nothing"):
            second.action_apply()

    def test_a_reason_is_asked_for_where_somebody_loses(self):
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        window = self.simulate(reason=False)
        with self.assertRaisesRegex(UserError, "Say why"):
            window.action_apply()
        self.assertEqual(self.has(late, early), [8, 2])

    def test_what_a_policy_keeps_is_not_taken(self):
        self.trade.keeps_goods = True
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        window = self.simulate()
        self.assertTrue(self.row(window, late).is_kept)
        self.assertFalse(window.moved_qty)
        self.trade.keeps_goods = False
        self.warehouse.out_type_id.cycle_taking = "forbid"
        self.assertFalse(self.simulate().moved_qty)
        self.assertEqual(self.has(late, early), [8, 2])

    def test_goods_that_lie_elsewhere_stop_the_whole(self):
        """What the early order may reserve is not where the late one has its goods."""
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        early.order_line.move_ids._do_unreserve()
        early.order_line.move_ids.location_id = shelf
        window = self.simulate()
        self.assertEqual(self.row(window, early).change, 6)
        with self.assertRaisesRegex(UserError, "lie in another place"), self.env.cr.savepoint():
            window.action_apply()
        self.env.invalidate_all()
        self.assertEqual(self.has(late, early), [8, 0])
        self.assertFalse(self.open_exceptions(late))

    def test_salespeople_and_packers_move_nothing_buyers_do(self):
        late, early = self.sold(8, days=9), self.sold(6, days=1)
        window = self.simulate()
        for group in ("sales_team.group_sale_salesman_all_leads", "stock.group_stock_user"):
            person = new_test_user(self.env, group, groups=group)
            with self.assertRaises(AccessError, msg=group):
                self.simulate(person)
            with self.assertRaises(AccessError, msg=group):
                window.with_user(person).action_apply()
        buyer = new_test_user(self.env, "bea", groups="purchase.group_purchase_user")
        self.simulate(buyer).action_apply()
        self.assertEqual(self.has(late, early), [4, 6])

    def test_random_orders_get_what_was_simulated_and_never_more_than_there_is(self):
        dice = random.Random(5)
        for number in range(12):
            product = self.a_product(f"Q{number}", stock=dice.randint(3, 15))
            orders = [self.sold(dice.randint(1, 8), dice.randint(1, 9), product) for _ in range(4)]
            self.by(*dice.sample(("promise", "class", "value", "age"), 2))
            window = self.simulate(product_id=product.id)
            self.assertLessEqual(sum(window.line_ids.mapped("gets_qty")), window.pool_qty)
            if not any(window.line_ids.mapped("change")):
                continue
            window.action_apply()
            got = {row.order_id: row.gets_qty for row in window.line_ids}
            self.assertEqual(self.has(*orders), [got[order] for order in orders])
            on_hand, reserved = self.reserved(product)
            self.assertLessEqual(reserved, on_hand)
            losers = window.line_ids.filtered(lambda row: row.change < 0).order_id
            told = self.env["order.cycle.exception"].search(
                [("order_id", "in", losers.ids), ("kind", "=", "goods_taken")]
            )
            self.assertEqual(told.order_id, losers)
