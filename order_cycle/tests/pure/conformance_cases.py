"""Hard cases for any carrier. A case is asked of a ``Desk`` and gives a shipment."""

from dataclasses import replace
from decimal import Decimal

from carriers.dto import Commodity, Money
from shipments import an_address

GOODS = (
    Commodity(
        description="Steel shelf",
        quantity=Decimal(2),
        unit_value=Decimal("19.90"),
        currency="EUR",
        hs_code="940320",
        origin_country="IT",
        weight_grams=1000,
    ),
)
EUROS = Money(amount=Decimal("250.00"), currency="EUR")
ZLOTY = Money(amount=Decimal("99.50"), currency="PLN")
SWISS = an_address(
    name="Urs Frei",
    company_name="",
    street="Bahnhofstrasse 1",
    zip_code="8001",
    city="Zürich",
    country_code="CH",
    phone="+41 44 123 45 67",
)
GERMAN = an_address(
    name="Karl Müller",
    company_name="",
    street="Hauptstraße 12",
    zip_code="10115",
    city="Berlin",
    country_code="DE",
    phone="+49 30 123456",
)


def _to(**changes):
    return lambda desk: desk.request(receiver=replace(desk.stage.shipment().receiver, **changes))


#: Hard cases: name -> desk -> request. Each is booked in accordance with the contract, or a problem
#: names the field before anything is sent.
HARD_CASES = {
    "three pieces": lambda desk: desk.with_pieces(3),
    "grams": lambda desk: desk.with_pieces(1, weight_grams=12_347),
    "cash on delivery": lambda desk: desk.request(cash_on_delivery=EUROS),
    "cash in another currency": lambda desk: desk.request(cash_on_delivery=ZLOTY),
    "insured": lambda desk: desk.request(insured_value=EUROS),
    "insured in another currency": lambda desk: desk.request(insured_value=ZLOTY),
    "customs": lambda desk: desk.request(
        receiver=SWISS,
        commodities=GOODS,
        goods_value=Money(amount=Decimal("39.80"), currency="EUR"),
        incoterm="DAP",
        invoice_ref="INV/2026/0042",
    ),
    "customs without an incoterm": lambda desk: desk.request(receiver=SWISS, commodities=GOODS),
    "customs without goods": lambda desk: desk.request(receiver=SWISS, incoterm="DAP"),
    "within the customs union": lambda desk: desk.request(receiver=GERMAN),
    "service point": lambda desk: desk.request(service_point="4711"),
    "Polish": _to(name="Łukasz Żółć", street="ul. Świętego Jana Chrzciciela 5"),
    "Greek": _to(name="Ελένη Παππά", street="Οδός Αθηνάς 12"),
    "Chinese": _to(name="王小明", street="北京市朝阳区建国路 88 号"),
    "a street of 60 characters": _to(
        street="Strada Provinciale della Valle del Torrente Lungo, 1234 bis"
    ),
    "a name of 80 characters": _to(name="Annabella " * 8),
    "signs of XML and JSON": _to(name='Ann & <Bob> "O\'Neil"'),
    "a broken line": _to(street="Main Street\n12\tB"),
}
