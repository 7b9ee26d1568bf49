"""Checks parcels against what one carrier can carry. Each carrier brings its own rules."""

import re
from dataclasses import dataclass

from .dto import Parcel
from .findings import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelRules:
    """What a carrier takes. None: there is no such limit, or the parcel is not told of it.

    :param count_max: parcels of one shipment.
    :param needs_sides: length, width and height must be there; else all three or none.
    :param content_max: characters of the content.
    :param reference: the form of our reference of a parcel, for carriers that are sent it.
    """

    count_max: int
    weight_max_grams: int | None
    side_max_mm: int | None
    needs_sides: bool = False
    content_max: int | None = None
    reference: re.Pattern[str] | None = None


def check_parcels(found: Findings, parcels: tuple[Parcel, ...], rules: ParcelRules) -> None:
    """Note everything that is wrong with the parcels; freight has none."""
    if not parcels:
        found.add("parcels", "missing", "This carrier takes parcels, not pallets.")
    if len(parcels) > rules.count_max:
        text = f"There are {len(parcels)} parcels; the carrier takes {rules.count_max} at once."
        found.add("parcels", "over_limit", text)
    for index, parcel in enumerate(parcels):
        _check_parcel(found, f"parcels[{index}]", f"Parcel {parcel.reference}", parcel, rules)


def _check_parcel(
    found: Findings, field: str, label: str, parcel: Parcel, rules: ParcelRules
) -> None:
    if rules.reference:
        path, word = f"{field}.reference", f"{label}: reference"
        found.reference(path, word, parcel.reference, rules.reference)
    path, limit = f"{field}.weight_grams", rules.weight_max_grams
    found.within(path, f"{label}: weight", parcel.weight_grams, limit=limit, unit="g")
    found.sides(field, label, parcel, limit_mm=rules.side_max_mm, required=rules.needs_sides)
    if rules.content_max is not None:
        path, limit = f"{field}.content", rules.content_max
        found.text(path, f"{label}: content", parcel.content, limit=limit, required=False)
