from datetime import timedelta

from odoo import fields

from .common import OrderCycleCommon


class ShortageCommon(OrderCycleCommon):
    """Shortages as they come up in a day: two warehouses, two vendors, orders with promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["stock.warehouse"].create(
            {"name": "Bologna", "code": "BO", "company_id": cls.company.id}
        )
        cls.tuscan = cls.env["res.partner"].create(
            {"name": "Oleificio Toscano", "email": "ordini@toscano.example"}
        )

    def in_days(self, days):
        return fields.Datetime.now() + timedelta(days=days)

    def short(self, *lines, promised=None, channel="phone"):
        """Return an order of `lines` that waits for goods, promised in `promised` days."""
        order = self.an_order(list(lines), channel=channel)
        self.advance()
        if promised is not None:
            self.promise(order, promised)
        return order

    def promise(self, order, days):
        order.order_line.cycle_promise_date = self.in_days(days)
        order.commitment_date = self.in_days(days)

    def shortage_of(self, product):
        return self.env["order.cycle.shortage"].search(
            [("product_id", "=", product.id), ("state", "!=", "solved")]
        )

    def window(self, shortages, user=None, **values):
        """Open the wizard on `shortages`, as `user`."""
        shortages = shortages.with_user(user) if user else shortages
        action = shortages.action_escalate()
        wizard = self.env[action["res_model"]].with_user(user or self.env.user)
        wizard = wizard.browse(action["res_id"])
        wizard.write(values)
        return wizard

    def ranking(self, wizard):
        return wizard.line_ids.proposal_ids.sorted("rank").mapped("kind")

    def offer(self, product, vendor, **values):
        return self.env["product.supplierinfo"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "partner_id": vendor.id,
                **values,
            }
        )

    def replace(self, product, substitute, **values):
        return self.env["order.cycle.substitute"].create(
            {"product_id": product.id, "substitute_id": substitute.id, **values}
        )
