import random
from collections import defaultdict
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

HISTORIES = 1000
DAYS = 20


@tagged("post_install", "-at_install")
class TestAvailability(TransactionCase):
    """The one answer equals a count by hand, record by record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Availability = cls.env["order.cycle.availability"]
        cls.milan = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.rome = cls.env["stock.warehouse"].create(
            {"name": "Rome", "code": "ROM", "delivery_steps": "pick_ship"}
        )
        cls.owner = cls.env["res.partner"].create({"name": "Consignor"})
        cls.places = {
            "milan": cls.milan.lot_stock_id,
            "rome": cls.rome.lot_stock_id,
            "output": cls.rome.wh_output_stock_loc_id,
            "customer": cls.env.ref("stock.stock_location_customers"),
            "vendor": cls.env.ref("stock.stock_location_suppliers"),
        }

    def test_equals_a_count_by_hand(self):
        dice = random.Random(19)
        products = self._products(HISTORIES)
        self._histories(dice, products)
        now = fields.Datetime.now()
        warehouses = self.milan | self.rome
        for days in (0, 3, 9, DAYS + 2):
            by = now + timedelta(days=days)
            answer = self.Availability._available(products, warehouses, by=by)
            counted = self._count(products, warehouses, by, now)
            wrong = {k: (v, counted[k]) for k, v in answer.items() if abs(v - counted[k]) > 1e-6}
            self.assertFalse(wrong, f"by {days} days")
            self.assertEqual(len(answer), HISTORIES * 2)
        self.assertGreater(len(set(answer.values())), 20, "The histories are all alike.")

    def test_later_orders_keep_their_goods(self):
        product = self._products(1)
        self.env["stock.quant"]._update_available_quantity(product, self.places["milan"], 5)
        self._move(product, "milan", "customer", 5, 4)
        self._move(product, "vendor", "milan", 3, 8)
        now = fields.Datetime.now()
        self.assertEqual(self._free(product, now), 0)
        self.assertEqual(self._free(product, now + timedelta(days=9)), 3)
        self.assertEqual([free for _at, free in self._line(product)], [0, 0, 3])

    def test_a_late_receipt_is_not_there_today(self):
        product = self._products(1)
        self._move(product, "vendor", "milan", 3, -5)
        self.assertEqual(self._free(product, None), 0)
        self.assertEqual(self._free(product, fields.Datetime.now() + timedelta(days=2)), 3)

    def test_other_companies_are_not_answered(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        user = self.env["res.users"].create(
            {
                "name": "Sara",
                "login": "sara.availability",
                "company_id": self.env.company.id,
                "company_ids": [Command.set(self.env.company.ids)],
                "group_ids": [Command.set(self.env.ref("stock.group_stock_user").ids)],
            }
        )
        with self.assertRaises(AccessError):
            self.Availability.with_user(user)._available(
                self._products(1).with_user(user), theirs.with_user(user)
            )

    # === THE COUNT BY HAND === #

    def _count(self, products, warehouses, by, now):
        dated = defaultdict(lambda: [(now, 0.0)])
        for quant in self.env["stock.quant"].search([("product_id", "in", products.ids)]):
            if quant.location_id.usage == "internal" and not quant.owner_id:
                key = (quant.product_id.id, quant.location_id.warehouse_id.id)
                dated[key].append((now, quant.quantity))
        for move in self.env["stock.move"].search([("product_id", "in", products.ids)]):
            self._count_move(dated, move, now)
        counted = {}
        for product in products.ids:
            for warehouse in warehouses.ids:
                rows = dated[product, warehouse]
                moments = [by] + [at for at, _quantity in rows if at > by]
                counted[product, warehouse] = min(
                    sum(quantity for at, quantity in rows if at <= moment) for moment in moments
                )
        return counted

    def _count_move(self, dated, move, now):
        if move.state in ("draft", "done", "cancel"):
            return
        follows = move.move_dest_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        end = move.location_dest_id if follows else move.location_final_id or move.location_dest_id
        here = move.location_id.warehouse_id if move.location_id.usage == "internal" else None
        there = end.warehouse_id if end.usage == "internal" else None
        if here == there:
            return
        if here:
            at = max(move.date, now)
            dated[move.product_id.id, here.id].append((at, -move.product_qty))
        if there:
            at = move.date if move.date > now else now + timedelta(days=1)
            dated[move.product_id.id, there.id].append((at, move.product_qty))

    # === BUILDERS === #

    def _products(self, number):
        return self.env["product.product"].create(
            [{"name": f"Goods {n}", "type": "consu", "is_storable": True} for n in range(number)]
        )

    def _histories(self, dice, products):
        quants, moves = [], []
        for product in products:
            for place in dice.sample(["milan", "rome", "output"], dice.randint(0, 3)):
                quants.append(
                    {
                        "product_id": product.id,
                        "location_id": self.places[place].id,
                        "quantity": dice.randint(1, 40),
                        "owner_id": self.owner.id if dice.random() < 0.15 else False,
                    }
                )
            moves += [self._random_move(dice, product) for _n in range(dice.randint(0, 5))]
        self.env["stock.quant"].sudo().create(quants)
        created = self.env["stock.move"].create(moves)
        for state in ("waiting", "confirmed", "assigned", "done", "cancel"):
            created.filtered(lambda m: dice.random() < 0.4).state = state
        for first in created.filtered("location_final_id")[::3]:
            first.move_dest_ids = created.filtered(lambda m, p=first.product_id: m.product_id == p)[
                -1:
            ]

    def _random_move(self, dice, product):
        origin, target, final = dice.choice(
            [
                ("milan", "customer", None),
                ("rome", "output", "customer"),
                ("output", "customer", None),
                ("vendor", "milan", None),
                ("vendor", "rome", None),
                ("milan", "rome", None),
            ]
        )
        unit = dice.choice([product.uom_id, self.env.ref("uom.product_uom_dozen")])
        return self._values(
            product, origin, target, dice.randint(1, 12), dice.randint(-6, DAYS), final, unit
        )

    def _values(self, product, origin, target, quantity, days, final=None, unit=None):
        return {
            "product_id": product.id,
            "product_uom": (unit or product.uom_id).id,
            "product_uom_qty": quantity,
            "location_id": self.places[origin].id,
            "location_dest_id": self.places[target].id,
            "location_final_id": self.places[final].id if final else False,
            "date": fields.Datetime.now() + timedelta(days=days, minutes=7),
        }

    def _move(self, product, *values):
        move = self.env["stock.move"].create(self._values(product, *values))
        move.state = "confirmed"
        return move

    def _free(self, product, by):
        answer = self.Availability._available(product, self.milan, by=by)
        return answer[product.id, self.milan.id]

    def _line(self, product):
        return self.Availability._timeline(product, self.milan)[self.milan.id]
