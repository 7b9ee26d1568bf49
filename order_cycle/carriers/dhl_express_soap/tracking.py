"""DHL Express over SOAP: the answer of trackShipmentRequest into our values. Pure functions."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from dateutil.parser import isoparse

from ..dhl_express import EVENT_CODES
from ..dto import TrackingEvent
from ..errors import CarrierProtocolError, CarrierRejected, FieldProblem
from . import response


def zone_of(gmt_offset: str) -> tzinfo:
    """Return the zone of a distance to Greenwich, ``+01:00``."""
    return datetime.strptime(gmt_offset, "%z").tzinfo


def read_events(data: dict[str, Any], waybill_ref: str, zone: tzinfo) -> tuple[TrackingEvent, ...]:
    """Read scans of the shipment and of its pieces, oldest first.

    :param zone: of the scans: they have the clock of the place and no zone
    :raises CarrierRejected: the carrier knows nothing of the shipment, and says so.
    :raises CarrierProtocolError: what the contract promises is not there.
    """
    info = _info(data, waybill_ref)
    scans = list(_scans(info))
    conditions = ((info.get("Status") or {}).get("Condition") or {}).get("ArrayOfConditionItem")
    if conditions and not scans:
        raise _refused(waybill_ref, conditions)
    events = [_event(scan, number, zone) for scan, number in scans]
    return tuple(sorted(events, key=lambda event: event.happened_at))


def _info(data: dict[str, Any], waybill_ref: str) -> dict[str, Any]:
    """Return what is said of our shipment; an answer may hold several."""
    answer = (data.get("trackingResponse") or {}).get("TrackingResponse") or {}
    for info in (answer.get("AWBInfo") or {}).get("ArrayOfAWBInfoItem") or []:
        if response.kept(info.get("AWBNumber")) == waybill_ref:
            return info
    raise _incomplete(f"the shipment {waybill_ref}")


def _scans(info: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each scan and the number of its piece, empty for the whole shipment."""
    own = (info.get("ShipmentInfo") or {}).get("ShipmentEvent") or {}
    for scan in own.get("ArrayOfShipmentEventItem") or []:
        yield scan, ""
    pieces = (info.get("Pieces") or {}).get("PieceInfo") or {}
    for piece in pieces.get("ArrayOfPieceInfoItem") or []:
        number = response.kept(piece["PieceDetails"]["LicensePlate"])
        for scan in (piece.get("PieceEvent") or {}).get("ArrayOfPieceEventItem") or []:
            yield scan, number


def _event(scan: dict[str, Any], number: str, zone: tzinfo) -> TrackingEvent:
    event = scan["ServiceEvent"]
    code = response.kept(event["EventCode"])
    return TrackingEvent(
        code=EVENT_CODES.get(code, "other"),
        carrier_code=code,
        text=response.kept(event.get("Description")),
        happened_at=_moment(scan, zone),
        location=response.kept((scan.get("ServiceArea") or {}).get("Description")),
        tracking_ref=number,
        signed_by=response.kept(scan.get("Signatory")),
    )


def _moment(scan: dict[str, Any], zone: tzinfo) -> datetime:
    # xsd:time may name its zone; then it is the right one.
    try:
        moment = isoparse(f"{scan['Date'].strip()[:10]}T{scan['Time'].strip()}")
    except ValueError as error:
        raise _incomplete("a readable time of a scan") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _refused(waybill_ref: str, conditions: list[dict[str, Any]]) -> CarrierRejected:
    problems = [
        FieldProblem(
            field="",
            code=response.kept(one.get("ConditionCode")) or "refused",
            text=response.kept(one.get("ConditionData")) or "no reason given",
        )
        for one in conditions
    ]
    words = " ".join(f"{problem.code}: {problem.text}" for problem in problems)
    return CarrierRejected(
        f"The carrier tells nothing of {waybill_ref}: {words}",
        code=problems[0].code,
        fields=problems,
    )


def _incomplete(what: str) -> CarrierProtocolError:
    return response.incomplete(what, "Ask again later.")
