"""DHL Express over SOAP: a ShipmentResponse into our values. Pure functions."""

from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, ShipmentRequest
from ..errors import CarrierProtocolError, CarrierUnknownOutcome, FieldProblem
from . import response

#: The contract lets the image be absent, and nothing fetches it later.
_NO_LABEL = FieldProblem(
    field="documents",
    code="document_unusable",
    text="The carrier booked the shipment and sent no label. Ask the carrier for it.",
)


def read_booking(data: dict[str, Any], request: ShipmentRequest) -> Booking:
    """Read a shipment that was just booked.

    :raises CarrierUnknownOutcome: no number, and an error that proves nothing.
    :raises CarrierProtocolError: what a booking must have is not there.
    """
    number = data.get("ShipmentIdentificationNumber") or ""
    # None of the codes is listed, so none of them proves that nothing was booked.
    errors = [response.worded(one) for one in response.errors_of(data)]
    if not number:
        raise _unclear(errors) if errors else _incomplete("ShipmentIdentificationNumber")
    results = (data.get("PackagesResult") or {}).get("PackageResult") or []
    usable, warnings = documents.sort_out(_labels(data, request))
    return Booking(
        waybill_ref=number,
        parcels=_parcels(results, request),
        documents=usable,
        service=request.service,
        warnings=(*(warnings if usable or warnings else (_NO_LABEL,)), *_reported(errors)),
    )


def _unclear(errors: list[str]) -> CarrierUnknownOutcome:
    return CarrierUnknownOutcome(
        f"The carrier reports an error ({' '.join(errors)}). Whether the shipment was booked is "
        "not known; ask the carrier before sending it again.",
        code="carrier_error",
    )


def _reported(errors: list[str]) -> tuple[FieldProblem, ...]:
    """Return the errors of a shipment that has a number: it is there, and not as it was wanted."""
    return tuple(
        FieldProblem(
            field="",
            code="carrier_warning",
            text=f"The carrier booked the shipment and reports {error}. Ask the carrier.",
        )
        for error in errors
    )


def _parcels(results: list[dict[str, Any]], request: ShipmentRequest) -> tuple[BookedParcel, ...]:
    numbers = {one.get("number"): one.get("TrackingNumber") for one in results}
    places = [str(place) for place in range(1, len(request.parcels) + 1)]
    if sorted(numbers, key=str) != sorted(places) or len(results) != len(places):
        raise _incomplete("PackagesResult")
    return tuple(
        BookedParcel(reference=parcel.reference, tracking_ref=numbers[place])
        for place, parcel in zip(places, request.parcels, strict=True)
    )


def _labels(data: dict[str, Any], request: ShipmentRequest) -> list[Document]:
    # One image holds the labels of all pieces.
    only = request.parcels[0].reference if len(request.parcels) == 1 else ""
    return [
        Document(
            kind="label",
            format=(one.get("LabelImageFormat") or "").lower(),
            content=documents.decode(one.get("GraphicImage") or ""),
            parcel_reference=only,
        )
        for one in data.get("LabelImage") or []
    ]


def _incomplete(what: str) -> CarrierProtocolError:
    return response.incomplete(
        what, "It may have booked the shipment; ask before sending it again."
    )
