from odoo import Command

from .shortage_common import ShortageCommon


class SourcingCommon(ShortageCommon):
    """Milan is short of oil; Bologna and Rome have some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.web | cls.store | cls.trade).auto_ship = False
        cls.third = cls.env["stock.warehouse"].create(
            {"name": "Rome", "code": "RM", "company_id": cls.company.id}
        )
        cls.rule = cls.env.ref("order_cycle.sourcing_rule_default")
        cls.rule.split_cost = 3.0
        cls.customer = cls.env["res.partner"].create(
            {"name": "Carla Bianchi", "country_id": cls.env.ref("base.it").id, "zip": "00100"}
        )
        for warehouse, code in ((cls.warehouse, "20100"), (cls.second, "40100")):
            cls.locate(warehouse, code)
        cls.locate(cls.third, "00118")

    @classmethod
    def locate(cls, warehouse, code):
        warehouse.partner_id = cls.env["res.partner"].create(
            {"name": warehouse.name, "country_id": cls.env.ref("base.it").id, "zip": code}
        )

    def a_quotation(self, *lines, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in lines
                ],
                **values,
            }
        )

    def a_sale(self, *lines):
        order = self.a_quotation(*lines)
        order.action_confirm()
        self.advance()
        return order

    def where_from(self, order, user=None):
        order = order.with_user(user) if user else order
        action = order.action_cycle_where_from()
        return (
            self.env[action["res_model"]].with_user(user or self.env.user).browse(action["res_id"])
        )

    def taken(self, window, kind="ship"):
        """Return {warehouse: quantity} of what is chosen."""
        rows = window.line_ids.filtered(lambda row: row.kind == kind and row.quantity)
        return {row.warehouse_id: row.quantity for row in rows}

    def row(self, window, warehouse, kind="ship"):
        return window.line_ids.filtered(
            lambda row: row.warehouse_id == warehouse and row.kind == kind
        )

    def moves(self, order):
        """Return {warehouse: (wanted, reserved)} of the open moves."""
        found = {}
        for move in order.order_line.move_ids.filtered(lambda move: move._cycle_is_open()):
            wanted, reserved = found.get(move.location_id.warehouse_id, (0, 0))
            found[move.location_id.warehouse_id] = (
                wanted + move.product_uom_qty,
                reserved + move.quantity,
            )
        return found
