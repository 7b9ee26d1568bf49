from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .feed_common import EVERY, FeedCommon


@tagged("post_install", "-at_install")
class TestFeedMarksTrade(FeedCommon):
    """What is sold, held, kept back, and what a product is, leave a mark when they change."""

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
        draft = self.env["stock.move"].create(
            {**self._values(self.product, "rome", "customer", 1, 1), "sale_line_id": line.id}
        )
        self.assertEqual(self._marks(), self._pair(self.milan), "it does not, with a draft")
        self.env.cr.execute("DELETE FROM stock_move WHERE id = %s", [draft.id])
        self.assertEqual(self._marks(), self._pair(self.milan), "and does again")
        self._copy(line)
        self.assertEqual(self._marks(), self._pair(self.milan), "another one")
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

    # === PURCHASES === #

    def a_purchase(self, **line):
        vendor = self.env["res.partner"].create({"name": "Mill"})
        values = {"product_id": self.product.id, "product_qty": 4, "price_unit": 1, **line}
        return self.env["purchase.order"].create(
            {
                "partner_id": vendor.id,
                "picking_type_id": self.milan.in_type_id.id,
                "order_line": [Command.create(values)],
            }
        )

    def test_a_vendor_s_new_date(self):
        purchase = self.a_purchase()
        purchase.button_confirm()
        self._marks()
        purchase.order_line.price_unit = 2
        self.assertFalse(self._marks())
        self._set(purchase.order_line, date_planned=fields.Datetime.now() + timedelta(days=9))
        self.assertEqual(self._marks(), self._pair(self.milan))

    def test_what_a_vendor_sends_to_the_customer(self):
        order = self._order()
        order.action_confirm()
        order.order_line.move_ids.sale_line_id = False
        self._marks()
        purchase = self.a_purchase(sale_line_id=order.order_line.id)
        self.assertEqual(self._marks(), self._pair(self.milan), "it leaves no warehouse")
        purchase.button_cancel()
        self.assertEqual(self._marks(), self._pair(self.milan), "it does again")
        self._set(purchase.order_line, sale_line_id=None)
        self.assertEqual(self._marks(), self._pair(self.milan))

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
        another = self._hold()
        self._marks()
        self._copy(another)
        self.assertEqual(self._marks(), self._pair(self.milan))

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
        self._set(buffer, warehouse_id=self.rome.id)
        self.assertEqual(self._marks(), self._pair(self.milan, self.rome))
        self._set(buffer, product_id=self.other.id)
        both = self._pair(self.rome) | self._pair(self.rome, product=self.other)
        self.assertEqual(self._marks(), both)
        self._set(buffer, product_id=self.product.id, warehouse_id=self.milan.id)
        self._marks()
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

    def test_an_update_of_thousands_takes_no_longer_than_its_rows(self):
        products = self.env["product.product"].create(
            [{"name": f"Many {number}", "is_storable": True} for number in range(300)]
        )
        self._marks()
        for some in (products[:1], products):
            self.env.cr.execute(
                "UPDATE product_product SET barcode = id::text WHERE id = ANY(%s)", [some.ids]
            )
        self.assertEqual({mark[0] for mark in self._marks()}, set(products.ids))

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
