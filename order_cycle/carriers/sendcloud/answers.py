"""Sendcloud: the JSON of "Shipments" into our values. Pure functions."""

from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, Parcel, ShipmentRequest
from ..errors import CarrierProtocolError, CarrierRejected, CarrierUnknownOutcome, FieldProblem
from ..links import safe_link
from ..rest.reading import incomplete, optional_text, required, words
from ..rest.transport import Refusal
from . import tables

#: Their name -> ours, where they differ; the pointer of an error is made of these.
FIELDS = {
    "to_address": "receiver",
    "from_address": "sender",
    "address_line_1": "street",
    "address_line_2": "street2",
    "house_number": "street",
    "postal_code": "zip_code",
    "state_province_code": "state_code",
    "phone_number": "phone",
    "ship_with": "service",
    "to_service_point": "service_point",
    "external_reference_id": "request_ref",
    "order_number": "request_ref",
    "total_order_price": "goods_value",
    "label_details": "label_format",
    "weight": "weight_grams",
    "label_notes": "instructions",
    "additional_insured_price": "insured_value",
    "parcel_items": "commodities",
    "customs_information": "commodities",
}
#: Fields whose inside has no names of ours.
_WHOLE = frozenset(
    {"service", "service_point", "goods_value", "label_format", "weight_grams", "insured_value"}
)
_MAGIC = ((b"%PDF-", "pdf"), (b"\x89PNG", "png"), (b"^XA", "zpl"))


def read_booking(data: Any, request: ShipmentRequest, *, was_known: bool = False) -> Booking:
    """Read a shipment that was just announced, or was there already under our reference.

    :raises CarrierRejected: it is there, but dead: no parcel of it was announced, or it was
        cancelled. No label exists, and our reference is used up.
    """
    shipment = required(data, "data", dict)
    waybill = required(shipment, "id", str)
    parcels = parcels_of(shipment)
    if {status(parcel) for parcel in parcels} <= tables.FAILED | tables.CANCELLED:
        raise _dead(shipment, waybill)
    usable, warnings = documents.sort_out(_label(parcels, request.label_format))
    option = _option(shipment)
    return Booking(
        waybill_ref=waybill,
        parcels=_booked(parcels, request.parcels),
        documents=usable,
        service=option if option == request.service else "",
        tracking_url=safe_link(optional_text(parcels[0], "tracking_url")),
        was_known=was_known,
        warnings=(*warnings, *_not_announced(parcels)),
    )


def read_conflict(data: Any, request: ShipmentRequest) -> Booking:
    """Read a 409: our reference is taken, and "the associated object" comes along.

    The form of that answer is not in the contract: it is believed where it looks like a shipment
    of ours, and looked up otherwise.
    """
    shipment = data.get("data", data) if isinstance(data, dict) else None
    unclear = CarrierUnknownOutcome(
        "The carrier has a shipment under this reference already. It is looked up.",
        code="duplicate_reference",
    )
    if optional_text(shipment, "external_reference_id") != request.request_ref:
        raise unclear
    try:
        return read_booking({"data": shipment}, request, was_known=True)
    except CarrierProtocolError as error:
        raise unclear from error


def read_found(data: Any, request_ref: str) -> tuple[Booking, ...]:
    """Read the answer of ``GET /shipments``: what is alive, without labels."""
    return tuple(
        Booking(
            waybill_ref=required(shipment, "id", str),
            # Which parcel of ours each one is, the list does not say.
            parcels=_booked(parcels_of(shipment), ()),
            tracking_url=safe_link(optional_text(parcels_of(shipment)[0], "tracking_url")),
            was_known=True,
            warnings=_not_announced(parcels_of(shipment)),
        )
        for shipment in required(data, "data", list)
        if _is_ours(shipment, request_ref) and is_alive(shipment)
    )


def parcels_of(shipment: Any) -> list[dict[str, Any]]:
    """Return the parcels of a shipment; one at least.

    :raises CarrierProtocolError: there are none, or they are no objects.
    """
    parcels = required(shipment, "parcels", list)
    if not parcels or not all(isinstance(parcel, dict) for parcel in parcels):
        raise incomplete("parcels")
    return parcels


def is_alive(shipment: Any) -> bool:
    """Tell whether a parcel of the shipment can still travel."""
    states = {status(parcel) for parcel in parcels_of(shipment)}
    return not states <= tables.FAILED | tables.CANCELLING


def is_cancelling(shipment: Any) -> bool:
    """Tell whether the whole shipment is cancelled, or about to be."""
    return {status(parcel) for parcel in parcels_of(shipment)} <= tables.CANCELLING


def status(parcel: dict[str, Any]) -> str:
    """Return the status of a parcel as ``tables`` writes it; nothing if it has none."""
    return tables.slug(optional_text(parcel.get("status"), "code"))


def paper_kinds(parcel: dict[str, Any]) -> list[str]:
    """Return what papers there are of a parcel, in the words of the documents' address."""
    kinds = (_paper_kind(paper) for paper in _listed(parcel, "documents"))
    return [*dict.fromkeys(kind for kind in kinds if kind)]


