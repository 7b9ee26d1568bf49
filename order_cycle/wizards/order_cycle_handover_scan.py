from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class OrderCycleHandoverScan(models.TransientModel):
    """Takes the scans at the gate: each piece that the driver loads, by its tracking number."""

    _name = "order.cycle.handover.scan"
    _description = "Handover Scan"

    barcode = fields.Char(
        string="Scan Here",
        help="A tracking number, a waybill, or our own reference of a piece. A scanner types it "
        "and sends Enter.",
    )
    message = fields.Char(string="Last Scan", readonly=True)
    is_wrong = fields.Boolean(readonly=True)
    parcel_ids = fields.Many2many(
        "order.cycle.parcel", "order_cycle_handover_scan_rel", string="Loaded Pieces"
    )
    parcel_count = fields.Integer(string="Number of Pieces", compute="_compute_counts")
    missing_count = fields.Integer(
        string="Pieces Missing",
        compute="_compute_counts",
        help="Of shipments of which another piece is loaded.",
    )

    @api.depends("parcel_ids")
    def _compute_counts(self):
        for window in self:
            loaded = window.parcel_ids._origin
            window.parcel_count = len(loaded)
            left = loaded.consignment_id.parcel_ids - loaded
            window.missing_count = len(left.filtered(lambda parcel: not parcel.handed_over_at))

    @api.onchange("barcode")
    def _onchange_barcode(self):
        """Add what was scanned to the list, and be ready for the next scan."""
        code = (self.barcode or "").strip()
        if not code:
            return
        found = self._find(code)
        self.barcode = False
        self.is_wrong, self.message = self._judge(code, found)
        if not self.is_wrong:
            self.parcel_ids |= found

    def _find(self, code):
        """Return the pieces with this number, booked and still here if there are such."""
        by_number = Domain("tracking_ref", "=", code) | Domain(
            "consignment_id.waybill_ref", "=", code
        )
        return self.env["order.cycle.parcel"].search(
            by_number & Domain("consignment_id.is_return", "=", False)
        )

    def _judge(self, code, found):
        """Return (is it wrong?, what to show)."""
        if not found:
            return True, self.env._("%(code)s: no such piece. Keep it here.", code=code)
        rows = found.consignment_id
        if any(row.state != "done" for row in rows):
            return True, self.env._(
                "%(code)s: %(name)s is not booked any more. Keep it here.",
                code=code,
                name=", ".join(rows.mapped("name")),
            )
        if found <= self.parcel_ids._origin or all(found.mapped("handed_over_at")):
            return False, self.env._("%(code)s: loaded already.", code=code)
        return False, self.env._(
            "%(code)s: loaded. %(carrier)s, %(receiver)s",
            code=code,
            carrier=rows[:1].account_id.name,
            receiver=rows[:1].partner_id.display_name,
        )

    # === ACTION METHODS === #

    def action_confirm(self):
        """Say that the driver has taken the pieces that were scanned."""
        self.ensure_one()
        if not self.parcel_ids:
            raise UserError(self.env._("Scan the pieces first."))
        self.parcel_ids.check_access("write")
        # sudo: the access was checked; these fields say what happened
        self.sudo().parcel_ids._take()
        return True
