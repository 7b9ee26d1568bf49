"""GLS Spain: capability -> mapping -> transport -> mapping, and nothing else."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..account_settings import filled
from ..dto import Booking, CarrierSettings, Document, Manifest, ShipmentRequest, TrackingEvent
from ..errors import CarrierAuthError, CarrierError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..soap.any_xml import Xml
from ..soap.outcome import FaultRules
from ..soap.transport import Endpoint, SoapTransport
from . import answers, codes, mapping
from .checks import booking_problems, reference_problems
from .info import INFO

ENDPOINT = Endpoint(
    wsdl=Path(__file__).with_name("b2b.wsdl"), binding="{http://www.asmred.com/}b2bSoap"
)
#: The contract explains no fault, and nobody promises that a 503 comes from the carrier itself.
RULES = FaultRules(refused=frozenset(), not_sent=frozenset({429}))


class Client:
    """One account at GLS Spain."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        values = filled(settings, INFO)
        self._uid = settings.api_key
        self._line_limit = _line_limit(values["line_limit"])
        self._zone = _zone(values["time_zone"])
        self._transport = SoapTransport(
            ENDPOINT, settings, headers={}, rules=RULES, on_exchange=on_exchange
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request, self._line_limit, self._today())

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. A reference that GLS has had before is refused by it."""
        _refuse(() if is_checked else self.find_problems(request))
        data = self._send("GrabaServicios", mapping.to_booking(request, self._uid))
        references = [parcel.reference for parcel in request.parcels]
        try:
            return answers.read_booking(
                data, references, request.label_format, request.receiver.zip_code.strip()
            )
        except CarrierError as error:
            raise self._transport.discreet(error) from None

    def find_by_reference(self, request_ref: str) -> tuple[Booking, ...]:
        """See ``FindsByReference``."""
        _refuse(reference_problems(request_ref))
        return answers.read_found(self._look_up(mapping.to_reference(request_ref)), self._zone)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``. A shipment that is not there any more may be one cancelled before."""
        payload = mapping.to_cancellation(waybill_ref, self._uid)
        code = answers.read_cancellation(self._send("Anula", payload))
        if code == codes.CANCELLED:
            return
        if answers.is_cancelled(self._look_up(waybill_ref)):
            return
        raise answers.cancel_failure(code)

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``."""
        label_format = "pdf"
        payload = {"codigo": waybill_ref, "tipoEtiqueta": mapping.LABEL_FORMATS[label_format]}
        data = self._transport.call("EtiquetaEnvio", payload, header={})
        return answers.read_documents(data, label_format)

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        return answers.read_events(self._look_up(waybill_ref), self._zone)

    def close_manifest(self, waybill_refs: Sequence[str]) -> Manifest:
        """See ``ClosesManifest``. GLS has no such step: it is asked for what it has of today."""
        day = self._today()
        data = self._send("GetManifiesto", mapping.to_day(day, self._uid))
        return answers.read_manifest(data, day)

    def _today(self) -> date:
        return datetime.now(self._zone).date()

    def _look_up(self, code: str) -> dict[str, Any]:
        payload = {"codigo": code, "uid": self._uid}
        return self._transport.call("GetExpCli", payload, header={})

    def _send(self, operation: str, content: Xml) -> dict[str, Any]:
        payload = {"docIn": {"_value_1": content}}
        return self._transport.call(operation, payload, header={})


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)


def _line_limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 10 <= int(text) <= 200):
        raise _unusable(f"{text!r} is no number of characters between 10 and 200")
    return int(text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _unusable(f"{name!r} is no time zone") from error


def _unusable(what: str) -> CarrierAuthError:
    return CarrierAuthError(
        f"The account of {INFO.label} cannot be used: {what}. Correct its settings.",
        code="account_unusable",
    )
