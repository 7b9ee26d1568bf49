from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCycleParcel(models.Model):
    """One physical piece of a consignment: a parcel, or a pallet."""

    _name = "order.cycle.parcel"
    _description = "Parcel"
    _order = "consignment_id, sequence, id"
    _rec_name = "reference"

    consignment_id = fields.Many2one(
        "order.cycle.consignment", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="consignment_id.company_id", store=True, index=True)
    order_id = fields.Many2one(related="consignment_id.order_id", string="Order")
    partner_id = fields.Many2one(related="consignment_id.partner_id", string="Receiver")
    state = fields.Selection(related="consignment_id.state")
    sequence = fields.Integer(default=1)
    reference = fields.Char(required=True, help="Our name for this piece, told to the carrier.")
    package_id = fields.Many2one("stock.package", ondelete="set null")
    content = fields.Char()
    weight = fields.Float(digits="Stock Weight", help="In the database's weight unit.")
    length_mm = fields.Integer(string="Length (mm)")
    width_mm = fields.Integer(string="Width (mm)")
    height_mm = fields.Integer(string="Height (mm)")
    tracking_ref = fields.Char(string="Tracking Number", readonly=True, copy=False, index=True)
    tracking_url = fields.Char(string="Tracking Page", readonly=True, copy=False)
    label_id = fields.Many2one("ir.attachment", readonly=True, copy=False)
    handed_over_at = fields.Datetime(string="Taken by the Driver", readonly=True, copy=False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        parcels = super().create(vals_list)
        parcels._check_is_open()
        return parcels

    def write(self, vals):
        self._check_is_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told_to_carrier(self):
        self._check_is_open()

    def _check_is_open(self):
        """Refuse to change what a carrier was told of, or what it said."""
        if self.env.su:
            return
        closed = self.consignment_id.filtered(lambda row: row.state not in ("todo", "refused"))
        if closed:
            raise UserError(
                self.env._(
                    "The pieces of %(names)s were told to the carrier and cannot be changed.",
                    names=", ".join(closed.mapped("name")),
                )
            )

    def _take(self):
        """Note that the driver has these pieces, and which consignments are complete by that."""
        now = fields.Datetime.now()
        self.filtered(lambda parcel: not parcel.handed_over_at).handed_over_at = now
        for row in self.consignment_id:
            if all(row.parcel_ids.mapped("handed_over_at")) and not row.handed_over_at:
                row.handed_over_at = now

    # === ACTION METHODS === #

    def action_open_label(self):
        """Open the label of this piece in the browser."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.label_id.id}",
            "target": "new",
        }
