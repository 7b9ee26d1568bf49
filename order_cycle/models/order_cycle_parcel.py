from odoo import fields, models


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
    sequence = fields.Integer(default=1)
    reference = fields.Char(required=True, help="Our name for this piece, told to the carrier.")
    package_id = fields.Many2one("stock.package", string="Package", ondelete="set null")
    content = fields.Char()
    weight = fields.Float(digits="Stock Weight", help="In the database's weight unit.")
    length_mm = fields.Integer(string="Length (mm)")
    width_mm = fields.Integer(string="Width (mm)")
    height_mm = fields.Integer(string="Height (mm)")
    tracking_ref = fields.Char(string="Tracking Number", readonly=True, copy=False, index=True)
    tracking_url = fields.Char(string="Tracking Page", readonly=True, copy=False)
    label_id = fields.Many2one("ir.attachment", string="Label", readonly=True, copy=False)

    def action_open_label(self):
        """Open the label of this piece in the browser."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.label_id.id}",
            "target": "new",
        }
