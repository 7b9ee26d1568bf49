from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DeliveryCarrier(models.Model):
    """Odoo's delivery method: by which account and service goods travel, and what it costs."""

    _name = "delivery.carrier"
    _inherit = [
        "delivery.carrier",
        "order.cycle.request",
        "order.cycle.pieces",
        "order.cycle.quoting",
        "order.cycle.method.papers",
    ]

    cycle_transit_days = fields.Integer(
        string="Transit Days",
        help="Days from the warehouse to the customer; promises count them in.",
    )
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
    cycle_service_is_free = fields.Boolean(related="cycle_account_id.service_is_free")
    cycle_service_id = fields.Many2one(
        "order.cycle.carrier.option",
        string="Service of the Account",
        domain="[('account_id', '=', cycle_account_id), ('kind', '=', 'service')]",
        ondelete="restrict",
        help="For carriers whose services depend on the account. Fetch or import them there.",
    )
    cycle_accessorial_ids = fields.Many2many(
        "order.cycle.carrier.option",
        "order_cycle_method_accessorial_rel",
        "method_id",
        "option_id",
        string="Extra Services",
        domain="[('account_id', '=', cycle_account_id), ('kind', '=', 'accessorial')]",
        help="Asked for with every shipment of this method, e.g. a tail lift.",
    )
    cycle_environment = fields.Selection(
        related="cycle_account_id.environment", string="Environment of the Account"
    )
    cycle_pricing = fields.Selection(
        [("fixed", "The fixed price"), ("quote", "What the carrier asks")],
        string="Price",
        required=True,
        default="fixed",
        help="What is charged before the goods are booked. The carrier is asked when somebody "
        "wants a price, and has a few seconds to answer. Margins and free shipping are Odoo's own.",
    )
    cycle_collects_cash = fields.Boolean(
        string="Collect Cash on Delivery",
        help="The driver collects what the customer has not paid yet: of the whole order, or of "
        "the goods on board where an order travels in several deliveries.",
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

    @api.constrains("delivery_type", "cycle_account_id", "cycle_service", "cycle_service_id")
    def _check_cycle_service(self):
        for carrier in self.filtered(lambda carrier: carrier.delivery_type == "order_cycle"):
            if not carrier._cycle_has_service():
                raise ValidationError(
                    self.env._(
                        "Delivery method %(method)s needs a carrier account and one of that "
                        "carrier's services.",
                        method=carrier.name,
                    )
                )

    def _cycle_has_service(self):
        # sudo: a method may have the account of a company that this person does not see
        account = self.sudo().cycle_account_id
        if not account:
            return False
        if account.service_is_free:
            return self.sudo().cycle_service_id.account_id == account
        return (self.cycle_service or "").startswith(f"{account.carrier_code}:")

    @api.constrains("cycle_account_id", "cycle_accessorial_ids")
    def _check_cycle_accessorials(self):
        for carrier in self.sudo():
            foreign = carrier.cycle_accessorial_ids.filtered(
                lambda option, carrier=carrier: (
                    option.account_id.carrier_code != carrier.cycle_account_id.carrier_code
                )
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "The carrier of %(method)s does not offer: %(services)s.",
                        method=carrier.name,
                        services=", ".join(foreign.mapped("name")),
                    )
                )

    @api.onchange("cycle_account_id")
    def _onchange_cycle_account_id(self):
        """Keep the extra services that another account of the same carrier offers, too."""
        codes = self.cycle_accessorial_ids.mapped("code")
        offered = self.cycle_account_id.option_ids.filtered(lambda one: one.kind == "accessorial")
        self.cycle_accessorial_ids = offered.filtered(lambda one: one.code in codes)
        if self.cycle_service_id.account_id != self.cycle_account_id:
            self.cycle_service_id = False

    @api.depends("delivery_type", "cycle_account_id")
    def _compute_can_generate_return(self):
        result = super()._compute_can_generate_return()
        ours = self.filtered(lambda carrier: carrier.delivery_type == "order_cycle")
        for carrier in ours:
            carrier.can_generate_return = carrier._cycle_takes_returns()
        return result

    @api.depends("delivery_type")
    def _compute_supports_shipping_insurance(self):
        result = super()._compute_supports_shipping_insurance()
        self.filtered(
            lambda carrier: carrier.delivery_type == "order_cycle"
        ).supports_shipping_insurance = True
        return result

    # === ODOO'S PROVIDER CONTRACT (names fixed by delivery and stock_delivery) === #

    def order_cycle_rate_shipment(self, order):
        """Return the method's own price, or the carrier's if it is to be asked."""
        if self.cycle_pricing == "quote":
            # sudo: whoever may see a price has the account used, and need not be able to read it
            return self.sudo()._cycle_rate(order)
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

    # === WHO SHIPS === #

    def _cycle_service_code(self):
        """Return the carrier's service by its code, or "" if none is chosen."""
        if self.cycle_service_is_free:
            return self.cycle_service_id.code or ""
        return (self.cycle_service or "").partition(":")[2]

    def _cycle_service_label(self):
        """Return the carrier's service in words, without the carrier's name."""
        if self.cycle_service_is_free:
            return self.cycle_service_id.name or ""
        services = self.sudo().cycle_account_id._info().services
        labels = {service.code: service.label for service in services}
        return labels.get(self._cycle_service_code(), "")

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

    # === UNINSTALL === #

    def _cycle_uninstall(self):
        """Without the connector these methods cannot ship: archive them as fixed-price ones."""
        self.write({"delivery_type": "fixed", "active": False})
