from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class OrderCycleEndOfDay(models.TransientModel):
    """What a carrier's driver has still to take, and the list of it."""

    _name = "order.cycle.end.of.day"
    _description = "End of Day"

    account_id = fields.Many2one(
        "order.cycle.carrier.account",
        string="Carrier Account",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_account(),
    )
    company_id = fields.Many2one(related="account_id.company_id")
    cutoff_text = fields.Char(related="account_id.cutoff_text")
    closes_manifests = fields.Boolean(related="account_id.closes_manifests")
    takes_pickups = fields.Boolean(related="account_id.takes_pickups")
    consignment_ids = fields.Many2many(
        "order.cycle.consignment",
        "order_cycle_end_of_day_rel",
        string="Shipments",
        compute="_compute_consignment_ids",
        store=True,
        readonly=False,
        help="Booked, on no list yet, and not taken by a driver.",
    )
    consignment_count = fields.Integer(string="Number of Shipments", compute="_compute_totals")
    parcel_count = fields.Integer(string="Pieces", compute="_compute_totals")
    late_count = fields.Integer(string="Late Shipments", compute="_compute_totals")

    @api.model
    def _default_account(self):
        """Return the account with the most shipments waiting."""
        groups = self.env["order.cycle.consignment"]._read_group(
            self._waiting_domain(), ["account_id"], ["__count"], order="__count desc", limit=1
        )
        return groups[0][0] if groups else self.env["order.cycle.carrier.account"]

    @api.model
    def _waiting_domain(self):
        Consignment = self.env["order.cycle.consignment"]
        return Consignment._still_here_domain() & Domain("manifest_id", "=", False)

    @api.depends("account_id")
    def _compute_consignment_ids(self):
        for window in self:
            account = window.account_id._origin
            domain = self._waiting_domain() & Domain("account_id", "=", account.id)
            rows = self.env["order.cycle.consignment"].search(domain, order="booked_at, id")
            window.consignment_ids = rows if account else False

    @api.depends("consignment_ids")
    def _compute_totals(self):
        for window in self:
            rows = window.consignment_ids
            window.consignment_count = len(rows)
            window.parcel_count = len(rows.parcel_ids)
            window.late_count = len(rows.filtered("is_late"))

    # === ACTION METHODS === #

    def action_close(self):
        """Make the list, have the carrier close it if it wants to, and show it."""
        self.ensure_one()
        self.consignment_ids.check_access("write")
        # sudo: the access was checked; who ships makes lists, and writes nothing else on them
        rows = self.sudo().consignment_ids
        waiting = rows.filtered_domain(self._waiting_domain())
        foreign = rows.filtered(lambda row: row.account_id != self.account_id)
        if not rows or foreign or waiting != rows:
            raise UserError(
                self.env._(
                    "Some of these shipments have left or are on another list meanwhile. Close "
                    "this window and open it again."
                )
                if rows
                else self.env._("There is no shipment to put on the list.")
            )
        manifest = self.env["order.cycle.manifest"].sudo()._close_list(self.sudo().account_id, rows)
        return manifest.sudo(False)._get_records_action()

    def action_order_pickup(self):
        """Open the window that orders a driver for these shipments."""
        self.ensure_one()
        return self.env["order.cycle.pickup.order"]._open_for_shipments(
            self.account_id, self.consignment_ids
        )