def read_paper(content: bytes, kind: str) -> Document:
    """Read a file that was fetched. What was made as ZPL comes as ZPL, whatever was asked for."""
    form = next((name for magic, name in _MAGIC if content.lstrip().startswith(magic)), "pdf")
    return Document(kind=tables.DOCUMENT_KINDS[kind], format=form, content=content)


def read_refusal(data: Any) -> Refusal:
    """Read a list of errors. The schema has the bare list, its examples have it in ``errors``."""
    errors = data if isinstance(data, list) else required(data, "errors", list)
    if not errors:
        raise incomplete("errors")
    fields = tuple(
        FieldProblem(
            field=our_field(_pointer(error)),
            code=required(error, "code", str),
            text=words(error, "detail"),
        )
        for error in errors
    )
    text = " ".join(problem.text for problem in fields)
    return Refusal(code=fields[0].code, message=f"The carrier refused: {text}", fields=fields)


def read_absence(data: Any) -> Refusal:
    """Read why a shipment cannot be shown; the contract's 404 has no body there."""
    if data is None:
        return Refusal(code="not_found", message="The carrier has no such shipment.")
    return read_refusal(data)


def our_field(pointer: str) -> str:
    """Return ``/parcels/0/weight/value`` as ``parcels[0].weight_grams``."""
    path = ""
    for part in pointer.strip("/").split("/"):
        if part.isdecimal():
            path = f"{path}[{part}]"
            continue
        name = FIELDS.get(part, part)
        # Goods and notes are of the shipment with us, and of the parcel with them.
        if name in ("commodities", "instructions", "insured_value"):
            path = ""
        path = f"{path}.{name}" if path else name
        if name in _WHOLE:
            break
    return path


def _pointer(error: Any) -> str:
    source = error.get("source") if isinstance(error, dict) else None
    return optional_text(source, "pointer")


def _dead(shipment: Any, waybill: str) -> CarrierRejected:
    errors = _listed(shipment, "errors")
    reasons = [optional_text(error, "detail") for error in errors]
    reason = " ".join(filter(None, reasons)) or "It was cancelled."
    code = next((optional_text(error, "code") for error in errors), "") or "shipment_cancelled"
    return CarrierRejected(
        f"The carrier keeps this shipment as {waybill}, without a label: {reason} Book it again "
        "under a new reference.",
        code=code,
    )


def _listed(data: dict[str, Any], key: str) -> list[Any]:
    """Return a list that may be missing."""
    value = data.get(key)
    return value if isinstance(value, list) else []


def _is_ours(shipment: Any, request_ref: str) -> bool:
    """A shipment without a reference was found by ours; one with another was not asked for."""
    return optional_text(shipment, "external_reference_id") in ("", request_ref)


def _booked(theirs: list[Any], ours: tuple[Parcel, ...]) -> tuple[BookedParcel, ...]:
    """Pair the parcels by their order: the contract has no reference of ours for one.

    :param ours: none for a look-up, which knows no parcels of ours.
    """
    if ours and len(ours) != len(theirs):
        raise incomplete("parcels")
    names = [parcel.reference for parcel in ours] or [""] * len(theirs)
    return tuple(
        BookedParcel(
            reference=name,
            tracking_ref=optional_text(parcel, "tracking_number"),
            tracking_url=safe_link(optional_text(parcel, "tracking_url")),
        )
        for name, parcel in zip(names, theirs, strict=True)
    )


def _label(parcels: list[Any], wanted: str) -> list[Document]:
    """Return the label, which comes along for one parcel only.

    Where there are other papers beside it, nothing is taken: all are fetched together then.
    """
    text = parcels[0].get("label_file")
    if len(parcels) > 1 or not isinstance(text, str) or set(paper_kinds(parcels[0])) > {"label"}:
        return []
    content = documents.decode(text)
    if content:
        return [read_paper(content, "label")]
    return [Document(kind="label", format=wanted, content=b"")]


def _not_announced(parcels: list[Any]) -> tuple[FieldProblem, ...]:
    return tuple(
        FieldProblem(
            field=f"parcels[{index}]",
            code="parcels_differ",
            text=f"Parcel {index + 1} was not announced to the carrier and has no label. The "
            "others were; look at the shipment at Sendcloud.",
        )
        for index, parcel in enumerate(parcels)
        if status(parcel) in tables.FAILED
    )


def _option(shipment: Any) -> str:
    node = shipment.get("ship_with")
    return optional_text(node.get("properties") if isinstance(node, dict) else None, _OPTION_KEY)


_OPTION_KEY = "shipping_option_code"


def _paper_kind(paper: Any) -> str:
    """Return ``document_type``; older answers have ``type`` alone, with finer words."""
    kind = optional_text(paper, "document_type") or optional_text(paper, "type")
    if kind in ("cn23", "cp71", "commercial-invoice", "cn23-default"):
        return "customs-declaration"
    return kind if kind in tables.DOCUMENT_KINDS else ""
