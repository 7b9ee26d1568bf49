"""Tables that other people's programs write: CSV with whatever comma they fancy."""

import csv
import io
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

DELIMITERS = (",", ";", "\t", "|")
_MARKS = {",": re.compile(r"\d,\d{1,2}\D*$"), ".": re.compile(r"\d\.\d{1,2}\D*$")}


def read_table(raw: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Return (names of the columns, rows); blank rows are left out, blanks around values too.

    :raises ValueError: there is no table in it.
    """
    text = _decoded(raw)
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    try:
        table = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    table = [row for row in table if any(row)]
    if len(table) < 2 or len(table[0]) < 2:
        raise ValueError("no rows")
    names = table[0]
    return names, [dict(zip(names, row, strict=False)) for row in table[1:]]


def decimal_mark(values: Iterable[str]) -> str:
    """Return the mark before the cents, as far as these numbers tell; ``.`` if they do not."""
    for value in values:
        for mark, pattern in _MARKS.items():
            if pattern.search(value):
                return mark
    return "."


def to_decimal(value: str, mark: str) -> Decimal:
    """Return the number in ``value``; a currency around it does no harm.

    :param mark: what stands before the cents; the other one may divide thousands.
    :raises ValueError: it is no number.
    """
    other = "," if mark == "." else "."
    digits = re.sub(r"[^\d.,+-]", "", value).replace(other, "").replace(mark, ".")
    try:
        return Decimal(digits)
    except InvalidOperation as error:
        raise ValueError(value) from error


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("not text")
