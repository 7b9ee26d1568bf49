"""DHL Express over SOAP: a RateResponse into our values. Pure functions."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ..customs_union import needs_customs
from ..dhl_express import SERVICES, product_code
from ..dto import Money, Quote, ShipmentRequest
from ..errors import CarrierProtocolError, CarrierRejected, FieldProblem
from ..storable import is_storable_amount
from . import response

#: TotalNet, type: the currency the account is billed in. We ask for no other, see
#: IncludeAdditionalCurrencies; then there may be no type at all.
BILLED = ("", "BILLC")


def read_quotes(data: dict[str, Any], request: ShipmentRequest) -> tuple[Quote, ...]:
    """Read the prices of the products that a booking of this shipment would use.

    A product without a price is left out.

    :raises CarrierRejected: the carrier offers nothing and says why. Asking for a price creates
        nothing, so here every error is a plain no.
    :raises CarrierProtocolError: what the contract promises is not there.
    """
    provider = data.get("Provider")
    if not provider:
        raise _incomplete("Provider")
    offers = provider.get("Service") or []
    errors = response.errors_of(provider)
    if errors and not offers:
        raise _refused(errors)
    quotes: dict[str, Quote] = {}
    for offer in offers:
        service, price = _service(offer, request), _price(offer)
        if service and price:
            quotes.setdefault(service, _quote(offer, service, price))
    return tuple(quotes.values())


def _service(offer: dict[str, Any], request: ShipmentRequest) -> str:
    """Return our service, or an empty text for a product that would not be booked."""
    code = offer.get("type") or ""
    service = SERVICES.get(code, "")
    if not service or request.service not in ("", service):
        return ""
    fits = product_code(service, is_customs=needs_customs(request)) == code
    return service if fits else ""


def _price(offer: dict[str, Any]) -> Money | None:
    for one in offer.get("TotalNet") or []:
        currency, text = response.kept(one.get("Currency")), response.kept(one.get("Amount"))
        if (one.get("type") or "") not in BILLED or not currency or not text:
            continue
        amount = _amount(text)
        if amount > 0:
            return Money(amount=amount, currency=currency)
    return None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise _incomplete("a readable price") from error
    if not is_storable_amount(amount):
        raise _incomplete("a readable price")
    return amount


def _quote(offer: dict[str, Any], service: str, price: Money) -> Quote:
    days = response.kept(offer.get("TotalTransitDays"))
    return Quote(
        service=service,
        price=price,
        transit_days=int(days) if days.isascii() and days.isdecimal() else None,
        delivers_on=_day(response.kept(offer.get("DeliveryTime"))),
        name=response.kept(offer.get("ServiceName")),
    )


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text[:10], "%Y-%m-%d").date() if text else None
    except ValueError as error:
        raise _incomplete("a readable day of delivery") from error


def _refused(errors: list[dict[str, Any]]) -> CarrierRejected:
    problems = [
        FieldProblem(field="", code=error.get("code") or "refused", text=response.worded(error))
        for error in errors
    ]
    words = " ".join(problem.text for problem in problems)
    return CarrierRejected(
        f"The carrier offers no price: {words}", code=problems[0].code, fields=problems
    )


def _incomplete(what: str) -> CarrierProtocolError:
    return response.incomplete(what, "Ask for the price again later.")
