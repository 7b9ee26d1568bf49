from dataclasses import dataclass
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers import journey
from ..carriers.api import Capability
from .order_cycle_tracking_event import CODES

NOT_COLLECTED = ("announced", "cancelled")


class OrderCycleTracking(models.AbstractModel):
    """Where the goods of a consignment are, and who took them."""

    _name = "order.cycle.tracking"
    _description = "Tracking of a Consignment"

    event_ids = fields.One2many("order.cycle.tracking.event", "consignment_id", string="Tracking")
    delivery_state = fields.Selection(
        [pair for pair in CODES if pair[0] != "other"],
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Where the goods are, by all that the carrier has told so far.",
    )
    delivery_state_at = fields.Datetime(
        string="There since", readonly=True, copy=False, help="By the carrier's own clock."
    )
    last_news_at = fields.Datetime(
        string="Last News", readonly=True, copy=False, help="When the carrier told us last."
    )
    delivered_at = fields.Datetime(readonly=True, copy=False)
    signed_by = fields.Char(string="Received by", readonly=True, copy=False)
    delivered_to = fields.Char(string="Handed Over at", readonly=True, copy=False)
    proof_ids = fields.Many2many(
        "ir.attachment",
        "order_cycle_consignment_proof_rel",
        string="Proof of Delivery",
        readonly=True,
        copy=False,
    )
    can_track = fields.Boolean(
        compute="_compute_can_track", help="The carrier can be asked where the goods are."
    )

    @api.depends("account_id")
    def _compute_can_track(self):
        for row in self:
            row.can_track = row._offers(Capability.TRACK)

    def _is_on_its_way(self):
        return bool(self.delivery_state) and self.delivery_state not in NOT_COLLECTED

    # === ACTION METHODS === #

    def action_track_now(self):
        """Have the worker ask the carrier at once where the goods are."""
        self.check_access("write")
        # sudo: the access was checked; what the protocol writes is nobody's to write
        rows = self.sudo().filtered(lambda row: row.state == "done" and row.can_track)
        if not rows:
            raise UserError(
                self.env._(
                    "The carrier cannot be asked where these goods are. Look at its own page."
                )
            )
        rows.write({"next_track_at": fields.Datetime.now(), "track_failures": 0})
        self.env.ref("order_cycle.cron_track").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The carrier is being asked; the answer shows here shortly."),
            },
        }

    def action_open_proof(self):
        """Open the proof of delivery in the browser."""
        self.ensure_one()
        if not self.proof_ids:
            raise UserError(self.env._("The carrier has sent no proof of delivery yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.proof_ids[0].id}",
            "target": "new",
        }

    # === WHAT THE CARRIER TOLD === #

    def _take_events(self, events, source):
        """Keep what is new of `events` and follow it; return whether there was anything.

        :param events: `TrackingEvent` values of the carrier package
        :param str source: "poll" or "webhook"
        """
        if not self.env["order.cycle.tracking.event"]._keep(self, events, source):
            return False
        # Always written: of two transactions that each keep a scan the second starts again, and
        # sees both. The state is judged by all scans.
        self.last_news_at = fields.Datetime.now()
        state = journey.state_of(self._scans(), self._piece_refs()) or False
        if state != self.delivery_state:
            self._move_to(state)
        self._show_incident()
        return True

    def _move_to(self, state):
        """Show another state, and everybody who waits for it."""
        scan = self._latest(state)
        vals = {"delivery_state": state, "delivery_state_at": scan.happened_at}
        if state == "delivered":
            vals.update(
                delivered_at=scan.happened_at,
                signed_by=scan.signed_by or self.signed_by,
                delivered_to=scan.location or self.delivered_to,
                wants_proof=self._offers(Capability.PROVE_DELIVERY),
                proof_tries=0,
            )
            if vals["wants_proof"]:
                vals["next_track_at"] = fields.Datetime.now()
        self.write(vals)
        self.env["order.cycle.signal"]._emit(self.order_id, "tracked")

    def _scans(self):
        """Return the scans as `carriers.journey` reads them."""
        return [_Scan(row.code, row.happened_at, row.tracking_ref or "") for row in self.event_ids]

    def _piece_refs(self):
        """Return the carrier's numbers of the pieces."""
        return tuple(ref for ref in self.parcel_ids.mapped("tracking_ref") if ref)

    def _latest(self, state):
        """Return the last scan that says `state`."""
        return self.event_ids.filtered(lambda row: row.code == state).sorted("happened_at")[-1:]


@dataclass(frozen=True)
class _Scan:
    code: str
    happened_at: Any
    tracking_ref: str
