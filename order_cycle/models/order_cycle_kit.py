from collections import defaultdict

from odoo import api, models


class OrderCycleKit(models.AbstractModel):
    """What kits consist of, where Odoo's manufacturing is installed; else nothing is a kit.

    A kit is sold, but not kept: its delivery takes the components. So there are as many kits as
    the scarcest component is enough for.
    """

    _name = "order.cycle.kit"
    _description = "Kits"

    @api.model
    def _components(self, products, company):
        """Return {kit: {component: quantity in one kit}} of those of `products` that are kits.

        Both in the products' own units. A kit in a kit is taken apart as well. Components that are
        not kept in stock limit nothing and are not in the answer.

        :param products: product.product recordset
        :param company: res.company whose bills of materials count
        """
        if "mrp.bom" not in self.env:
            return {}
        # sudo: who sells goods need not read recipes
        products = products.sudo()
        bills = self._bills(products, company)
        return {kit: self._taken_apart(kit, bills) for kit in products if kit in bills}

    @api.model
    def _by_company(self, products, companies):
        """Return {company: what `_components` says}; companies without any kit are left out."""
        found = {company: self._components(products, company) for company in companies}
        return {company: kits for company, kits in found.items() if kits}

    @api.model
    def _sold(self, company):
        """Return {kit: {component: quantity in one kit}} of all kits that `company` sells."""
        if "mrp.bom" not in self.env:
            return {}
        # sudo: see `_components`
        bills = (
            self.env["mrp.bom"]
            .sudo()
            .search([("type", "=", "phantom"), ("company_id", "in", (company.id, False))])
        )
        of_all = bills.filtered(lambda bill: not bill.product_id).product_tmpl_id
        products = bills.product_id | of_all.product_variant_ids
        sold = products.filtered(
            lambda product: product.sale_ok and product.company_id.id in (False, company.id)
        )
        return self._components(sold, company)

    def _bills(self, products, company):
        """Return {product: its phantom bill}, with those of the kits inside; a query a level."""
        bill_model = self.env["mrp.bom"].sudo()
        bills, seen = {}, products.browse()
        while products:
            found = bill_model._bom_find(products, company_id=company.id, bom_type="phantom")
            level = {product: bill for product, bill in found.items() if bill}
            bills.update(level)
            seen |= products
            products = bill_model.union(*level.values()).bom_line_ids.product_id - seen
        return bills

    def _taken_apart(self, product, bills):
        bill = bills.get(product)
        if not bill:
            return {product: 1.0} if product.is_storable else {}
        size = bill.product_uom_id._compute_quantity(bill.product_qty, product.uom_id, round=False)
        parts = defaultdict(float)
        for line in bill.bom_line_ids:
            if line._skip_bom_line(product) or not size:
                continue
            inside = line.product_id
            amount = line.product_uom_id._compute_quantity(
                line.product_qty, inside.uom_id, round=False
            )
            for component, quantity in self._taken_apart(inside, bills).items():
                parts[component] += amount / size * quantity
        return {component: quantity for component, quantity in parts.items() if quantity > 0}
