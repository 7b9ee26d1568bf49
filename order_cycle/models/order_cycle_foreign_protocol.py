from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessDenied, AccessError, LockError, MissingError, UserError

from ..tools import InlinePool
from .order_cycle_foreign_call import ForeignCall, NotAskedYet, words_of

# Raised by Odoo itself in the middle of whatever a connector does: they say nothing of the carrier.
NOT_ITS_OWN = (AccessDenied, AccessError, LockError, MissingError)
# A copy of a database waits for a person, who wakes the worker.
COPY_PAUSE = timedelta(minutes=30)


class OrderCycleForeignProtocol(models.AbstractModel):
    """How another connector is entered, and what its answer means. Part of its booking.

    Odoo's provider contract has neither key nor look-up. So what was asked and not answered is
    never asked again by the machine: a person finds out and says so, in the window
    `order.cycle.foreign.outcome`.
    """

    _name = "order.cycle.foreign.protocol"
    _inherit = "order.cycle.outbox"
    _description = "Protocol of Another Connector"

    # === THE CALL === #

    def _worker_cron(self):
        return self.env.ref("order_cycle.cron_book_foreign")

    def _pool(self):
        """A connector needs a cursor: one at a time, and beside the worker of our own carriers."""
        return InlinePool()

    def _prepare_call(self):
        if problem := self.carrier_id._cycle_copy_problem():
            # People are told; until one of them says that this database ships, nothing happens.
            later = fields.Datetime.now() + COPY_PAUSE
            self.write({"state_message": problem, "effects_pending": True, "next_try_at": later})
        elif self.picking_id.state == "cancel" or self.order_id.state == "cancel":
            self._set_state("cancelled", self.env._("The delivery was cancelled."))
        elif self.picking_id.carrier_tracking_ref:
            self._set_state(
                "cancelled",
                self.env._(
                    "Nothing was booked: the delivery has the tracking number %(number)s already.",
                    number=self.picking_id.carrier_tracking_ref,
                ),
            )
        elif self.picking_id.carrier_id != self.carrier_id:
            self._set_state(
                "refused",
                self.env._(
                    "Nothing was booked: the delivery goes by another method meanwhile. Withdraw "
                    "this booking and send the delivery to its shipper again."
                ),
            )
        else:
            return ForeignCall(self)
        return None

    def _find_out(self):
        if self.answered_at:
            # The worker died after the answer was safe.
            self._set_state("done")
            return
        message = self.state_message or ""
        question = self.env._("Nobody but the carrier can tell whether it has this shipment.")
        self._set_state("human", f"{message}\n{question}".strip())

    def _follow_up(self):
        """Nothing remains once the connector has answered."""

    # === THE ANSWER === #

    def _record(self, answer, attempt):
        waits = self.state in ("sending", "unknown", "human") and self.attempt == attempt
        if answer.result and waits:
            self._record_result(answer.result)
        elif answer.result:
            self._tell_of_late_answer(answer.result)
        elif waits:
            self._record_error(answer)

    def _record_result(self, result):
        message = False
        if not self.answered_at:
            message = self.env._(
                "The carrier has the shipment, but what its connector wrote beside the number was "
                "lost. Print the label at the carrier."
            )
            self.write(self._prepare_result_vals(result))
        self._set_state("done", message)

    def _prepare_result_vals(self, result):
        """Return the fields that hold a `ForeignResult`."""
        return {
            "tracking_ref": result.tracking_ref,
            "price": result.price,
            "answered_at": fields.Datetime.now(),
        }

    def _record_error(self, answer):
        words = words_of(answer.error)
        if not answer.was_asked:
            busy = self.env._("Somebody works on the delivery, so it is sent a little later.")
            message = busy if isinstance(answer.error, NotAskedYet) else words
            self._set_state("todo", message, self._backoff())
        elif self._is_refusal(answer.error):
            self._set_state("refused", words)
        else:
            self._set_state(
                "human",
                self.env._(
                    "The connector failed: %(reason)s\nIt may have booked before that. Nobody but "
                    "the carrier can tell.",
                    reason=words,
                ),
            )

    def _is_refusal(self, error):
        """Return whether an error proves that nothing was booked, by what a person has vouched for.

        What Odoo raises by itself proves nothing, for it may come after the carrier's answer.
        """
        means_refused = self.carrier_id.cycle_error_means == "refused"
        return means_refused and isinstance(error, UserError) and not isinstance(error, NOT_ITS_OWN)

    def _tell_of_late_answer(self, result):
        """Have a person told of a shipment that came to light after somebody had settled this."""
        if self.state == "done" and self.tracking_ref == result.tracking_ref:
            return
        self._raise_exception(
            "recall",
            self.env._(
                "The connector of %(carrier)s answered late, after %(name)s was settled by hand: "
                "the carrier has %(number)s. Cancel it there if it is not wanted.",
                carrier=self.carrier_id.name,
                name=self.name,
                number=result.tracking_ref or self.env._("a shipment without a number"),
            ),
        )
