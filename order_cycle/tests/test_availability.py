import random
from collections import defaultdict
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import availability_sql
from .availability_common import DAYS, AvailabilityCommon

HISTORIES = 1000


def nothing(*_arguments):
    return SQL(
        """SELECT 0 AS product_id, 0 AS warehouse_id, NOW()::timestamp AS at, 0 AS quantity,
                  '' AS kind, 0 AS record_id WHERE FALSE"""
    )


# Answers that forget something: the count by hand has to notice each of them.
MUTANTS = {
    "_on_hand": nothing,
    "_leaving": nothing,
    "_arriving": nothing,
    "_own": lambda _owner: SQL("TRUE"),
    "LATE": SQL("INTERVAL '0 day'"),
}


@tagged("post_install", "-at_install")
class TestAvailability(AvailabilityCommon):
    """The one answer equals a count by hand, record by record."""

    def test_equals_a_count_by_hand(self):
        dice = random.Random(19)
        products = self._products(HISTORIES)
        self._histories(dice, products)
        now = fields.Datetime.now()
        answers = set()
        for days in (0, 3, 9, DAYS + 2):
            by = now + timedelta(days=days)
            answer, wrong = self._compared(products, by, now)
            self.assertFalse(wrong, f"by {days} days")
            self.assertEqual(len(answer), HISTORIES * 2)
            answers.update(answer.values())
        self.assertGreater(len(answers), 20, "The histories are all alike.")
        for name, mutant in MUTANTS.items():
            with self.subTest(mutant=name), patch.object(availability_sql, name, mutant):
                _answer, wrong = self._compared(products, now + timedelta(hours=6), now)
                self.assertTrue(wrong, "The count does not notice.")

    def _compared(self, products, by, now):
        """Return the answer, and what of it is not what was counted."""
        warehouses = self.milan | self.rome
        answer = self.Availability._available(products, warehouses, by=by)
        counted = self._count(products, warehouses, by, now)
        return answer, {k: (v, counted[k]) for k, v in answer.items() if abs(v - counted[k]) > 1e-6}

    def test_later_orders_keep_their_goods(self):
        product = self._products(1)
        self.env["stock.quant"]._update_available_quantity(product, self.places["milan"], 5)
        self._move(product, "milan", "customer", 5, 4)
        self._move(product, "vendor", "milan", 3, 8)
        now = fields.Datetime.now()
        self.assertEqual(self._free(product, now), 0)
        self.assertEqual(self._free(product, now + timedelta(days=9)), 3)
        self.assertEqual([free for _at, free in self._line(product)], [0, 0, 3])

    def test_a_quant_without_a_quantity_is_none(self):
        """Odoo writes one for a shelf whose count is not applied yet."""
        product = self._products(1)
        self.env["stock.quant"].sudo().create(
            {"product_id": product.id, "location_id": self.milan.lot_stock_id.id}
        )
        self.assertEqual(self._free(product, None), 0)
        self._move(product, "milan", "customer", 2, 1)
        self.assertEqual(self._free(product, None), -2)

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
