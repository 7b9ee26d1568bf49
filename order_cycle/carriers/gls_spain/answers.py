"""GLS Spain: the XML of b2b.asmx into our values. Pure functions; codes on top."""

from datetime import date, datetime, tzinfo
from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, Manifest, TrackingEvent
from ..errors import (
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnknownOutcome,
    FieldProblem,
)
from ..soap.any_xml import Xml
from ..storable import is_storable
from . import codes

TRACKING_PAGE = "https://mygls.gls-spain.es/e/{barcode}/{zip_code}/es"
_MOMENTS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


def read_booking(
    data: dict[str, Any], references: list[str], label_format: str, zip_code: str
) -> Booking:
    """Read the answer of ``GrabaServicios``.

    :param references: ours of the parcels, in their order.
    :param zip_code: of the receiver; the page that follows the shipment asks for it.
    :raises CarrierRejected: the code proves that nothing was recorded.
    :raises CarrierUnknownOutcome: it does not, or the reference is known already.
    :raises CarrierProtocolError: the answer lacks its result or its number.
    """
    envio = _result(data, "GrabaServiciosResult").first("Envio")
    code = _code(envio)
    if code != codes.RECORDED:
        raise _failure(code, envio)
    barcode = _needed(envio.attributes.get("codbarras"), "codbarras")
    found = _labels(envio, references, label_format)
    usable, warnings = documents.sort_out(found)
    return Booking(
        waybill_ref=barcode,
        parcels=_parcels(barcode, references, zip_code),
        documents=usable,
        tracking_url=_page(barcode, zip_code),
        warnings=warnings,
    )


def read_found(data: dict[str, Any], zone: tzinfo) -> tuple[Booking, ...]:
    """Read the answer of ``GetExpCli`` to our reference: the live ones, newest first."""
    live = [exp for exp in _shipments(data) if exp.value("codestado") not in codes.DEAD]
    epoch = datetime.min.replace(tzinfo=zone)
    newest_first = sorted(
        live, key=lambda exp: _moment(exp.value("fecha"), zone) or epoch, reverse=True
    )
    return tuple(
        Booking(
            waybill_ref=_needed(exp.value("codbar"), "codbar"),
            service=codes.SERVICES.get((exp.value("codServicio"), exp.value("codHorario")), ""),
            tracking_url=_page(exp.value("codbar"), exp.value("cp_dst")),
            was_known=True,
        )
        for exp in newest_first
    )


def is_cancelled(data: dict[str, Any]) -> bool:
    """Tell whether all that ``GetExpCli`` knows of a number is cancelled; no, if it is nothing."""
    states = [exp.value("codestado") for exp in _shipments(data)]
    return bool(states) and set(states) <= codes.DEAD


def read_cancellation(data: dict[str, Any]) -> str:
    """Return the code in the answer of ``Anula``.

    :raises CarrierProtocolError: there is none.
    """
    return _code(_result(data, "AnulaResult").first("Envio"))


def cancel_failure(code: str) -> CarrierError:
    """Return the error for a shipment that could not be cancelled."""
    words = {
        codes.NOT_THERE: "it does not know this shipment",
        codes.UNDER_WAY: "the shipment is under way already",
    }
    if code in words:
        return CarrierRejected(f"The carrier did not cancel: {words[code]} ({code}).", code=code)
    return CarrierUnknownOutcome(
        f"The carrier answers the cancellation with {code}, which is not explained. Ask it.",
        code="carrier_error",
    )


def read_events(data: dict[str, Any], zone: tzinfo) -> tuple[TrackingEvent, ...]:
    """Read the scans in the answer of ``GetExpCli``, oldest first.

    :raises CarrierProtocolError: a scan has no time.
    """
    scans = [scan for exp in _shipments(data) for scan in exp.all("tracking_list/tracking")]
    events = [_event(scan, zone) for scan in scans]
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_documents(data: dict[str, Any], label_format: str) -> tuple[Document, ...]:
    """Read the answer of ``EtiquetaEnvio``.

    :raises CarrierProtocolError: there is no label, or it is no usable file.
    """
    files = (data.get("EtiquetaEnvioResult") or {}).get("base64Binary") or []
    found = [Document(kind="label", format=label_format, content=file) for file in files if file]
    usable, warnings = documents.sort_out(found)
    if warnings:
        raise CarrierProtocolError(warnings[0].text, code=warnings[0].code, fields=warnings)
    if not usable:
        raise _incomplete("label")
    return usable


