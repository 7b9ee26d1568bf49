"""The PRO numbers the freight carrier gives out."""

#: So that a PRO number has ten digits from the first day on.
_FIRST = 700_000_000


def pro_number(row: int) -> str:
    """Return nine digits and a check digit: the remainder of a division by 7."""
    serial = _FIRST + row
    return f"{serial}{serial % 7}"
