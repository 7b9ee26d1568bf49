import random
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.availability_marks_sql import WATCHED
from ..models.order_cycle_availability_mark import GRACE_DAYS, KEEP_DAYS
from .availability_common import AvailabilityCommon

EVERY = 0


@tagged("post_install", "-at_install")
class TestFeedMarks(AvailabilityCommon):
    """What changes a quantity that can be promised leaves a mark; what does not, leaves none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product, cls.other = cls._products(cls, 2)
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})
        cls.channel = cls.env.ref("order_cycle.channel_web")

    def _marks(self):
        """Return {(product id, warehouse id)} since last asked, and forget them."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM order_cycle_availability_mark WHERE xid = pg_current_xact_id()"
            " RETURNING product_id, warehouse_id"
        )
        return set(self.env.cr.fetchall())

    def _pair(self, *warehouses, product=None):
        return {((product or self.product).id, warehouse.id) for warehouse in warehouses}

    def _quant(self, quantity=10, place="milan", **values):
        return self.env["stock.quant"].create(
            {
                "product_id": self.product.id,
                "location_id": self.places[place].id,
                "quantity": quantity,
                **values,
            }
        )

    def _order(self, quantity=2):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "warehouse_id": self.milan.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": quantity})
                ],
            }
        )

    def _hold(self, **values):
        return self.env["order.cycle.hold"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.milan.id,
                "quantity": 1,
                "uom_id": self.product.uom_id.id,
                "expires_at": fields.Datetime.now() + timedelta(hours=1),
                **values,
            }
        )

    def _set(self, record, **values):
        """Write one column and nothing that Odoo would write with it."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(name),
                    value,
                    record.id,
                )
            )

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
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'stock_move' AND column_name != 'id'"
        )
        columns = SQL(", ").join(SQL.identifier(name) for (name,) in self.env.cr.fetchall())
        copy = SQL(
            "INSERT INTO stock_move (%s) SELECT %s FROM stock_move WHERE id = %s",
            *(columns, columns, move.id),
        )
        self.env.cr.execute(copy)
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
        second.propagate_cancel = False
        second.move_orig_ids.propagate_cancel = False
        second.state = "cancel"
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

    # === SALES === #

    def test_an_order_that_is_confirmed_and_cancelled(self):
        order = self._order()
        self.assertFalse(self._marks() & self._pair(self.milan), "a quotation is no commitment")
        order.action_confirm()
        self.assertEqual(self._marks(), self._pair(self.milan))
        order.order_line.product_uom_qty = 5
        self.assertEqual(self._marks(), self._pair(self.milan))
        order.order_line.price_unit = 99
        self.assertFalse(self._marks())
        order._action_cancel()
        self.assertEqual(self._marks(), self._pair(self.milan))

    def test_a_line_that_is_sold_without_a_move(self):
        order = self._order()
        order.action_confirm()
        self._marks()
        order.order_line.move_ids.sale_line_id = False
        self.assertEqual(self._marks(), self._pair(self.milan), "it counts by itself now")
        line = order.order_line
        dozen = self.env.ref("uom.product_uom_dozen")
        for column, value in (
            ("qty_delivered", 1),
            ("product_uom_qty", 3),
            ("product_uom_id", dozen.id),
        ):
            self._set(line, **{column: value})
            self.assertEqual(self._marks(), self._pair(self.milan), column)
        self._set(line, warehouse_id=self.rome.id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(line, product_id=self.other.id)
        both = self._pair(self.rome) | self._pair(self.rome, product=self.other)
        self.assertEqual(self._marks(), both)
        self.env.cr.execute("DELETE FROM sale_order_line WHERE id = %s", [line.id])
        self.assertEqual(self._marks(), self._pair(self.rome, product=self.other))

    # === HOLDS === #

    def test_a_hold_that_begins_and_ends(self):
        self._marks()
        hold = self._hold()
        self.assertEqual(self._marks(), self._pair(self.milan))
        hold.quantity = 2
        self.assertEqual(self._marks(), self._pair(self.milan))
        self._set(hold, expires_at=fields.Datetime.now() + timedelta(hours=2))
        self.assertEqual(self._marks(), self._pair(self.milan))
        self._set(hold, warehouse_id=self.rome.id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(hold, product_id=self.other.id)
        both = self._pair(self.rome) | self._pair(self.rome, product=self.other)
        self.assertEqual(self._marks(), both)
        self._set(hold, product_id=self.product.id, warehouse_id=self.milan.id)
        self._marks()
        hold.invalidate_recordset()
        hold._end()
        self.assertEqual(self._marks(), self._pair(self.milan))
        hold.was_sold = True
        self.assertFalse(self._marks())

    def test_a_hold_that_goes_with_its_quotation(self):
        """PostgreSQL deletes it, and Odoo does not know."""
        order = self._order()
        self._hold(order_line_id=order.order_line.id)
        self._marks()
        order.unlink()
        self.assertEqual(self._marks(), self._pair(self.milan))

    # === BUFFERS === #

    def test_a_buffer_that_comes_changes_and_goes(self):
        self._marks()
        buffer = self.env["order.cycle.buffer"].create(
            {"name": "Safety", "product_id": self.product.id, "quantity": 2}
        )
        self.assertEqual(self._marks(), {(self.product.id, EVERY)})
        buffer.warehouse_id = self.milan
        self.assertEqual(self._marks(), {(self.product.id, EVERY), *self._pair(self.milan)})
        buffer.name = "Safety stock"
        self.assertFalse(self._marks())
        for column, value in (
            ("sequence", 3),
            ("quantity", 3),
            ("kind", "percent"),
            ("company_id", None),
            ("channel_id", self.channel.id),
            ("categ_id", self.env["product.category"].create({"name": "Oil"}).id),
        ):
            self._set(buffer, **{column: value})
            self.assertEqual(self._marks(), self._pair(self.milan), column)
        buffer.invalidate_recordset()
        buffer.product_id = False
        self.assertEqual(self._marks(), {(EVERY, self.milan.id), *self._pair(self.milan)})
        buffer.active = False
        self.assertEqual(self._marks(), {(EVERY, self.milan.id)})
        buffer.active = True
        self._marks()
        buffer.unlink()
        self.assertEqual(self._marks(), {(EVERY, self.milan.id)})

    def test_a_buffer_of_a_channel_is_the_business_of_that_channel(self):
        self.env["order.cycle.buffer"].create(
            {"name": "Web", "channel_id": self.channel.id, "quantity": 2}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT channel_id FROM order_cycle_availability_mark WHERE xid"
            " = pg_current_xact_id() AND product_id = 0"
        )
        self.assertEqual(self.env.cr.fetchall(), [(self.channel.id,)])

    def test_a_category_that_is_moved(self):
        parent = self.env["product.category"].create({"name": "Food"})
        category = self.env["product.category"].create({"name": "Oil"})
        self._marks()
        self.product.categ_id = category
        self.assertEqual(self._marks(), {(self.product.id, EVERY)})
        category.parent_id = parent
        self.assertEqual(self._marks(), {(self.product.id, EVERY)})

    # === PRODUCTS === #

    def test_a_product_that_is_called_otherwise_or_not_sold_any_more(self):
        self._marks()
        product = self._products(1)
        everywhere = {(product.id, EVERY)}
        self.assertEqual(self._marks(), everywhere)
        for name, value in (
            ("default_code", "NEW"),
            ("barcode", "8001234567"),
            ("sale_ok", False),
            ("company_id", self.env.company.id),
            ("uom_id", self.env.ref("uom.product_uom_dozen").id),
            ("is_storable", False),
            ("active", False),
        ):
            product[name] = value
            self.assertEqual(self._marks(), everywhere, name)
        product.list_price = 3
        self.assertFalse(self._marks())
        product.unlink()
        self.assertEqual(self._marks(), everywhere)

    def test_a_unit_that_is_measured_otherwise(self):
        unit = self.env["uom.uom"].create(
            {"name": "Six", "relative_factor": 6, "relative_uom_id": self.product.uom_id.id}
        )
        self._marks()
        unit.relative_factor = 7
        self.assertEqual(self._marks(), {(EVERY, EVERY)})
        unit.name = "Seven"
        self.assertFalse(self._marks())

    def test_who_the_company_is(self):
        """Goods that have an owner are ours if we are the owner."""
        self._marks()
        self._set(self.env.company, partner_id=self.owner.id)
        self.assertEqual(self._marks(), {(EVERY, EVERY)})

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
