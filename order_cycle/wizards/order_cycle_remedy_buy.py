from odoo import Command, api, models
from odoo.tools import float_compare, float_round


class OrderCycleRemedyBuy(models.AbstractModel):
    """Buy what is missing: from the usual vendor, or from one who is faster."""

    _name = "order.cycle.remedy.buy"
    _inherit = "order.cycle.remedy"
    _description = "Buy"

    @api.model
    def _propose(self, facts, case):
        if case.product.uom_id.compare(case.to_answer, 0) <= 0:
            return []
        offers = self._offers(facts, case, case.to_answer)
        usual = offers[:1]
        return [
            self._offer_proposal(facts, case, offer, usual[0])
            for offer in offers
            if case.product.uom_id.compare(offer["quantity"], case.to_answer) >= 0
        ]

    @api.model
    def _offers(self, facts, case, quantity):
        """Return what each vendor would give for `quantity`, the usual vendor first."""
        offers = []
        for _vendor, sellers in facts.sellers[case.product].grouped("partner_id").items():
            priced = [self._offer(facts, case, seller, quantity) for seller in sellers]
            offers.append(min(priced, key=lambda offer: offer["cost"]))
        first = case.shortage._best_seller().partner_id
        return sorted(offers, key=lambda offer: offer["seller"].partner_id != first)

    @api.model
    def _offer(self, facts, case, seller, quantity):
        """Return what one price of a vendor means: quantity, cost, date."""
        bought = self._rounded(case.product, seller, quantity)
        expected, most = facts.in_days(seller.delay), None
        if seller.partner_id.id in case.answered:
            expected, most = case.answered[seller.partner_id.id]
            bought = min(bought, most)
        company = case.shortage.company_id
        # Odoo keeps the discounted price in the product's unit, whatever the vendor sells by.
        price = seller.currency_id._convert(
            seller.price_discounted, company.currency_id, company, facts.now.date()
        )
        return {
            "seller": seller,
            "quantity": bought,
            "price": price,
            "cost": price * bought,
            "expected": expected,
        }

    @api.model
    def _rounded(self, product, seller, quantity):
        """Return what has to be bought to have `quantity`: the vendor's minimum, whole packages.

        :return: float, in the product's unit
        """
        unit = seller.product_uom_id or product.uom_id
        wanted = product.uom_id._compute_quantity(quantity, unit, round=False)
        wanted = max(wanted, seller.min_qty)
        if unit != product.uom_id:
            wanted = float_round(wanted, precision_rounding=1.0, rounding_method="UP")
        return product.uom_id.round(unit._compute_quantity(wanted, product.uom_id, round=False))

    @api.model
    def _offer_proposal(self, facts, case, offer, usual):
        seller = offer["seller"]
        vendor = seller.partner_id
        is_faster = offer["expected"] < usual["expected"] and seller != usual["seller"]
        rate = vendor.on_time_rate
        text = self.env._(
            "%(vendor)s: %(quantity)s %(unit)s at %(price)s, minimum %(minimum)s, %(days)s days, "
            "on time: %(rate)s, open orders: %(orders)s",
            vendor=vendor.display_name,
            quantity=f"{offer['quantity']:g}",
            unit=case.product.uom_id.name,
            price=case.shortage.company_id.currency_id.format(offer["price"]),
            minimum=f"{seller.min_qty:g} {seller.product_uom_id.name}",
            days=seller.delay,
            rate=f"{rate:.0f} %" if rate >= 0 else self.env._("not known yet"),
            orders=facts.open_orders.get(vendor, 0),
        )
        return self._proposal(
            "faster" if is_faster else "buy",
            case,
            [(offer["expected"], offer["quantity"])],
            text,
            cost=offer["cost"],
            margin=(case.cost - offer["price"]) * case.to_answer,
            seller_id=seller.id,
        )

    # === APPLY === #

    @api.model
    def _apply(self, lines):
        wanted = [
            {
                "line": line,
                "vendor": line.partner_id,
                "seller": line.seller_id,
                "currency": line.currency_id,
                "quantity": line.quantity,
                "price": line.price_unit,
                "expected": line.promised_date,
            }
            for line in lines
        ]
        return self._purchase(wanted)

    @api.model
    def _purchase(self, wanted):
        """Put what is wanted on requests for quotation, one for each vendor and warehouse.

        :param list wanted: dictionaries; quantity and price in the product's unit, the price in
            `currency`
        :return: purchase.order recordset
        """
        purchases = self.env["purchase.order"]
        groups = {}
        for want in wanted:
            key = want["vendor"], want["line"].warehouse_id, want["currency"]
            groups.setdefault(key, []).append(want)
        for (vendor, warehouse, currency), group in groups.items():
            # sudo: a buyer answers a shortage without rights on its orders
            shortages = (
                self.env["order.cycle.shortage"]
                .sudo()
                .concat(*(want["line"].shortage_id.sudo() for want in group))
            )
            orders = shortages.line_ids.filtered("is_open").order_id
            purchase = self._open_request(group, vendor, warehouse, currency, orders)
            for want in group:
                self._purchase_line(purchase, want)
            purchases |= purchase
        return purchases

    @api.model
    def _open_request(self, group, vendor, warehouse, currency, orders):
        """Return the request to add to: an open one that Odoo would group these with, or a new one.

        Odoo's own link between sale and purchase is the reference; it also gives the goods to
        these orders first when they arrive.
        """
        references = orders.stock_reference_ids
        values = {
            "supplier": group[0]["seller"],
            "date_planned": min(want["expected"] for want in group),
            "reference_ids": references,
        }
        rule = warehouse.buy_pull_id
        found = self.env["purchase.order"]
        if rule:
            domain = rule._make_po_get_domain(warehouse.company_id, values, vendor)
            # Whoever of the buyers made it; and in the money of this offer.
            domain = [leg for leg in domain if leg[0] not in ("user_id", "currency_id")]
            domain.append(("currency_id", "=", currency.id))
            # What several vendors were asked for is bought from one of them only.
            domain += ["!", ("order_line.cycle_inquiry_ids", "!=", False)]
            found = found.search(domain, limit=1)
        names = ", ".join(orders.mapped("name"))[:200]
        if found:
            known = found.origin or ""
            missing = [name for name in orders.mapped("name") if name not in known]
            found.write(
                {
                    "reference_ids": [Command.link(row.id) for row in references],
                    "origin": ", ".join(filter(None, [known, *missing]))[:200],
                }
            )
            return found
        return found.create(
            {
                "partner_id": vendor.id,
                "company_id": warehouse.company_id.id,
                "currency_id": currency.id,
                "picking_type_id": warehouse.in_type_id.id,
                "user_id": self.env.uid,
                "origin": names,
                "reference_ids": [Command.set(references.ids)],
            }
        )

    @api.model
    def _purchase_line(self, purchase, want):
        """Add to the line of the same product and price, or make one; note whom it saves."""
        line = want["line"]
        unit = want["seller"].product_uom_id or line.uom_id
        quantity = line.uom_id._compute_quantity(want["quantity"], unit)
        vals = self._prepare_purchase_line(purchase, want, quantity, unit)
        same = purchase.order_line.filtered(
            lambda row: (
                row.product_id == line.product_id
                and row.product_uom_id == unit
                and row.discount == vals["discount"]
                and not purchase.currency_id.compare_amounts(row.price_unit, vals["price_unit"])
            )
        )[:1]
        if same:
            kept = {"price_unit": same.price_unit, "discount": same.discount}
            same.write({"product_qty": same.product_qty + quantity, **kept})
        else:
            same = self.env["purchase.order.line"].create(vals)
        same.date_planned = want["expected"]
        # sudo: a buyer answers a shortage without rights on its orders
        line.shortage_id.sudo()._link_purchase_line(same)

    @api.model
    def _prepare_purchase_line(self, purchase, want, quantity, unit):
        """Return Odoo's own values, with the buyer's price where that is another one."""
        line = want["line"]
        vals = self.env["purchase.order.line"]._prepare_purchase_order_line(
            line.product_id, quantity, unit, line.company_id, want["vendor"], purchase
        )
        vals["discount"] = vals.get("discount") or 0.0
        offered = unit._compute_price(vals["price_unit"], line.uom_id)
        offered *= 1 - vals["discount"] / 100
        digits = self.env["decimal.precision"].precision_get("Product Price")
        # The window shows the price of one piece, rounded: a box keeps the price of the box.
        if float_compare(offered, want["price"], precision_digits=digits):
            price = line.uom_id._compute_price(want["price"], unit)
            vals |= {"price_unit": price, "discount": 0.0}
        return vals
