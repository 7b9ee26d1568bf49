from odoo import fields, models

from ..tools import isolate
from .order_cycle_foreign_call import ForeignResult, note_again, words_of


class OrderCycleForeignEffects(models.AbstractModel):
    """What follows from another connector's answer: for the delivery, the order and the people."""

    _name = "order.cycle.foreign.effects"
    _inherit = "order.cycle.foreign.protocol"
    _description = "Effects of Another Connector's Booking"

    def _finish(self):
        self.write({"effects_pending": False, "track": self._track_of_state()})
        if self.state == "done":
            self._finish_booked()
        elif self.state == "cancelled":
            self._finish_cancelled()
        elif self.state == "refused":
            self._raise_exception("refused", self.state_message)
        elif self.state == "human":
            self._raise_exception("unknown", self.state_message)
        elif self.state == "todo" and (problem := self.carrier_id._cycle_copy_problem()):
            self._raise_exception("failed", problem)
        self.env["order.cycle.signal"]._emit(self.order_id, "booked")

    def _track_of_state(self):
        return {
            "done": "booked",
            "refused": "refused",
            "unknown": "unknown",
            "human": "unknown",
            "cancelled": "cancelled",
        }.get(self.state, "booking")

    def _finish_booked(self):
        if not self.is_noted:
            isolate(self, lambda row: row._note(), lambda row, error: row._note_by_hand(error))
        self._solve_exceptions()
        if self.state_message:
            self._raise_exception("failed", self.state_message)
        if "cancel" in (self.order_id.state, self.picking_id.state):
            self._take_back()

    def _note(self):
        """Do what Odoo does with a connector's answer. It was not done, or not to the end."""
        note_again(self.picking_id, ForeignResult(tracking_ref=self.tracking_ref, price=self.price))
        self.is_noted = True

    def _note_by_hand(self, error):
        """Keep at least the number where people look for it, and say what is missing."""
        self.picking_id._cycle_note_numbers(self._numbers())
        self.is_noted = True
        self.state_message = self.env._(
            "%(number)s is booked, but Odoo could not finish with it: %(reason)s Look at the price "
            "of the shipping.",
            number=self.tracking_ref or self.name,
            reason=words_of(error),
        )

    def _finish_cancelled(self):
        self._solve_exceptions(with_recall=True)
        picking = self.picking_id
        picking._cycle_unbooked(self._numbers())
        has_left_unbooked = picking.state == "done" and not picking._cycle_is_handed_over()
        if has_left_unbooked and self.order_id.state != "cancel":
            self._raise_exception(
                "failed",
                self.env._(
                    "%(delivery)s has left, but no carrier is booked for it any more. Press “Send "
                    "to Shipper” on the delivery, or enter its tracking number there.",
                    delivery=picking.name,
                ),
            )

    def _take_back(self):
        """Withdraw what no carrier has; tell people of what one has.

        What is under way or in doubt is told once it is known.
        """
        for row in self.filtered(lambda row: row.state in ("todo", "refused")):
            row._set_state("cancelled")
        for row in self.filtered(lambda row: row.state == "done"):
            row._raise_exception(
                "recall",
                self.env._(
                    "%(document)s was cancelled, but its goods are booked with %(carrier)s under "
                    "%(waybill)s.",
                    document=row.order_id.name or row.picking_id.name,
                    carrier=row.carrier_id.name,
                    waybill=row.tracking_ref or row.name,
                ),
            )
        if self:
            self._wake()

    def _numbers(self):
        return [number for number in (self.tracking_ref or "").split(",") if number]

    def _raise_exception(self, kind, cause):
        self.env["order.cycle.exception"]._raise(
            self.order_id,
            "book",
            kind,
            cause or self.env._("The carrier gave no reason."),
            foreign_booking_id=self.id,
            picking_id=self.picking_id.id,
            company_id=self.company_id.id,
        )
        if not self.order_id:
            self._ask_a_person(cause)

    def _ask_a_person(self, cause):
        """Give whoever validated a delivery without an order something to do."""
        person = self.create_uid if self.create_uid.active else self.env.user
        self.activity_unlink(["order_cycle.activity_errand"])
        self.activity_schedule(
            "order_cycle.activity_errand",
            fields.Date.context_today(self),
            summary=self.name,
            note=cause or "",
            user_id=person.id,
        )

    def _solve_exceptions(self, with_recall=False):
        """Close what is open about this delivery; only a cancelled shipment answers a recall."""
        rows = self.picking_id.cycle_foreign_ids
        domain = [("foreign_booking_id", "in", rows.ids), ("state", "=", "open")]
        found = self.env["order.cycle.exception"].search(domain)
        found.filtered(
            lambda one: one.kind != "recall" or (with_recall and one.foreign_booking_id == self)
        )._close("solved")
        rows.activity_unlink(["order_cycle.activity_errand"])
