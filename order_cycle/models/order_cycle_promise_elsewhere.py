from datetime import timedelta

from odoo import fields, models

from ..tools.demand import Supply


class OrderCyclePromiseElsewhere(models.AbstractModel):
    """What has to come from afar: another warehouse, the factory, a vendor.

    Part of `order.cycle.promise.planner`.
    """

    _name = "order.cycle.promise.elsewhere"
    _description = "Supply of Promises from Afar"

    def _look_elsewhere(self, warehouse, products, elsewhere):
        """Let `elsewhere` know what the company's other warehouses have of `products`."""
        others = self._other_warehouses(warehouse)
        new = {
            (product.id, other.id): (product, other)
            for product in products
            for other in others
            if not elsewhere.knows(product, other)
        }
        if not new:
            return
        free = self.env["order.cycle.availability"].sudo()._available(products, others)
        for place, (product, other) in new.items():
            elsewhere.note(product, other, free.get(place, 0.0))
        for row, quantity in self._promised_from(others, products):
            if place := new.get((row.product_id.id, row.source_id)):
                elsewhere.promise(*place, row.order_line_id, quantity)

    def _other_warehouses(self, warehouse):
        return (
            self.env["stock.warehouse"]
            .sudo()
            .search([("company_id", "=", warehouse.company_id.id), ("id", "!=", warehouse.id)])
        )

    def _promised_from(self, warehouses, products):
        """Return [(promise, quantity)] of what orders still wait for from `warehouses`."""
        rows = self.env["order.cycle.promise"]._waiting_for_transfer(
            [
                ("source_id", "in", warehouses.ids),
                ("order_line_id.product_id", "in", products.ids),
            ]
        )
        waiting = (
            (row, min(row.quantity, row.order_line_id._cycle_missing_of(row.product_id)))
            for row in rows
        )
        return [(row, quantity) for row, quantity in waiting if quantity > 0]

    def _from_afar(self, demand, elsewhere):
        """Return the Supply of all that `demand` misses, or None."""
        now, missing, product = fields.Datetime.now(), demand.missing, demand.product
        other = elsewhere.take(product, demand.warehouse, missing)
        if other:
            ready = now + timedelta(days=demand.warehouse.cycle_transfer_days)
            return Supply(ready, missing, "transfer", self._named(other))
        company = demand.warehouse.company_id
        days = self._production_days(product, company)
        if days is not None:
            return Supply(now + timedelta(days=days), missing, "production")
        seller = product.with_company(company)._select_seller(quantity=None, uom_id=product.uom_id)
        if not seller:
            return None
        ready = now + timedelta(days=seller.delay)
        return Supply(ready, missing, "vendor", self._named(seller.partner_id))

    def _production_days(self, product, company):
        """Return the days to make `product`, or None where it is not made."""
        if "mrp.bom" not in self.env:
            return None
        found = self.env["mrp.bom"].sudo()._bom_find(product, company_id=company.id)
        bill = found.get(product)
        return bill.produce_delay if bill and bill.type == "normal" else None
