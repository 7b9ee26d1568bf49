"""Collects what is wrong with a shipment, all of it, before anything is sent."""

import unicodedata
from datetime import time
from decimal import Decimal

from .dto import Money
from .errors import FieldProblem

_CENT = Decimal("0.01")
_SIDES = {"length_mm": "length", "width_mm": "width", "height_mm": "height"}


def clean(text: str) -> str:
    """Return the text on one line, without what no label and no XML can hold.

    Names and streets in an ERP contain line breaks, tabs and worse from copy and paste.
    Letters of any script stay as they are; an accent and its letter become one character.
    """
    kept = (" " if _is_unprintable(char) else char for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def _is_unprintable(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in "\ufffe\uffff"


class Findings:
    """A growing list of problems. Fields are paths in ``ShipmentRequest``."""

    def __init__(self):
        self._problems: list[FieldProblem] = []

    def add(self, field: str, code: str, text: str) -> None:
        """Note one problem."""
        self._problems.append(FieldProblem(field=field, code=code, text=text))

    def need(self, field: str, label: str, value: object) -> bool:
        """Note that a value is missing; return whether it is there."""
        is_there = bool(clean(value) if isinstance(value, str) else value)
        if not is_there:
            self.add(field, "missing", f"{label} is missing.")
        return is_there

    def text(self, field: str, label: str, value: str, *, limit: int, required: bool) -> None:
        """Check that a text is there, if it must be, and fits into the carrier's field."""
        if required and not self.need(field, label, value):
            return
        length = len(clean(value))
        if length > limit:
            text = f"{label} has {length} characters; the carrier takes {limit}. Shorten it."
            self.add(field, "too_long", text)

    def one_of(self, field: str, label: str, value: str, known: object) -> None:
        """Check a code against the carrier's table."""
        if value not in known:
            options = ", ".join(sorted(known))
            text = f"{label} {value!r} is not offered by the carrier. Choose one of: {options}."
            self.add(field, "not_offered", text)

    def within(self, field: str, label: str, value: int, *, limit: int | None, unit: str) -> None:
        """Check that a number is above zero and not above the limit, if there is one."""
        if value <= 0:
            self.add(field, "not_positive", f"{label} must be more than zero.")
        elif limit is not None and value > limit:
            text = f"{label} is {value} {unit}; the carrier takes at most {limit}."
            self.add(field, "over_limit", text)

    def matches(self, field: str, label: str, value: str, pattern, *, example: str) -> None:
        """Check the form of a text that is there."""
        if clean(value) and not pattern.fullmatch(clean(value)):
            text = f"{label} {clean(value)!r} is not valid; it should look like {example}."
            self.add(field, "wrong_form", text)

    def reference(self, field: str, label: str, value: str, pattern) -> None:
        """Check a reference of ours, which must be there and of the carrier's form."""
        if self.need(field, label, value) and not pattern.fullmatch(value):
            text = f"{label} {value!r} does not fit the carrier; it should look like WH/OUT/00042."
            self.add(field, "wrong_form", text)

    def sides(self, field: str, label: str, piece, *, limit_mm: int | None, required: bool) -> None:
        """Check length, width and height of a piece: all three or, if allowed, none."""
        values = {name: getattr(piece, name) for name in _SIDES}
        missing = [name for name, value in values.items() if value is None]
        if missing and (required or len(missing) < len(_SIDES)):
            for name in missing:
                self.need(f"{field}.{name}", f"{label}: {_SIDES[name]}", None)
        for name, value in values.items():
            if value is not None:
                path, word = f"{field}.{name}", f"{label}: {_SIDES[name]}"
                self.within(path, word, value, limit=limit_mm, unit="mm")

    def cents(self, field: str, label: str, money: Money | None) -> None:
        """Check an amount, if there is one: above zero, without fractions of a cent."""
        if money is None:
            return
        if money.amount <= 0:
            self.add(field, "not_positive", f"{label} must be more than zero.")
        elif money.amount != money.amount.quantize(_CENT):
            self.add(field, "wrong_form", f"{label} {money.amount} has fractions of a cent.")

    def hours(self, ready_from: time, closes_at: time) -> None:
        """Check the hours of a pickup: a driver comes between the two."""
        if closes_at <= ready_from:
            text = "The place closes before the goods are ready. Give a later time."
            self.add("closes_at", "not_after", text)

    def problems(self) -> tuple[FieldProblem, ...]:
        """Return all that was found, in the order of the checks."""
        return tuple(self._problems)
