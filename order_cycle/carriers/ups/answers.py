"""UPS: the JSON of Shipping, Rating and label recovery into our values. Pure functions."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, Money, Quote, ShipmentRequest, Token
from ..errors import CarrierProtocolError, FieldProblem
from ..rest.reading import encoded, incomplete, optional_text, required, words
from ..rest.transport import Refusal
from ..storable import is_storable_amount
from . import tables

SERVICES = {theirs: ours for ours, theirs in tables.SERVICE_CODES.items()}
FORMATS = {"ZPL": "zpl", "PDF": "pdf", "PNG": "png"}
TRACKING_URL = "https://www.ups.com/track?tracknum="
#: A token is given up this long before its end: calls under way shall not fall over it.
TOKEN_MARGIN = timedelta(seconds=60)


def read_token(data: Any, now: datetime) -> Token:
    """Read the answer of ``CreateToken``; its times are texts of seconds."""
    seconds = required(data, "expires_in", str)
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 10):
        raise incomplete("expires_in")
    life = max(timedelta(seconds=int(seconds)) - TOKEN_MARGIN, timedelta(seconds=1))
    return Token(value=required(data, "access_token", str), expires_at=now + life)


def read_booking(data: Any, request: ShipmentRequest) -> Booking:
    """Read a shipment that was just booked.

    :raises CarrierProtocolError: what the contract promises is not there.
    """
    results = required(required(data, "ShipmentResponse", dict), "ShipmentResults", dict)
    packages = as_list(results.get("PackageResults"))
    if len(packages) != len(request.parcels):
        # The contract has no answer for a part of the parcels.
        raise incomplete("PackageResults")
    waybill = required(results, "ShipmentIdentificationNumber", str)
    numbers = [required(package, "TrackingNumber", str) for package in packages]
    usable, warnings = documents.sort_out(_papers(results, packages, request))
    return Booking(
        waybill_ref=waybill,
        parcels=tuple(
            BookedParcel(
                reference=parcel.reference,
                tracking_ref=number,
                tracking_url=TRACKING_URL + number,
            )
            for parcel, number in zip(request.parcels, numbers, strict=True)
        ),
        documents=usable,
        price=_price(results),
        service=request.service,
        tracking_url=TRACKING_URL + waybill,
        warnings=warnings,
    )


def read_labels(data: Any) -> tuple[Document, ...]:
    """Read the answer of ``LabelRecovery``.

    :raises CarrierProtocolError: there is none, or one is no usable file.
    """
    answer = required(data, "LabelRecoveryResponse", dict)
    labels = []
    for result in as_list(answer.get("LabelResults")):
        image = required(result, "LabelImage", dict)
        labels.append(_image("label", image, "LabelImageFormat", ""))
    usable, warnings = documents.sort_out([label for label in labels if label])
    if warnings:
        raise CarrierProtocolError(warnings[0].text, code=warnings[0].code, fields=warnings)
    if not usable:
        raise incomplete("LabelResults")
    return usable


def check_voided(data: Any) -> None:
    """Make sure that the answer of ``VoidShipment`` says so (Status.Code 1)."""
    result = required(required(data, "VoidShipmentResponse", dict), "SummaryResult", dict)
    if required(required(result, "Status", dict), "Code", str) != "1":
        raise CarrierProtocolError(
            "The carrier accepted the cancellation but the shipment is still live. Ask it.",
            code="not_cancelled",
        )


def read_quotes(data: Any, service: str) -> tuple[Quote, ...]:
    """Read prices; a service we have no word for is left out, and all but ``service`` if given."""
    rated = as_list(required(data, "RateResponse", dict).get("RatedShipment"))
    if not rated:
        raise incomplete("RatedShipment")
    quotes = []
    for item in rated:
        ours = SERVICES.get(required(required(item, "Service", dict), "Code", str))
        if ours and service in ("", ours):
            quotes.append(_quote(item, ours))
    return tuple(quotes)


def read_refusal(data: Any) -> Refusal:
    """Read the error body of all UPS contracts; see ``StatusRules``."""
    errors = required(required(data, "response", dict), "errors", list)
    if not errors:
        raise incomplete("errors")
    problems = tuple(
        FieldProblem(field="", code=required(item, "code", str), text=words(item, "message"))
        for item in errors
    )
    text = " ".join(problem.text for problem in problems)
    return Refusal(code=problems[0].code, message=f"The carrier refused: {text}", fields=problems)


def as_list(node: Any) -> list[Any]:
    """Return a list; before v2403 UPS sends one thing without the brackets."""
    if node is None:
        return []
    return node if isinstance(node, list) else [node]


def money_of(node: Any) -> Money:
    """Return ``{"CurrencyCode": ..., "MonetaryValue": ...}`` as ``Money``."""
    try:
        amount = Decimal(required(node, "MonetaryValue", str))
        if not is_storable_amount(amount):
            raise incomplete("MonetaryValue")
        return Money(amount=amount, currency=required(node, "CurrencyCode", str))
    except (InvalidOperation, TypeError) as error:
        raise incomplete("MonetaryValue") from error


def day(text: str) -> date | None:
    """Return a date ``YYYYMMDD``, or None."""
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=timezone.utc).date()
    except ValueError:
        return None


def _price(results: dict[str, Any]) -> Money | None:
    """Return what the account pays, or the list price if UPS names no other."""
    for container, total in (
        ("NegotiatedRateCharges", "TotalCharge"),
        ("ShipmentCharges", "TotalCharges"),
    ):
        node = results.get(container)
        if isinstance(node, dict) and node.get(total):
            return money_of(node[total])
    return None


def _papers(
    results: dict[str, Any], packages: list[Any], request: ShipmentRequest
) -> list[Document]:
    papers = []
    if request.label_format == "zpl":
        for parcel, package in zip(request.parcels, packages, strict=True):
            label = package.get("ShippingLabel")
            if isinstance(label, dict):
                papers.append(_image("label", label, "ImageFormat", parcel.reference))
    form = results.get("Form")
    if isinstance(form, dict) and isinstance(form.get("Image"), dict):
        papers.append(_image("customs", form["Image"], "ImageFormat", ""))
    # GIF is a format nobody here prints; such a label is fetched again.
    return [paper for paper in papers if paper]


def _image(kind: str, node: dict[str, Any], key: str, reference: str) -> Document | None:
    theirs = required(required(node, key, dict), "Code", str).strip().upper()
    if theirs not in FORMATS:
        return None
    return Document(
        kind=kind,
        format=FORMATS[theirs],
        content=documents.decode(encoded(node, "GraphicImage")),
        parcel_reference=reference,
    )


def _quote(item: Any, service: str) -> Quote:
    negotiated = item.get("NegotiatedRateCharges")
    if isinstance(negotiated, dict) and negotiated.get("TotalCharge"):
        price = money_of(negotiated["TotalCharge"])
    else:
        price = money_of(required(item, "TotalCharges", dict))
    summary = (item.get("TimeInTransit") or {}).get("ServiceSummary") or {}
    arrival = summary.get("EstimatedArrival") or {}
    days = optional_text(arrival, "BusinessDaysInTransit")
    return Quote(
        service=service,
        price=price,
        transit_days=int(days) if days.isdecimal() else None,
        delivers_on=day(optional_text(arrival.get("Arrival") or {}, "Date")),
        name=optional_text(summary.get("Service") or {}, "Description"),
    )
