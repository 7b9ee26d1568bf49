"""Purolator E-Ship: the types of its WSDL into our values. Pure functions; codes on top."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, Manifest, Pickup, Proof, Quote, TrackingEvent
from ..errors import CarrierProtocolError, CarrierUnavailable, FieldProblem
from . import response
from .mapping import SERVICE_CODES

SERVICES = {theirs: ours for ours, theirs in SERVICE_CODES.items()}
#: Scan, ScanType: any text; these are the kinds the XSD has types for. Most scans are "Other".
EVENTS = {
    "ProofOfPickUp": "collected",
    "InternationalOutbound": "in_transit",
    "OnDelivery": "out_for_delivery",
    "Delivery": "delivered",
    "Undeliverable": "delivery_failed",
}
#: GetDeliveryDetails: no details are available, which is to say not delivered yet.
NO_PROOF = "2001135"
#: DocumentDetail, DocumentStatus: it will be there later.
UNFINISHED = frozenset({"Pending", "Queued", "Processing"})
TRACKING_PAGE = "https://www.purolator.com/en/shipping/tracker?pin="


def read_booking(
    operation: str, data: dict[str, Any], references: list[str], refusals: frozenset[str]
) -> Booking:
    """Read the answer of ``CreateShipment`` or ``CreateReturnsManagementShipment``.

    :param references: ours of the parcels, in the order in which they were sent.
    :raises CarrierError: errors without a number; what they prove is in ``response.py``.
    :raises CarrierProtocolError: neither a number nor an error.
    """
    number = response.pin(data.get("ShipmentPIN"))
    if not number:
        response.check(operation, data, refusals)
        raise response.incomplete("ShipmentPIN")
    pins = [response.pin(node) for node in (data.get("PiecePINs") or {}).get("PIN") or []]
    pins = [pin for pin in pins if pin]
    warnings = [*response.errors_of(data), *_too_few(pins, references)]
    parcels = tuple(
        BookedParcel(reference=reference, tracking_ref=pin, tracking_url=f"{TRACKING_PAGE}{pin}")
        for reference, pin in zip(references, pins, strict=False)
    )
    return Booking(
        waybill_ref=number,
        parcels=parcels,
        tracking_url=f"{TRACKING_PAGE}{number}",
        warnings=tuple(warnings),
    )


def check_voided(operation: str, data: dict[str, Any], result: str) -> None:
    """Make sure that the answer of ``VoidShipment`` or ``VoidPickUp`` says so.

    :param result: the element that says whether it was done; with it, an error is a clear no.
    :raises CarrierRejected: it was not done.
    """
    problems = response.errors_of(data)
    if data.get(result) is True or _was_voided(problems):
        return
    if problems:
        raise response.refusal(operation, problems)
    raise CarrierProtocolError(
        "The carrier accepted the cancellation but does not say that it was done. Ask it.",
        code="not_cancelled",
    )


def document_kind(document_type: str) -> str:
    """Return our kind of a DocumentType; what is no label is for the customs."""
    return "label" if "BillOfLading" in document_type else "customs"


def read_documents(
    data: dict[str, Any], kind_of: Callable[[str], str] = document_kind
) -> tuple[Document, ...]:
    """Read the answer of ``GetDocuments``, asked for the files themselves (Synchronous).

    :param kind_of: our kind of a DocumentType.
    :raises CarrierUnavailable: they are not made yet.
    :raises CarrierProtocolError: there is none, or one is no usable file.
    """
    details = [
        detail
        for document in (data.get("Documents") or {}).get("Document") or []
        for detail in (document.get("DocumentDetails") or {}).get("DocumentDetail") or []
    ]
    if any(detail.get("DocumentStatus") in UNFINISHED for detail in details):
        raise CarrierUnavailable(
            "The carrier is still making the label. Ask again in a moment.", code="label_not_ready"
        )
    usable, warnings = documents.sort_out([_document(detail, kind_of) for detail in details])
    if warnings:
        raise CarrierProtocolError(warnings[0].text, code=warnings[0].code, fields=warnings)
    if not usable:
        raise response.incomplete("document")
    return usable


def read_quotes(data: dict[str, Any], currency: str) -> tuple[Quote, ...]:
    """Read the answer of ``GetFullEstimate``; a service we have no word for is left out.

    The price is without taxes: TotalPrice holds them, and they are not what the carrying costs.
    """
    estimates = (data.get("ShipmentEstimates") or {}).get("ShipmentEstimate") or []
    return tuple(
        Quote(
            service=SERVICES[item["ServiceID"]],
            price=response.money(without_taxes(item, "Taxes"), currency),
            transit_days=item.get("EstimatedTransitDays"),
            delivers_on=_day(item.get("ExpectedDeliveryDate")),
            name=item["ServiceID"],
        )
        for item in estimates
        if item.get("ServiceID") in SERVICES
    )


def read_events(data: dict[str, Any], zone: tzinfo) -> tuple[TrackingEvent, ...]:
    """Read the answer of ``TrackPackagesByPin``, oldest first.

    :param zone: of the scans, which have none.
    """
    found = (data.get("TrackingInformationList") or {}).get("TrackingInformation") or []
    scans = [scan for one in found for scan in (one.get("Scans") or {}).get("Scan") or [] if scan]
    events = [_event(scan, zone) for scan in scans]
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_proof(data: dict[str, Any], zone: tzinfo) -> Proof | None:
    """Read the answer of ``GetDeliveryDetails``. The signature is a GIF, which is not kept."""
    problems = response.errors_of(data)
    if problems and {problem.code for problem in problems} == {NO_PROOF}:
        return None
    response.check("GetDeliveryDetails", data)
    scan = data.get("DeliveryDetails")
    if not scan:
        return None
    details = scan.get("ScanDetails") or {}
    return Proof(
        delivered_at=_moment(scan, zone),
        signed_by=response.kept(details.get("DeliverySignature"), "signature"),
        location=response.kept(details.get("DeliveryAddress"), "address"),
    )


def read_address(data: dict[str, Any], asked: dict[str, Any]) -> tuple[FieldProblem, ...]:
    """Read the answer of ``ValidateCityPostalCodeZip`` to one address."""
    found = (data.get("SuggestedAddresses") or {}).get("SuggestedAddress") or []
    errors = [problem for one in found for problem in response.errors_of(one)]
    if errors:
        return tuple(
            FieldProblem(field="receiver.zip_code", code=one.code, text=one.text) for one in errors
        )
    suggestions = [one.get("Address") or {} for one in found]
    if any(_is_same(suggestion, asked) for suggestion in suggestions):
        return ()
    places = "; ".join(filter(None, (_place(suggestion) for suggestion in suggestions)))
    hint = f" It suggests: {places}." if places else ""
    text = f"The carrier does not know this city with this postcode.{hint}"
    return (FieldProblem(field="receiver.zip_code", code="address_unknown", text=text),)


def read_pickup(data: dict[str, Any], message: str = "") -> Pickup:
    """Read the answer of ``SchedulePickUp`` or ``ModifyPickUp``."""
    number = response.needed(data.get("PickUpConfirmationNumber"), "PickUpConfirmationNumber")
    return Pickup(pickup_ref=number, message=message)


def read_manifest_links(data: dict[str, Any]) -> tuple[str, ...]:
    """Read the answer of ``GetShipmentManifestDocument``: where the finished lists lie."""
    batches = (data.get("ManifestBatches") or {}).get("ManifestBatch") or []
    details = [
        detail
        for batch in batches
        for detail in (batch.get("ManifestBatchDetails") or {}).get("ManifestBatchDetail") or []
    ]
    return tuple(
        detail["URL"]
        for detail in details
        if detail.get("DocumentStatus") == "Completed" and detail.get("URL")
    )


def to_manifest(day: date, papers: list[bytes]) -> Manifest:
    """Return the manifest of a day; it has no number but its date."""
    found = [Document(kind="manifest", format="pdf", content=paper) for paper in papers]
    usable, _warnings = documents.sort_out(found)
    return Manifest(manifest_ref=day.isoformat(), documents=usable)


def _was_voided(problems: list[FieldProblem]) -> bool:
    """Tell whether the carrier refuses to cancel because that was done before.

    The contract has no code for it, but the sentence says so (answers are asked for in English).
    """
    texts = [problem.text.lower() for problem in problems]
    words = ("void", "cancel")
    return bool(texts) and all(
        "already" in text and any(word in text for word in words) for text in texts
    )


def _too_few(pins: list[str], references: list[str]) -> list[FieldProblem]:
    if len(pins) == len(references):
        return []
    text = (
        f"The carrier gave {len(pins)} parcel numbers for {len(references)} parcels. The shipment "
        "is booked; check its parcels at the carrier."
    )
    return [FieldProblem(field="parcels", code="parcels_differ", text=text)]


def _document(detail: dict[str, Any], kind_of: Callable[[str], str]) -> Document:
    return Document(
        kind=kind_of(detail.get("DocumentType") or ""),
        format="pdf",
        content=documents.decode(detail.get("Data") or ""),
    )


def without_taxes(item: dict[str, Any], taxes: str) -> Decimal | None:
    """Return TotalPrice less the taxes in it, or None if there is no price."""
    if item.get("TotalPrice") is None:
        return None
    found = (item.get(taxes) or {}).get("Tax") or []
    return item["TotalPrice"] - sum((tax["Amount"] for tax in found), Decimal(0))


def _event(scan: dict[str, Any], zone: tzinfo) -> TrackingEvent:
    moment = _moment(scan, zone)
    if moment is None:
        raise response.incomplete("time of a scan")
    kind = response.kept(scan.get("ScanType"), "kind of a scan")
    details = scan.get("ScanDetails") or {}
    words = [scan.get("Description"), scan.get("Comment")]
    return TrackingEvent(
        code=EVENTS.get(kind, "other"),
        carrier_code=kind,
        text=" ".join(filter(None, words)),
        happened_at=moment,
        location=(scan.get("Depot") or {}).get("Name") or "",
        tracking_ref=response.pin(scan.get("PIN")),
        signed_by=details.get("DeliverySignature") or "",
    )


def _moment(scan: dict[str, Any], zone: tzinfo) -> datetime | None:
    """Return date and time of a scan: texts like 2004-01-13 and 172300."""
    clock = (scan.get("ScanTime") or "").replace(":", "")
    # Four digits would be taken for one-digit minutes and seconds.
    text = f"{scan.get('ScanDate') or ''} {clock}{'00' if len(clock) == 4 else ''}"
    try:
        return datetime.strptime(text, "%Y-%m-%d %H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _is_same(suggestion: dict[str, Any], asked: dict[str, Any]) -> bool:
    return all(_bare(suggestion.get(name)) == _bare(value) for name, value in asked.items())


def _bare(text: str | None) -> str:
    return "".join((text or "").split()).casefold()


def _place(suggestion: dict[str, Any]) -> str:
    return " ".join(filter(None, map(suggestion.get, ("PostalCode", "City", "Province"))))
