from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

# An unknown outcome that the machine has not found out by then is shown to a person.
PATIENCE = timedelta(minutes=15)


class OrderCycleEffects(models.AbstractModel):
    """What follows from the state of a consignment: for the delivery, the order and the people."""

    _name = "order.cycle.effects"
    _inherit = "order.cycle.booking"
    _description = "Effects of a Booking"

    def _finish(self):
        """Carry the state to the delivery, the order and the people. May be repeated."""
        self.write({"effects_pending": False, "track": self._track_of_state()})
        if self.state == "done":
            self._finish_booked()
        elif self.state == "cancelled":
            self._finish_cancelled()
        elif self.state == "refused":
            self._raise_exception(self._refusal_kind(), self.state_message)
        elif self.state in ("todo", "unknown"):
            self._finish_waiting()
        elif self.state == "human":
            self._raise_exception("unknown", self.state_message)
        if self.recall_message:
            self._raise_exception("recall", self.recall_message)
            self.recall_message = False
        self.env["order.cycle.signal"]._emit(self.order_id, "booked")

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
        self.picking_id._cycle_booked(self._numbers(), self.price, self.currency_id, self.label_ids)
        if self.order_id.state == "cancel" or self.picking_id.state == "cancel":
            self._take_back()
        if self._label_is_lost():
            self._raise_exception(
                "failed",
                self.env._(
                    "%(name)s is booked, but its label could not be had: %(message)s Get the label "
                    "again, or print it at the carrier.",
                    name=self.name,
                    message=self.state_message,
                ),
            )

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
        """Return whether the worker has given up to ask for the label."""
        return bool(self.failures and not self.wants_label and not self.label_ids)

    def _finish_cancelled(self):
        self._solve_exceptions(with_recall=True)
        self.picking_id._cycle_unbooked(self._numbers())
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
        """Close what is open about this delivery, earlier consignments of it included.

        A recall warns of a live shipment: only one that is cancelled answers it.
        """
        rows = self.picking_id.cycle_consignment_ids
        domain = Domain("consignment_id", "in", rows.ids) & Domain("kind", "!=", "recall")
        if with_recall:
            domain |= Domain("consignment_id", "=", self.id)
        self.env["order.cycle.exception"].search(domain & Domain("state", "=", "open"))._close(
            "solved"
        )
