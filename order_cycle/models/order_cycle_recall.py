from odoo import fields, models
from odoo.exceptions import UserError

from ..carriers.api import Capability
from ..carriers.errors import REFUSED
from .carrier_words import error_text

# After that many tries a person is told; the carrier is asked on. About an hour.
PATIENT_TRIES = 8


class OrderCycleRecall(models.AbstractModel):
    """Takes a booking back at the carrier: the compensation of what cannot be rolled back.

    Wanting is one thing and being able to another: a booking that is under way is cancelled as
    soon as it is known. Cancelling twice is harmless, so a lost answer is simply asked for again.
    """

    _name = "order.cycle.recall"
    _inherit = "order.cycle.recovery"
    _description = "Recall of a Booking"

    cancel_wanted = fields.Boolean(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The carrier is asked to cancel this shipment as soon as it is known to exist.",
    )

    def _due_domain(self):
        cancel_is_due = [
            "&",
            "&",
            ("state", "=", "done"),
            ("cancel_wanted", "=", True),
            ("next_try_at", "<=", fields.Datetime.now()),
        ]
        return ["|", *cancel_is_due, *super()._due_domain()]

    def _can_cancel(self):
        """Return whether the carrier takes cancellations."""
        return self._offers(Capability.CANCEL)

    def _cancel_at_carrier(self):
        """Have the carrier cancel these shipments, now or as soon as they are known.

        :raises UserError: the carrier takes no cancellations, or has collected the goods
        """
        for row in self:
            if row._is_on_its_way():
                raise UserError(
                    self.env._(
                        "%(carrier)s has the goods of %(name)s already, so it is too late to "
                        "cancel. Ask the carrier to stop them or to bring them back; once nothing "
                        "is on its way any more, say so with the button “Cancelled at the "
                        "Carrier”.",
                        carrier=row.account_id.name,
                        name=row.waybill_ref or row.name,
                    )
                )
            if not row._can_cancel():
                raise UserError(
                    self.env._(
                        "%(carrier)s takes no cancellations from a program. Cancel %(name)s with "
                        "the carrier, in its portal or by phone, and say so here with the button "
                        "“Cancelled at the Carrier”.",
                        carrier=row.account_id.name,
                        name=row.waybill_ref or row.name,
                    )
                )
        if self:
            self.write({"cancel_wanted": True, "failures": 0, "next_try_at": fields.Datetime.now()})
            self._wake()

    def _call_off(self):
        """Take back what nobody wants any more, by machine where the carrier takes that.

        :return: the shipments a person has to cancel with the carrier
        """
        known = self.filtered(lambda row: row.state not in ("todo", "refused", "cancelled"))
        (self - known).filtered(lambda row: row.state != "cancelled")._set_each("cancelled")
        by_machine = known.filtered(
            lambda row: row.state != "human" and row._can_cancel() and not row._is_on_its_way()
        )
        by_machine._cancel_at_carrier()
        if self:
            self._wake()
        return known - by_machine

    def _is_on_its_way(self):
        """Return whether the carrier has the goods, so that a person has to talk to it."""
        return False

    def _set_each(self, state):
        for row in self:
            row._set_state(state)

    def _follow_up(self):
        if not self.cancel_wanted:
            return super()._follow_up()
        waybill = self.waybill_ref
        return self._ask(
            lambda client: client.cancel(waybill),
            lambda row, answer: row._record_cancel(answer),
        )

    def _record_cancel(self, answer):
        """Store what the carrier says to the cancellation."""
        if self.state != "done" or not self.cancel_wanted:
            return
        if not answer.error:
            self.cancel_wanted = self.wants_label = False
            self._set_state("cancelled", self.env._("The carrier has cancelled the shipment."))
        elif answer.error.outcome == REFUSED:
            self.cancel_wanted = False
            self._tell_recall(error_text(self.env, answer.error))
        else:
            self._ask_later(answer.error)
            if self.failures == PATIENT_TRIES:
                self._tell_recall(error_text(self.env, answer.error))

    def _tell_recall(self, reason):
        """Have a person told that the carrier has not cancelled."""
        self.write(
            {
                "recall_message": self.env._(
                    "%(carrier)s was asked to cancel %(waybill)s of %(name)s and has not: "
                    "%(reason)s Ask it by phone, then say so with the button "
                    "“Cancelled at the Carrier”.",
                    carrier=self.account_id.name,
                    waybill=self.waybill_ref,
                    name=self.name,
                    reason=reason,
                ),
                "effects_pending": True,
            }
        )

    def _set_state(self, state, message=False, next_try_at=None):
        """A booking that was to be cancelled and never came about is cancelled."""
        never_came = state == "refused" or (state == "todo" and not self.is_in_doubt)
        if self.cancel_wanted and never_came:
            state = "cancelled"
        if state in ("cancelled", "refused"):
            self.cancel_wanted = False
        return super()._set_state(state, message, next_try_at)
