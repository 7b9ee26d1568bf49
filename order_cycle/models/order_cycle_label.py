import hashlib
import logging

from odoo import api, fields, models
from odoo.tools.pdf import PdfReadError

from ..tools.label_file import MIMETYPES, label_files, zipped

_logger = logging.getLogger(__name__)

# What leaves with the goods; the rest is for the files.
PRINTED_KINDS = ("label", "bill_of_lading", "customs")


class OrderCycleLabel(models.Model):
    """A paper that a carrier made: a label for a piece, or a document for the whole shipment.

    It was checked before it came here, see `carriers/documents.py`. What it is told to be is ours:
    the mimetype follows from the format, never from the content.
    """

    _name = "order.cycle.label"
    _description = "Carrier Document"
    _order = "consignment_id, id"

    name = fields.Char(related="attachment_id.name")
    consignment_id = fields.Many2one(
        "order.cycle.consignment", ondelete="cascade", index="btree_not_null"
    )
    manifest_id = fields.Many2one(
        "order.cycle.manifest", ondelete="cascade", index="btree_not_null"
    )
    parcel_id = fields.Many2one(
        "order.cycle.parcel", string="Piece", ondelete="set null", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    kind = fields.Selection(
        [
            ("label", "Label"),
            ("bill_of_lading", "Bill of Lading"),
            ("customs", "Customs"),
            ("manifest", "Manifest"),
            ("proof", "Proof of Delivery"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    format = fields.Selection(
        [("pdf", "PDF"), ("zpl", "ZPL"), ("png", "PNG")], required=True, default="pdf"
    )
    attachment_id = fields.Many2one("ir.attachment", required=True, ondelete="cascade", index=True)
    content = fields.Binary(related="attachment_id.datas")
    mimetype = fields.Char(required=True)
    sha256 = fields.Char(string="SHA-256", required=True)
    size = fields.Integer(help="In bytes.")
    tracking_ref = fields.Char(related="parcel_id.tracking_ref")
    active = fields.Boolean(
        default=True, help="A paper that the carrier has made anew since is archived."
    )
    printed_at = fields.Datetime(string="Last Printed", readonly=True)
    printed_count = fields.Integer(string="Times Printed", readonly=True)

    _once = models.UniqueIndex(
        "(consignment_id, COALESCE(parcel_id, 0), sha256) WHERE consignment_id IS NOT NULL",
        "This document is kept already.",
    )

    @api.model
    def _keep(self, papers):
        """Keep the documents that their owners do not have yet, all at once. May be repeated.

        A carrier that is asked again may draw the same label with another time stamp: the newer one
        takes the place of the older, which is archived.

        :param dict papers: the `Document` values of each order.cycle.consignment, or of each
            order.cycle.manifest
        :return: the labels that are new
        """
        vals_list, kept, current = [], self.browse(), self.browse()
        for owner, documents in papers.items():
            its_own = owner.with_context(active_test=False).document_ids
            fresh, same = self._sort_out(owner, documents, its_own)
            vals_list += fresh
            kept |= its_own
            current |= same
        self._attach(vals_list)
        new = self.create(vals_list)
        current.active = True
        (kept - current)._replaced_by(new | current).active = False
        new._show_on_pieces()
        for owner in papers:
            owner.invalidate_recordset(["document_ids"])
        return new

    def _sort_out(self, owner, documents, kept):
        """Return the values of the `documents` that are new, and which of `kept` are the others."""
        known = {(label.parcel_id.id, label.sha256): label for label in kept}
        fresh, same = [], self.browse()
        for document in documents:
            vals = self._prepare_vals(owner, document)
            paper = (vals["parcel_id"], vals["sha256"])
            if paper in known:
                same |= known[paper]
            elif vals not in fresh:
                fresh.append(vals)
        for number, vals in enumerate(fresh, start=len(kept) + 1):
            vals["name"] = owner._paper_name(number, vals["format"])
        return fresh, same

    def _replaced_by(self, current):
        """Return those of these that are the same paper as one of `current`."""
        papers = {label._paper() for label in current}
        return self.filtered(lambda label: label._paper() in papers)

    def _paper(self):
        """Return what makes two labels the same paper, drawn twice."""
        return self.consignment_id, self.manifest_id, self.kind, self.parcel_id

    def _prepare_vals(self, owner, document):
        parcels = {parcel.reference: parcel for parcel in owner._pieces_with_labels()}
        parcel = parcels.get(document.parcel_reference)
        is_manifest = owner._name == "order.cycle.manifest"
        return {
            "consignment_id": not is_manifest and owner.id,
            "manifest_id": is_manifest and owner.id,
            "parcel_id": parcel.id if parcel else False,
            "company_id": owner.company_id.id,
            "kind": document.kind,
            "format": document.format,
            "mimetype": MIMETYPES[document.format],
            "sha256": hashlib.sha256(document.content).hexdigest(),
            "size": len(document.content),
            "raw": document.content,
        }

    def _attach(self, vals_list):
        """Make an attachment of its owner for each of the values, and put it there."""
        # Odoo makes large pictures smaller, which would blur the bars.
        Attachment = self.env["ir.attachment"].with_context(image_no_postprocess=True)
        attachments = Attachment.create(
            [
                {
                    "name": vals.pop("name"),
                    "res_model": (
                        "order.cycle.consignment"
                        if vals["consignment_id"]
                        else "order.cycle.manifest"
                    ),
                    "res_id": vals["consignment_id"] or vals["manifest_id"],
                    "raw": vals.pop("raw"),
                    "mimetype": vals["mimetype"],
                }
                for vals in vals_list
            ]
        )
        for vals, attachment in zip(vals_list, attachments, strict=True):
            vals["attachment_id"] = attachment.id

    def _show_on_pieces(self):
        """Let each piece show its label."""
        for label in self.filtered(lambda label: label.kind == "label" and label.parcel_id):
            label.parcel_id.label_id = label.attachment_id

    # === PRINTING === #

    def _files(self, formats=tuple(MIMETYPES)):
        """Return these, in their order, as one file for each kind of printer: {format: content}.

        What cannot be merged is left out; its pages were read once before, so that is rare.

        :param formats: leave out the other ones
        """
        labels = self.filtered(lambda label: label.format in formats)
        # sudo: whoever may read a label may read its file
        parts = [(label.format, label.sudo().attachment_id.raw or b"") for label in labels]
        try:
            return label_files(parts)
        except (PdfReadError, OSError, ValueError, KeyError, IndexError):
            _logger.warning("Labels %s cannot be merged", labels.ids, exc_info=True)
            return {}

    def _as_one_file(self):
        """Return (ending, content) of one file with all of these."""
        files = self._files()
        if len(files) > 1:
            return "zip", zipped(files, "labels")
        return next(iter(files.items()), ("", b""))

    def _mark_printed(self):
        """Note that these were handed out to be printed."""
        now = fields.Datetime.now()
        # sudo: whoever may see a label may print it, and writes nothing else
        for label in self.sudo():
            label.write({"printed_at": now, "printed_count": label.printed_count + 1})
