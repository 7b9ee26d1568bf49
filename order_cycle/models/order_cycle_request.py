from collections import namedtuple
from decimal import Decimal

from odoo import fields, models

from ..carriers.dto import Address, Commodity, Money, ShipmentRequest
from ..tools import known

# Drivers' lists have room for about this much.
INSTRUCTIONS_MAX = 100

# What travels: `quantity` in the product's own unit, `unit_price` without taxes in `currency`.
Goods = namedtuple("Goods", "product quantity unit_price currency")


class OrderCycleRequest(models.AbstractModel):
    """Records become the values that the carrier package takes: here, and nowhere else.

    Part of `delivery.carrier`; the parcels and pallets are in `order.cycle.pieces`. Missing values
    stay empty: the carrier's checks name all of them at once.
    """

    _name = "order.cycle.request"
    _description = "Request to a Carrier"

    def _cycle_request(self, consignment):
        """Return the `ShipmentRequest` of `consignment`, built from its records as they are now."""
        self.ensure_one()
        picking, order = consignment.picking_id, consignment.order_id
        sender, receiver = consignment._sender(), consignment.partner_id
        goods = self._cycle_goods_of_delivery(picking)
        return ShipmentRequest(
            request_ref=consignment.request_ref,
            idempotency_key=consignment.idempotency_key,
            ship_date=fields.Date.context_today(consignment),
            instructions=self._cycle_instructions(receiver, order, picking.origin),
            cash_on_delivery=None if consignment.is_return else self._cycle_cash(order, picking),
            **self._cycle_method_values(),
            **self._cycle_parties(sender, receiver),
            **self._cycle_values(goods),
            **self._cycle_customs(order, goods, sender, receiver),
            **self._cycle_pieces(consignment),
            **self._cycle_way_back(consignment),
        )

    def _cycle_way_back(self, consignment):
        """Return what tells a return from what goes out; who sends it is said with the parties."""
        return {"is_return": True, "contents_type": "return"} if consignment.is_return else {}

    def _cycle_method_values(self):
        """Return what the delivery method itself says."""
        return {
            "service": self._cycle_service_code(),
            "label_format": self._cycle_label_code(),
            "accessorials": tuple(sorted(self.cycle_accessorial_ids.mapped("code"))),
        }

    def _cycle_parties(self, sender, receiver):
        return {"sender": self._cycle_address(sender), "receiver": self._cycle_address(receiver)}

    def _cycle_instructions(self, receiver, order, origin):
        """Return what the driver is told: how to deliver there, else the customer's own number."""
        text = receiver.cycle_delivery_instructions or order.client_order_ref or origin or ""
        return text[:INSTRUCTIONS_MAX]

    # === PARTIES === #

    def _cycle_address(self, partner):
        owner = partner.commercial_partner_id
        company = owner if owner.is_company else None
        company_name = (company and company.name) or ""
        return Address(
            name=partner.name or company_name,
            company_name=company_name,
            street=partner.street or "",
            street2=partner.street2 or "",
            zip_code=partner.zip or "",
            city=partner.city or "",
            state_code=partner.state_id.code or "",
            country_code=partner.country_id.code or "",
            phone=partner.phone or owner.phone or "",
            email=partner.email or "",
            is_residential=not company,
            tax_id=partner.vat or owner.vat or "",
            eori=owner.cycle_eori or "",
        )

    # === GOODS === #

    def _cycle_goods_of_delivery(self, picking):
        """Return the `Goods` on board, one for each product."""
        every_line = picking.move_line_ids
        # A filtered recordset forgets its neighbours, and moves were read one delivery at a time.
        lines = every_line.filtered("quantity_product_uom").with_prefetch(every_line._prefetch_ids)
        return [
            self._cycle_goods_of_lines(product, own)
            for product, own in lines.grouped("product_id").items()
        ]

    def _cycle_goods_of_lines(self, product, lines):
        quantity = sum(lines.mapped("quantity_product_uom"))
        value = sum(line.quantity_product_uom * line._cycle_unit_price() for line in lines)
        currency = lines.move_id.sale_line_id[:1].currency_id or lines.company_id.currency_id
        return Goods(product, quantity, value / quantity, currency)

    def _cycle_goods_of_order(self, order):
        """Return the `Goods` of an order that has no delivery yet."""
        lines = order.order_line.filtered(
            lambda line: line.product_id.type == "consu" and line.product_uom_qty > 0
        )
        return [
            Goods(
                line.product_id,
                line.product_uom_id._compute_quantity(
                    line.product_uom_qty, line.product_id.uom_id, round=False
                ),
                line.product_uom_id._compute_price(
                    line.price_reduce_taxexcl, line.product_id.uom_id
                ),
                order.currency_id,
            )
            for line in lines
        ]

    def _cycle_values(self, goods):
        """Return what the goods are worth, and what they are insured for."""
        value = self._cycle_goods_value(goods)
        return {"goods_value": value, "insured_value": self._cycle_insured_value(value)}

    def _cycle_goods_value(self, goods):
        """Return what the goods were sold for, or None if for nothing."""
        value = sum(one.quantity * one.unit_price for one in goods)
        currency = goods[0].currency if goods else None
        return self._cycle_money(value, currency)

    def _cycle_insured_value(self, value):
        """Return the share of the value that Odoo's own field says, or None."""
        if not value or not self.shipping_insurance:
            return None
        amount = value.amount * self.shipping_insurance / 100
        return Money(amount=amount.quantize(Decimal("0.01")), currency=value.currency)

    def _cycle_money(self, amount, currency):
        if not currency or currency.compare_amounts(amount, 0) <= 0:
            return None
        return Money(amount=Decimal(str(currency.round(amount))), currency=currency.name)

    # === CASH ON DELIVERY === #

    def _cycle_cash(self, order, picking):
        """Return what the driver collects: what of this delivery is not paid yet, or None."""
        if not self.cycle_collects_cash or not order:
            return None
        amount = order._cycle_open_amount()
        others = order.picking_ids.filtered(
            lambda one: one.picking_type_code == "outgoing" and one.state != "cancel"
        )
        if others - picking:
            # Of several deliveries each collects its own goods.
            lines = picking.move_line_ids.filtered("quantity")
            amount = min(amount, sum(line._cycle_price_with_taxes() for line in lines))
        return self._cycle_money(amount, order.currency_id)

    # === CUSTOMS === #

    def _cycle_customs(self, order, goods, sender, receiver):
        """Return what the customs have to be told; nothing within a country or the EU."""
        origin, destination = sender.country_id, receiver.country_id
        if origin == destination:
            return {}
        union = known(self.env, "base.europe").country_ids
        if origin in union and destination in union:
            return {}
        incoterm = order.incoterm or order.company_id.incoterm_id
        invoice = order._cycle_posted_invoices()[:1]
        return {
            "commodities": tuple(self._cycle_commodity(one, origin) for one in goods),
            "incoterm": incoterm.code or "",
            "invoice_ref": invoice.name or order.name or "",
        }

    def _cycle_commodity(self, one, origin):
        product = one.product
        return Commodity(
            description=product.with_context(lang="en_US").name[:50],
            quantity=Decimal(str(one.quantity)),
            unit_value=Decimal(str(one.currency.round(one.unit_price))),
            currency=one.currency.name,
            hs_code=product.hs_code or "",
            origin_country=product.country_of_origin.code or origin.code or "",
            weight_grams=self._cycle_grams(one.quantity * product.weight),
        )
