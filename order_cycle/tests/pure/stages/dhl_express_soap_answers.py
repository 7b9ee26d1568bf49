"""DHL Express over SOAP: the elements that its stage answers with."""

import base64

from lxml import etree
from papers import a_pdf

_BASE = "http://scxgxtt.phx-dc.dhl.com/euExpressRateBook"
_TRACK = "http://scxgxtt.phx-dc.dhl.com/glDHLExpressTrack/providers/services/trackShipment"
_DHL = "http://www.dhl.com"


def booking(parts):
    """Return a ShipmentResponse."""
    return _root(f"{_BASE}/ShipmentMsgResponse", "ShipmentResponse", parts)


def notice(code, words):
    """Return a Notification; 0 is success."""
    return _node("Notification", _text("Message", words), code=code)


def label(kind):
    """Return a LabelImage."""
    files = {"ZPL": b"^XA^FO50,50^FDREHEARSAL^FS^XZ", "PDF": a_pdf("Label")}
    image = _text("GraphicImage", base64.b64encode(files[kind]).decode())
    return _node("LabelImage", _text("LabelImageFormat", kind), image)


def rates(*parts):
    """Return a RateResponse of these notices and products."""
    provider = _node("Provider", *parts, code="DHL")
    return _root(f"{_BASE}/RateMsgResponse", "RateResponse", [provider])


def no_rates():
    """Return a RateResponse with nothing in it, which the contract allows."""
    return _root(f"{_BASE}/RateMsgResponse", "RateResponse", [])


def stray(name):
    """Return an element that the contract does not know."""
    return _text(name, "?")


def product(code, price, currency="EUR", kind="", more=()):
    """Return a product at a price; ``kind`` is the type of the price."""
    return _node(
        "Service",
        _node(
            "TotalNet",
            _text("Currency", currency),
            _text("Amount", price),
            **({"type": kind} if kind else {}),
        ),
        *more,
        _node(
            "Charges",
            _text("Currency", currency),
            _node("Charge", _text("ChargeType", "EXPRESS"), _text("ChargeAmount", price)),
        ),
        _text("DeliveryTime", "2026-11-26T23:59:00"),
        _text("ServiceName", f"PRODUCT {code}"),
        _text("TotalTransitDays", "1"),
        type=code,
        account="PAYOR_ACCOUNT",
    )


def price(amount, currency, kind):
    """Return one more price of a product."""
    return _node("TotalNet", _text("Currency", currency), _text("Amount", amount), type=kind)


def tracked(*waybills):
    """Return a trackShipmentRequestResponse."""
    header = _node(
        "ServiceHeader",
        _text("MessageTime", "2026-11-25T17:10:00Z"),
        _text("MessageReference", "0" * 32),
    )
    answer = etree.Element(f"{{{_DHL}}}TrackingResponse")
    answer.extend([_node("Response", header), _node("AWBInfo", *waybills)])
    reply = _node("trackingResponse", answer)
    return _root(_TRACK, "trackShipmentRequestResponse", [reply])


def waybill(number, scans, pieces=()):
    """Return what is told of a shipment; ``pieces`` are (license plate, scans)."""
    parts = [
        _node("OriginServiceArea", _text("ServiceAreaCode", "VRN")),
        _node("DestinationServiceArea", _text("ServiceAreaCode", "BER")),
        _text("ShipperName", "OFFICINE BORGO"),
        _text("ConsigneeName", "KARL MUELLER"),
        _text("ShipmentDate", "2026-11-25T16:00:00"),
    ]
    if scans:
        parts.append(_node("ShipmentEvent", *scans))
    info = [
        _text("AWBNumber", number),
        _node("Status", _text("ActionStatus", "Success")),
        _node("ShipmentInfo", *parts),
    ]
    if pieces:
        info.append(_node("Pieces", _node("PieceInfo", *(_piece(number, *one) for one in pieces))))
    return _node("ArrayOfAWBInfoItem", *info)


def unknown_waybill(number):
    """Return what is told of a shipment that nobody booked."""
    condition = _node(
        "ArrayOfConditionItem",
        _text("ConditionCode", "209"),
        _text("ConditionData", f"No Shipments Found for AWBNumber {number}"),
    )
    status = _node(
        "Status", _text("ActionStatus", "No Shipments Found"), _node("Condition", condition)
    )
    return _node("ArrayOfAWBInfoItem", _text("AWBNumber", number), status)


def scan(code, words, place, *, day="2026-11-25", clock="17:05:00", signatory="", of_piece=False):
    """Return a scan of a shipment or of a piece."""
    parts = [
        _text("Date", day),
        _text("Time", clock),
        _node("ServiceEvent", _text("EventCode", code), _text("Description", words)),
    ]
    if signatory:
        parts.append(_text("Signatory", signatory))
    area = _text("ServiceAreaCode", place[:3].upper()), _text("Description", place)
    parts.append(_node("ServiceArea", *area))
    if of_piece:
        parts.append(_node("ShipperReference", _text("ReferenceID", "P1")))
    kind = "ArrayOfPieceEventItem" if of_piece else "ArrayOfShipmentEventItem"
    return _node(kind, *parts)


def _piece(number, plate, scans):
    details = _node(
        "PieceDetails",
        _text("AWBNumber", number),
        _text("LicensePlate", plate),
        _text("ActualWeight", "1.1"),
    )
    return _node("ArrayOfPieceInfoItem", details, _node("PieceEvent", *scans))


def _root(namespace, name, parts):
    root = etree.Element(f"{{{namespace}}}{name}", nsmap={"a": namespace})
    root.extend(parts)
    return root


def _node(name, *children, **attributes):
    node = etree.Element(name, **attributes)
    node.extend(children)
    return node


def _text(name, words):
    node = etree.Element(name)
    node.text = words
    return node
