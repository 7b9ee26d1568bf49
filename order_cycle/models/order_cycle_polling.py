import dataclasses
import logging
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from odoo import api, fields, models

from ..carriers import documents, journey
from ..carriers.api import Capability
from ..carriers.errors import CarrierError, CarrierTokenExpired
from .carrier_call import CarrierCall
from .carrier_words import error_text
from .tracking_worker import TrackingWorker

_logger = logging.getLogger(__name__)

# How long after the booking -> how often a carrier is asked until then. Then never again.
ASK_EVERY = (
    (timedelta(hours=6), timedelta(minutes=15)),
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(days=14), timedelta(hours=4)),
    (timedelta(days=90), timedelta(days=1)),
)
ON_THE_VAN = timedelta(minutes=15)
# A carrier that tells us by itself is asked now and then all the same: a notice can get lost.
WITH_NOTICES = timedelta(hours=8)
# A call that failed is put off by twice as long each time.
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)
# A proof that is not there after so many tries does not come: about four days.
PROOF_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class News:
    """What a carrier told when it was asked once."""

    events: tuple = ()
    proof: Any = None
    proof_error: CarrierError | None = None


class OrderCyclePolling(models.AbstractModel):
    """Asks carriers where the goods of consignments are, and to prove that they delivered."""

    _name = "order.cycle.polling"
    _description = "Asking Where a Consignment Is"

    next_track_at = fields.Datetime(
        string="Asked Next", readonly=True, copy=False, index="btree_not_null"
    )
    track_failures = fields.Integer(readonly=True, copy=False)
    track_message = fields.Text(
        readonly=True, copy=False, help="Why the carrier could not be asked where the goods are."
    )
    wants_proof = fields.Boolean(
        readonly=True, copy=False, help="Delivered; the carrier is asked to prove it."
    )
    proof_tries = fields.Integer(readonly=True, copy=False)

    # === THE WORKER === #

    @api.model
    def _cron_track(self):
        """Ask carriers where goods are, until the time slice is over."""
        TrackingWorker(self).run()

    @api.model
    def _track_domain(self):
        """Return the consignments whose carrier is to be asked now."""
        return [("state", "=", "done"), ("next_track_at", "<=", fields.Datetime.now())]

    def _finish_booked(self):
        result = super()._finish_booked()
        fresh = self.filtered(
            lambda row: row.can_track and not row.next_track_at and not row.delivery_state
        )
        fresh.next_track_at = fields.Datetime.now() + ASK_EVERY[0][1]
        return result

    def _prepare_tracking(self):
        """Return the call that asks for news of these goods, or None: put off.

        What is written here is committed before the call is made.
        """
        try:
            call = CarrierCall(self.account_id, self.request_ref)
        except CarrierError as error:
            self.account_id._rest_after(error)
            self._track_later(error)
            return None
        waybill, refs, wants_proof = self.waybill_ref, self._piece_refs(), self._may_want_proof()
        call.ask(lambda client: _ask_for_news(client, waybill, refs, wants_proof))
        # Should this worker die, the next one asks again.
        self.next_track_at = fields.Datetime.now() + timedelta(seconds=2 * call.seconds)
        return call

    def _may_want_proof(self):
        is_open = self.wants_proof or self.delivery_state != "delivered"
        return is_open and self._offers(Capability.PROVE_DELIVERY)

    def _record_news(self, answer):
        """Store what the carrier answered."""
        if answer.error:
            self._keep_track_calls(answer.exchanges)
            self.account_id._rest_after(answer.error)
            self._track_later(answer.error)
            return
        news = answer.value
        has_news = self._take_events(news.events, "poll")
        self._take_proof(news)
        # Most of the time nothing has happened: that it was asked is enough to know.
        exchanges = answer.exchanges
        if not has_news and not news.proof and not news.proof_error:
            exchanges = [_without_texts(exchange) for exchange in exchanges]
        self._keep_track_calls(exchanges)
        self.write(
            {"track_failures": 0, "track_message": False, "next_track_at": self._next_track_at()}
        )

    def _keep_track_calls(self, exchanges):
        """Keep what was said on the wire."""
        Call = self.env["order.cycle.call"]
        links = {
            "consignment_id": self.id,
            "account_id": self.account_id.id,
            "company_id": self.company_id.id,
        }
        Call.create([{**Call._prepare_vals(exchange), **links} for exchange in exchanges])

    def _track_later(self, error):
        """Ask again later, longer each time, and not before the carrier said."""
        if isinstance(error, CarrierTokenExpired):
            self.next_track_at = fields.Datetime.now()
            return
        self.track_failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(self.track_failures - 1, 10), LONGEST_PAUSE)
        at = fields.Datetime.now() + pause
        message = error_text(self.env, error) if isinstance(error, CarrierError) else str(error)
        self.write(
            {
                "next_track_at": max(at, self.account_id._closed_until() or at),
                "track_message": message,
            }
        )

    def _next_track_at(self):
        """Return when the carrier is asked again, or False: it has no more to tell."""
        now, age = fields.Datetime.now(), fields.Datetime.now() - (self.booked_at or self.state_at)
        pauses = [pause for until, pause in ASK_EVERY if age < until]
        if not pauses:
            return False
        if self.wants_proof:
            return now + min(timedelta(minutes=15) * 2**self.proof_tries, LONGEST_PAUSE)
        if journey.is_over(self._scans(), self._piece_refs()):
            return False
        if self.account_id._sends_notices():
            return now + WITH_NOTICES
        return now + (min(pauses[0], ON_THE_VAN) if self._is_on_the_van() else pauses[0])

    def _is_on_the_van(self):
        return self.delivery_state == "out_for_delivery"

    # === THE PROOF === #

    def _take_proof(self, news):
        """Keep the proof of delivery, or count a try that brought none."""
        if not self.wants_proof:
            return
        proof = news.proof
        if not proof:
            tries = self.proof_tries + 1
            self.write({"proof_tries": tries, "wants_proof": tries < PROOF_TRIES})
            return
        self.write(
            {
                "signed_by": proof.signed_by or self.signed_by,
                "delivered_to": proof.location or self.delivered_to,
                "delivered_at": _naive(proof.delivered_at) or self.delivered_at,
                "wants_proof": False,
                "proof_ids": [(4, paper.id) for paper in self._store_proof(proof.documents)],
            }
        )
        self._tell_delivered()

    def _store_proof(self, papers):
        """Return the papers as attachments of the scan they prove, not among the labels."""
        scan = self._latest("delivered")
        return self.env["ir.attachment"].create(
            [
                {
                    "name": f"Delivery-{self.waybill_ref}-{number}.{paper.format}",
                    "res_model": scan._name,
                    "res_id": scan.id,
                    "raw": paper.content,
                }
                for number, paper in enumerate(papers, start=1)
            ]
        )

    def _tell_delivered(self):
        self.message_post(
            body=self.env._(
                "Delivered: %(place)s, received by %(name)s.",
                place=self.delivered_to or self.partner_id.display_name,
                name=self.signed_by or self.env._("somebody who is not named"),
            )
        )


def _ask_for_news(client, waybill, refs, wants_proof):
    """Return the `News` of one shipment. Touches no record."""
    events = client.track(waybill)
    if not wants_proof or journey.state_of(events, refs) != "delivered":
        return News(events=events)
    try:
        proof = client.prove_delivery(waybill)
        # Judged here, in a thread: what is kept must be what it says it is.
        papers = documents.sort_out([*proof.documents])[0] if proof else ()
        return News(events=events, proof=proof and dataclasses.replace(proof, documents=papers))
    except CarrierError as error:
        # Where the goods are is known; the paper is asked for again.
        _logger.info("No proof of delivery yet for %s: %s", waybill, error.code)
        return News(events=events, proof_error=error)


def _without_texts(exchange):
    return dataclasses.replace(exchange, request_text="", response_text="")


def _naive(moment):
    return moment and moment.astimezone(UTC).replace(tzinfo=None)
