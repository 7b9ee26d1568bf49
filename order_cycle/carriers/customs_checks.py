"""Checks the declaration of goods for the customs. Each carrier brings its own rules."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from .address_checks import COUNTRY
from .dto import Commodity, ShipmentRequest
from .findings import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsRules:
    """What a carrier takes. None: the contract has no such limit, or no such field at all.

    :param hs_code: the form of a tariff number, and one that has it.
    :param incoterms: those it knows; one of them must be there.
    :param reasons: words for ``contents_type``.
    :param lines_max: lines of goods.
    :param description_max: characters of a line; a carrier without it has a check of its own.
    :param invoice_max: characters of the number of the invoice.
    :param needs_invoice: the number must be there.
    :param has_one_currency: the carrier has one field for the currency of all lines.
    :param has_weights: each line is declared with its weight.
    """

    hs_code: re.Pattern[str]
    hs_example: str = "847130"
    incoterms: Iterable[str] | None = None
    reasons: Container[str] | None = None
    lines_max: int | None = None
    description_max: int | None = None
    invoice_max: int | None = None
    needs_invoice: bool = False
    has_one_currency: bool = True
    has_weights: bool = True


def check_customs(found: Findings, request: ShipmentRequest, rules: CustomsRules) -> None:
    """Note everything that is wrong with the declaration of goods that cross a border."""
    goods = request.commodities
    if not goods:
        text = "Goods that leave the customs union need a line for each kind, with its value."
        found.add("commodities", "missing", text)
    if rules.lines_max is not None and len(goods) > rules.lines_max:
        found.add("commodities", "over_limit", "There are too many lines for the customs.")
    _check_terms(found, request, rules)
    if rules.has_one_currency and len({item.currency for item in goods}) > 1:
        text = "The goods have values in several currencies; an invoice has one."
        found.add("commodities", "not_unique", text)
    for field, label, item in goods_lines(request):
        _check_line(found, field, label, item, rules)


def goods_lines(request: ShipmentRequest) -> Iterable[tuple[str, str, Commodity]]:
    """Yield each line of goods with its path and its name for people."""
    for index, item in enumerate(request.commodities):
        yield f"commodities[{index}]", f"Goods line {index + 1}", item


def check_class(
    found: Findings, field: str, label: str, item: Commodity, hs_code: re.Pattern, example: str
) -> None:
    """Check tariff number and country of origin, which must be there."""
    for name, word, pattern, sample in (
        ("hs_code", "tariff number", hs_code, example),
        ("origin_country", "country of origin", COUNTRY, "IT"),
    ):
        path, value = f"{field}.{name}", getattr(item, name)
        if found.need(path, f"{label}: {word}", value):
            found.matches(path, f"{label}: {word}", value, pattern, example=sample)


def check_value(found: Findings, field: str, label: str, item: Commodity) -> None:
    """Check that the goods have a value."""
    if item.unit_value <= 0:
        text = f"{label}: the value must be more than zero; the customs want one for gifts, too."
        found.add(f"{field}.unit_value", "not_positive", text)


def _check_terms(found: Findings, request: ShipmentRequest, rules: CustomsRules) -> None:
    if rules.incoterms is not None and found.need("incoterm", "Incoterm", request.incoterm):
        found.one_of("incoterm", "Incoterm", request.incoterm, rules.incoterms)
    if rules.reasons is not None:
        found.one_of("contents_type", "Reason for export", request.contents_type, rules.reasons)
    if rules.invoice_max is not None:
        found.text(
            "invoice_ref",
            "Invoice number",
            request.invoice_ref,
            limit=rules.invoice_max,
            required=rules.needs_invoice,
        )


def _check_line(
    found: Findings, field: str, label: str, item: Commodity, rules: CustomsRules
) -> None:
    if rules.description_max is not None:
        path, limit = f"{field}.description", rules.description_max
        found.text(path, f"{label}: description", item.description, limit=limit, required=True)
    check_class(found, field, label, item, rules.hs_code, rules.hs_example)
    if item.quantity <= 0 or item.quantity != item.quantity.to_integral_value():
        text = f"{label}: quantity {item.quantity} must be a whole number above zero."
        found.add(f"{field}.quantity", "wrong_form", text)
    check_value(found, field, label, item)
    if rules.has_weights and item.weight_grams <= 0:
        found.add(f"{field}.weight_grams", "not_positive", f"{label}: the weight is missing.")
