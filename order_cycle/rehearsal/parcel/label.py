"""The label of one parcel: one A6 page. Looks like a real one and says that it is none."""

import io
from dataclasses import dataclass
from typing import Any

from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ..barcodes import draw_code128, draw_qr
from ..drawing import PRESS, Pen

_WIDTH, _HEIGHT = A6
_MARGIN = 4 * mm
_INNER = _WIDTH - 2 * _MARGIN
_SERVICES = {"ECO": "ECONOMY", "STD": "STANDARD", "EXP": "EXPRESS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """What is printed. ``number`` of ``count`` is counted from 1."""

    shipment: dict[str, Any]
    parcel: dict[str, Any]
    tracking_number: str
    number: int
    count: int


def label_pdf(facts: LabelFacts) -> bytes:
    """Return the label as a PDF of one page; the same facts give the same bytes."""
    buffer = io.BytesIO()
    with PRESS:
        canvas = Canvas(buffer, pagesize=A6, invariant=1, pageCompression=1)
        canvas.setTitle(f"Rehearsal label {facts.tracking_number}")
        pen = Pen(canvas)
        _draw_head(pen, facts)
        _draw_parties(pen, facts.shipment)
        _draw_facts(pen, facts)
        _draw_barcodes(pen, facts)
        _draw_band(pen)
        canvas.save()
    return buffer.getvalue()


def _draw_head(pen: Pen, facts: LabelFacts) -> None:
    top = _HEIGHT - 17 * mm
    pen.canvas.rect(_MARGIN, 12 * mm, _INNER, _HEIGHT - 16 * mm)
    pen.text(_MARGIN + 2 * mm, top + 4.5 * mm, "REHEARSAL PARCEL", size=13, weight="bold")
    pen.text(_MARGIN + 2 * mm, top + 1 * mm, facts.shipment["shipDate"], size=7)
    pen.canvas.rect(_WIDTH - _MARGIN - 30 * mm, top, 30 * mm, 13 * mm, fill=1)
    pen.canvas.setFillGray(1)
    service = _SERVICES[facts.shipment["service"]]
    pen.centred(_WIDTH - _MARGIN - 15 * mm, top + 4.5 * mm, service, size=13, weight="bold")
    pen.canvas.setFillGray(0)
    _line(pen, top)


def _draw_parties(pen: Pen, shipment: dict[str, Any]) -> None:
    top = _HEIGHT - 17 * mm
    pen.caption(_MARGIN + 2 * mm, top - 3 * mm, "From")
    for row, text in enumerate(_address_lines(shipment["sender"])[:4]):
        pen.text(_MARGIN + 2 * mm, top - (6 + 3 * row) * mm, text, size=7, width=_INNER - 4 * mm)
    _line(pen, top - 18 * mm)
    receiver = shipment["receiver"]
    pen.caption(_MARGIN + 2 * mm, top - 21 * mm, "To")
    for row, text in enumerate(_address_lines(receiver)[:5]):
        weight = "bold" if row == 0 else "regular"
        y = top - (25.5 + 4.6 * row) * mm
        pen.text(_MARGIN + 2 * mm, y, text, size=10.5, weight=weight, width=_INNER - 24 * mm)
    pen.text(
        _MARGIN + 2 * mm, top - 48 * mm, f"Tel. {receiver.get('phone', '-')}", size=7, width=_INNER
    )
    pen.centred(
        _WIDTH - _MARGIN - 11 * mm, top - 32 * mm, receiver["country"], size=24, weight="bold"
    )
    _line(pen, top - 50 * mm)


def _draw_facts(pen: Pen, facts: LabelFacts) -> None:
    y = _HEIGHT - 67 * mm
    columns = (
        ("Weight", f"{facts.parcel['weightKg']} kg"),
        ("Parcel", f"{facts.number} of {facts.count}"),
        ("Reference", facts.shipment["reference"]),
        ("Options", _options(facts.shipment)),
    )
    widths = (21 * mm, 17 * mm, 32 * mm, 27 * mm)
    x = _MARGIN
    for (caption, text), width in zip(columns, widths, strict=True):
        pen.caption(x + 2 * mm, y - 3 * mm, caption)
        pen.text(x + 2 * mm, y - 8 * mm, text, size=9, weight="bold", width=width - 3 * mm)
        x += width
    _line(pen, y - 10 * mm)


def _draw_barcodes(pen: Pen, facts: LabelFacts) -> None:
    number = facts.tracking_number
    draw_code128(pen.canvas, number, x=_MARGIN + 4 * mm, y=32 * mm, width=61 * mm, height=30 * mm)
    draw_qr(pen.canvas, number, x=_WIDTH - _MARGIN - 27 * mm, y=34 * mm, side=24 * mm)
    pen.centred(_MARGIN + 34.5 * mm, 26 * mm, number, size=12, weight="bold")
    _line(pen, 22 * mm)
    pen.caption(_MARGIN + 2 * mm, 19 * mm, "Instructions")
    instructions = facts.shipment.get("instructions", "-")
    pen.text(_MARGIN + 2 * mm, 14.5 * mm, instructions, size=7, width=_INNER - 4 * mm)


def _draw_band(pen: Pen) -> None:
    pen.canvas.rect(0, 0, _WIDTH, 9 * mm, fill=1, stroke=0)
    pen.canvas.setFillGray(1)
    pen.centred(_WIDTH / 2, 3 * mm, "REHEARSAL - NOT A REAL SHIPMENT", size=12, weight="bold")


def _address_lines(party: dict[str, Any]) -> list[str]:
    place = f"{party['country']}-{party['postalCode']} {party['city']} {party.get('state', '')}"
    # A company without a contact has its name in both fields.
    company = party.get("company") if party.get("company") != party["name"] else None
    lines = (company, party["name"], party["street"], party.get("street2"), place)
    return [line.strip() for line in lines if line]


def _options(shipment: dict[str, Any]) -> str:
    options = list(shipment.get("options", []))
    if "cashOnDelivery" in shipment:
        money = shipment["cashOnDelivery"]
        options.append(f"COD {money['amount']} {money['currency']}")
    return ", ".join(options) or "-"


def _line(pen: Pen, y: float) -> None:
    pen.canvas.line(_MARGIN, y, _WIDTH - _MARGIN, y)
