"""eBOL: its JSON into our values. Pure functions."""

from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, ShipmentRequest
from ..errors import (
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnknownOutcome,
    FieldProblem,
)
from ..rest.reading import encoded, incomplete, optional_text, required
from ..rest.transport import Refusal
from . import tables

FAIL = "FAIL"


def read_booking(data: Any, request: ShipmentRequest) -> Booking:
    """Read a bill of lading that was just made.

    :raises CarrierRejected: it failed, and every code proves that nothing was made.
    :raises CarrierUnknownOutcome: it failed for another reason.
    """
    status = data.get("messageStatus") if isinstance(data, dict) else None
    if isinstance(status, dict) and status.get("status") == FAIL:
        raise _failure(status)
    pro = required(required(data, "referenceNumbers", dict), "pro", str)
    usable, warnings = documents.sort_out(_papers(data))
    return Booking(
        waybill_ref=pro,
        # The contract numbers the shipment, not its units.
        parcels=tuple(
            BookedParcel(reference=unit.reference, tracking_ref=pro)
            for unit in request.handling_units
        ),
        documents=usable,
        service=request.service,
        warnings=warnings,
    )


def read_refusal(data: Any) -> Refusal:
    """Read the body of an error: a list of codes with words behind them.

    :raises CarrierProtocolError: it is none, or a code does not prove that nothing was made.
    """
    if not isinstance(data, list) or not data:
        raise incomplete("resultStatusCodes")
    problems = tuple(_problem(str(item)) for item in data)
    if not {problem.code for problem in problems} <= tables.REFUSED:
        raise CarrierProtocolError(
            "The carrier's error does not say whether it made a bill of lading. Ask it.",
            code="carrier_error",
        )
    text = " ".join(problem.text for problem in problems)
    return Refusal(code=problems[0].code, message=f"The carrier refused: {text}", fields=problems)


def _problem(text: str) -> FieldProblem:
    """Read "300 - Failure Data Error ..."."""
    code = text.partition("-")[0].strip()
    return FieldProblem(field="", code=code, text=text)


def _failure(status: dict[str, Any]) -> Exception:
    notes = status.get("information") or []
    codes = {str(note.get("code")) for note in notes if isinstance(note, dict) and note.get("code")}
    codes = codes or {str(status.get("code") or "")}
    text = " ".join(
        filter(None, [optional_text(status, "message"), optional_text(status, "resolution")])
    )
    if codes <= tables.REFUSED:
        return CarrierRejected(f"The carrier refused: {text}", code=min(codes))
    return CarrierUnknownOutcome(
        f"The carrier failed ({text}). Whether it made a bill of lading is not known; ask it.",
        code="carrier_error",
    )


def _papers(data: Any) -> list[Document]:
    images = required(data, "images", dict) if data.get("images") else {}
    kinds = {"bol": "bill_of_lading", "shippingLabels": "label"}
    return [
        Document(kind=kind, format="pdf", content=documents.decode(encoded(images, name)))
        for name, kind in kinds.items()
        if images.get(name)
    ]
