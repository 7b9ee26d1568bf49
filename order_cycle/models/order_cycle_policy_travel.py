from odoo import api, fields, models
from odoo.exceptions import ValidationError

CARRIER_CHOICES = [
    ("fixed", "Fixed method"),
    ("cheapest", "Cheapest"),
    ("fastest", "Fastest"),
    ("promise", "Cheapest that keeps the promise"),
]
# All are asked at the same time, so that the slowest decides how long it takes.
MOST_METHODS = 24


class OrderCyclePolicyTravel(models.AbstractModel):
    """By which carrier orders travel, and who chooses it. Part of `order.cycle.policy`."""

    _name = "order.cycle.policy.travel"
    _description = "Carriers of a Policy"

    carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Parcel Delivery Method",
        check_company=True,
        help="Given to orders that arrive without a delivery method. Empty: none is added.\n"
        "Where the program chooses, taken if no candidate names a price.",
    )
    freight_carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Freight Delivery Method",
        check_company=True,
        help="Used instead of the parcel method for heavy orders, and for pallets.",
    )
    freight_units = fields.Boolean(
        string="Pallets as Freight",
        default=True,
        help="Orders with goods that are sold by the pallet, or by another unit whose package type "
        "travels as freight, take the freight method whatever they weigh.",
    )
    freight_from_weight = fields.Float(
        string="Freight from",
        digits="Stock Weight",
        help="Orders of this weight or more (in the database's weight unit) travel as freight. "
        "0: never.",
    )
    carrier_choice = fields.Selection(
        CARRIER_CHOICES,
        string="Choose Carrier",
        required=True,
        default="fixed",
        help="Fixed method: the methods below, without asking anybody.\n"
        "Otherwise the carriers of the candidates are asked for price and day once the order is "
        "confirmed, and it is not shipped before one is chosen. If none of them keeps the promise, "
        "the fastest is taken; if none names a price, the fixed method. What a person or a channel "
        "has chosen stays.",
    )
    candidate_ids = fields.Many2many(
        "delivery.carrier",
        "order_cycle_policy_candidate_rel",
        "policy_id",
        "carrier_id",
        string="Candidates",
        check_company=True,
        domain="[('delivery_type', '=', 'order_cycle')]",
        help="The connected delivery methods that are asked. Orders that travel as freight ask "
        "those of freight carriers, all others those of parcel carriers.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("carrier_choice", "candidate_ids")
    def _check_candidates(self):
        """Who is to choose needs somebody to choose from."""
        for policy in self:
            if policy.carrier_choice != "fixed" and not policy.candidate_ids:
                raise ValidationError(
                    self.env._(
                        "Policy %(policy)s has the program choose the carrier, but names none to "
                        "choose from. Add delivery methods to its candidates, or choose “Fixed "
                        "method”.",
                        policy=policy.name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Give orders that wait for a choice the fixed method, once nobody chooses any more."""
        result = super().write(vals)
        if vals.get("carrier_choice") == "fixed":
            # sudo: rows of the program are nobody's to write
            self.env["order.cycle.selection"].sudo()._settle_for(self)
        return result

    # === BUSINESS METHODS === #

    def _carrier_for(self, order):
        """Return the delivery method that `order` travels by: the freight one from some weight
        on, and for goods that are sold by the pallet."""
        self.ensure_one()
        return (self._is_freight(order) and self.freight_carrier_id) or self.carrier_id

    def _is_freight(self, order):
        limit = self.freight_from_weight
        is_heavy = limit and order._get_estimated_weight() >= limit
        return is_heavy or (self.freight_units and order._cycle_has_freight_units())

    def _candidates_for(self, order):
        """Return the connected delivery methods whose carriers are asked about `order`."""
        self.ensure_one()
        mode = "freight" if self._is_freight(order) else "parcel"
        # sudo: who may have an account used need not be able to read it
        methods = self.sudo().candidate_ids.filtered(
            lambda method: (
                method.delivery_type == "order_cycle"
                and method.cycle_account_id.company_id == order.company_id
                and method.cycle_account_id._info().mode == mode
            )
        )
        return methods.available_carriers(order.partner_shipping_id, order)[:MOST_METHODS]
