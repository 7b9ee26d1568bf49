import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from .order_cycle_label import PRINTED_KINDS

# More in one go would make an address that is too long for the servers in between.
PRINT_LIMIT = 500


class OrderCyclePapers(models.AbstractModel):
    """The labels and papers of a consignment, and how they come to the printer.

    Printing takes what is kept: however often it is done, no carrier is called.
    """

    _name = "order.cycle.papers"
    _description = "Papers of a Consignment"

    document_ids = fields.One2many("order.cycle.label", "consignment_id", string="Papers")
    label_ids = fields.Many2many(
        "ir.attachment", string="Documents", compute="_compute_label_ids", compute_sudo=True
    )
    labels_pdf = fields.Binary(
        string="All Labels", compute="_compute_labels_pdf", help="Pictures become pages of it."
    )
    has_zpl = fields.Boolean(compute="_compute_label_ids", compute_sudo=True)

    @api.depends("document_ids.attachment_id", "document_ids.active", "document_ids.format")
    def _compute_label_ids(self):
        for row in self:
            row.label_ids = row.document_ids.attachment_id
            row.has_zpl = "zpl" in row.document_ids.mapped("format")

    @api.depends("document_ids.attachment_id", "document_ids.active")
    def _compute_labels_pdf(self):
        for row in self:
            file = row._labels_to_print()._files(("pdf", "png")).get("pdf")
            row.labels_pdf = file and base64.b64encode(file)

    # === ACTION METHODS === #

    def action_print_labels(self):
        """Open the labels of these consignments as one file, in the order of picking."""
        rows = self._in_pick_order()
        labels = rows._labels_to_print()
        if not labels:
            raise UserError(
                self.env._(
                    "There is no label to print yet: none of these shipments is booked, or their "
                    "labels are still to come."
                )
            )
        rows = labels.consignment_id
        if len(rows) > PRINT_LIMIT:
            raise UserError(
                self.env._(
                    "%(count)s shipments are too many for one file. Choose at most %(limit)s.",
                    count=len(rows),
                    limit=PRINT_LIMIT,
                )
            )
        kinds = {"zpl" if label.format == "zpl" else "pdf" for label in labels}
        action = {
            "type": "ir.actions.act_url",
            "url": f"/order_cycle/labels/{','.join(map(str, rows.ids))}",
            "target": "new" if kinds == {"pdf"} else "download",
        }
        remarks = [*self._mixed_remark(labels, kinds), *(self - rows)._missing_remark()]
        return self._remark("\n".join(remarks), action) if remarks else action

    def _mixed_remark(self, labels, kinds):
        if len(kinds) < 2:
            return []
        count = len(labels.filtered(lambda label: label.format == "zpl"))
        return [
            self.env._(
                "%(zpl)s labels are in the language of the label printer (ZPL), %(pdf)s are pages "
                "(PDF): they come as two files in one archive.",
                zpl=count,
                pdf=len(labels) - count,
            )
        ]

    def _missing_remark(self):
        if not self:
            return []
        return [
            self.env._(
                "Without a label, so not printed: %(names)s", names=", ".join(self.mapped("name"))
            )
        ]

    def _remark(self, message, action):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "warning", "sticky": True, "message": message, "next": action},
        }

    def action_open_label(self):
        """Open all labels of this consignment as one document, ready to print."""
        self.ensure_one()
        if not self.label_ids:
            raise UserError(self.env._("There is no label yet: the carrier has not answered."))
        if not self._labels_to_print():
            url = f"/web/content/{self.label_ids[0].id}"
            return {"type": "ir.actions.act_url", "url": url, "target": "new"}
        return self.action_print_labels()

    # === BUSINESS METHODS === #

    def _keep_papers(self, papers):
        self.env["order.cycle.label"]._keep(papers)

    def _pieces_with_labels(self):
        """Return the pieces that a document may be about."""
        return self.parcel_ids

    def _paper_name(self, number, file_format):
        """Return the file name of a document; by it Odoo tells labels of a delivery."""
        prefix = "LabelShipping"
        if self.is_return:
            prefix = self.carrier_id.get_return_label_prefix()
        return f"{prefix}-{self.waybill_ref or self.name}-{number}.{file_format}"

    def _labels_to_print(self):
        """Return what leaves with the goods, in the order of these consignments, piece by piece."""
        labels = self.env["order.cycle.label"]
        for row in self:
            own = row.document_ids.filtered(lambda label: label.kind in PRINTED_KINDS)
            labels += own.sorted(
                lambda label: (
                    PRINTED_KINDS.index(label.kind),
                    label.parcel_id.sequence,
                    label.parcel_id.id,
                    label.id,
                )
            )
        return labels

    def _in_pick_order(self):
        """Return these consignments as the goods are picked.

        By batch, where Odoo has batches; then by the day for which the delivery is planned, the
        shelf its first goods come from, and its name.
        """
        return self.sorted(lambda row: row._pick_key())

    def _pick_key(self):
        picking = self.picking_id
        batch = picking.batch_id.name if "batch_id" in picking._fields else ""
        day = fields.Datetime.context_timestamp(
            self, picking.scheduled_date or picking.create_date
        ).date()
        shelves = self._first_steps().move_line_ids.location_id.mapped("complete_name")
        return (batch or "", day, min(shelves, default=""), picking.name or "", self.id)

    def _first_steps(self):
        """Return the transfers in which the goods are taken from their shelves."""
        # sudo: the steps of one delivery may be the business of different people
        steps = (self.picking_id | self.picking_id._cycle_chain()).sudo()
        return steps.filtered(lambda step: not step.move_ids.move_orig_ids)
