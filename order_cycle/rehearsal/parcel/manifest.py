"""The list that the parcel carrier closes at the end of a day, as a PDF for the driver."""

import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ..drawing import PRESS, Pen
from ..store import StoredBooking

_MARGIN = 15 * mm
_ROW = 6 * mm
_ROWS = 38


def manifest_pdf(number: str, bookings: list[StoredBooking]) -> bytes:
    """Return the list, as many pages as it takes."""
    buffer = io.BytesIO()
    with PRESS:
        canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
        canvas.setTitle(f"Rehearsal manifest {number}")
        pen = Pen(canvas)
        for start in range(0, max(len(bookings), 1), _ROWS):
            _draw_page(pen, number, bookings[start : start + _ROWS], start)
            canvas.showPage()
        canvas.save()
    return buffer.getvalue()


def _draw_page(pen: Pen, number: str, bookings: list[StoredBooking], start: int) -> None:
    top = A4[1] - _MARGIN
    pen.text(_MARGIN, top, f"REHEARSAL PARCEL: manifest {number}", size=14, weight="bold")
    pen.text(_MARGIN, top - 6 * mm, "Rehearsal only: no driver comes for this list.", size=8)
    for row, booking in enumerate(bookings, start=1):
        y = top - 12 * mm - row * _ROW
        receiver = booking.payload["receiver"]
        place = f"{receiver['postalCode']} {receiver['city']} {receiver['country']}"
        pen.text(_MARGIN, y, str(start + row), size=8)
        pen.text(_MARGIN + 10 * mm, y, booking.number, size=8)
        pen.text(_MARGIN + 45 * mm, y, receiver["name"], size=8, width=50 * mm)
        pen.text(_MARGIN + 98 * mm, y, place, size=8, width=60 * mm)
        pen.text(_MARGIN + 162 * mm, y, f"{len(booking.payload['parcels'])} pcs", size=8)
