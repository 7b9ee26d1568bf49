from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase

DAYS = 20


class AvailabilityCommon(TransactionCase):
    """Two warehouses of one company, the second with two steps, and histories of their stock."""

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

    def _free(self, product, by, **options):
        answer = self.Availability._available(product, self.milan, by=by, **options)
        return answer[product.id, self.milan.id]

    def _line(self, product):
        return self.Availability._timeline(product, self.milan)[self.milan.id]
