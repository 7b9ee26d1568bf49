"""When a driver can come. The same for both carriers, each with its own codes."""

from datetime import date, datetime, time, timedelta

DAYS_AHEAD = 14
WINDOW_MIN = timedelta(minutes=60)


def pickup_objections(day: date, ready_from: time, closes_at: time) -> tuple[str, str, str] | None:
    """Return (code, ``day`` or ``window``, text) of what is not possible, or None."""
    # A day of grace: it may still be yesterday where the customer is.
    if not date.today() - timedelta(days=1) <= day <= date.today() + timedelta(days=DAYS_AHEAD):
        return "day_not_possible", "day", f"{day} is not within the next {DAYS_AHEAD} days."
    window = datetime.combine(day, closes_at) - datetime.combine(day, ready_from)
    if window < WINDOW_MIN:
        text = "The driver needs an hour between ready and closing time."
        return "window_too_short", "window", text
    return None
