import math
from collections import namedtuple
from decimal import Decimal
from textwrap import shorten

from odoo import fields, models

from ..carriers.dto import Address, Commodity, HandlingUnit, Money, Parcel, ShipmentRequest
from ..tools import known

# Drivers' lists have room for about this much.
INSTRUCTIONS_MAX = 100
# Carriers print what is inside for people only; none takes less than this.
CONTENT_MAX = 50

# What travels: `quantity` in the product's own unit, `unit_price` without taxes in `currency`.
Goods = namedtuple("Goods", "product quantity unit_price currency")


class OrderCycleRequest(models.AbstractModel):
    """Records become the values that the carrier package takes: here, and nowhere else.

    Part of `delivery.carrier`. Missing values stay empty: the carrier's checks name all of them at
    once.
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

    # === PIECES === #

    def _cycle_pieces(self, consignment):
        parcels = consignment.parcel_ids
        if consignment.account_id._info().mode == "freight":
            return {"handling_units": tuple(self._cycle_unit(parcel) for parcel in parcels)}
        return {
            "parcels": tuple(
                Parcel(content=parcel.content or "", **self._cycle_measures(parcel))
                for parcel in parcels
            )
        }

    def _cycle_unit(self, parcel):
        """Return a pallet with what the freight carrier rates it by."""
        lines = parcel.consignment_id.picking_id.move_line_ids.filtered("quantity")
        on_board = lines.filtered(lambda line: line.result_package_id == parcel.package_id)
        package_type = parcel.package_id.package_type_id or self.cycle_package_type_id
        return HandlingUnit(
            description=parcel.content or "",
            kind=package_type.cycle_unit_kind or "pallet",
            **on_board.product_id.product_tmpl_id._cycle_freight_values(),
            **self._cycle_measures(parcel),
        )

    def _cycle_measures(self, parcel):
        """Return what every piece has; a side that was not measured is None."""
        return {
            "reference": parcel.reference,
            "weight_grams": self._cycle_grams(parcel.weight),
            "length_mm": parcel.length_mm or None,
            "width_mm": parcel.width_mm or None,
            "height_mm": parcel.height_mm or None,
        }

    def _cycle_expected_pieces(self, source, mode):
        """Return the pieces of goods that are not handed over yet, as far as one can tell.

        :param source: sale.order or stock.picking singleton
        :param str mode: ``parcel`` or ``freight``
        """
        if source._name == "sale.order":
            goods = source.order_line.product_id.filtered(lambda one: one.type == "consu")
            weight = self.env.context.get("order_weight") or source._get_estimated_weight()
            return self._cycle_pieces_of(self._cycle_loose_measures(weight), mode, goods)
        lines = source.move_line_ids.filtered("quantity")
        loose = lines.filtered(lambda line: not line.result_package_id)
        measures = self._cycle_packed_measures(lines - loose)
        if loose or not measures:
            measures += self._cycle_loose_measures(loose._cycle_weight())
        return self._cycle_pieces_of(measures, mode, lines.product_id)

    def _cycle_pieces_of(self, measures, mode, goods):
        """Return `measures` as pieces of a carrier of this mode, for its request.

        :param list measures: one dict of weight and sides for each piece
        :param goods: product.product recordset, said to be in each of them
        """
        content = shorten(", ".join(goods.mapped("name")), CONTENT_MAX, placeholder="…")
        numbered = [
            {**one, "reference": f"P{number}"} for number, one in enumerate(measures, start=1)
        ]
        if mode != "freight":
            return {"parcels": tuple(Parcel(content=content, **one) for one in numbered)}
        freight = {
            "kind": self.cycle_package_type_id.cycle_unit_kind or "pallet",
            "description": content,
            **goods.product_tmpl_id._cycle_freight_values(),
        }
        return {"handling_units": tuple(HandlingUnit(**freight, **one) for one in numbered)}

    def _cycle_loose_measures(self, weight):
        piece = self.cycle_package_type_id
        sides = {name: side or None for name, side in piece._cycle_sides().items()}
        return [
            {"weight_grams": self._cycle_grams(share + piece.base_weight), **sides}
            for share in self._cycle_divide(weight)
        ]

    def _cycle_packed_measures(self, lines):
        measures = []
        for package, packed in lines.grouped("result_package_id").items():
            weight = package.shipping_weight or packed._cycle_weight()
            sides = package.package_type_id._cycle_sides()
            measures.append(
                {
                    "weight_grams": self._cycle_grams(weight),
                    **{name: side or None for name, side in sides.items()},
                }
            )
        return measures

    def _cycle_grams(self, weight):
        """Return `weight`, in the database's weight unit, as whole grams."""
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        gram = known(self.env, "uom.product_uom_gram")
        return round(unit._compute_quantity(weight, gram, round=False))

    def _cycle_divide(self, weight):
        """Return the weights of the pieces that goods of `weight` are divided into."""
        self.ensure_one()
        if not self.cycle_max_weight or weight <= self.cycle_max_weight:
            return [weight]
        count = math.ceil(weight / self.cycle_max_weight)
        return [weight / count] * count

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
