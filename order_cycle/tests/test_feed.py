import random
from dataclasses import replace
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.order_cycle_availability_mark import KEEP_DAYS
from .availability_common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestFeed(AvailabilityCommon):
    """What a channel is told, and when again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["order.cycle.channel"].create({"name": "Shop", "code": "shop"})
        cls.product, cls.other = cls._products(cls, 2)
        cls.product.write({"default_code": "=SHOP", "barcode": "80012345"})
        cls.env["stock.quant"]._update_available_quantity(cls.product, cls.milan.lot_stock_id, 10)
        cls.Marks = cls.env["order.cycle.availability.mark"]
        cls.Cursors = cls.env["order.cycle.feed.cursor"]

    def _read(self, cursor=None, **options):
        return self.env["order.cycle.channel"].availability_changes("shop", cursor, **options)

    def _item(self, product=None):
        items = {item["product_id"]: item for item in self._read(limit=5000)["items"]}
        return items.get((product or self.product).id)

    def _cursor(self, **changes):
        """Return the text of a cursor that has read everything, but for `changes`."""
        cursor = self.Cursors._read(self._read(limit=5000)["cursor"])
        return self.Cursors._write_down(replace(cursor, **changes))

    # === WHAT IS TOLD === #

    def test_everything_is_told_first(self):
        answer = self._read(limit=5000)
        self.assertTrue(answer["complete"])
        self.assertEqual((answer["reason"], answer["more"]), ("first_read", False))
        told = {item["product_id"] for item in answer["items"]}
        self.assertEqual(
            told, set(self.channel._feed_products(self.Cursors._begin(None, "")[0], ()))
        )
        self.assertEqual(
            self._item(),
            {
                "product_id": self.product.id,
                "sku": "=SHOP",
                "barcode": "80012345",
                "unit": self.product.uom_id.name,
                "available": 10.0,
                "warehouses": {self.milan.code: 10.0, "ROM": 0.0},
                "next_date": None,
                "next_available": None,
                "removed": False,
            },
        )

    def test_the_quantities_are_those_everybody_is_answered(self):
        products = self._products(20)
        self._histories(random.Random(1), products)
        self.env["order.cycle.buffer"].create(
            {"name": "Shop", "channel_id": self.channel.id, "kind": "percent", "quantity": 20}
        )
        free = self.Availability._available(products, self.milan | self.rome, channel=self.channel)
        told = {item["product_id"]: item for item in self._read(limit=5000)["items"]}
        self.assertTrue(any(number > 1 for number in free.values()))
        for (product, warehouse), number in free.items():
            code = self.milan.browse(warehouse).code
            self.assertEqual(told[product]["warehouses"][code], max(number, 0))

    def test_a_receipt_is_told_with_its_day(self):
        self._move(self.product, "vendor", "milan", 5, 3)
        self._move(self.product, "milan", "customer", 4, 1)
        item = self._item()
        self.assertEqual((item["available"], item["next_available"]), (6.0, 11.0))
        due = fields.Datetime.now() + timedelta(days=3, minutes=7)
        self.assertEqual(item["next_date"], str(due.date()))

    def test_the_goods_leave_from_the_warehouse_of_the_channel(self):
        self.channel.write({"company_id": self.env.company.id, "warehouse_id": self.rome.id})
        item = self._item()
        self.assertEqual((item["available"], item["warehouses"]), (0.0, {"ROM": 0.0}))

    def test_what_is_missing_is_told_as_nothing(self):
        self._move(self.product, "milan", "customer", 40, 1)
        self.assertEqual(self._item()["available"], 0.0)

    def test_what_is_not_sold_any_more_is_told_as_removed(self):
        ids = (self.product | self.other).ids
        self.product.sale_ok = False
        self.other.active = False
        items = self.channel._feed_items([*ids, 10**9], self.milan, self.milan)
        self.assertEqual([item["removed"] for item in items], [True] * 3)
        self.assertEqual([item["sku"] for item in items], ["=SHOP", None, None])
        self.assertIsNone(self._item(), "not in a complete answer")

    def test_products_of_another_company_are_not_told(self):
        self.assertTrue(self._item(self.other))
        self.other.company_id = self.env["res.company"].create({"name": "Another"})
        self.assertIsNone(self._item(self.other))

    def test_the_limit_is_a_number_that_makes_sense(self):
        for limit in (0, -1, 5001, "10", None, True, 1.5):
            with self.assertRaises(UserError, msg=limit):
                self._read(limit=limit)

    # === CURSORS === #

    def test_nothing_but_a_cursor_of_ours_is_taken(self):
        good = self._cursor()
        flipped = good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:]
        for text in ("x", "1234", "é", good[:-10], flipped, 5, ["x"], {"a": 1}):
            with self.assertRaisesRegex(UserError, "no cursor of this database", msg=text):
                self._read(text)

    def test_everything_is_told_again_when_nobody_knows_what_changed(self):
        old = fields.Datetime.now() - timedelta(days=KEEP_DAYS, seconds=1)
        for reason, changes in (
            ("other_database", {"identity": "of a copy"}),
            ("other_database", {"until": "1:999999999999:"}),
            ("other_warehouses", {"scope": "1/2/3"}),
            ("cursor_too_old", {"until_at": old.isoformat()}),
            ("cursor_too_old", {"since": "1:1:", "since_at": old.isoformat(), "has_more": True}),
        ):
            answer = self._read(self._cursor(**changes))
            self.assertEqual((answer["complete"], answer["reason"]), (True, reason))
            self.assertTrue(answer["items"])

    def test_a_cursor_that_is_just_young_enough_is_taken(self):
        young = fields.Datetime.now() - timedelta(days=KEEP_DAYS, seconds=-60)
        answer = self._read(self._cursor(until_at=young.isoformat()))
        self.assertEqual((answer["complete"], answer["reason"]), (False, None))

    def test_the_identity_changes_with_the_database(self):
        before = self.Marks._now()[1]
        self.env["ir.config_parameter"].sudo().set_param("database.uuid", "another")
        self.assertNotEqual(self.Marks._now()[1], before)

    def test_the_identity_changes_when_the_marks_are_made_anew(self):
        before = self.Marks._now()[1]
        self.Marks._unwatch()
        self.Marks._make_table()
        self.assertNotEqual(self.Marks._now()[1], before)

    def test_a_buffer_for_all_products_has_everything_told_again(self):
        cursor = self._cursor()
        self.env.cr.execute("DELETE FROM order_cycle_availability_mark")
        other = self.channel.copy({"code": "other"})
        buffer = {"name": "All", "quantity": 1}
        self.env["order.cycle.buffer"].create({**buffer, "channel_id": other.id})
        self.assertFalse(self._read(cursor)["complete"], "not our channel's business")
        self.env["order.cycle.buffer"].create(buffer)
        answer = self._read(cursor)
        self.assertEqual((answer["complete"], answer["reason"]), (True, "everything_changed"))

    # === WHAT CHANGES BY ITSELF === #

    def _changed_between(self, before, after):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM order_cycle_availability_mark")
        snapshot = self.Marks._now()[0]
        now = fields.Datetime.now()
        changed = self.Marks._since(
            (snapshot, now + before), (None, now + after), tuple(self.milan.ids), self.channel.id
        )
        return self.product.id in changed

    def test_a_hold_whose_time_is_over_is_told(self):
        self.env["order.cycle.hold"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.milan.id,
                "quantity": 1,
                "uom_id": self.product.uom_id.id,
                "expires_at": fields.Datetime.now() + timedelta(minutes=30),
            }
        )
        minute = timedelta(minutes=1)
        self.assertFalse(self._changed_between(0 * minute, 20 * minute))
        self.assertTrue(self._changed_between(20 * minute, 40 * minute))
        self.assertFalse(self._changed_between(40 * minute, 60 * minute))

    def test_a_receipt_that_does_not_come_is_told_and_once_a_day_again(self):
        # Its date is in two days and seven minutes.
        self._move(self.product, "vendor", "milan", 5, 2)
        hour, day = timedelta(hours=1), timedelta(days=1)
        self.assertFalse(self._changed_between(3 * hour, 4 * hour))
        self.assertTrue(self._changed_between(2 * day, 2 * day + hour))
        midnight = fields.Datetime.now().replace(hour=0, minute=0, second=0) + 5 * day
        left = midnight - fields.Datetime.now()
        self.assertFalse(self._changed_between(left - 2 * hour, left - hour))
        self.assertTrue(self._changed_between(left - hour, left + hour))

    def test_a_delivery_that_a_late_receipt_will_miss_is_told(self):
        """A late receipt is expected tomorrow: what leaves before has to come from the shelf."""
        self._move(self.product, "vendor", "milan", 20, -1)
        self._move(self.product, "milan", "customer", 25, 2)
        hour, day = timedelta(hours=1), timedelta(days=1)
        self.assertTrue(self._changed_between(day - hour, day + hour))

    def test_a_receipt_of_another_warehouse_is_not_told(self):
        self._move(self.product, "vendor", "rome", 5, 2)
        self.assertFalse(self._changed_between(timedelta(days=1), timedelta(days=4)))
