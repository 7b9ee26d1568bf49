import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers.api import Capability


class OrderCycleManifest(models.Model):
    """The list of what a driver takes at the end of a day.

    Some carriers close it themselves and want to be asked; for the others it is our own paper,
    which the driver signs.
    """

    _name = "order.cycle.manifest"
    _inherit = ["order.cycle.errand"]
    _description = "Manifest"
    _order = "day desc, id desc"
    _check_company_auto = True

    state = fields.Selection(
        [
            ("todo", "To Close"),
            ("sending", "Being Closed"),
            ("unknown", "Outcome Unknown"),
            ("human", "Ask the Carrier"),
            ("done", "Closed"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ]
    )
    day = fields.Date(required=True, default=fields.Date.context_today, readonly=True)
    consignment_ids = fields.One2many("order.cycle.consignment", "manifest_id", readonly=True)
    consignment_count = fields.Integer(string="Shipments", compute="_compute_totals")
    parcel_count = fields.Integer(string="Pieces", compute="_compute_totals")
    weight = fields.Float(
        digits="Stock Weight", compute="_compute_totals", help="In the database's weight unit."
    )
    is_ours = fields.Boolean(
        string="Our Own List",
        readonly=True,
        help="The carrier takes no manifest from a program: the driver signs our list.",
    )
    manifest_ref = fields.Char(string="Manifest Number", readonly=True, copy=False)
    document_ids = fields.One2many("order.cycle.label", "manifest_id", string="Papers")
    call_ids = fields.One2many("order.cycle.call", "manifest_id", string="Calls")
    is_handed_over = fields.Boolean(compute="_compute_is_handed_over")

    @api.depends("consignment_ids.parcel_ids.weight")
    def _compute_totals(self):
        for manifest in self:
            parcels = manifest.consignment_ids.parcel_ids
            manifest.consignment_count = len(manifest.consignment_ids)
            manifest.parcel_count = len(parcels)
            manifest.weight = sum(parcels.mapped("weight"))

    @api.depends("consignment_ids.handed_over_at")
    def _compute_is_handed_over(self):
        for manifest in self:
            manifest.is_handed_over = all(manifest.consignment_ids.mapped("handed_over_at"))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            name = self.env["ir.sequence"].next_by_code("order.cycle.manifest")
            vals.update(name=name, **self._new_identity(name))
        manifests = super().create(vals_list)
        manifests._wake()
        return manifests

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if any(manifest.attempt for manifest in self):
            raise UserError(
                self.env._("A manifest that a carrier was told of cannot be deleted. Cancel it.")
            )

    # === ACTION METHODS === #

    def action_print(self):
        """Open the list for the driver: the carrier's own paper if there is one, else ours."""
        self.ensure_one()
        paper = self.document_ids[:1]
        if paper:
            url = f"/web/content/{paper.attachment_id.id}"
            return {"type": "ir.actions.act_url", "url": url, "target": "new"}
        report = self.env.ref("order_cycle.action_report_handover")
        # Ours has no letterhead to be chosen first.
        return report.report_action(self, config=False)

    def action_hand_over(self):
        """Say that the driver has taken all that is on these lists."""
        self.check_access("write")
        self.consignment_ids.action_hand_over()
        return True

    def action_close_again(self):
        """Ask the carrier anew to close a list that it refused."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        manifests = self.sudo()
        manifests._check_state("refused")
        for manifest in manifests:
            manifest._send_again({"payload": False})
        return True

    def action_cancel(self):
        """Give up a list that is not closed; its shipments may be put on another one."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        manifests = self.sudo()
        manifests._check_state("todo", "refused")
        for manifest in manifests:
            manifest._answer_drop()
        return True

    # === THE CALL === #

    def _worker_cron(self):
        return self.env.ref("order_cycle.cron_manifests")

    def _call_field(self):
        return "manifest_id"

    def _question(self):
        if not self.payload:
            booked = self.consignment_ids.filtered(lambda row: row.state == "done")
            self.payload = json.dumps(booked.mapped("waybill_ref"))
        waybills = json.loads(self.payload)
        return lambda client: client.close_manifest(waybills)

    def _record_answer(self, value):
        self.manifest_ref = value.manifest_ref
        self.env["order.cycle.label"]._keep({self: value.documents})
        self._set_state("done")

    def _pieces_with_labels(self):
        """Return no piece: the papers of a list are about all of them."""
        return self.env["order.cycle.parcel"]

    def _paper_name(self, number, file_format):
        return f"Manifest-{self.manifest_ref or self.name}-{number}.{file_format}"

    # === WHAT A PERSON FOUND OUT === #

    def _answer_made(self, reference):
        self.manifest_ref = reference or self.manifest_ref
        self._set_state("done")

    def _answer_missing(self):
        self._send_again()

    def _answer_drop(self):
        self.consignment_ids.manifest_id = False
        self._set_state("cancelled")

    # === BUSINESS METHODS === #

    @api.model
    def _close_list(self, account, consignments):
        """Make the list of `consignments`, and have the carrier close it if it wants to.

        :return: the manifest
        """
        asks_carrier = Capability.CLOSE_MANIFEST in account._info().capabilities
        manifest = self.create(
            {
                "account_id": account.id,
                "company_id": account.company_id.id,
                "state": "todo" if asks_carrier else "done",
                "is_ours": not asks_carrier,
            }
        )
        consignments.manifest_id = manifest
        return manifest
