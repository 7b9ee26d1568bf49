from collections import defaultdict
from datetime import timedelta

from odoo import Command, fields, models
from odoo.fields import Domain
from odoo.tools.mail import generate_tracking_message_id

# An unknown outcome that the machine has not found out by then is shown to a person.
PATIENCE = timedelta(minutes=15)


class OrderCycleEffects(models.AbstractModel):
    """What follows from the state of a consignment: for the delivery, the order and the people."""

    _name = "order.cycle.effects"
    _inherit = "order.cycle.booking"
    _description = "Effects of a Booking"

    def _finish(self):
        """Carry the states to the deliveries, the orders and the people. May be repeated."""
        for row in self:
            row.write({"effects_pending": False, "track": row._track_of_state()})
        by_state = self.grouped("state")
        if "done" in by_state:
            by_state["done"]._finish_booked()
        if "cancelled" in by_state:
            by_state["cancelled"]._finish_cancelled()
        for row in self:
            row._finish_open()
        self.env["order.cycle.signal"]._emit(self.order_id, "booked")

    def _finish_all(self):
        self._finish()

    def _finish_open(self):
        """Tell people of what is not settled."""
        if self.state == "refused":
            self._raise_exception(self._refusal_kind(), self.state_message)
        elif self.state in ("todo", "unknown"):
            self._finish_waiting()
        elif self.state == "human":
            self._raise_exception("unknown", self.state_message)
        if self.recall_message:
            self._raise_exception("recall", self.recall_message)
            self.recall_message = False

    def _track_of_state(self):
        return {
            "done": "booked",
            "refused": "refused",
            "unknown": "unknown",
            "human": "unknown",
            "cancelled": "cancelled",
        }.get(self.state, "booking")

    def _finish_waiting(self):
        paused_until = self.account_id.paused_until
        if paused_until and paused_until > fields.Datetime.now() and self.state_message:
            self._raise_exception("account", self.state_message)
        elif self._is_long_unknown():
            self._raise_exception("unknown", self.state_message)

    def _is_long_unknown(self):
        return (
            self.state == "unknown"
            and self.first_sent_at
            and fields.Datetime.now() - self.first_sent_at > PATIENCE
        )

    def _refusal_kind(self):
        """Tell data of ours that were never sent from what a carrier said no to."""
        return "refused" if self.call_ids else "shipment"

    def _finish_booked(self):
        self._solve_exceptions()
        self.picking_id._cycle_booked(self)
        unwanted = self.filtered(lambda row: "cancel" in (row.order_id.state, row.picking_id.state))
        unwanted._take_back()
        for row in self.filtered(lambda row: row._label_is_lost()):
            row._raise_exception(
                "failed",
                self.env._(
                    "%(name)s is booked, but its label could not be had: %(message)s Get the label "
                    "again, or print it at the carrier.",
                    name=row.name,
                    message=row.state_message or "",
                ),
            )

    def _labels_not_posted(self):
        """Return the documents that are not on their deliveries yet, by consignment.

        :rtype: dict[order.cycle.consignment, ir.attachment]
        """
        labels = self.label_ids
        if not labels:
            return {}
        posted = self.env["ir.attachment"].search_fetch(
            [
                ("res_model", "=", self.picking_id._name),
                ("res_id", "in", self.picking_id.ids),
                ("name", "in", labels.mapped("name")),
            ],
            ["res_id", "name"],
        )
        known = {(attachment.res_id, attachment.name) for attachment in posted}
        missing = {
            row: row.label_ids.filtered(
                lambda label, row=row: (row.picking_id.id, label.name) not in known
            )
            for row in self
        }
        return {row: found for row, found in missing.items() if found}

    def _post_booked(self, labels):
        """Say on each delivery that it is booked, with the documents that are new there.

        Odoo's own way to log on many records takes no attachments, so the messages are made here,
        all at once.

        :param dict labels: as of `_labels_not_posted`
        """
        if not self:
            return
        picking = self.picking_id
        author_id, email_from = picking._message_compute_author()
        base = {
            "author_id": author_id,
            "email_from": email_from,
            "model": picking._name,
            "message_type": "notification",
            "is_internal": True,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "reply_to": email_from,
            "record_alias_domain_id": False,
            "record_company_id": False,
        }
        copies = self._copy_to_deliveries(labels)
        self.env["mail.message"].create(
            [
                {
                    **base,
                    "message_id": generate_tracking_message_id("order-cycle-booked"),
                    "res_id": row.picking_id.id,
                    "body": row._booked_text(),
                    "attachment_ids": [Command.link(copy.id) for copy in copies.get(row, ())],
                }
                for row in self
            ]
        )

    def _booked_text(self):
        return self.env._(
            "Booked with %(carrier)s: %(numbers)s",
            carrier=self.carrier_id.name,
            numbers=", ".join(self._numbers()),
        )

    def _copy_to_deliveries(self, labels):
        """Return copies of documents that belong to the deliveries, by consignment."""
        pairs = [(row, label) for row, found in labels.items() for label in found]
        # Odoo makes large pictures smaller, which would blur the bars.
        Attachment = self.env["ir.attachment"].with_context(image_no_postprocess=True)
        copies = Attachment.create(
            [
                {
                    "name": label.name,
                    "raw": label.raw,
                    "mimetype": label.mimetype,
                    "res_model": row.picking_id._name,
                    "res_id": row.picking_id.id,
                }
                for row, label in pairs
            ]
        )
        grouped = defaultdict(list)
        for (row, _label), copy in zip(pairs, copies, strict=True):
            grouped[row].append(copy)
        return grouped

    def _take_back(self):
        """Call off bookings of goods that will not travel; tell people what a machine cannot."""
        for row in self._call_off():
            row._raise_exception(
                "recall",
                self.env._(
                    "%(document)s was cancelled, but its goods are booked with %(carrier)s under "
                    "%(waybill)s.",
                    document=row.order_id.name or row.picking_id.name,
                    carrier=row.carrier_id.name,
                    waybill=row.waybill_ref or row.request_ref,
                ),
            )

    def _label_is_lost(self):
        """Return whether there is no label, and nobody asks for it (any more)."""
        return not self.wants_label and not self.label_ids

    def _finish_cancelled(self):
        self._solve_exceptions(with_recall=True)
        for row in self:
            row.picking_id._cycle_unbooked(row._numbers())
            row._tell_of_no_carrier()

    def _tell_of_no_carrier(self):
        if self.can_hand_over and self.order_id.state != "cancel":
            self._raise_exception(
                "failed",
                self.env._(
                    "%(delivery)s has left, but no carrier is booked for it any more. Open "
                    "consignment %(name)s and hand it over again, or enter the tracking number on "
                    "the delivery.",
                    delivery=self.picking_id.name,
                    name=self.name,
                ),
            )

    def _numbers(self):
        """Return what the carrier calls these goods: one number per piece, or the waybill."""
        numbers = [parcel.tracking_ref for parcel in self.parcel_ids if parcel.tracking_ref]
        return numbers or [self.waybill_ref] * bool(self.waybill_ref)

    def _raise_exception(self, kind, cause):
        self.env["order.cycle.exception"]._raise(
            self.order_id,
            "book",
            kind,
            cause or self.env._("The carrier gave no reason."),
            consignment_id=self.id,
            picking_id=self.picking_id.id,
            company_id=self.company_id.id,
        )

    def _solve_exceptions(self, with_recall=False):
        """Close what is open about these deliveries, earlier consignments of them included.

        A recall warns of a live shipment: only one that is cancelled answers it.
        """
        rows = self.picking_id.cycle_consignment_ids
        domain = Domain("consignment_id", "in", rows.ids) & Domain("kind", "!=", "recall")
        if with_recall:
            domain |= Domain("consignment_id", "in", self.ids)
        self.env["order.cycle.exception"].search(domain & Domain("state", "=", "open"))._close(
            "solved"
        )
