from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .test_sold_once import SupplyCommon


class AllocationCommon(SupplyCommon):
    """Ten pieces of oil, and orders that want more than that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("order_cycle.allocation_rule_default")
        cls.owner = new_test_user(cls.env, "olga", groups="sales_team.group_sale_salesman")
        cls.operator = new_test_user(
            cls.env, "otto", groups="order_cycle.group_order_cycle_operator", name="Otto"
        )
        cls.gold = cls.env["res.partner.category"].create({"name": "Gold", "cycle_points": 5})

    def sold(self, quantity, days=None, product=None, **values):
        """Return a confirmed order that the worker has looked at, promised in `days` days."""
        order = self.a_quotation(quantity, product, user_id=self.owner.id, **values)
        order.action_confirm()
        self.advance()
        if days is not None:
            self.promise(order, days)
        return order

    def promise(self, order, days):
        order.order_line.cycle_promise_date = fields.Datetime.now() + timedelta(days=days)

    def simulate(self, user=None, **values):
        window = self.env["order.cycle.allocation"].with_user(user or self.env.user)
        window = window.create(
            {
                "product_id": self.oil.id,
                "warehouse_id": self.warehouse.id,
                "rule_id": self.rule.id,
                "reason": "Their line would stand still",
                **values,
            }
        )
        window.action_simulate()
        return window

    def row(self, window, order):
        return window.line_ids.filtered(lambda row: row.order_id == order)

    def has(self, *orders):
        return [sum(order.order_line.move_ids.mapped("quantity")) for order in orders]

    def by(self, *names):
        fields_ = ("first", "second", "third", "fourth")
        self.rule.write({name: False for name in fields_[1:]})
        self.rule.write(dict(zip(fields_, names, strict=False)))
