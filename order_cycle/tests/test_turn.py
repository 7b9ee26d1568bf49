from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .allocation_common import AllocationCommon


@tagged("post_install", "-at_install")
class TestTurn(AllocationCommon):
    """Goods that arrive are reserved in the order of the rule, if it says so."""

    def two_waiting(self):
        self.stock(self.oil, -10)
        return self.sold(4, days=9), self.sold(4, days=1)

    def arrive(self, quantity, references=None):
        move = self.env["stock.move"].create(
            {
                "product_id": self.oil.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "reference_ids": [Command.set(references.ids if references else [])],
            }
        )
        move._action_confirm()
        self.validate(move.picking_id)

    def test_off_it_is_odoo_s_own_order(self):
        late, early = self.two_waiting()
        late.order_line.move_ids.date = fields.Datetime.now() - timedelta(days=1)
        self.arrive(4)
        self.assertEqual(self.has(late, early), [4, 0])

    def test_the_rule_says_who_is_first(self):
        self.rule.orders_reservations = True
        late, early = self.two_waiting()
        late.order_line.move_ids.date = fields.Datetime.now() - timedelta(days=1)
        self.arrive(4)
        self.assertEqual(self.has(late, early), [0, 4])

    def test_a_star_and_what_was_bought_for_an_order_come_first_all_the_same(self):
        self.rule.orders_reservations = True
        late, early = self.two_waiting()
        late.picking_ids.priority = "1"
        self.arrive(4)
        self.assertEqual(self.has(late, early), [4, 0])
        third = self.sold(4, days=20)
        self.arrive(4, third.stock_reference_ids)
        self.assertEqual(self.has(early, third), [0, 4])

    def test_the_worker_too(self):
        self.rule.orders_reservations = True
        late, early = self.two_waiting()
        self.stock(self.oil, 4)
        self.env["order.cycle.signal"]._emit(late | early, "supply")
        self.advance()
        self.assertEqual(self.has(late, early), [0, 4])

    def test_a_rule_of_another_company_counts_for_nobody_here(self):
        self.rule.write(
            {
                "orders_reservations": True,
                "company_id": self.env["res.company"].create({"name": "Another Company"}).id,
            }
        )
        self.assertFalse(self.env["order.cycle.allocation.rule"]._reserving(self.company))

    def test_other_moves_keep_their_places(self):
        self.rule.orders_reservations = True
        late, early = self.two_waiting()
        other = self.env["stock.move"].create(
            {
                "product_id": self.oil.id,
                "product_uom_qty": 1,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": self.warehouse.out_type_id.id,
            }
        )
        other._action_confirm()
        first, second = late.order_line.move_ids, early.order_line.move_ids
        self.assertEqual((first + other + second)._cycle_in_turn(), second + other + first)
        self.assertEqual((first + other)._cycle_in_turn(), first + other)
