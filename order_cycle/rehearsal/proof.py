"""The proof of delivery: one A5 page with the name of whoever took the goods."""

import io
from datetime import datetime

from reportlab.lib.pagesizes import A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .drawing import PRESS, Pen

_WIDTH, _HEIGHT = landscape(A5)
_LEFT = 15 * mm


def proof_pdf(number: str, time: datetime, signed_by: str, place: str) -> bytes:
    """Return the paper as a PDF; the same delivery gives the same bytes."""
    buffer = io.BytesIO()
    lines = (
        ("Shipment", number),
        ("Delivered at", f"{time:%Y-%m-%d %H:%M:%S} UTC"),
        ("Place", place),
        ("Received by", signed_by),
    )
    with PRESS:
        canvas = Canvas(buffer, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1)
        canvas.setTitle(f"Rehearsal proof of delivery {number}")
        pen = Pen(canvas)
        pen.text(_LEFT, _HEIGHT - 22 * mm, "PROOF OF DELIVERY", size=18, weight="bold")
        for row, (caption, text) in enumerate(lines):
            y = _HEIGHT - (42 + 16 * row) * mm
            pen.caption(_LEFT, y + 6 * mm, caption)
            pen.text(_LEFT, y, text, size=12, width=_WIDTH - 2 * _LEFT)
        pen.text(_LEFT, 12 * mm, "Rehearsal - not a real shipment.", size=8)
        canvas.showPage()
        canvas.save()
    return buffer.getvalue()
