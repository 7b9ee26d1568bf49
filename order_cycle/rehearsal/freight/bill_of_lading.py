"""The bill of lading: one A4 page, more if there are many units."""

import io
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .. import tariff
from ..barcodes import draw_code128
from ..drawing import PRESS, Pen
from ..store import StoredBooking
from . import rules

_WIDTH, _HEIGHT = A4
_LEFT = 15 * mm
_RIGHT = _WIDTH - 15 * mm
_INNER = _RIGHT - _LEFT
_ROW = 6 * mm
_UNITS_PER_PAGE = 14
_TABLE_TOP = _HEIGHT - 118 * mm
#: Caption and width of each column of the table of units.
_COLUMNS = (
    ("Reference", 34 * mm),
    ("Kind", 18 * mm),
    ("Pieces", 15 * mm),
    ("Description of goods", 50 * mm),
    ("L x W x H cm", 28 * mm),
    ("Class", 13 * mm),
    ("Weight kg", 22 * mm),
)


def bill_of_lading_pdf(booking: StoredBooking) -> bytes:
    """Return the paper as a PDF; the same booking gives the same bytes."""
    buffer = io.BytesIO()
    units = rules.units(booking.payload)
    pages = [units[i : i + _UNITS_PER_PAGE] for i in range(0, len(units), _UNITS_PER_PAGE)]
    with PRESS:
        canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
        canvas.setTitle(f"Rehearsal bill of lading {booking.number}")
        for number, page in enumerate(pages, start=1):
            pen = Pen(canvas)
            _draw_head(pen, booking, f"Page {number} of {len(pages)}")
            _draw_parties(pen, booking.payload)
            _draw_terms(pen, booking)
            _draw_units(pen, booking.payload, page)
            _draw_foot(pen)
            canvas.showPage()
        canvas.save()
    return buffer.getvalue()


def _draw_head(pen: Pen, booking: StoredBooking, page: str) -> None:
    top = _HEIGHT - 18 * mm
    pen.text(_LEFT, top, "BILL OF LADING", size=20, weight="bold")
    pen.text(_LEFT, top - 6 * mm, "Straight - not negotiable - original", size=8)
    pen.text(_LEFT, top - 13 * mm, "REHEARSAL FREIGHT", size=11, weight="bold")
    pen.text(_LEFT, top - 18 * mm, page, size=8)
    draw_code128(
        pen.canvas,
        booking.number,
        x=_RIGHT - 62 * mm,
        y=top - 11 * mm,
        width=62 * mm,
        height=15 * mm,
    )
    pen.centred(_RIGHT - 31 * mm, top - 17 * mm, f"PRO {booking.number}", size=13, weight="bold")
    _line(pen, top - 21 * mm)


def _draw_parties(pen: Pen, shipment: dict[str, Any]) -> None:
    top = _HEIGHT - 40 * mm
    middle = _LEFT + _INNER / 2
    sides = ((_LEFT, "Shipper", "Shipper"), (middle + 3 * mm, "Consignee", "Consignee"))
    for x, caption, key in sides:
        pen.caption(x, top - 4 * mm, caption)
        for row, text in enumerate(_party_lines(shipment[key])):
            y = top - (9 + 4.6 * row) * mm
            weight = "bold" if row == 0 else "regular"
            pen.text(x, y, text, size=9.5, weight=weight, width=_INNER / 2 - 5 * mm)
    pen.canvas.line(middle, top + 1 * mm, middle, top - 37 * mm)
    _line(pen, top - 37 * mm)


def _draw_terms(pen: Pen, booking: StoredBooking) -> None:
    top = _HEIGHT - 77 * mm
    shipment = booking.payload
    service = shipment["Service"]
    facts = (
        ("Reference", booking.reference),
        ("Ship date", shipment["ShipDate"][:10]),
        ("Service", service),
        ("Freight charges", "Prepaid"),
        ("Price", f"{rules.price(service, shipment)} {tariff.CURRENCY}"),
    )
    for number, (caption, text) in enumerate(facts):
        x = _LEFT + number * _INNER / len(facts)
        pen.caption(x, top - 4 * mm, caption)
        pen.text(x, top - 9 * mm, text, size=10, weight="bold", width=_INNER / len(facts) - 2 * mm)
    _line(pen, top - 12 * mm)
    extras = ", ".join(shipment.get("Accessorials", {}).get("Accessorial", [])) or "none"
    notes = (("Accessorials", extras), ("Instructions", shipment.get("Instructions", "-")))
    for number, (caption, text) in enumerate(notes):
        y = top - (16 + 9 * number) * mm
        pen.caption(_LEFT, y, caption)
        pen.text(_LEFT, y - 4 * mm, text, size=9, width=_INNER)
    _line(pen, _TABLE_TOP + 5 * mm)


def _draw_units(pen: Pen, shipment: dict[str, Any], units: list[dict[str, Any]]) -> None:
    _draw_row(pen, _TABLE_TOP, [caption for caption, _width in _COLUMNS], weight="bold")
    y = _TABLE_TOP
    for unit in units:
        y -= _ROW
        _draw_row(pen, y, _unit_cells(unit))
    _line(pen, y - 2 * mm)
    everything = rules.units(shipment)
    pieces = sum(int(unit["Pieces"]) for unit in everything)
    weight = f"{rules.kilograms(shipment):.3f}"
    total = [f"Total: {len(everything)} units", "", str(pieces), "", "", "", weight]
    _draw_row(pen, y - _ROW - 1 * mm, total, weight="bold")


def _draw_row(pen: Pen, y: float, cells: list[str], *, weight: str = "regular") -> None:
    x = _LEFT
    for (_caption, width), text in zip(_COLUMNS, cells, strict=True):
        pen.text(x, y, text, size=8.5, weight=weight, width=width - 2 * mm)
        x += width


def _draw_foot(pen: Pen) -> None:
    for number, caption in enumerate(("Shipper", "Driver", "Consignee")):
        x = _LEFT + number * _INNER / 3
        pen.canvas.line(x, 36 * mm, x + _INNER / 3 - 6 * mm, 36 * mm)
        pen.caption(x, 33 * mm, f"{caption}: name, date, signature")
    pen.canvas.rect(0, 0, _WIDTH, 16 * mm, fill=1, stroke=0)
    pen.canvas.setFillGray(1)
    text = "REHEARSAL - NOT A REAL SHIPMENT"
    pen.centred(_WIDTH / 2, 5.5 * mm, text, size=16, weight="bold")
    pen.canvas.setFillGray(0)


def _unit_cells(unit: dict[str, Any]) -> list[str]:
    return [
        unit["Reference"],
        unit["Kind"],
        unit["Pieces"],
        unit["Description"],
        f"{unit['LengthCm']} x {unit['WidthCm']} x {unit['HeightCm']}",
        unit.get("FreightClass", "-"),
        unit["WeightKg"],
    ]


def _party_lines(party: dict[str, str]) -> list[str]:
    place = f"{party['PostalCode']} {party['City']} {party.get('State', '')}".strip()
    # A company without a contact has its name in both fields.
    company = party.get("Company") if party.get("Company") != party["Name"] else None
    lines = (
        company,
        party["Name"],
        party["Street"],
        party.get("Street2"),
        f"{party['Country']}-{place}",
        f"Tel. {party.get('Phone', '-')}",
    )
    return [line for line in lines if line]


def _line(pen: Pen, y: float) -> None:
    pen.canvas.line(_LEFT, y, _RIGHT, y)
