"""UPS: capability -> mapping -> transport -> mapping, and nothing else."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .. import auth
from ..account_settings import filled
from ..dto import (
    Booking,
    CarrierSettings,
    Document,
    Pickup,
    PickupRequest,
    Proof,
    Quote,
    ShipmentRequest,
    Token,
    TrackingEvent,
)
from ..errors import (
    CarrierAuthError,
    CarrierRejected,
    CarrierTokenExpired,
    CarrierUnavailable,
    FieldProblem,
    InvalidShipment,
)
from ..exchange import OnExchange
from ..rest.transport import RestTransport, StatusRules
from . import answers, mapping, pickup, rating, tables, tracking
from .checks import account_problems, booking_problems, pickup_problems, quote_problems
from .info import INFO

#: 400 is "Invalid Request" in every contract of UPS, 429 its limit. Only Tracking knows a 503,
#: and nobody says who sends it: it proves nothing.
RULES = StatusRules(
    refused=frozenset({400, 404}),
    not_sent=frozenset({429}),
    read_refusal=answers.read_refusal,
    token_over=frozenset({401}),
)
#: There is no token yet that could be over.
SIGN_IN_RULES = replace(RULES, token_over=frozenset())
#: The contracts of booking have no 404: it is the answer of somebody on the way.
BOOKING_RULES = replace(RULES, refused=frozenset({400}))
#: How far around today a shipment is looked for by its pickup date.
_SEARCHED = timedelta(days=30)


class Client:
    """One account at UPS."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._settings = settings
        self._values = filled(settings, INFO)
        self._transport = RestTransport(
            settings, headers={"transactionSrc": "order"}, rules=RULES, on_exchange=on_exchange
        )

    def sign_in(self) -> Token:
        """See ``SignsIn``."""
        now = datetime.now(timezone.utc)
        try:
            answer = self._transport.call(
                "CreateToken",
                "POST",
                ("security", "v1", "oauth", "token"),
                form={"grant_type": "client_credentials"},
                headers=auth.basic(self._settings.username, self._settings.password),
                rules=SIGN_IN_RULES,
            )
        except CarrierRejected as error:
            raise CarrierAuthError(error.message, code="auth_failed") from None
        return answers.read_token(answer.data, now)

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Never send it again without looking it up first."""
        _refuse(() if is_checked else self.find_problems(request))
        data = self._call(
            "Shipment",
            "POST",
            ("shipments", tables.VERSION, "ship"),
            body=mapping.to_booking(request, self._values),
            rules=BOOKING_RULES,
        )
        return answers.read_booking(data, request)

    def find_by_reference(self, request_ref: str) -> tuple[Booking, ...]:
        """See ``FindsByReference``."""
        today = datetime.now(timezone.utc).date()
        try:
            data = self._call(
                "Reference Tracking",
                "GET",
                ("track", "v1", "reference", "details", request_ref),
                query={
                    "shipperNum": self._settings.account_number,
                    "fromPickUpDate": f"{today - _SEARCHED:%Y%m%d}",
                    "toPickUpDate": f"{today + _SEARCHED:%Y%m%d}",
                },
                rules=replace(RULES, refused=frozenset({404})),
            )
        except CarrierRejected:
            return ()
        return tracking.read_found(data, request_ref)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``. The contract has no code for what is void already: tracking tells."""
        path = ("shipments", tables.VERSION, "void", "cancel", waybill_ref)
        try:
            data = self._call("VoidShipment", "DELETE", path)
        except CarrierRejected:
            if self._is_void(waybill_ref):
                return
            raise
        answers.check_voided(data)

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``. In the format of the account: PDF is made only here."""
        wanted = self._values["label_again_format"]
        try:
            data = self._call(
                "LabelRecovery",
                "POST",
                ("labels", tables.RECOVERY_VERSION, "recovery"),
                body=mapping.to_recovery(waybill_ref, wanted),
            )
        except CarrierRejected as error:
            if error.code != tables.NOT_READY:
                raise
            raise CarrierUnavailable(
                "The carrier is still working on the label. Fetch it again in a minute.",
                code="carrier_busy",
            ) from None
        return answers.read_labels(data)

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        return tracking.read_events(self._details(waybill_ref))

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """See ``ProvesDelivery``."""
        query = {"returnSignature": "true", "returnPOD": "true"}
        return tracking.read_proof(self._details(waybill_ref, query))

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``. With the days on the way, in the same call."""
        _refuse(quote_problems(request))
        option = "Rate" if request.service else "Shop"
        data = self._call(
            "Rate",
            "POST",
            ("rating", tables.VERSION, option),
            # "Shoptimeintransit" is longer than the option's own limit of ten characters.
            query={"additionalinfo": "timeintransit"},
            body=rating.to_quote(request, self._values, option),
        )
        return answers.read_quotes(data, request.service)

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """See ``BooksPickup``. The same place and day again is the same pickup (PRN)."""
        _refuse(pickup_problems(request))
        data = self._call(
            "Pickup Creation",
            "POST",
            ("pickupcreation", tables.VERSION, "pickup"),
            body=pickup.to_pickup(request, self._values),
        )
        return pickup.read_pickup(data)

    def cancel_pickup(self, pickup_ref: str, request: PickupRequest) -> None:
        """See ``CancelsPickup``."""
        path = ("shipments", tables.VERSION, "pickup", pickup.BY_NUMBER)
        data = self._call("Pickup Cancel", "DELETE", path, headers={"Prn": pickup_ref})
        pickup.check_cancelled(data)

    def _details(self, waybill_ref: str, query: dict[str, str] | None = None) -> Any:
        path = ("track", "v1", "details", waybill_ref)
        return self._call("Tracking", "GET", path, query=query)

    def _is_void(self, waybill_ref: str) -> bool:
        try:
            return tracking.is_dead(self._details(waybill_ref))
        except CarrierRejected:
            return False

    def _call(
        self, operation: str, method: str, path: tuple[str, ...], *, headers=None, **more: Any
    ) -> Any:
        wrong = account_problems(self._settings.account_number)
        if wrong:
            raise CarrierAuthError(wrong, code="account_unusable")
        if not self._settings.access_token:
            raise CarrierTokenExpired(
                f"{operation}: there is no access token yet, so nothing was sent.",
                code="token_missing",
            )
        # transId is "unique to the request", 32 characters at most.
        headers = {
            **auth.bearer(self._settings.access_token),
            "transId": uuid.uuid4().hex,
            **(headers or {}),
        }
        answer = self._transport.call(operation, method, ("api", *path), headers=headers, **more)
        return answer.data


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
