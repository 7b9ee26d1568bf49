from datetime import timedelta

from odoo import fields, models

from ..tools.demand import Supply
from ..tools.elsewhere import Elsewhere


class OrderCyclePromiseElsewhere(models.AbstractModel):
    """What has to come from afar: another warehouse, the factory, a vendor.

    Part of `order.cycle.promise.planner`.
    """

    _name = "order.cycle.promise.elsewhere"
    _description = "Supply of Promises from Afar"

    def _serve_from_afar(self, pool):
        """Give to the demands of `pool` what other warehouses, the factory or a vendor have."""
        products = self._products([demand for demand in pool if demand.missing])
        if not products:
            return
        company = pool[0].warehouse.company_id
        elsewhere = self._elsewhere(company, products)
        production = self._production_days(products, company)
        for demand in pool:
            # The availability does not count as sold what quotations want.
            if demand.line.state != "sale":
                elsewhere.keep(demand.product, demand.warehouse, demand.quantity)
        for demand in self._in_turn(pool):
            # What it gets now replaces what it was promised from another warehouse.
            elsewhere.forget(demand.product, (demand.line._origin, demand.warehouse))
            rest = self._from_afar(demand, elsewhere, production) if demand.missing else None
            if rest:
                demand.use([rest])

    def _elsewhere(self, company, products):
        """Return what the warehouses of `company` have of `products`, see `tools.elsewhere`."""
        warehouses = self.env["stock.warehouse"].sudo().search([("company_id", "=", company.id)])
        elsewhere = Elsewhere()
        if len(warehouses) < 2:
            return elsewhere
        free = self.env["order.cycle.availability"].sudo()._available(products, warehouses)
        for product in products:
            for place in warehouses:
                elsewhere.note(product, place, free.get((product.id, place.id), 0.0))
        for line, product, source, target, quantity in self._promised_as_transfers(products):
            elsewhere.promise(product, source, (line, target), line._cycle_turn(), quantity)
        return elsewhere

    def _promised_as_transfers(self, products):
        """Return what orders still wait for from other warehouses.

        :return: [(order line, product, warehouse that has it, warehouse that waits, quantity in
            the product's unit)]
        """
        found, places = [], self.env["stock.warehouse"]
        for line in self.env["sale.order.line"]._cycle_waiting_for_transfer(products):
            for number, source, target, quantity in line.cycle_transfers:
                product, place = products.browse(number), places.browse(target)
                waits = min(quantity, line._cycle_missing_of(product, place))
                if product in products and waits > 0:
                    found.append((line, product, places.browse(source), place, waits))
        return found

    def _from_afar(self, demand, elsewhere, production):
        """Return the Supply of all that `demand` misses, or None."""
        now, missing, product = fields.Datetime.now(), demand.missing, demand.product
        other = elsewhere.take(product, demand.warehouse, demand.line._cycle_turn(), missing)
        if other:
            ready = now + timedelta(days=demand.warehouse.cycle_transfer_days)
            return Supply(ready, missing, "transfer", self._named(other))
        company = demand.warehouse.company_id
        if product in production:
            return Supply(now + timedelta(days=production[product]), missing, "production")
        seller = product.with_company(company)._select_seller(quantity=None, uom_id=product.uom_id)
        if not seller:
            return None
        ready = now + timedelta(days=seller.delay)
        return Supply(ready, missing, "vendor", self._named(seller.partner_id))

    def _production_days(self, products, company):
        """Return {product: days to make it} of those of `products` that are made."""
        if "mrp.bom" not in self.env:
            return {}
        found = self.env["mrp.bom"].sudo()._bom_find(products, company_id=company.id)
        return {
            product: bill.produce_delay for product, bill in found.items() if bill.type == "normal"
        }
