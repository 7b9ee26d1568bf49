"""The numbers the parcel carrier gives out. All follow from the row in the store."""

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def shipment_number(row: int) -> str:
    """Return ``RP`` and nine digits."""
    return f"RP{row:09d}"


def tracking_number(shipment: str, index: int) -> str:
    """Return the number of one parcel: shipment, parcel counted from 1, check digit.

    The check digit is that of postal items (UPU standard S10), over the last eight digits.
    """
    digits = f"{shipment.removeprefix('RP')}{index:02d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits[-8:], _WEIGHTS, strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return f"RPP{digits}{check}"
