from datetime import timedelta

from odoo import Command, fields

from .common import OrderCycleCommon


class PromiseCommon(OrderCycleCommon):
    """Orders with promises, and the vendors and warehouses that keep or break them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is shipped at once needs no promise.
        (cls.web | cls.store | cls.trade).auto_ship = False

    def review(self):
        self.run_cron("cron_promises")

    def in_days(self, days):
        return fields.Datetime.now() + timedelta(days=days)

    def a_purchase(self, product, quantity, days, confirm=True):
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": quantity,
                            "price_unit": 1,
                            "date_planned": self.in_days(days),
                        }
                    )
                ],
            }
        )
        if confirm:
            purchase.button_confirm()
        return purchase

    def a_promised_order(self, lines, **values):
        order = self.an_order(lines, channel="phone", **values)
        self.advance()
        self.review()
        return order

    def a_made_to_order_product(self, sku, **values):
        routes = self.warehouse.mto_pull_id.route_id
        routes.active = True
        routes |= self.warehouse.buy_pull_id.route_id
        return self.a_product(sku, route_ids=[Command.set(routes.ids)], **values)

    def slips(self, order):
        return order.cycle_exception_ids.filtered(
            lambda row: row.kind == "promise_slips" and row.is_open
        )

    def days_until(self, date):
        return (date.date() - fields.Date.today()).days