def read_manifest(data: dict[str, Any], day: date) -> Manifest:
    """Read the answer of ``GetManifiesto``: a list to look at, without a paper or a number.

    :raises CarrierRejected: nothing was recorded for that day.
    """
    shipments = list(_result(data, "GetManifiestoResult").all("Envios/Envio"))
    if not shipments:
        raise CarrierRejected(
            f"GLS has no shipments of {day.isoformat()}. Check the day and the account.",
            code="manifest_empty",
        )
    return Manifest(manifest_ref=f"{day.isoformat()} ({len(shipments)})")


def _result(data: dict[str, Any], name: str) -> Xml:
    """Return the ``Servicios`` inside a result."""
    found = _any(data, name)
    if found is None or found.name != "Servicios":
        raise _incomplete(name)
    return found


def _shipments(data: dict[str, Any]) -> list[Xml]:
    """Return each ``exp`` in the answer of ``GetExpCli``.

    :raises CarrierProtocolError: there is no list, not even an empty one. It proves nothing.
    """
    found = _any(data, "GetExpCliResult")
    if found is None or found.name != "expediciones":
        raise _incomplete("list of shipments")
    return list(found.all("exp"))


def _any(data: dict[str, Any], name: str) -> Xml | None:
    found = (data.get(name) or {}).get("_value_1")
    return found if isinstance(found, Xml) else None


def _code(envio: Xml | None) -> str:
    result = envio.first("Resultado") if envio else None
    return _needed(result.attributes.get("return") if result else "", "result")


def _failure(code: str, envio: Xml) -> CarrierError:
    texts = [error.text for error in envio.all("Errores/Error") if error.text]
    words = " ".join(texts) or "no reason is given."
    if code in codes.REFUSED:
        problem = FieldProblem(field=codes.REFUSED[code], code=code, text=words)
        return CarrierRejected(
            f"The carrier refused: {words} ({code})", code=code, fields=[problem]
        )
    if code in codes.DUPLICATES:
        return CarrierUnknownOutcome(
            f"GLS has a shipment under this reference already ({code}). It has to be looked up.",
            code="duplicate_reference",
        )
    return CarrierUnknownOutcome(
        f"The carrier reports: {words} ({code}) Whether the shipment was recorded is not known; "
        "ask before sending it again.",
        code="carrier_error",
    )


def _labels(envio: Xml, references: list[str], label_format: str) -> list[Document]:
    """Return the labels in a booking's answer; ``bulto`` is the number of the parcel."""
    labels = [label for label in envio.all("Etiquetas/Etiqueta") if label.text]
    return [
        Document(
            kind="label",
            format=label_format,
            content=documents.decode(label.text),
            parcel_reference=_parcel(label.attributes.get("bulto"), references, len(labels)),
        )
        for label in labels
    ]


def _parcel(number: str | None, references: list[str], count: int) -> str:
    """Return our reference of the parcel; none if one file has the labels of all."""
    if count != len(references) or not (number or "").isdecimal():
        return ""
    index = int(number) - 1
    return references[index] if 0 <= index < len(references) else ""


def _parcels(barcode: str, references: list[str], zip_code: str) -> tuple[BookedParcel, ...]:
    """Return the parcel if there is one; several have only the number of the whole."""
    if len(references) != 1:
        return ()
    page = _page(barcode, zip_code)
    return (BookedParcel(reference=references[0], tracking_ref=barcode, tracking_url=page),)


def _event(scan: Xml, zone: tzinfo) -> TrackingEvent:
    moment = _moment(scan.value("fecha"), zone)
    if moment is None:
        raise _incomplete("time of a scan")
    kind, code = scan.value("tipo").upper(), scan.value("codigo")
    meaning = codes.EVENTS.get(code, "other") if kind == codes.STATE else "other"
    return TrackingEvent(
        code="incident" if kind == codes.INCIDENT else meaning,
        carrier_code=_kept(f"{kind} {code}".strip(), "code of a scan"),
        text=scan.value("evento"),
        happened_at=moment,
        location=scan.value("nombreplaza"),
    )


def _moment(text: str, zone: tzinfo) -> datetime | None:
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def _page(barcode: str, zip_code: str) -> str:
    is_whole = barcode.isalnum() and zip_code.replace("-", "").isalnum()
    return TRACKING_PAGE.format(barcode=barcode, zip_code=zip_code) if is_whole else ""


def _needed(value: str | None, what: str) -> str:
    text = _kept((value or "").strip(), what)
    if not text:
        raise _incomplete(what)
    return text


def _kept(text: str, what: str) -> str:
    if not is_storable(text):
        raise _incomplete(what)
    return text


def _incomplete(what: str) -> CarrierProtocolError:
    return CarrierProtocolError(
        f"The carrier's answer has no usable {what}. It may have done what was asked; ask before "
        "sending it again.",
        code="answer_incomplete",
    )
