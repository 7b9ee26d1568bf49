import math
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..carriers.dto import Address, Commodity, HandlingUnit, Money, Parcel, ShipmentRequest


class DeliveryCarrier(models.Model):
    """Odoo's delivery method on one side, the carrier's own words on the other.

    This is the only place where records become the values that the carrier package takes.
    """

    _inherit = "delivery.carrier"

    delivery_type = fields.Selection(
        selection_add=[("order_cycle", "Order Cycle Connector")],
        ondelete={"order_cycle": lambda carriers: carriers._cycle_uninstall()},
    )
    cycle_account_id = fields.Many2one(
        "order.cycle.carrier.account",
        string="Carrier Account",
        # A method of all companies may use the account of one, and then ships for that one only.
        domain="[('company_id', '=?', company_id)]",
        ondelete="restrict",
        help="Whose address and credentials the connector uses.",
    )
    cycle_service = fields.Selection(
        selection=lambda self: self.env["order.cycle.carrier.account"]._service_selection(),
        string="Carrier Service",
    )
    cycle_max_weight = fields.Float(
        string="Heaviest Piece",
        digits="Stock Weight",
        default=30.0,
        help="Goods without packages are divided into pieces of at most this weight, in the "
        "database's weight unit. 0: one piece.",
    )
    cycle_package_type_id = fields.Many2one(
        "stock.package.type",
        string="Standard Piece",
        help="Size and own weight of a piece that was not packed in Odoo. Freight carriers want "
        "the size of each pallet.",
    )

    @api.constrains("company_id", "cycle_account_id")
    def _check_cycle_account_company(self):
        for carrier in self.filtered("company_id"):
            # sudo: the account of another company is what is to be found
            owner = carrier.sudo().cycle_account_id.company_id
            if owner and owner != carrier.company_id:
                raise ValidationError(
                    self.env._(
                        "Delivery method %(method)s belongs to another company than its carrier "
                        "account. Choose an account of %(company)s.",
                        method=carrier.name,
                        company=carrier.company_id.name,
                    )
                )

    @api.constrains("delivery_type", "cycle_account_id", "cycle_service")
    def _check_cycle_service(self):
        for carrier in self.filtered(lambda carrier: carrier.delivery_type == "order_cycle"):
            code = carrier.cycle_account_id.sudo().carrier_code
            if not code or not (carrier.cycle_service or "").startswith(f"{code}:"):
                raise ValidationError(
                    self.env._(
                        "Delivery method %(method)s needs a carrier account and one of that "
                        "carrier's services.",
                        method=carrier.name,
                    )
                )

    # === ODOO'S PROVIDER CONTRACT (names fixed by delivery and stock_delivery) === #

    def order_cycle_rate_shipment(self, order):
        """Return the method's own price; carriers are asked for quotes elsewhere."""
        return self.fixed_rate_shipment(order)

    def order_cycle_send_shipping(self, pickings):
        """Queue a consignment for each of `pickings`: the carrier is never called from here.

        :return: one ``{"exact_price": float, "tracking_number": False}`` per delivery; the
            number comes with the carrier's answer
        """
        pickings._cycle_hand_over()
        return [
            {"exact_price": picking.carrier_id.fixed_price, "tracking_number": False}
            for picking in pickings
        ]

    def order_cycle_get_tracking_link(self, picking):
        """Return the tracking page, or Odoo's JSON list of pages for several parcels."""
        return picking.cycle_consignment_ids._tracking_link()

    def order_cycle_cancel_shipment(self, pickings):
        """Withdraw what no carrier has yet; say what to do about what one has."""
        pickings.filtered(lambda picking: picking.carrier_id == self)._cycle_withdraw()

    def _order_cycle_get_default_custom_package_code(self):
        return False

    # === RECORDS -> CARRIER PACKAGE === #

    def _cycle_is_connected(self):
        """Return whether deliveries with this method are booked by the connector."""
        return self.delivery_type == "order_cycle" and self.integration_level == "rate_and_ship"

    def _cycle_account_for(self, company):
        """Return the account that ships goods of `company`.

        :raises UserError: it would be shipped, and paid, by another company
        """
        self.ensure_one()
        # sudo: the account of another company is what is to be found
        account = self.sudo().cycle_account_id
        if account.company_id != company:
            raise UserError(
                self.env._(
                    "Delivery method %(method)s ships with the carrier account of another company, "
                    "and these goods are of %(company)s. Choose a delivery method with an account "
                    "of that company.",
                    method=self.name,
                    company=company.name,
                )
            )
        return account

    def _cycle_request(self, consignment):
        """Return the `ShipmentRequest` of `consignment`, built from its records as they are now.

        Missing values stay empty: the carrier's mapping names all of them at once.
        """
        self.ensure_one()
        picking, order = consignment.picking_id, consignment.order_id
        return ShipmentRequest(
            request_ref=consignment.request_ref,
            idempotency_key=consignment.idempotency_key,
            service=self.cycle_service.partition(":")[2],
            ship_date=fields.Date.context_today(consignment),
            sender=self._cycle_address(consignment._sender()),
            receiver=self._cycle_address(consignment.partner_id),
            goods_value=self._cycle_goods_value(consignment),
            commodities=self._cycle_commodities(consignment),
            instructions=(order.client_order_ref or picking.origin or "")[:100],
            **self._cycle_pieces(consignment),
        )

    def _cycle_pieces(self, consignment):
        parcels = consignment.parcel_ids
        if consignment.account_id._info().mode == "freight":
            return {
                "handling_units": tuple(
                    HandlingUnit(description=parcel.content or "", **self._cycle_measures(parcel))
                    for parcel in parcels
                )
            }
        return {
            "parcels": tuple(
                Parcel(content=parcel.content or "", **self._cycle_measures(parcel))
                for parcel in parcels
            )
        }

    def _cycle_measures(self, parcel):
        """Return what every piece has; a side that was not measured is None."""
        return {
            "reference": parcel.reference,
            "weight_grams": self._cycle_grams(parcel.weight),
            "length_mm": parcel.length_mm or None,
            "width_mm": parcel.width_mm or None,
            "height_mm": parcel.height_mm or None,
        }

    def _cycle_address(self, partner):
        company = (
            partner.commercial_partner_id if partner.commercial_partner_id.is_company else None
        )
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
            phone=partner.phone or partner.commercial_partner_id.phone or "",
            email=partner.email or "",
            is_residential=not company,
        )

    def _cycle_commodities(self, consignment):
        """Return what the customs have to be told; nothing within a country or the EU."""
        union = self.env.ref("base.europe").country_ids
        origin, destination = consignment._sender().country_id, consignment.partner_id.country_id
        if origin == destination or (origin in union and destination in union):
            return ()
        lines = consignment.picking_id.move_line_ids.filtered("quantity")
        return tuple(
            self._cycle_commodity(product, product_lines, origin)
            for product, product_lines in lines.grouped("product_id").items()
        )

    def _cycle_commodity(self, product, lines, origin):
        quantity = sum(lines.mapped("quantity_product_uom"))
        order_line = lines.move_id.sale_line_id[:1]
        currency = order_line.currency_id or lines.company_id.currency_id
        return Commodity(
            description=product.with_context(lang="en_US").name[:50],
            quantity=Decimal(str(quantity)),
            unit_value=Decimal(str(currency.round(lines[:1]._cycle_unit_price()))),
            currency=currency.name,
            hs_code=product.hs_code or "",
            origin_country=product.country_of_origin.code or origin.code or "",
            weight_grams=self._cycle_grams(quantity * product.weight),
        )

    def _cycle_goods_value(self, consignment):
        """Return what the goods on board were sold for, or None if for nothing."""
        lines = consignment.picking_id.move_line_ids.filtered("quantity")
        currency = consignment.order_id.currency_id
        value = sum(line.quantity_product_uom * line._cycle_unit_price() for line in lines)
        if not currency or currency.compare_amounts(value, 0) <= 0:
            return None
        return Money(amount=Decimal(str(currency.round(value))), currency=currency.name)

    def _cycle_grams(self, weight):
        """Return `weight`, in the database's weight unit, as whole grams."""
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        gram = self.env.ref("uom.product_uom_gram")
        return round(unit._compute_quantity(weight, gram, round=False))

    def _cycle_divide(self, weight):
        """Return the weights of the pieces that goods of `weight` are divided into."""
        self.ensure_one()
        if not self.cycle_max_weight or weight <= self.cycle_max_weight:
            return [weight]
        count = math.ceil(weight / self.cycle_max_weight)
        return [weight / count] * count

    # === UNINSTALL === #

    def _cycle_uninstall(self):
        """Without the connector these methods cannot ship: archive them as fixed-price ones."""
        self.write({"delivery_type": "fixed", "active": False})
