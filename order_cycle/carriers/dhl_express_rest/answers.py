"""MyDHL: its JSON into our values. Pure functions."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dateutil.parser import isoparse

from .. import documents
from ..customs_union import needs_customs
from ..dhl_express import EVENT_CODES, SERVICES
from ..dto import (
    BookedParcel,
    Booking,
    Document,
    Money,
    Pickup,
    Proof,
    Quote,
    ShipmentRequest,
    TrackingEvent,
)
from ..errors import CarrierProtocolError, CarrierRejected, FieldProblem
from ..links import safe_link
from ..rest.reading import encoded, incomplete, optional_text, required, words
from ..rest.transport import Refusal
from ..storable import is_storable_amount

#: documents, typeCode -> our kind.
PAPERS = {"label": "label", "invoice": "customs"}
#: Prices in the currency the account is billed in (MyDHL, currencyType).
BILLED = "BILLC"
#: Their field -> ours, for the paths in ``additionalDetails``.
FIELDS = {
    "shipperDetails/postalAddress/postalCode": "sender.zip_code",
    "shipperDetails/postalAddress/cityName": "sender.city",
    "shipperDetails/postalAddress/countryCode": "sender.country_code",
    "receiverDetails/postalAddress/postalCode": "receiver.zip_code",
    "receiverDetails/postalAddress/cityName": "receiver.city",
    "receiverDetails/postalAddress/countryCode": "receiver.country_code",
    "receiverDetails/postalAddress/addressLine": "receiver.street",
    "receiverDetails/contactInformation/fullName": "receiver.name",
    "receiverDetails/contactInformation/phone": "receiver.phone",
    "content/incoterm": "incoterm",
    "exportDeclaration": "commodities",
    "productCode": "service",
}


#: Words for a part of a place in the answers of address-validate -> our field. What names several
#: is about the postcode, which decides.
PLACE_WORDS = {
    "postcode": "zip_code",
    "postal code": "zip_code",
    "postalcode": "zip_code",
    "city": "city",
    "countrycode": "country_code",
    "country code": "country_code",
}
#: The label comes with the booking or not at all: the contract cannot give it later.
NO_LABEL = FieldProblem(
    field="",
    code="document_unusable",
    text="The carrier sent no label. The shipment is booked; print it in the carrier's portal.",
)
NO_INVOICE = FieldProblem(
    field="",
    code="document_unusable",
    text="The carrier sent no invoice for the customs. The shipment is booked; print an invoice "
    "of your own.",
)


def read_booking(data: Any, request: ShipmentRequest) -> Booking:
    """Read a shipment that was just booked.

    :raises CarrierProtocolError: what the contract promises is not there.
    """
    packages = required(data, "packages", list)
    if len(packages) != len(request.parcels):
        raise incomplete("packages")
    numbers = [_place_of(package, place) for place, package in enumerate(packages, start=1)]
    if sorted(numbers) != list(range(1, len(request.parcels) + 1)):
        raise incomplete("packages.referenceNumber")
    usable, warnings = documents.sort_out(_papers(data, request))
    warnings = warnings or _missing(usable, request)
    return Booking(
        waybill_ref=required(data, "shipmentTrackingNumber", str),
        parcels=tuple(
            BookedParcel(
                reference=request.parcels[number - 1].reference,
                tracking_ref=required(package, "trackingNumber", str),
                tracking_url=safe_link(optional_text(package, "trackingUrl")),
            )
            for number, package in zip(numbers, packages, strict=True)
        ),
        documents=usable,
        price=_price(data.get("shipmentCharges") or []),
        service=request.service,
        tracking_url=safe_link(optional_text(data, "trackingUrl")),
        warnings=warnings,
    )


def read_events(data: Any) -> tuple[TrackingEvent, ...]:
    """Read scans of the shipment and of its pieces, oldest first."""
    (shipment,) = required(data, "shipments", list) or [{}]
    events = [_event(item, "") for item in required(shipment, "events", list)]
    for piece in shipment.get("pieces") or []:
        number = optional_text(piece, "trackingNumber")
        events += [_event(item, number) for item in required(piece, "events", list)]
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_proof(data: Any) -> Proof:
    """Read the paper that proves a delivery.

    :raises CarrierProtocolError: there is none, or it is no usable file.
    """
    papers = [
        Document(
            kind="proof",
            format=required(item, "encodingFormat", str).lower(),
            content=documents.decode(encoded(item, "content")),
        )
        for item in required(data, "documents", list)
    ]
    usable, warnings = documents.sort_out(papers)
    if warnings or not usable:
        raise CarrierProtocolError(
            "The proof of delivery that the carrier sent is no usable file. Ask again later.",
            code="document_unusable",
        )
    return Proof(documents=usable)


def read_quotes(data: Any, request: ShipmentRequest) -> tuple[Quote, ...]:
    """Read prices; a product we have no word for is left out, as is one of another service."""
    quotes = []
    for item in required(data, "products", list):
        service = SERVICES.get(optional_text(item, "productCode"))
        price = _price(required(item, "totalPrice", list))
        if service and price and request.service in ("", service):
            quotes.append(_quote(item, service, price))
    return tuple(quotes)


def read_pickup(data: Any) -> Pickup:
    """Read a pickup that was booked."""
    numbers = required(data, "dispatchConfirmationNumbers", list)
    if not numbers or not isinstance(numbers[0], str) or not numbers[0]:
        raise incomplete("dispatchConfirmationNumbers")
    return Pickup(pickup_ref=numbers[0], message=optional_text(data, "readyByTime"))


def read_refusal(data: Any) -> Refusal:
    """Read the error body of every operation; see ``StatusRules``."""
    detail = words(data, "detail")
    more = data.get("additionalDetails")
    details = [text for text in more if isinstance(text, str)] if isinstance(more, list) else []
    problems = tuple(
        FieldProblem(field=our_field(text), code=_code(text), text=text)
        for text in details or [detail]
    )
    text = " ".join([detail, *details])
    return Refusal(code=problems[0].code, message=f"The carrier refused: {text}", fields=problems)


def check_absence(data: Any) -> None:
    """Make sure that a 404 is the carrier's own: the form of its errors, all of which is optional.

    :raises CarrierProtocolError: it is somebody's on the way, and proves nothing.
    """
    if not (optional_text(data, "title") or optional_text(data, "detail")):
        raise incomplete("title")


def place_problems(error: CarrierRejected) -> tuple[FieldProblem, ...]:
    """Return what a refusal says of the place that was asked about; nothing if it is about more.

    The contract lists no codes. So every sentence must name a part of the place.
    """
    fields = [_place_field(problem.text) for problem in error.fields]
    if not fields or not all(fields):
        return ()
    return tuple(
        FieldProblem(field=f"receiver.{field}", code="address_unknown", text=error.message)
        for field in dict.fromkeys(fields)
    )


def read_places(data: Any) -> tuple[FieldProblem, ...]:
    """Read the places that were found: "no records when exact valid match not found"."""
    if data.get("address"):
        return ()
    text = "DHL Express finds no place with this postcode and city. Correct the address."
    return (FieldProblem(field="receiver.zip_code", code="address_unknown", text=text),)


def _place_field(text: str) -> str:
    found = (field for word, field in PLACE_WORDS.items() if word in text.lower())
    return next(found, "")


def our_field(text: str) -> str:
    """Return which of our fields a sentence of the carrier is about, or an empty text."""
    return next((ours for theirs, ours in FIELDS.items() if theirs in text), "")


def _code(text: str) -> str:
    number = text.partition(":")[0].strip()
    return number if number.isascii() and number.isdecimal() else "refused"


def _papers(data: Any, request: ShipmentRequest) -> list[Document]:
    papers = []
    for item in data.get("documents") or []:
        kind = PAPERS.get(optional_text(item, "typeCode"), "other")
        place = item.get("packageReferenceNumber")
        is_placed = isinstance(place, int) and 1 <= place <= len(request.parcels)
        is_only = kind == "label" and len(request.parcels) == 1
        only = request.parcels[0].reference if is_only else ""
        papers.append(
            Document(
                kind=kind,
                # A paper that is none leaves the booking a booking, with a warning.
                format=optional_text(item, "imageFormat").lower(),
                content=documents.decode(str(item.get("content") or "")),
                parcel_reference=request.parcels[place - 1].reference if is_placed else only,
            )
        )
    return papers


def _missing(papers: tuple[Document, ...], request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return which papers were asked for and did not come."""
    kinds = {paper.kind for paper in papers}
    wanted = {"label": NO_LABEL, **({"customs": NO_INVOICE} if needs_customs(request) else {})}
    return tuple(problem for kind, problem in wanted.items() if kind not in kinds)


