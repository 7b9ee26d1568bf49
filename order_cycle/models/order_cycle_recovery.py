import dataclasses
import logging
from datetime import timedelta

from odoo import fields, models

from ..carriers.api import Capability, Recovery
from ..carriers.errors import REFUSED, CarrierError
from .carrier_words import error_text
from .outbox_worker import Step

_logger = logging.getLogger(__name__)

LOOKUP_ROUNDS = 3
# After that many tries a person has to look for the label: about an hour.
LABEL_TRIES = 8


class OrderCycleRecovery(models.AbstractModel):
    """Finds out what became of a booking whose answer was lost, and gets what did not come."""

    _name = "order.cycle.recovery"
    _inherit = "order.cycle.account.outbox"
    _description = "Recovery of a Booking"

    wants_label = fields.Boolean(
        readonly=True,
        copy=False,
        help="Booked, but the label did not come along: the carrier is asked for it again.",
    )
    recall_message = fields.Text(
        readonly=True,
        copy=False,
        help="A shipment at the carrier that nobody here wants; told to a person with the effects.",
    )

    def _due_domain(self):
        label_is_due = [
            "&",
            "&",
            ("state", "=", "done"),
            ("wants_label", "=", True),
            ("next_try_at", "<=", fields.Datetime.now()),
        ]
        return ["|", *label_is_due, *super()._due_domain()]

    def _is_counted(self):
        # A booking that is being sent was counted already; a question was not.
        return self.state == "sending"

    def _call_field(self):
        return "consignment_id"

    # === DOES IT EXIST? === #

    def _next_look(self):
        """Return when asking makes sense: soon with a key, after the grace by look-up."""
        info = self.account_id._info()
        if info.recovery is Recovery.LOOKUP:
            return fields.Datetime.now() + timedelta(seconds=info.lookup_grace_s / LOOKUP_ROUNDS)
        return self._backoff()

    def _find_out(self):
        """Find out by the carrier's own means whether an unknown booking exists."""
        recovery = self.account_id._info().recovery
        if recovery is Recovery.KEY and self._key_is_remembered():
            return self._send()
        if recovery is Recovery.LOOKUP:
            return self._look_up()
        return self._ask_a_person()

    def _key_is_remembered(self):
        window = timedelta(seconds=self.account_id._info().key_window_s)
        return bool(self.first_sent_at and fields.Datetime.now() - self.first_sent_at < window)

    def _ask_a_person(self):
        self._set_state(
            "human",
            self.state_message
            or self.env._("Nobody but the carrier can tell whether this shipment exists."),
        )

    def _look_up(self):
        """Return the step that asks the carrier what it holds under our reference."""
        attempt, reference = self.attempt, self.request_ref
        return self._ask(
            lambda client: _find_with_documents(client, reference),
            lambda row, answer: row._record_look_up(answer, attempt),
        )

    def _record_look_up(self, answer, attempt):
        if self.state != "unknown" or self.attempt != attempt:
            return None
        if answer.error:
            self._ask_later(answer.error)
        elif answer.value:
            booking, *others = answer.value
            papers = self._record_booking(booking)
            self._recall(others)
            return papers
        else:
            self._record_not_found()
        return None

    def _record_not_found(self):
        """Not there. Once the grace is over, several times in a row, it was never made."""
        grace = timedelta(seconds=self.account_id._info().lookup_grace_s)
        lookups = self.lookups + 1
        now = fields.Datetime.now()
        if now - self.last_sent_at >= grace and lookups >= LOOKUP_ROUNDS:
            self.write({"lookups": 0, "failures": 0, "is_in_doubt": False})
            self._set_state("todo", self.env._("The carrier does not have it: booked again."))
            return
        self.write({"lookups": lookups, "failures": 0, "next_try_at": now + grace / LOOKUP_ROUNDS})

    def _recall(self, bookings):
        """Have people told of live shipments that are one too many."""
        waybills = ", ".join(booking.waybill_ref for booking in bookings)
        if not waybills:
            return
        message = self.env._(
            "%(carrier)s also holds %(waybills)s for %(name)s, and nobody here wants it.",
            carrier=self.account_id.name,
            waybills=waybills,
            name=self.name,
        )
        self.write({"recall_message": message, "effects_pending": True, "next_try_at": self._now()})

    # === THE LABEL === #

    def _can_print_again(self):
        return self._offers(Capability.PRINT_AGAIN)

    def _follow_up(self):
        """Return the step that asks for the label that did not come with the booking."""
        waybill = self.waybill_ref
        return self._ask(
            lambda client: client.print_again(waybill),
            lambda row, answer: row._record_label(answer),
        )

    def _record_label(self, answer):
        if self.state != "done" or not self.wants_label:
            return None
        if answer.error:
            self._ask_later(answer.error)
            is_final = answer.error.outcome == REFUSED or self.failures >= LABEL_TRIES
            self.write({"wants_label": not is_final})
            return None
        self.write({"wants_label": False, "failures": 0, "state_message": False})
        self.effects_pending = True
        return answer.value

    # === ASKING === #

    def _ask(self, question, record):
        """Return the step that asks the carrier something it may be asked twice, or None.

        :param question: callable taking the client; touches no record
        :param record: callable taking (row, answer)
        """
        call = self._open_call()
        if not call:
            return None
        call.ask(question)
        # Nobody else asks while this worker does.
        self.next_try_at = self._now() + timedelta(seconds=2 * call.seconds)
        return Step(call=call, record=record, lost=lambda row, error: row._put_off(error))

    def _ask_later(self, error):
        """Put the question off, longer each time, and not before the carrier said.

        :param CarrierError error: why there is no answer
        """
        self.account_id._rest_after(error)
        self.failures += 1
        next_try_at = self._backoff(error.retry_after_s)
        self.write(
            {
                "next_try_at": max(next_try_at, self.account_id._closed_until() or next_try_at),
                "state_message": error_text(self.env, error),
                "effects_pending": True,
            }
        )

    def _now(self):
        return fields.Datetime.now()


def _find_with_documents(client, reference):
    """Return the bookings the carrier holds under `reference`, the first with its labels."""
    found = client.find_by_reference(reference)
    if not found or found[0].documents or Capability.PRINT_AGAIN not in client.info.capabilities:
        return found
    try:
        documents = client.print_again(found[0].waybill_ref)
    except CarrierError as error:
        # The shipment exists; a missing label is no reason to doubt it. It is asked for again.
        _logger.info("No label yet for %s: %s", found[0].waybill_ref, error.code)
        return found
    return (dataclasses.replace(found[0], documents=documents), *found[1:])
