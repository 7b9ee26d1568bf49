from collections import defaultdict

from odoo import Command, api, fields, models


class OrderCycleOrderBuilder(models.AbstractModel):
    """Makes sales orders of documents that `order.cycle.intake.document` has read."""

    _name = "order.cycle.order.builder"
    _description = "Builder of Received Orders"

    # === WHAT ONLY THE DATABASE KNOWS TO BE WRONG === #

    @api.model
    def _find_errors(self, documents):
        """Return {row: errors} for the documents that name what this database does not have.

        :param dict documents: {order.cycle.intake row: document}
        """
        products = self._products(documents)
        found = {
            row: self._errors_of(row, document, products) for row, document in documents.items()
        }
        return {row: errors for row, errors in found.items() if errors}

    def _errors_of(self, row, document, products):
        errors = []
        for number, line in enumerate(document["lines"], start=1):
            if not line["sku"]:
                continue
            matches = products.get(line["sku"], [])
            if len(matches) != 1:
                errors.append(
                    {
                        "line": number,
                        "field": "sku",
                        "message": self._sku_text(line["sku"], matches),
                    }
                )
        Partner = self.env["res.partner"]
        for party in ("customer", "ship_to", "invoice_to"):
            country = (document[party] or {}).get("country")
            if country and not Partner._cycle_country(country):
                text = self.env._("“%(country)s” is not a country.", country=country)
                errors.append({"line": None, "field": f"{party}.country", "message": text})
        currency = document["currency"]
        own_currency = row.company_id.currency_id.name
        if currency and currency != own_currency and not self._pricelist(row, currency):
            text = self.env._(
                "There is no pricelist in %(currency)s, so nothing can be sold in it.",
                currency=currency,
            )
            errors.append({"line": None, "field": "currency", "message": text})
        return errors

    def _sku_text(self, sku, matches):
        if not matches:
            return self.env._("There is no product “%(sku)s” that can be sold.", sku=sku)
        return self.env._(
            "%(count)s products have the code “%(sku)s”.", count=len(matches), sku=sku
        )

    def _products(self, documents):
        """Return {code: [product, ...]} of every product the documents name, in one search."""
        skus = {line["sku"] for document in documents.values() for line in document["lines"]}
        Product = self.env["product.product"]
        found = Product.search(
            [
                *Product._check_company_domain(self.env.company),
                ("default_code", "in", list(skus)),
                ("sale_ok", "=", True),
            ]
        )
        products = defaultdict(list)
        for product in found:
            products[product.default_code].append(product)
        return products

    def _pricelist(self, row, currency, customer=None):
        """Return the pricelist in `currency`: the channel's, the customer's, else the first one.

        Empty for the company's own currency means: the products' own prices.
        """
        chosen = row.channel_id.pricelist_id, customer and customer.property_product_pricelist
        for pricelist in filter(None, chosen):
            if pricelist.currency_id.name == currency:
                return pricelist
        Pricelist = self.env["product.pricelist"]
        domain = Pricelist._check_company_domain(self.env.company)
        return Pricelist.search([*domain, ("currency_id.name", "=", currency)], limit=1)

    # === MAKE THE ORDERS === #

    @api.model
    def _build(self, rows, documents):
        """Create and capture one order for each of `rows`.

        :param rows: order.cycle.intake recordset of one company
        :param dict documents: {row: document}, free of errors
        """
        products = self._products({row: documents[row] for row in rows})
        vals_list = [self._prepare_order_vals(row, documents[row], products) for row in rows]
        # Nobody asked for a mail "you have been assigned" for each order of a web shop.
        quiet = {"mail_create_nosubscribe": True, "mail_auto_subscribe_no_notify": True}
        orders = self.env["sale.order"].with_context(**quiet).create(vals_list)
        self.env["order.cycle.policy"]._assign(orders)
        orders._cycle_fill_from_policy()
        for row, order in zip(rows, orders, strict=True):
            self._add_shipping(order, documents[row]["shipping"]["price"])
            row._accept(order)
            self._check_total(order, documents[row]["total"])
        orders._capture()

    def _prepare_order_vals(self, row, document, products):
        Partner = self.env["res.partner"]
        customer = Partner._cycle_match(document["customer"], self.env.company)
        ship_to = customer._cycle_address(document["ship_to"] or document["customer"], "delivery")
        invoice_to = customer
        if document["invoice_to"]:
            invoice_to = customer._cycle_address(document["invoice_to"], "invoice")
        vals = {
            "cycle_channel_id": row.channel_id.id,
            "cycle_external_ref": document["external_ref"],
            "company_id": self.env.company.id,
            "partner_id": customer.id,
            "partner_shipping_id": ship_to.id,
            "partner_invoice_id": invoice_to.id,
            "client_order_ref": document["customer_reference"] or document["external_ref"],
            "origin": f"{row.channel_id.name} {document['external_ref']}",
            "cycle_requested_date": document["requested_date"],
            "note": document["note"] or False,
            "order_line": [
                Command.create(self._prepare_line_vals(line, products))
                for line in document["lines"]
            ],
            **self._prepare_payment_vals(document["payment"]),
        }
        if document["ordered_at"]:
            vals["date_order"] = document["ordered_at"]
        if document["currency"]:
            vals["pricelist_id"] = self._pricelist(row, document["currency"], customer).id
        return vals

    def _prepare_line_vals(self, line, products):
        [product] = products[line["sku"]]
        vals = {"product_id": product.id, "product_uom_qty": line["qty"]}
        if line["price"] is not None:
            # What the customer was shown; a pricelist must not take its discount off it again.
            vals.update(price_unit=line["price"], discount=line["discount"] or 0.0)
        elif line["discount"] is not None:
            vals["discount"] = line["discount"]
        if line["description"]:
            vals["name"] = line["description"]
        return vals

    def _prepare_payment_vals(self, payment):
        if not payment:
            return {}
        return {
            "cycle_paid_amount": payment["amount"],
            "cycle_paid_reference": payment["reference"] or payment["method"],
            "cycle_paid_on": payment["paid_at"] or fields.Date.context_today(self),
        }

    def _add_shipping(self, order, price):
        """Charge what the channel charged for the delivery."""
        if not price:
            return
        if order.carrier_id:
            order.set_delivery_line(order.carrier_id, price)
            return
        product = self.env.ref("order_cycle.product_shipping")
        order.order_line = [Command.create({"product_id": product.id, "price_unit": price})]

    def _check_total(self, order, total):
        """Hold an order whose total differs from what the customer saw."""
        currency = order.currency_id
        if total is None or not currency.compare_amounts(order.amount_total, total):
            return
        self.env["order.cycle.exception"]._raise(
            order,
            "confirm",
            "price",
            self.env._(
                "The customer was shown a total of %(shown)s; with our prices and taxes the order "
                "comes to %(computed)s.",
                shown=currency.format(total),
                computed=currency.format(order.amount_total),
            ),
            is_blocking=True,
        )
