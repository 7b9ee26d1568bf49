from odoo import api, models


class HoldOfKits(models.Model):
    """Whoever holds a kit holds its components: nothing else is kept in stock."""

    _inherit = "order.cycle.hold"

    @api.model
    def _hold(self, wishes, *, as_far_as_possible=False):
        """Hold goods; a kit is held by its components, of the same order line."""
        kits = self._kits_of(wishes)
        if not kits:
            return super()._hold(wishes, as_far_as_possible=as_far_as_possible)
        # The number of kits there are is only true for who has passed the gates of all of it.
        self.env["order.cycle.gate"]._pass(self._gates_of_wishes(wishes, kits))
        parted = []
        for wish in wishes:
            parts = kits.get((wish["product_id"], wish["warehouse_id"]))
            parted += self._part(wish, parts, as_far_as_possible) if parts else [wish]
        return super()._hold(parted, as_far_as_possible=as_far_as_possible)

    def _part(self, wish, parts, as_far_as_possible):
        """Return the wishes for the components of a kit."""
        draft = self.new(wish)
        number = draft.product_qty
        if as_far_as_possible:
            number = min(number, self._free([draft._place()])[draft._place()])
        return [
            {
                **wish,
                "product_id": part.id,
                "uom_id": part.uom_id.id,
                "quantity": part.uom_id.round(number * per_kit, rounding_method="UP"),
            }
            for part, per_kit in parts.items()
            if number > 0
        ]

    @api.model
    def _kits_of(self, wishes):
        """Return {(product id, warehouse id): {component: quantity}} of the kits in `wishes`."""
        # sudo: see `_free`
        goods = self.env["product.product"].sudo().browse({wish["product_id"] for wish in wishes})
        places = self.env["stock.warehouse"].sudo()
        places = places.browse({wish["warehouse_id"] for wish in wishes})
        found = self.env["order.cycle.kit"]._by_company(goods, places.company_id)
        return {
            (kit.id, warehouse.id): parts
            for warehouse in places
            for kit, parts in found.get(warehouse.company_id, {}).items()
        }

    @api.model
    def _gates_of_wishes(self, wishes, kits):
        gates = set()
        for wish in wishes:
            place = wish["product_id"], wish["warehouse_id"]
            gates |= {(part.id, place[1]) for part in kits.get(place, {})} or {place}
        return gates

    @api.model
    def _holdable(self, products, company):
        """Also kits whose components are kept in stock."""
        kits = self.env["order.cycle.kit"]._components(products, company)
        kept = super()._holdable(products, company).filtered(lambda product: product not in kits)
        return kept | products.filtered(lambda product: kits.get(product))

    @api.model
    def _gates_of(self, products, warehouse):
        return super()._gates_of(products, warehouse) | self._gates_of_parts(products, warehouse)

    @api.model
    def _gates_of_parts(self, products, warehouse):
        """Return the gates of the components of those of `products` that are kits."""
        found = self.env["order.cycle.kit"]._components(products, warehouse.company_id)
        return {(part.id, warehouse.id) for parts in found.values() for part in parts}


class KitsInOrders(models.Model):
    _inherit = "sale.order"

    def _cycle_gates(self):
        """Also of the components of kits that are not confirmed yet."""
        gates = super()._cycle_gates()
        for order in self.filtered(lambda order: order.state in ("draft", "sent")):
            products = order.order_line.product_id
            gates |= self.env["order.cycle.hold"]._gates_of_parts(products, order.warehouse_id)
        return gates
