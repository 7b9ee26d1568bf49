import random

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .test_sold_once import SupplyCommon

FORCED = 200


@tagged("post_install", "-at_install")
class TestTaking(SupplyCommon):
    """Reserved goods are not taken without a word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(
            cls.env, "paolo", groups="stock.group_stock_user", name="Paolo Packer"
        )
        cls.kind = cls.warehouse.out_type_id

    def force(self, order, **context):
        """Type in the whole quantity and validate, as a packer does."""
        picking = order.picking_ids.with_user(self.packer).with_context(**context)
        picking.move_ids.write({"quantity": order.order_line.product_uom_qty, "picked": True})
        return picking.with_context(skip_backorder=True, **context).button_validate()

    def taken(self, order):
        return self.open_exceptions(order).filtered(lambda row: row.kind == "goods_taken")

    def a_victim_and_a_thief(self, quantity=10):
        victim = self.a_sale(10)
        self.advance()
        return victim, self.a_sale(quantity)

    def test_defect_09_taken_goods(self):
        """Stock Odoo: an order without stock validates with a forced quantity and takes what is
        reserved for another one, which falls back to waiting without a message. Here the window
        says whose goods they are and wants a reason; the victim has a new promise and exactly one
        exception that names who took them."""
        victim, thief = self.a_victim_and_a_thief()
        told = victim.order_line.cycle_promise_date
        action = self.force(thief)
        self.assertEqual(action["res_model"], "order.cycle.taking.reason")
        self.assertEqual(thief.picking_ids.state, "assigned")
        self.assertEqual(victim.picking_ids.state, "assigned")
        wizard = self.env["order.cycle.taking.reason"].with_user(self.packer)
        wizard = wizard.with_context(**action["context"]).browse(action["res_id"])
        self.assertIn(victim.name, wizard.victims)
        self.assertIn("Carla Bianchi", wizard.victims)
        wizard.reason = "She is standing at the counter"
        wizard.action_take()
        self.assertEqual(thief.picking_ids.state, "done")
        exception = self.taken(victim)
        self.assertEqual(len(exception), 1)
        for text in ("Paolo Packer", thief.picking_ids.name, "She is standing at the counter"):
            self.assertIn(text, exception.cause)
        self.assertGreater(victim.order_line.cycle_promise_date, told)
        self.assertEqual(victim.commitment_date, victim.order_line.cycle_promise_date)
        self.advance()
        self.assertEqual(victim.cycle_track_stock, "short")
        self.assertEqual(self.reserved(), (0, 0))

    def test_without_a_reason_nothing_moves_whatever_the_door(self):
        victim, thief = self.a_victim_and_a_thief()
        picking = thief.picking_ids.with_user(self.packer)
        picking.move_ids.write({"quantity": 10, "picked": True})
        with self.assertRaisesRegex(UserError, "has to say why"), self.env.cr.savepoint():
            picking._action_done()
        with self.assertRaisesRegex(UserError, "has to say why"), self.env.cr.savepoint():
            picking.move_ids._action_done()
        self.assertEqual(victim.picking_ids.state, "assigned")
        self.assertFalse(self.taken(victim))
        self.assertEqual(self.reserved()[0], 10)

    def test_a_done_line_that_is_raised_takes_goods_as_well(self):
        victim = self.a_sale(8)
        early = self.a_sale(2)
        self.assertIs(self.force(early), True)
        line = early.picking_ids.move_line_ids.with_user(self.packer)
        with self.assertRaisesRegex(UserError, "has to say why"), self.env.cr.savepoint():
            line.quantity = 5
        line.with_context(order_cycle__reason="Miscounted").quantity = 5
        self.assertIn("Miscounted", self.taken(victim).cause)
        self.assertEqual(victim.order_line.move_ids.quantity, 5)

    def test_a_manager_may_without_a_window_and_is_asked_in_one(self):
        victim, thief = self.a_victim_and_a_thief()
        self.packer.group_ids += self.env.ref("order_cycle.group_order_cycle_manager")
        self.assertEqual(self.force(thief)["res_model"], "order.cycle.taking.reason")
        self.assertFalse(self.taken(victim))
        thief.picking_ids.with_user(self.packer)._action_done()
        self.assertEqual(len(self.taken(victim)), 1)

    def test_a_program_gives_its_reason_with_the_call(self):
        victim, thief = self.a_victim_and_a_thief()
        self.assertIs(self.force(thief, order_cycle__reason="Scanned at the dock"), True)
        self.assertIn("Scanned at the dock", self.taken(victim).cause)

    def test_an_operation_type_may_forbid_it(self):
        self.kind.cycle_taking = "forbid"
        victim, thief = self.a_victim_and_a_thief()
        with self.assertRaisesRegex(UserError, "nobody may take them"), self.env.cr.savepoint():
            self.force(thief, order_cycle__reason="Please")
        self.assertEqual(victim.picking_ids.state, "assigned")
        self.assertEqual(self.reserved()[0], 10)

    def test_a_policy_keeps_the_goods_of_its_orders(self):
        self.kind.cycle_taking = "tell"
        self.trade.keeps_goods = True
        victim, thief = self.a_victim_and_a_thief()
        self.assertEqual(victim.cycle_policy_id, self.trade)
        with self.assertRaisesRegex(UserError, "nobody may take them"), self.env.cr.savepoint():
            self.force(thief)
        self.assertEqual(victim.picking_ids.state, "assigned")

    def test_where_it_is_free_the_victim_is_told_all_the_same(self):
        self.kind.cycle_taking = "tell"
        victim, thief = self.a_victim_and_a_thief(quantity=3)
        self.assertIs(self.force(thief), True)
        self.assertEqual(len(self.taken(victim)), 1)
        self.assertEqual(victim.order_line.move_ids.quantity, 7)

    def test_it_closes_by_itself_when_the_goods_are_there_again(self):
        self.kind.cycle_taking = "tell"
        victim, thief = self.a_victim_and_a_thief()
        self.force(thief)
        self.advance()
        self.stock(self.oil, 10)
        victim.picking_ids.action_assign()
        self.advance()
        self.assertFalse(self.taken(victim))
        self.assertEqual(victim.cycle_track_stock, "reserved")

    def test_taking_twice_is_one_exception_that_tells_both(self):
        self.kind.cycle_taking = "tell"
        victim, first = self.a_victim_and_a_thief(quantity=2)
        second = self.a_sale(3)
        self.force(first)
        self.force(second)
        exception = self.taken(victim)
        self.assertEqual(len(exception), 1)
        self.assertIn(first.picking_ids.name, exception.cause)
        self.assertIn(second.picking_ids.name, exception.cause)

    def test_a_count_is_a_fact_and_its_victim_is_told(self):
        self.kind.cycle_taking = "forbid"
        victim = self.a_sale(10)
        self.advance()
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.oil.id), ("location_id", "=", self.warehouse.lot_stock_id.id)]
        )
        self.packer.group_ids += self.env.ref("stock.group_stock_manager")
        counted = quant.with_user(self.packer).with_context(inventory_mode=True)
        counted.inventory_quantity = 4
        counted.action_apply_inventory()
        self.assertEqual(self.reserved(), (4, 4))
        self.assertEqual(len(self.taken(victim)), 1)

    def test_what_belongs_to_the_same_order_is_nobody_s_loss(self):
        order = self.a_quotation(6)
        order.order_line = [Command.create({"product_id": self.oil.id, "product_uom_qty": 4})]
        order.action_confirm()
        picking = order.picking_ids.with_user(self.packer)
        picking.move_ids[0].write({"quantity": 10, "picked": True})
        self.assertIs(picking.with_context(skip_backorder=True).button_validate(), True)
        self.assertFalse(self.taken(order))

    def test_goods_of_no_order_are_told_on_their_transfer(self):
        self.kind.cycle_taking = "tell"
        shelf = self.warehouse.lot_stock_id.child_ids[:1] or self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.oil.id,
                "product_uom_qty": 10,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": shelf.id,
                "picking_type_id": self.warehouse.int_type_id.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        move._assign_picking()
        thief = self.a_sale(10)
        self.force(thief)
        self.assertIn("Paolo Packer", move.picking_id.message_ids[:1].body)

    def test_200_random_forced_validations_leave_no_victim_without_a_record(self):
        """sum(reserved) stays within what is on hand, and who lost goods has one exception."""
        dice = random.Random(9)
        taken = refused = 0
        for number in range(FORCED // 2):
            product = self.a_product(f"P{number}", stock=dice.randint(1, 6))
            orders = [self.a_sale(dice.randint(1, 5), product) for _order in range(3)]
            losses = dict.fromkeys(orders, 0)
            for thief in dice.sample(orders, 2):
                self.kind.cycle_taking = dice.choice(("reason", "tell", "forbid"))
                context = dice.choice(({}, {"order_cycle__reason": "Dice"}))
                before = {order: self.quantity_of(order) for order in orders}
                is_done = self.force_or_not(thief, context)
                on_hand, reserved = self.reserved(product)
                self.assertLessEqual(reserved, max(on_hand, 0), number)
                for order in orders:
                    lost = 0 if order == thief else before[order] - self.quantity_of(order)
                    losses[order] += lost
                    self.assertTrue(is_done or not lost, number)
                    self.assertEqual(len(self.taken(order)), int(losses[order] > 0), number)
                taken += sum(losses.values()) > 0
                refused += not is_done
        self.assertGreater(taken, 30, "too few of these took anything")
        self.assertGreater(refused, 20, "too few of these were refused")

    def force_or_not(self, order, context):
        """Force an order's delivery; return whether it left. What is refused leaves no trace."""
        savepoint = self.env.cr.savepoint()
        try:
            is_done = self.force(order, **context) is True
        except UserError:
            is_done = False
        savepoint.close(rollback=not is_done)
        return is_done

    def quantity_of(self, order):
        return sum(order.order_line.move_ids.mapped("quantity"))
