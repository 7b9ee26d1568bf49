"""The page behind a tracking link."""

from html import escape

from .journey import Scan
from .messages import Reply
from .store import StoredBooking

_TITLES = {
    "announced": "Announced",
    "collected": "Collected",
    "hub": "On the way",
    "out": "Out for delivery",
    "delivered": "Delivered",
    "failed": "Nobody was there",
    "held": "Held at the depot",
    "refused": "Refused by the receiver",
    "damaged": "Damaged",
    "lost": "Lost",
    "returning": "On the way back",
    "returned": "Returned to the sender",
    "cancelled": "Cancelled",
}


def tracking_page(booking: StoredBooking | None, scans: list[Scan]) -> Reply:
    """Return the page, or 404 for a number that was never given out."""
    if not booking:
        return _page("No such shipment", "", status=404)
    rows = "".join(
        f"<li>{scan.time:%Y-%m-%d %H:%M:%S} UTC - {_TITLES[scan.stage]}</li>" for scan in scans
    )
    title = f"Shipment {booking.number}"
    return _page(title, f"<p>Reference {escape(booking.reference)}</p><ol>{rows}</ol>", status=200)


def _page(title: str, content: str, *, status: int) -> Reply:
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head>"
        "<body style='font-family:sans-serif;max-width:40rem;margin:2rem auto'>"
        f"<h1>{title}</h1>{content}<p><strong>Rehearsal - not a real shipment.</strong></p>"
        "</body></html>"
    )
    return Reply(status=status, body=html.encode(), content_type="text/html; charset=utf-8")
