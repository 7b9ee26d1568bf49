import dataclasses
import logging
from datetime import timedelta

from odoo import fields, models

from ..carriers import from_json, payload_hash, to_json
from ..carriers.api import Capability, Recovery
from ..carriers.dto import Booking
from ..carriers.errors import NOT_SENT, REFUSED, CarrierAuthError, CarrierError, InvalidShipment
from .carrier_call import CarrierCall
from .carrier_words import error_text, problem_text

_logger = logging.getLogger(__name__)

ACCOUNT_PAUSE = timedelta(minutes=10)
LOOKUP_ROUNDS = 3


class OrderCycleBooking(models.AbstractModel):
    """The booking of a consignment as an outbox row: the call, its answers, finding out."""

    _name = "order.cycle.booking"
    _inherit = "order.cycle.outbox"
    _description = "Booking"

    # === THE CALL === #

    def _worker_cron(self):
        return self.env.ref("order_cycle.cron_book")

    def _prepare_call(self):
        """Freeze the request and return the call that books it, or None if it cannot be sent."""
        account = self.account_id
        if account.paused_until and account.paused_until > fields.Datetime.now():
            self.next_try_at = account.paused_until
            return None
        try:
            call = CarrierCall(account)
            request = self._frozen_request()
            problems = () if self.attempt else call.client.find_problems(request)
        except CarrierError as error:
            self._record_error(error)
            return None
        if problems:
            self._record_error(InvalidShipment(problems))
            return None
        call.ask(lambda client: client.book(request))
        return call

    def _find_problems(self):
        """Return what keeps this consignment from being booked, in words; asks nobody."""
        try:
            client = self.carrier_id.cycle_account_id._client()
        except CarrierAuthError:
            # Not the goods' fault: the worker tells the administrator when it comes to booking.
            return []
        problems = client.find_problems(self.carrier_id._cycle_request(self))
        return [problem_text(self.env, problem) for problem in problems]

    def _frozen_request(self):
        """Return the request, built once and from then on always the same."""
        if not self.payload:
            request = self.carrier_id._cycle_request(self)
            self.write({"payload": to_json(request), "payload_hash": payload_hash(request)})
        return from_json(self.payload)

    def _record(self, answer, attempt):
        """Store what the carrier answered, and what was said on the wire."""
        self._keep_exchanges(answer.exchanges)
        # A worker that took longer than its lease still brings the truth, unless the row was
        # settled meanwhile; an older call has nothing to say about a newer one.
        if self.state not in ("sending", "unknown", "human") or self.attempt != attempt:
            return
        if isinstance(answer.value, Booking):
            self._record_booking(answer.value)
        else:
            self._record_error(answer.error)

    def _keep_exchanges(self, exchanges):
        Call = self.env["order.cycle.call"]
        links = {
            "consignment_id": self.id,
            "account_id": self.account_id.id,
            "company_id": self.company_id.id,
        }
        Call.create([{**Call._prepare_vals(exchange), **links} for exchange in exchanges])

    def _record_booking(self, booking):
        self.write(
            {
                "waybill_ref": booking.waybill_ref,
                "tracking_url": booking.tracking_url,
                "booked_at": fields.Datetime.now(),
                "price": booking.price and float(booking.price.amount),
                "currency_id": booking.price and self._currency(booking.price.currency).id,
            }
        )
        parcels = {parcel.reference: parcel for parcel in self.parcel_ids}
        for booked in booking.parcels:
            if booked.reference in parcels:
                parcels[booked.reference].write(
                    {"tracking_ref": booked.tracking_ref, "tracking_url": booked.tracking_url}
                )
        self._store_documents(booking.documents)
        warnings = [problem_text(self.env, problem) for problem in booking.warnings]
        self._set_state("done", "\n".join(warnings))

    def _store_documents(self, documents):
        parcels = {parcel.reference: parcel for parcel in self.parcel_ids}
        for number, document in enumerate(documents, start=1):
            attachment = self.env["ir.attachment"].create(
                {
                    "name": f"LabelShipping-{self.waybill_ref}-{number}.{document.format}",
                    "res_model": self._name,
                    "res_id": self.id,
                    "raw": document.content,
                }
            )
            if document.parcel_reference in parcels:
                parcels[document.parcel_reference].label_id = attachment

    def _record_error(self, error):
        # The row is read by people of this company; the worker speaks no language of its own.
        reader = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        message = error_text(reader.env, error)
        if isinstance(error, CarrierAuthError):
            self.account_id.sudo().paused_until = fields.Datetime.now() + ACCOUNT_PAUSE
            self._set_state(self._not_sent_state(), message, self.account_id.paused_until)
        elif error.outcome == REFUSED:
            self._set_state("refused", message)
        elif error.outcome == NOT_SENT:
            self._set_state(self._not_sent_state(), message, self._backoff(error.retry_after_s))
        else:
            self._set_state("unknown", message, self._next_look())

    def _not_sent_state(self):
        """This call never arrived; an earlier one may have."""
        return "unknown" if self.is_in_doubt else "todo"

    def _next_look(self):
        """Return when asking makes sense: at once with a key, after the grace by look-up."""
        info = self.account_id._info()
        if info.recovery is Recovery.LOOKUP:
            return fields.Datetime.now() + timedelta(seconds=info.lookup_grace_s / LOOKUP_ROUNDS)
        return self._backoff() if self.attempt > 1 else fields.Datetime.now()

    def _find_out(self):
        """Find out by the carrier's own means whether an unknown booking exists."""
        recovery = self.account_id._info().recovery
        if recovery is Recovery.KEY and self._key_is_remembered():
            self._send()
        elif recovery is Recovery.LOOKUP:
            self._look_up()
        else:
            self._ask_a_person()

    def _key_is_remembered(self):
        window = timedelta(seconds=self.account_id._info().key_window_s)
        return bool(self.first_sent_at and fields.Datetime.now() - self.first_sent_at < window)

    def _ask_a_person(self):
        self._set_state(
            "human",
            self.state_message
            or self.env._("Nobody but the carrier can tell whether this shipment exists."),
        )
        self._commit()
        self._finish_and_commit()

    def _look_up(self):
        """Ask the carrier what it holds under our reference."""
        attempt, reference = self.attempt, self.request_ref
        call = CarrierCall(self.account_id)
        call.ask(lambda client: _find_with_documents(client, reference))
        # Nobody else asks while this worker does.
        self.next_try_at = fields.Datetime.now() + timedelta(seconds=2 * call.seconds)
        self._commit()
        answer = call()
        self._in_new_transaction(lambda row: row._record_look_up(answer, attempt))
        self._finish_and_commit()

    def _record_look_up(self, answer, attempt):
        self._keep_exchanges(answer.exchanges)
        if self.state != "unknown" or self.attempt != attempt:
            return
        if answer.error:
            self.write({"next_try_at": self._backoff(), "effects_pending": True})
        elif answer.value:
            self._record_booking(answer.value)
        else:
            self._record_not_found()

    def _record_not_found(self):
        """Not there. Once the grace is over, several times in a row, it was never made."""
        grace = timedelta(seconds=self.account_id._info().lookup_grace_s)
        lookups = self.lookups + 1
        now = fields.Datetime.now()
        if now - self.last_sent_at >= grace and lookups >= LOOKUP_ROUNDS:
            self.write({"lookups": 0, "is_in_doubt": False})
            self._set_state("todo", self.env._("The carrier does not have it: booked again."))
            return
        self.write({"lookups": lookups, "next_try_at": now + grace / LOOKUP_ROUNDS})

    def _put_off(self, error):
        result = super()._put_off(error)
        self._raise_exception("crashed", f"{type(error).__name__}: {error}")
        return result

    def _currency(self, code):
        return (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)], limit=1)
        )


def _find_with_documents(client, reference):
    """Return the booking the carrier holds under `reference`, with its labels, or None."""
    found = client.find_by_reference(reference)
    if not found:
        return None
    booking = found[0]
    if booking.documents or Capability.PRINT_AGAIN not in client.info.capabilities:
        return booking
    try:
        documents = client.print_again(booking.waybill_ref)
    except CarrierError as error:
        # The shipment exists; a missing label is no reason to doubt it.
        _logger.info("No label yet for %s: %s", booking.waybill_ref, error.code)
        return booking
    return dataclasses.replace(booking, documents=documents)
