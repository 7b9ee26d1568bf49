from odoo import api, fields, models, tools

from ..carriers import from_json, payload_hash, to_json
from ..carriers.api import Recovery
from ..carriers.dto import Booking
from ..carriers.errors import (
    NOT_SENT,
    REFUSED,
    CarrierAuthError,
    CarrierError,
    InvalidShipment,
)
from .carrier_words import error_text, problem_text


class OrderCycleBooking(models.AbstractModel):
    """The booking of a consignment as an outbox row: the call and its answers."""

    _name = "order.cycle.booking"
    _inherit = "order.cycle.recall"
    _description = "Booking"

    # === THE CALL === #

    def _worker_cron(self):
        return self.env.ref("order_cycle.cron_book")

    def _prepare_call(self):
        """Freeze the request and return the call that books it, or None if it cannot be sent."""
        call = self._open_call()
        if not call:
            return None
        try:
            request = self._frozen_request(call.client)
        except CarrierError as error:
            self._record_error(error)
            return None
        call.ask(lambda client: client.book(request, is_checked=True))
        return call

    def _find_problems(self):
        """Return what keeps this consignment from being booked, in words; asks nobody."""
        try:
            client = self.account_id._client()
        except CarrierAuthError:
            # Not the goods' fault: the worker tells the administrator when it comes to booking.
            return []
        problems = client.find_problems(self.carrier_id._cycle_request(self))
        return [problem_text(self.env, problem) for problem in problems]

    def _frozen_request(self, client):
        """Return the request, built and checked once and from then on always the same.

        :raises InvalidShipment: it cannot be sent as it is; never for one that was sent before
        """
        if self._payload_is_outdated():
            self.write(self._new_payload_vals())
        if self.payload:
            return from_json(self.payload)
        request = self.carrier_id._cycle_request(self)
        self.write({"payload": to_json(request), "payload_hash": payload_hash(request)})
        problems = client.find_problems(request)
        if problems:
            raise InvalidShipment(problems)
        return request

    def _payload_is_outdated(self):
        """Return whether a request that certainly never arrived speaks of another day."""
        if not self.payload or self.is_in_doubt:
            return False
        return from_json(self.payload).ship_date < fields.Date.context_today(self)

    def _new_payload_vals(self):
        """Return the values that have the request built anew: another reference, another key."""
        return {
            **self._new_identity(self.name),
            "payload": False,
            "payload_hash": False,
            "first_sent_at": False,
            "last_sent_at": False,
            "lookups": 0,
            "failures": 0,
        }

    # === THE ANSWER === #

    def _record(self, answer, attempt):
        """Store what the carrier answered; return the papers that came with it."""
        # A worker that took longer than its lease still brings the truth, unless the row was
        # settled meanwhile; an older call has nothing to say about a newer one.
        if self.state not in ("sending", "unknown", "human") or self.attempt != attempt:
            if isinstance(answer.value, Booking) and not self._is_known(answer):
                self._recall([answer.value])
        elif isinstance(answer.value, Booking):
            return self._record_booking(answer.value)
        else:
            self._record_error(answer.error)
        return None

    def _is_known(self, answer):
        """Return whether a late answer is about the shipment this row has or is about to get."""
        if answer.value.waybill_ref == self.waybill_ref:
            return True
        is_open = self.state in ("sending", "unknown", "human")
        has_key = self.account_id._info().recovery is Recovery.KEY
        return is_open and has_key and answer.reference == self.request_ref

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
        warnings = [problem_text(self.env, problem) for problem in booking.warnings]
        # A label that came broken is made anew in a while; one that comes apart is asked for now.
        later = self._backoff() if warnings else None
        self._set_state("done", "\n".join(warnings), later)
        has_all = booking.documents and not booking.warnings
        self.wants_label = not has_all and self._can_print_again()
        return booking.documents

    def _record_error(self, error):
        message = error_text(self.env, error)
        self.account_id._rest_after(error)
        if isinstance(error, CarrierAuthError):
            self._set_state(self._not_sent_state(), message, self.account_id._closed_until())
        elif error.outcome == REFUSED and self.is_in_doubt:
            self._set_state("human", self._refused_in_doubt_text(message))
        elif error.outcome == REFUSED:
            self._set_state("refused", message)
        elif error.outcome == NOT_SENT:
            self._set_state(self._not_sent_state(), message, self._backoff(error.retry_after_s))
        else:
            self._set_state("unknown", message, self._next_look())

    def _refused_in_doubt_text(self, message):
        """A no to this call says nothing of an earlier one that may have booked."""
        return self.env._(
            "The booking was sent again because its first answer never arrived, and was refused: "
            "%(message)s Whether the first one was booked only the carrier can tell.",
            message=message,
        )

    def _not_sent_state(self):
        """This call never arrived; an earlier one may have."""
        return "unknown" if self.is_in_doubt else "todo"

    def _put_off(self, error):
        result = super()._put_off(error)
        self._raise_exception("crashed", f"{type(error).__name__}: {error}")
        return result

    def _currency(self, code):
        """Return the currency with this ISO code, also one that is not in use."""
        currency_id = self._currency_ids().get(code)
        if currency_id:
            return self.env["res.currency"].browse(currency_id)
        all_currencies = self.env["res.currency"].with_context(active_test=False)
        return all_currencies.search([("name", "=", code)], limit=1)

    @api.model
    @tools.ormcache()
    def _currency_ids(self):
        """Return {code: id}. Currencies are never deleted; one that is new is looked up."""
        self.env.cr.execute("SELECT name, id FROM res_currency")
        return dict(self.env.cr.fetchall())
