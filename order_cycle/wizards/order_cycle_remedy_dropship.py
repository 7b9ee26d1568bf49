from odoo import Command, api, models

ROUTE = "stock_dropshipping.route_drop_shipping"


class OrderCycleRemedyDropship(models.AbstractModel):
    """The vendor sends it to the customer, where Odoo's drop-shipping is installed.

    What is missing becomes an order line of its own with the drop-ship route, and Odoo's own
    procurement asks the vendor.
    """

    _name = "order.cycle.remedy.dropship"
    _inherit = "order.cycle.remedy.sale"
    _description = "Drop-ship"

    @api.model
    def _route(self):
        return self.env.ref(ROUTE, raise_if_not_found=False)

    @api.model
    def _propose(self, facts, case):
        route = self._route()
        if not route or case.coming or self._is_of_kits(case):
            return []
        buy = self.env["order.cycle.remedy.buy"]
        offers = buy._offers(facts, case, case.missing)
        # Odoo drop-ships what the order needs: a vendor who wants more to be bought cannot serve.
        offers = [
            offer
            for offer in offers[:1]
            if not case.product.uom_id.compare(offer["quantity"], case.missing)
        ]
        return [
            self._proposal(
                "dropship",
                case,
                [(offer["expected"], offer["quantity"])],
                self.env._(
                    "%(vendor)s sends it to the customers",
                    vendor=offer["seller"].partner_id.display_name,
                ),
                cost=offer["cost"],
                margin=(case.cost - offer["price"]) * case.missing,
                seller_id=offer["seller"].id,
            )
            for offer in offers
        ]

    @api.model
    def _apply(self, lines):
        for line in lines:
            rows = line._own_rows()
            expected = line._chosen().expected_at
            vals_by_row = {row: self._prepare_line(row, expected) for row in rows}
            self._reduce(rows)
            for row, vals in vals_by_row.items():
                row.order_id.order_line = [Command.create(vals)]
            self._look_again(rows.order_line_id)
        return self.env["purchase.order"]

    @api.model
    def _prepare_line(self, row, expected):
        order_line = row.order_line_id
        price = order_line.product_uom_id._compute_price(order_line.price_unit, row.uom_id)
        return {
            "product_id": row.product_id.id,
            "product_uom_id": row.uom_id.id,
            "product_uom_qty": row.missing_qty,
            "price_unit": price,
            "discount": order_line.discount,
            "tax_ids": [Command.set(order_line.tax_ids.ids)],
            "route_ids": [Command.set(self._route().ids)],
            "sequence": order_line.sequence,
            "cycle_promise_date": expected,
        }
