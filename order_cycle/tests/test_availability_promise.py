import random
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .availability_common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestEarliest(AvailabilityCommon):
    """By when so many can be promised, and from where."""

    def setUp(self):
        super().setUp()
        self.product = self._products(1)
        self.both = self.milan | self.rome
        self._stock("milan", 5)
        self._stock("rome", 3)
        self.receipt = self._move(self.product, "vendor", "milan", 10, 6)

    def _stock(self, place, quantity):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.places[place], quantity
        )

    def _ask(self, *quantities, warehouses=None, **options):
        warehouses = warehouses or self.both
        demands = [(self.product, warehouses, quantity) for quantity in quantities]
        return self.Availability._earliest(demands, **options)

    def test_one_warehouse_that_has_all_is_preferred(self):
        [(at, taken)] = self._ask(3, warehouses=self.both)
        self.assertLessEqual(at, fields.Datetime.now())
        self.assertEqual(taken, {self.milan.id: 3})
        self._move(self.product, "milan", "customer", 3, 1)
        [(at, taken)] = self._ask(3)
        self.assertEqual(taken, {self.rome.id: 3})

    def test_two_warehouses_together_serve_at_once(self):
        [(at, taken)] = self._ask(8)
        self.assertLessEqual(at, fields.Datetime.now())
        self.assertEqual(taken, {self.milan.id: 5, self.rome.id: 3})

    def test_what_is_not_there_waits_for_the_receipt(self):
        [(at, taken)] = self._ask(9)
        self.assertEqual(at, self.receipt.date)
        self.assertEqual(taken, {self.milan.id: 9})
        [(at, taken)] = self._ask(4, warehouses=self.rome)
        self.assertEqual((at, taken), (None, {self.rome.id: 3}))

    def test_the_first_demand_is_served_first_and_nothing_twice(self):
        first, second, third, never, last = self._ask(6, 7, 5, 1, 0)
        self.assertEqual(sum(first[1].values()), 6)
        self.assertLess(first[0], self.receipt.date)
        self.assertEqual(second, (self.receipt.date, {self.milan.id: 7}))
        self.assertEqual(third[0], self.receipt.date)
        self.assertEqual(sum(third[1].values()), 5)
        self.assertEqual(never, (None, {}))
        self.assertEqual(sum(last[1].values()), 0)

    def test_a_later_demand_does_not_take_what_an_earlier_promise_needs(self):
        """Served after the receipt, the first demand leaves less for whoever wants it today."""
        self.receipt.product_uom_qty = 1
        late, today = self._ask(6, 1, warehouses=self.milan)
        self.assertEqual(late, (self.receipt.date, {self.milan.id: 6}))
        self.assertEqual(today, (None, {}))

    def test_what_nobody_counts_is_there_now(self):
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        [(at, taken)] = self.Availability._earliest([(service, self.both, 2)])
        self.assertLessEqual(at, fields.Datetime.now())
        self.assertEqual(taken, {self.milan.id: 2})
        self.assertEqual(self.Availability._earliest([]), [])

    @freeze_time("2026-03-02 10:00:00")
    def test_what_is_answered_can_be_delivered(self):
        """Random histories: the demands become moves, and the stock never falls below zero."""
        dice = random.Random(4)
        products = self._products(60)
        self._histories(dice, products)
        demands = [
            (product, self.both, dice.randint(1, 25)) for product in products for _turn in range(3)
        ]
        before = self._ends(products)
        answers = self.Availability._earliest(demands)
        served = 0
        for (product, _warehouses, quantity), (at, taken) in zip(demands, answers, strict=True):
            if at:
                served += 1
                self.assertAlmostEqual(sum(taken.values()), quantity)
                for warehouse, number in taken.items():
                    origin = "milan" if warehouse == self.milan.id else "rome"
                    move = self._move(product, origin, "customer", number, 0)
                    move.date = at
        self.assertGreater(served, 20)
        now = fields.Datetime.now()
        after = self.Availability._available(products, self.both, by=now)
        for pair, free in after.items():
            self.assertGreaterEqual(free, min(before[pair], 0) - 1e-6, "Promised twice.")

    def _ends(self, products):
        return self.Availability._available(products, self.both, by=fields.Datetime.now())


@tagged("post_install", "-at_install")
class TestBuffer(AvailabilityCommon):
    """What is kept back is not promised."""

    def setUp(self):
        super().setUp()
        self.env["order.cycle.buffer"].search([]).active = False
        self.product = self._products(1)
        self.web = self.env.ref("order_cycle.channel_web")
        self.phone = self.env.ref("order_cycle.channel_phone")
        self.env["stock.quant"]._update_available_quantity(self.product, self.places["milan"], 15)

    def _buffer(self, quantity, kind="pieces", **values):
        return self.env["order.cycle.buffer"].create(
            {"name": "Kept", "quantity": quantity, "kind": kind, **values}
        )

    def _for(self, channel=None):
        return self._free(self.product, None, channel=channel)

    def test_a_channel_is_not_promised_what_is_kept_from_it(self):
        self._buffer(4, channel_id=self.web.id)
        self.assertEqual([self._for(self.web), self._for(self.phone), self._for()], [11, 15, 15])

    def test_safety_stock_is_kept_from_everybody(self):
        self._buffer(4, product_id=self.product.id)
        self.assertEqual([self._for(self.web), self._for()], [11, 11])

    def test_per_cent_are_rounded_up_to_whole_pieces(self):
        self._buffer(10, "percent")
        self.assertEqual(self._for(), 13, "1.5 of 15 pieces are kept as 2.")
        self.env["stock.quant"]._update_available_quantity(self.product, self.places["milan"], 0.5)
        self.assertAlmostEqual(self._for(), 13.95)

    def test_a_buffer_is_never_what_is_missing(self):
        self._buffer(40)
        self.assertEqual(self._for(), 0)
        self._move(self.product, "milan", "customer", 18, 2)
        self.assertEqual(self._for(), -3)

    def test_the_first_that_fits_is_the_only_one(self):
        shelf, drawer = self.env["product.category"].create([{"name": "Shelf"}, {"name": "Drawer"}])
        drawer.parent_id = shelf
        last = self._buffer(1, sequence=9)
        self._buffer(2, categ_id=shelf.id, sequence=5)
        self._buffer(3, warehouse_id=self.rome.id, sequence=1)
        self.assertEqual(self._for(), 14)
        self.product.categ_id = drawer
        self.assertEqual(self._for(), 13, "A category counts for those below it.")
        last.sequence = 2
        self.assertEqual(self._for(), 14)

    def test_another_company_has_buffers_of_its_own(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self._buffer(4, company_id=company.id)
        self.assertEqual(self._for(), 15)

    def test_every_answer_keeps_them_back(self):
        self._buffer(4, channel_id=self.web.id)
        self._move(self.product, "vendor", "milan", 5, 3)
        timeline = self.Availability._timeline(self.product, self.milan, channel=self.web)
        self.assertEqual([free for _at, free in timeline[self.milan.id]], [11, 16])
        demands = [(self.product, self.milan, 12)]
        [(at, _taken)] = self.Availability._earliest(demands, channel=self.web)
        self.assertGreater(at, fields.Datetime.now() + timedelta(days=2))
        [(at, _taken)] = self.Availability._earliest(demands)
        self.assertLessEqual(at, fields.Datetime.now())
