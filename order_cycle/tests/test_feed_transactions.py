import random
import time
from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.sql_db import db_connect
from odoo.tests import tagged

from .availability_common import AvailabilityCommon

# A change is to be in the feed so many seconds after its commit.
MOST_SECONDS = 5


@tagged("post_install", "-at_install")
class TestFeedTransactions(AvailabilityCommon):
    """Real transactions, each on a connection of its own, committed in any sequence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._session() as env:
            products = env["product.product"].create(
                [
                    {"name": f"Feed {n}", "default_code": f"FEED-{n}", "is_storable": True}
                    for n in range(8)
                ]
            )
            env["order.cycle.channel"].create({"name": "Feed", "code": "feed"})
        cls.ids = products.ids
        cls.addClassCleanup(cls._remove)

    @classmethod
    def _remove(cls):
        with cls._session() as env:
            env.cr.execute("DELETE FROM stock_quant WHERE product_id = ANY(%s)", [cls.ids])
            env.cr.execute("DELETE FROM order_cycle_hold WHERE product_id = ANY(%s)", [cls.ids])
            env["product.product"].browse(cls.ids).product_tmpl_id.unlink()
            env["order.cycle.channel"].search([("code", "=", "feed")]).unlink()
        with cls._session() as env:
            env.cr.execute("DELETE FROM order_cycle_availability_mark")

    @classmethod
    @contextmanager
    def _session(cls):
        """An environment whose work is committed at the end, unless it is rolled back before."""
        with db_connect(cls.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _change(self, env, number, quantity=1):
        product = env["product.product"].browse(self.ids[number])
        env["stock.quant"]._update_available_quantity(
            product, env["stock.warehouse"].browse(self.milan.id).lot_stock_id, quantity
        )
        env.flush_all()

    def _read(self, cursor=None, limit=5000):
        with self._session() as env:
            return env["order.cycle.channel"].availability_changes("feed", cursor, limit)

    def _told(self, answer):
        """Return which of our products an answer names, by number."""
        ids = [item["product_id"] for item in answer["items"]]
        self.assertEqual(len(ids), len(set(ids)), "named twice in one answer")
        return [self.ids.index(number) for number in ids if number in self.ids]

    def test_what_is_committed_out_of_turn_is_told_once(self):
        start = self._read()
        self.assertTrue(start["complete"])
        with self._session() as slow:
            self._change(slow, 0)
            with self._session() as fast:
                self._change(fast, 1)
            first = self._read(start["cursor"])
            self.assertEqual(self._told(first), [1])
        second = self._read(first["cursor"])
        self.assertEqual(self._told(second), [0])
        self.assertFalse(second["complete"])
        self.assertEqual(self._told(self._read(second["cursor"])), [])
        # The same cursor again: the same answer, for whoever lost it.
        self.assertEqual(self._told(self._read(start["cursor"])), [0, 1])

    def test_a_long_transaction_delays_nobody(self):
        with self._session() as slow:
            self._change(slow, 0)
            cursor = self._read()["cursor"]
            for number in (1, 2, 3):
                with self._session() as env:
                    self._change(env, number)
                answer = self._read(cursor)
                self.assertEqual(self._told(answer), [number])
                cursor = answer["cursor"]
            slow.cr.rollback()
        self.assertEqual(self._told(self._read(cursor)), [])

    def test_pages_lose_nothing_that_changes_meanwhile(self):
        cursor = self._read()["cursor"]
        with self._session() as env:
            for number in (0, 1, 2, 3, 4):
                self._change(env, number)
        first = self._read(cursor, limit=2)
        self.assertEqual((self._told(first), first["more"]), ([0, 1], True))
        with self._session() as env:
            self._change(env, 0)
            self._change(env, 3)
        second = self._read(first["cursor"], limit=2)
        self.assertEqual((self._told(second), second["more"]), ([2, 3], True))
        third = self._read(second["cursor"], limit=2)
        self.assertEqual((self._told(third), third["more"]), ([4], False))
        self.assertEqual(self._told(self._read(third["cursor"])), [0, 3])

    def test_everything_is_told_in_pages_too(self):
        told, cursor, more, pages = [], None, True, 0
        while more:
            answer = self._read(cursor, limit=3)
            self.assertTrue(answer["complete"])
            self.assertEqual(answer["reason"], None if pages else "first_read")
            told += self._told(answer)
            cursor, more, pages = answer["cursor"], answer["more"], pages + 1
            with self._session() as env:
                self._change(env, 7)
        self.assertEqual(told, list(range(8)))
        self.assertGreater(pages, 2)
        self.assertEqual(self._told(self._read(cursor)), [7])

    def test_a_hold_that_ends_by_itself_is_told_without_any_commit(self):
        with self._session() as env:
            self._change(env, 5, 4)
            env["order.cycle.hold"].create(
                {
                    "product_id": self.ids[5],
                    "warehouse_id": self.milan.id,
                    "quantity": 3,
                    "uom_id": env["product.product"].browse(self.ids[5]).uom_id.id,
                    "expires_at": fields.Datetime.now() + timedelta(seconds=2),
                }
            )
        start = self._read()
        held = {item["product_id"]: item["available"] for item in start["items"]}[self.ids[5]]
        time.sleep(3)
        answer = self._read(start["cursor"])
        self.assertEqual(self._told(answer), [5])
        self.assertEqual(answer["items"][0]["available"], held + 3)
        self.assertEqual(self._told(self._read(answer["cursor"])), [])

    def test_a_change_is_in_the_feed_at_once(self):
        cursor, waits = self._read()["cursor"], []
        for _turn in range(10):
            with self._session() as env:
                self._change(env, 6)
            began = time.monotonic()
            answer = self._read(cursor)
            waits.append(time.monotonic() - began)
            self.assertEqual(self._told(answer), [6])
            cursor = answer["cursor"]
        self.assertLess(max(waits), MOST_SECONDS)

    def test_a_mirror_of_the_feed_is_never_wrong_for_long(self):
        """Three writers commit in any sequence; whoever follows the feed ends with the truth."""
        dice = random.Random(7)
        start = self._read()
        mirror, cursor = self._follow({}, start), start["cursor"]
        writers = {}
        told = 0
        for _turn in range(60):
            who = dice.randrange(3)
            if who in writers and dice.random() < 0.4:
                session, env = writers.pop(who)
                if dice.random() < 0.2:
                    env.cr.rollback()
                session.__exit__(None, None, None)
            elif who not in writers:
                session = self._session()
                writers[who] = session, session.__enter__()
            else:
                # Each has shelves of its own, so that they do not wait for each other.
                self._change(writers[who][1], dice.choice([who, who + 3]), dice.randint(1, 5))
            if dice.random() < 0.5:
                answer = self._read(cursor, dice.choice([1, 2, 5000]))
                mirror, cursor = self._follow(mirror, answer), answer["cursor"]
                told += len(answer["items"])
        for session, _env in writers.values():
            session.__exit__(None, None, None)
        more = True
        while more:
            answer = self._read(cursor, 2)
            mirror, cursor, more = self._follow(mirror, answer), answer["cursor"], answer["more"]
        self.assertGreater(told, 5)
        self.assertEqual(mirror, self._follow({}, self._read()))
        answer = self._read(cursor)
        self.assertEqual(answer["items"], [])

    def _follow(self, mirror, answer):
        ours = {i["product_id"]: i["available"] for i in answer["items"] if not i["removed"]}
        return {**mirror, **ours}