def _place_of(package: Any, place: int) -> Any:
    return package.get("referenceNumber", place) if isinstance(package, dict) else place


def _event(item: Any, tracking_ref: str) -> TrackingEvent:
    code = required(item, "typeCode", str)
    areas = item.get("serviceArea") or [{}]
    return TrackingEvent(
        code=EVENT_CODES.get(code, "other"),
        carrier_code=code,
        text=required(item, "description", str),
        happened_at=_moment(item),
        location=optional_text(areas[0], "description"),
        tracking_ref=tracking_ref,
        signed_by=optional_text(item, "signedBy"),
    )


def _moment(item: Any) -> datetime:
    """Return the local time of a scan with its distance to Greenwich."""
    parts = (required(item, name, str) for name in ("date", "time", "GMTOffset"))
    day, clock, offset = parts
    try:
        return isoparse(f"{day}T{clock}{offset}")
    except ValueError as error:
        raise incomplete("events.date") from error


def _quote(item: Any, service: str, price: Money) -> Quote:
    capabilities = item.get("deliveryCapabilities") or {}
    days = capabilities.get("totalTransitDays")
    arrival = optional_text(capabilities, "estimatedDeliveryDateAndTime")[:10]
    try:
        delivers_on = datetime.strptime(arrival, "%Y-%m-%d").date() if arrival else None
    except ValueError as error:
        raise incomplete("estimatedDeliveryDateAndTime") from error
    return Quote(
        service=service,
        price=price,
        transit_days=int(days) if str(days or "").isdecimal() else None,
        delivers_on=delivers_on,
        name=optional_text(item, "productName"),
    )


def _price(charges: list[Any]) -> Money | None:
    """Return the amount the account is billed, or None when the carrier names none."""
    for item in charges:
        currency = optional_text(item, "priceCurrency")
        if item.get("currencyType", BILLED) != BILLED or not currency:
            continue
        try:
            amount = Decimal(str(item.get("price")))
        except InvalidOperation as error:
            raise incomplete("price") from error
        if not is_storable_amount(amount):
            raise incomplete("price")
        if amount > 0:
            return Money(amount=amount, currency=currency)
    return None
