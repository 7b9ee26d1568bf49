"""Sendcloud: capability -> mapping -> transport -> mapping, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .. import auth, documents
from ..account_settings import filled
from ..dto import Booking, CarrierSettings, Document, ShipmentRequest, TrackingEvent
from ..errors import (
    CarrierAuthError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
    FieldProblem,
    InvalidShipment,
)
from ..exchange import OnExchange
from ..rest.reading import optional_text, required
from ..rest.transport import RestTransport, StatusRules
from . import answers, mapping, returns, tables, tracking
from .checks import account_problems, booking_problems
from .info import INFO

#: 400 is the contract's own check, made before anything is done. 429 is in no file: it comes from
#: the door. The 404 of an announcement is about partners, which we are not: it proves nothing.
RULES = StatusRules(
    refused=frozenset({400, 404}), not_sent=frozenset({429}), read_refusal=answers.read_refusal
)
BOOKING_RULES = replace(RULES, refused=frozenset({400}), good=frozenset({409}))
DETAILS_RULES = replace(RULES, read_refusal=answers.read_absence)
CANCEL_RULES = replace(RULES, refused=frozenset({400, 404, 409}))
RETURN_RULES = replace(RULES, refused=frozenset({400}), read_refusal=returns.read_refusal)
RETURN_AGAIN_RULES = replace(
    RULES, refused=frozenset({404, 409}), read_refusal=returns.read_conflict
)
TRACKING_RULES = replace(RULES, refused=frozenset({404}), read_refusal=tracking.read_refusal)

#: How far back a return is looked for; a lost answer is asked for within hours.
_SEARCHED = timedelta(days=31)
#: "page_size" of the list of returns, and how many pages are read at most.
_PAGE_SIZE = 40
_PAGES_MAX = 50


class Client:
    """One account at Sendcloud."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._values = filled(settings, INFO)
        self._transport = RestTransport(
            settings,
            headers=auth.basic(settings.username, settings.password),
            rules=RULES,
            on_exchange=on_exchange,
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request, self._values)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Our reference keeps a second call from booking twice."""
        problems = () if is_checked else self.find_problems(request)
        if problems:
            raise InvalidShipment(problems)
        self._check_account()
        if request.is_return:
            return self._book_return(request)
        by_rules = request.service == tables.BY_RULES
        answer = self._call(
            "announce_shipment",
            "POST",
            ("shipments", "announce-with-shipping-rules" if by_rules else "announce"),
            body=mapping.to_booking(request, self._values),
            rules=BOOKING_RULES,
        )
        if answer.status == 409:
            return answers.read_conflict(answer.data, request)
        return answers.read_booking(answer.data, request)

    def find_by_reference(self, request_ref: str) -> tuple[Booking, ...]:
        """See ``FindsByReference``. Shipments first, then returns."""
        query = {"external_reference_id": request_ref}
        data = self._list_shipments(query)
        found = answers.read_found(data, request_ref) if data else ()
        return found or self._find_returns(request_ref)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``. 409 has one code for what is cancelled already and for what cannot be
        any more: the shipment itself tells."""
        if returns.is_return_ref(waybill_ref):
            self._cancel_return(waybill_ref)
            return
        path = ("shipments", waybill_ref, "cancel")
        try:
            data = self._call("cancel_shipment", "POST", path, rules=CANCEL_RULES).data
        except CarrierRejected as error:
            if error.code != "not_found" and answers.is_cancelling(self._shipment(waybill_ref)):
                return
            raise
        required(required(data, "data", dict), "status", str)

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``. One call for each paper."""
        if returns.is_return_ref(waybill_ref):
            papers = [self._paper(returns.label_parcel(self._return(waybill_ref)), "label")]
        else:
            papers = self._papers(self._shipment(waybill_ref))
        usable, warnings = documents.sort_out(papers)
        if warnings:
            raise CarrierProtocolError(warnings[0].text, code=warnings[0].code, fields=warnings)
        return usable

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``. One call for each parcel."""
        if returns.is_return_ref(waybill_ref):
            return returns.read_events(self._return(waybill_ref))
        events = []
        for parcel in answers.parcels_of(self._shipment(waybill_ref)):
            number = optional_text(parcel, "tracking_number")
            if number:
                events += self._events(number)
        return tuple(sorted(events, key=lambda event: event.happened_at))

    def check_account(self) -> None:
        """See ``ChecksAccount``. An account without a shipment is one, too."""
        self._list_shipments({"page_size": "1"})

    # --- shipments ---

    def _list_shipments(self, query: dict[str, str]) -> Any:
        """Return a page, or None: "data" has one item at least, so nothing found is a 404."""
        try:
            return self._call("get_all_shipments", "GET", ("shipments",), query=query).data
        except CarrierRejected as error:
            if error.code != "not_found":
                raise
            return None

    def _shipment(self, waybill_ref: str) -> Any:
        path = ("shipments", waybill_ref)
        data = self._call("get_shipment_by_id", "GET", path, rules=DETAILS_RULES).data
        return required(data, "data", dict)

    def _papers(self, shipment: Any) -> list[Document]:
        papers = []
        for parcel in answers.parcels_of(shipment):
            kinds = answers.paper_kinds(parcel)
            if "label" not in kinds and answers.status(parcel) in tables.ANNOUNCING:
                raise CarrierUnavailable(
                    "The carrier is still making the label. Fetch it again in a minute.",
                    code="label_not_ready",
                )
            number = str(required(parcel, "id", int))
            papers += [self._paper(number, kind) for kind in kinds or ["label"]]
        return papers

    def _paper(self, parcel_number: str, kind: str) -> Document:
        # Customs papers are no labels: a label printer cannot print them.
        wanted = self._values["label_again_format"] if kind == "label" else "pdf"
        content = self._transport.download(
            "retrieve_parcel_documents",
            ("parcels", parcel_number, "documents", kind),
            accept=tables.MIME_TYPES[wanted],
        )
        return answers.read_paper(content, kind)

    def _events(self, tracking_ref: str) -> list[TrackingEvent]:
        try:
            data = self._call(
                "get_parcel_by_tracking_number",
                "GET",
                ("parcels", "tracking", tracking_ref),
                rules=TRACKING_RULES,
            ).data
        except CarrierRejected:
            # "Parcel does not exist": the carrier behind has not said anything yet.
            return []
        return tracking.read_events(data, tracking_ref)

    # --- returns ---

    def _book_return(self, request: ShipmentRequest) -> Booking:
        answer = self._call(
            "returns_create_new_return_synchronously",
            "POST",
            ("returns", "announce-synchronously"),
            body=returns.to_return(request, self._values),
            rules=RETURN_RULES,
        )
        return returns.read_booking(answer.data, request)

    def _find_returns(self, request_ref: str) -> tuple[Booking, ...]:
        now = datetime.now(timezone.utc)
        query = {
            "from_date": f"{now - _SEARCHED:%Y-%m-%d %H:%M:%S}",
            "to_date": f"{now + timedelta(days=1):%Y-%m-%d %H:%M:%S}",
            "page_size": str(_PAGE_SIZE),
        }
        found: list[Booking] = []
        for _page in range(_PAGES_MAX):
            data = self._call("returns_get_returns", "GET", ("returns",), query=query).data
            items, cursor = returns.read_page(data)
            found += returns.read_found(items, request_ref)
            if not cursor:
                return tuple(found)
            query["cursor"] = cursor
        raise CarrierUnknownOutcome(
            "There are too many returns to look through them all. Look for it at Sendcloud.",
            code="too_many_returns",
        )

    def _return(self, waybill_ref: str) -> Any:
        path = ("returns", waybill_ref)
        return self._call("returns_get_details", "GET", path, rules=RETURN_AGAIN_RULES).data

    def _cancel_return(self, waybill_ref: str) -> None:
        path = ("returns", waybill_ref, "cancel")
        try:
            self._call("returns_cancel", "PATCH", path, rules=RETURN_AGAIN_RULES)
        except CarrierRejected as error:
            if error.code != "not_found" and returns.is_cancelled(self._return(waybill_ref)):
                return
            raise

    def _call(self, operation: str, method: str, path: tuple[str, ...], **more: Any) -> Any:
        self._check_account()
        return self._transport.call(operation, method, path, **more)

    def _check_account(self) -> None:
        wrong = account_problems(self._values)
        if wrong:
            raise CarrierAuthError(wrong, code="account_unusable")
