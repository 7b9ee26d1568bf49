"""The availability feed as a table for other people's programs, and for spreadsheets."""

import csv
import io
from collections.abc import Iterable
from typing import Any

COLUMNS = (
    *("product_id", "sku", "barcode", "unit", "available", "next_date", "next_available"),
    "removed",
)
# A spreadsheet runs a cell that begins so; Odoo's own exports put the same mark before it.
FORMULA_STARTS = ("=", "-", "+", "@")


def feed_file(items: Iterable[dict[str, Any]]) -> bytes:
    """Return the items of the feed as CSV in UTF-8: one row each, a column for each warehouse."""
    items = list(items)
    codes = sorted({code for item in items for code in item["warehouses"]})
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([*COLUMNS, *(f"available.{code}" for code in codes)])
    for item in items:
        row = [item[name] for name in COLUMNS] + [item["warehouses"].get(code) for code in codes]
        table.writerow([_cell(value) for value in row])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
