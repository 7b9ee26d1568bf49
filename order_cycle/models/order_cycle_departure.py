from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class OrderCycleDeparture(models.AbstractModel):
    """How booked goods leave the house: on which list, with which driver, and when."""

    _name = "order.cycle.departure"
    _description = "Departure of a Consignment"

    manifest_id = fields.Many2one(
        "order.cycle.manifest",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
    )
    pickup_id = fields.Many2one(
        "order.cycle.pickup",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
    )
    handed_over_at = fields.Datetime(
        string="Taken by the Driver",
        readonly=True,
        copy=False,
        help="When the last piece was scanned at handover, or somebody said that it has gone.",
    )
    is_late = fields.Boolean(
        compute="_compute_is_late", help="Booked before the last cut-off and still here."
    )

    @api.depends("state", "booked_at", "handed_over_at", "account_id.cutoff_time")
    def _compute_is_late(self):
        for row in self:
            cutoff = row.account_id._last_cutoff()
            row.is_late = bool(
                cutoff
                and row.state == "done"
                and row.booked_at
                and not row.handed_over_at
                and row.booked_at < cutoff
            )

    @api.model
    def _still_here_domain(self):
        """Return the shipments that a driver has still to take."""
        return (
            Domain("state", "=", "done")
            & Domain("handed_over_at", "=", False)
            & Domain("is_return", "=", False)
        )

    # === ACTION METHODS === #

    def action_hand_over(self):
        """Say that the driver has taken these shipments, all their pieces."""
        self.check_access("write")
        # sudo: the access was checked; these fields say what happened
        rows = self.sudo().filtered(lambda row: row.state == "done")
        if not rows:
            raise UserError(
                self.env._("Only a booked shipment can be taken by the driver; choose one.")
            )
        rows.parcel_ids._take()
        rows.filtered(lambda row: not row.handed_over_at).handed_over_at = fields.Datetime.now()
        return True
