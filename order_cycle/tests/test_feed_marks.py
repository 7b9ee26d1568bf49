import random
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.availability_marks_sql import WATCHED
from ..models.order_cycle_availability_mark import GRACE_DAYS, KEEP_DAYS
from .feed_common import EVERY, FeedCommon


@tagged("post_install", "-at_install")
class TestFeedMarks(FeedCommon):
    """What changes a quantity that can be promised leaves a mark; what does not, leaves none."""

    # === ON HAND === #

    def test_goods_on_hand(self):
        self._marks()
        quant = self._quant()
        self.assertEqual(self._marks(), self._pair(self.milan))
        quant.quantity = 7
        self.assertEqual(self._marks(), self._pair(self.milan))
        quant.sudo().owner_id = self.owner
        self.assertEqual(self._marks(), self._pair(self.milan))
        self._quant(place="customer")
        self.assertFalse(self._marks(), "what customers have cannot be promised")
        quant.sudo().unlink()
        self.assertEqual(self._marks(), self._pair(self.milan))

    def test_plain_sql_is_seen(self):
        quant = self._quant()
        self._marks()
        self._set(quant, quantity=3)
        self.assertEqual(self._marks(), self._pair(self.milan))
        self._set(quant, location_id=self.places["rome"].id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(quant, product_id=self.other.id)
        both = self._pair(self.rome) | self._pair(self.rome, product=self.other)
        self.assertEqual(self._marks(), both)
        self.env.cr.execute("DELETE FROM stock_quant WHERE id = %s", [quant.id])
        self.assertEqual(self._marks(), self._pair(self.rome, product=self.other))

    def test_a_shelf_that_goes_to_another_warehouse(self):
        self._marks()
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.milan.lot_stock_id.id}
        )
        self.assertFalse(self._marks(), "an empty shelf is nobody's news")
        self.env["stock.quant"]._update_available_quantity(self.product, shelf, 4)
        self._marks()
        shelf.location_id = self.rome.lot_stock_id
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))

    # === MOVES === #

    def test_a_move_that_comes_changes_and_goes(self):
        self._marks()
        move = self.env["stock.move"].create(self._values(self.product, "milan", "customer", 3, 2))
        self.assertFalse(self._marks(), "a draft is no commitment")
        move.state = "confirmed"
        self.assertEqual(self._marks(), self._pair(self.milan))
        for name, value in (
            ("product_uom_qty", 4),
            ("date", fields.Datetime.now()),
            ("restrict_partner_id", self.owner.id),
        ):
            move[name] = value
            self.assertEqual(self._marks(), self._pair(self.milan), name)
        move.location_id = self.places["rome"]
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        move._action_cancel()
        self.assertEqual(self._marks(), self._pair(self.rome))

    def test_an_open_move_that_is_there_at_once_and_gone_at_once(self):
        self._marks()
        values = self._values(self.product, "milan", "customer", 3, 2)
        move = self.env["stock.move"].create({**values, "state": "confirmed"})
        self.env.flush_all()
        self.assertEqual(self._marks(), self._pair(self.milan))
        self._set(move, state="assigned", reference="A note")
        self.assertFalse(self._marks())
        self.env.cr.execute("DELETE FROM stock_move WHERE id = %s", [move.id])
        self.assertEqual(self._marks(), self._pair(self.milan))

    def test_an_open_move_that_plain_sql_copies(self):
        move = self._move(self.product, "milan", "customer", 3, 2)
        self._marks()
        self._copy(move)
        self.assertEqual(self._marks(), self._pair(self.milan))

    def test_where_a_move_goes_and_what_it_brings(self):
        move = self._move(self.product, "vendor", "milan", 3, 2)
        self._marks()
        self._set(move, location_dest_id=self.places["rome"].id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(move, location_final_id=self.places["milan"].id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(move, location_final_id=None, location_id=self.places["milan"].id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(move, product_qty=7)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(move, product_id=self.other.id)
        both = self._pair(self.milan, self.rome)
        both |= self._pair(self.milan, self.rome, product=self.other)
        self.assertEqual(self._marks(), both)

    def test_reserving_changes_nothing_that_can_be_promised(self):
        self._quant(10)
        move = self._move(self.product, "milan", "customer", 3, 2)
        self._marks()
        move._action_assign()
        self.assertEqual(move.state, "assigned")
        move.priority = "1"
        self.assertFalse(self._marks())
        move._do_unreserve()
        self.assertFalse(self._marks())

    def test_a_receipt_that_arrives(self):
        move = self._move(self.product, "vendor", "rome", 5, 1)
        self.assertIn((self.product.id, self.rome.id), self._marks())
        move.write({"quantity": 5, "picked": True})
        self._marks()
        move._action_done()
        self.assertEqual(self._marks(), self._pair(self.rome))

    def test_the_journey_of_a_first_step_ends_where_the_next_one_begins(self):
        first = self._move(self.product, "vendor", "output", 5, 1, "milan")
        self._marks()
        second = self._move(self.product, "output", "customer", 5, 2)
        self._marks()
        first.move_dest_ids = second
        self.assertEqual(self._marks(), self._pair(self.rome, self.milan))
        self._set(second, state="cancel")
        self.assertEqual(self._marks(), self._pair(self.rome, self.milan))
        self._set(second, state="confirmed")
        self._marks()
        first.move_dest_ids = False
        self.assertEqual(self._marks(), self._pair(self.rome, self.milan))

    def test_whose_goods_a_receipt_brings(self):
        move = self._move(self.product, "vendor", "milan", 5, 1)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.milan.in_type_id.id,
                "location_id": self.places["vendor"].id,
                "location_dest_id": self.places["milan"].id,
            }
        )
        self._marks()
        move.picking_id = picking
        self.assertEqual(self._marks(), self._pair(self.milan))
        picking.owner_id = self.owner
        self.assertEqual(self._marks(), self._pair(self.milan))
        picking.note = "Call the driver."
        self.assertFalse(self._marks())

    # === THE TABLE === #

    def test_a_transaction_marks_a_place_once(self):
        self._marks()
        for quantity in range(1, 30):
            self._quant(quantity)
            self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM order_cycle_availability_mark WHERE xid = pg_current_xact_id()"
        )
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_old_marks_are_deleted_and_living_ones_kept(self):
        self._marks()
        self._quant()
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO order_cycle_availability_mark
                      (product_id, warehouse_id, channel_id, marked_at)
               SELECT 0, days, 0, clock_timestamp() AT TIME ZONE 'UTC' - make_interval(days => days)
                 FROM UNNEST(%s) AS days""",
            [[KEEP_DAYS, KEEP_DAYS + GRACE_DAYS, KEEP_DAYS + GRACE_DAYS + 1]],
        )
        self.env["order.cycle.availability.mark"]._gc_marks()
        self.assertEqual(self._marks(), {*self._pair(self.milan), (EVERY, KEEP_DAYS)})

    def test_every_watched_table_has_its_triggers(self):
        marks = self.env["order.cycle.availability.mark"]
        names = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'order\\_cycle\\_mark\\_%'"
        self.env.cr.execute(names)
        [before] = self.env.cr.fetchone()
        self.assertEqual(before, sum(len(watched.operations) for watched in WATCHED))
        marks._watch()
        self.env.cr.execute(names)
        self.assertEqual(self.env.cr.fetchone(), (before,), "an upgrade makes none twice")
        marks._unwatch()
        self.env.cr.execute(names)
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self._quant(5)
        self.env.flush_all()
        marks._make_table()
        marks._watch()
        self.env.cr.execute(names)
        self.assertEqual(self.env.cr.fetchone(), (before,))

    # === NOTHING IS MISSED === #

    def test_whatever_changes_a_number_leaves_a_mark(self):
        """Random histories: the pairs whose number changed are among the marks."""
        dice = random.Random(4)
        products = self._products(12)
        warehouses = self.milan | self.rome
        self._marks()
        before = self._numbers(products, warehouses)
        for _round in range(12):
            self._histories(dice, products.browse(dice.sample(products.ids, 4)))
            self._shake(dice, products)
            marked = self._marks()
            after = self._numbers(products, warehouses)
            changed = {pair for pair, steps in after.items() if steps != before[pair]}
            self.assertTrue(changed, "a round without a change would prove nothing")
            self.assertFalse(changed - marked)
            before = after

    def _shake(self, dice, products):
        moves = self.env["stock.move"].search([("product_id", "in", products.ids)])
        for move in moves.browse(dice.sample(moves.ids, min(4, len(moves)))):
            if move.state not in ("done", "cancel"):
                move.date += timedelta(days=dice.randint(-3, 3))
        drafts = moves.filtered(lambda move: move.state in ("draft", "cancel"))
        drafts[:1].unlink()

    def _numbers(self, products, warehouses):
        steps = self.Availability._steps(products.ids, warehouses, None, self.channel)
        return {pair: [free for _at, free in rows] for pair, rows in steps.items()}
