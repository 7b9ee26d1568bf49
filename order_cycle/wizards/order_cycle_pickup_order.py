from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..carriers.api import Capability
from ..models.order_cycle_pickup import WISH_FIELDS


class OrderCyclePickupOrder(models.TransientModel):
    """Orders a driver, or changes what was ordered. Nothing is sent from here: a row is written."""

    _name = "order.cycle.pickup.order"
    _description = "Order a Pickup"

    pickup_id = fields.Many2one("order.cycle.pickup", ondelete="cascade", help="To be changed.")
    account_id = fields.Many2one(
        "order.cycle.carrier.account",
        string="Carrier Account",
        required=True,
        ondelete="cascade",
        domain=lambda self: [("carrier_code", "in", self._codes())],
        default=lambda self: self.env["order.cycle.carrier.account"].search(
            [("carrier_code", "in", self._codes())], limit=1
        ),
    )
    company_id = fields.Many2one(related="account_id.company_id")
    cutoff_text = fields.Char(related="account_id.cutoff_text")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        compute="_compute_warehouse_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="warehouse_id.partner_id", string="Address")
    consignment_ids = fields.Many2many(
        "order.cycle.consignment",
        "order_cycle_pickup_order_rel",
        string="Shipments",
        compute="_compute_consignment_ids",
        store=True,
        readonly=False,
    )
    pickup_date = fields.Date(string="Day", required=True, default=fields.Date.context_today)
    ready_from = fields.Float(required=True, default=14.0, help="Local time of the place.")
    closes_at = fields.Float(required=True, default=18.0, help="Until when somebody is there.")
    location = fields.Char(string="Where", help="At the address, e.g. Gate 3.")
    instructions = fields.Char(string="Note to the Driver")
    pieces = fields.Integer(compute="_compute_load", store=True, readonly=False)
    weight = fields.Float(
        digits="Stock Weight",
        compute="_compute_load",
        store=True,
        readonly=False,
        help="In the database's weight unit.",
    )

    @api.model
    def _codes(self):
        return self.env["order.cycle.carrier.account"]._codes_with(Capability.BOOK_PICKUP)

    @api.depends("account_id")
    def _compute_warehouse_id(self):
        for window in self:
            company = window.account_id.company_id
            if window.warehouse_id.company_id != company or not window.warehouse_id:
                window.warehouse_id = self.env["stock.warehouse"].search(
                    [("company_id", "=", company.id)], limit=1
                )

    @api.depends("account_id")
    def _compute_consignment_ids(self):
        for window in self:
            if not window.consignment_ids:
                domain = window._waiting_domain()
                window.consignment_ids = self.env["order.cycle.consignment"].search(domain)

    def _waiting_domain(self):
        """Return the shipments of the account for which no driver was ordered."""
        Consignment = self.env["order.cycle.consignment"]
        return (
            Consignment._still_here_domain()
            & Domain("account_id", "=", self.account_id._origin.id)
            & Domain("pickup_id", "=", False)
        )

    @api.depends("consignment_ids")
    def _compute_load(self):
        for window in self:
            parcels = window.consignment_ids.parcel_ids
            window.pieces = len(parcels)
            window.weight = sum(parcels.mapped("weight"))

    # === OPENING === #

    @api.model
    def _open_for(self, pickup):
        """Return the action that changes `pickup`."""
        values = {name: pickup[name] for name in WISH_FIELDS}
        return self._open(
            {
                **values,
                "pickup_id": pickup.id,
                "account_id": pickup.account_id.id,
                "consignment_ids": [Command.set(pickup.consignment_ids.ids)],
                "pieces": pickup.pieces,
                "weight": pickup.weight,
            },
            self.env._("Change the Pickup"),
        )

    @api.model
    def _open_for_shipments(self, account, rows):
        """Return the action that orders a driver for shipments of one account."""
        return self._open(
            {"account_id": account.id, "consignment_ids": [Command.set(rows.ids)]},
            self.env._("Order a Pickup"),
        )

    @api.model
    def _open(self, values, title):
        window = self.create(values)
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
        }

    # === ACTION METHODS === #

    def action_order(self):
        """Write the pickup, or its change, for the worker to send, and show it."""
        self.ensure_one()
        self.consignment_ids.check_access("write")
        self._check_wishes()
        # sudo: the access was checked; who ships orders drivers, and writes nothing else on them
        window = self.sudo()
        pickup = window.pickup_id
        if pickup:
            self.pickup_id.check_access("write")
            window._change(pickup)
        else:
            pickup = window._order_pickup()
        return pickup.sudo(False)._get_records_action()

    def _check_wishes(self):
        if not self.account_id.takes_pickups:
            raise UserError(
                self.env._(
                    "%(carrier)s takes no pickups from a program. Call it, or wait for its driver.",
                    carrier=self.account_id.name,
                )
            )
        if not self.partner_id:
            raise UserError(
                self.env._("Warehouse %(name)s has no address.", name=self.warehouse_id.name)
            )
        if self.pickup_date < fields.Date.context_today(self):
            raise UserError(self.env._("The day of the pickup is over. Choose another one."))
        if not 0 <= self.ready_from < self.closes_at < 24:
            raise UserError(
                self.env._("The goods must be ready before the place closes, on the same day.")
            )
        if self.pieces < 1 or self.weight <= 0:
            raise UserError(self.env._("Say how many pieces there are, and how heavy they are."))

    def _prepare_vals(self):
        return {
            **{name: self[name] for name in WISH_FIELDS},
            "pieces": self.pieces,
            "weight": self.weight,
            "partner_id": self.partner_id.id,
        }

    def _order_pickup(self):
        rows = self.consignment_ids
        taken = rows.filtered(lambda row: row.pickup_id or row.account_id != self.account_id)
        if taken:
            raise UserError(
                self.env._(
                    "A driver is ordered already for %(names)s, or another carrier has them.",
                    names=", ".join(taken.mapped("name")),
                )
            )
        pickup = self.env["order.cycle.pickup"].create(
            {
                **self._prepare_vals(),
                "account_id": self.account_id.id,
                "company_id": self.account_id.company_id.id,
            }
        )
        rows.pickup_id = pickup
        return pickup

    def _change(self, pickup):
        pickup._check_state("refused", "done")
        if pickup.accepted and not pickup.account_id.changes_pickups:
            raise UserError(
                self.env._(
                    "%(carrier)s changes no pickup. Cancel it and order another one.",
                    carrier=pickup.account_id.name,
                )
            )
        verb = "change" if pickup.accepted else "book"
        pickup._send_again({**self._prepare_vals(), "verb": verb})
