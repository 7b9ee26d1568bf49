"""UPS without a socket: mapping and checks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from carriers.account_settings import filled
from carriers.dto import CarrierSettings, Commodity, Money
from carriers.ups import checks, mapping, places, rating
from carriers.ups.info import INFO
from shipments import a_parcel, a_parcel_shipment, a_receiver, an_address

SETTINGS = filled(
    CarrierSettings(environment="rehearsal", base_url="", account_number="A1B2C3"), INFO
)


def body(**changes):
    """Return the shipment that would be booked."""
    request = a_parcel_shipment(**{"label_format": "zpl", **changes})
    return mapping.to_booking(request, SETTINGS)["ShipmentRequest"]["Shipment"]


def problems(**changes):
    """Return (field, code) of what keeps a shipment from being booked."""
    request = a_parcel_shipment(**{"label_format": "zpl", **changes})
    return [(one.field, one.code) for one in checks.booking_problems(request)]


def american(**changes):
    """Return an address in Ohio."""
    return an_address(
        street="Dock Street 1",
        zip_code="44301-1234",
        city="Akron",
        state_code="OH",
        country_code="US",
        **changes,
    )


def goods(**changes):
    """Return a line for the customs."""
    values = {
        "description": "Steel shelf",
        "quantity": Decimal(2),
        "unit_value": Decimal("19.90"),
        "currency": "EUR",
        "hs_code": "940320",
        "origin_country": "IT",
        "weight_grams": 1000,
    }
    return Commodity(**{**values, **changes})


SWISS = {"zip_code": "8001", "city": "Zürich", "country_code": "CH"}


# === MAPPING === #


@pytest.mark.parametrize(
    ("grams", "theirs"),
    [
        (1, "0.001"),
        (1_113, "1.113"),
        (12_341, "12.35"),
        (99_995, "100.0"),
        (123_410, "123.5"),
        (1_234_000, "1234"),
    ],
)
def test_a_weight_fits_its_five_characters_and_is_never_less(grams, theirs):
    assert mapping.kilograms(grams) == theirs
    assert Decimal(theirs) * 1000 >= grams


@pytest.mark.parametrize(
    ("amount", "five", "eight"),
    [
        ("12.40", "12.40", "00012.40"),
        ("7", "07.00", "00007.00"),
        ("250.00", "00250", "00250.00"),
        ("1250.00", "01250", "01250.00"),
        ("12500", "12500", "12500.00"),
        ("250.50", "250.5", "00250.50"),
        ("250.01", "", "00250.01"),
        ("125000", "", "00125000"),
    ],
)
def test_an_amount_of_one_length_is_exact_or_not_sent(amount, five, eight):
    money = Money(amount=Decimal(amount), currency="EUR")
    for length, theirs in ((5, five), (8, eight)):
        text = mapping.fixed_amount(money, length)
        assert text == theirs
        assert not text or (len(text), Decimal(text)) == (length, Decimal(amount))


def test_insurance_is_spread_over_the_parcels_to_the_cent():
    money = Money(amount=Decimal("100.00"), currency="EUR")
    assert mapping.shares(money, 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    parcels = body(parcels=(a_parcel(1), a_parcel(2)), insured_value=money)["Package"]
    values = [one["PackageServiceOptions"]["DeclaredValue"] for one in parcels]
    assert values == [{"CurrencyCode": "EUR", "MonetaryValue": "50.00"}] * 2


def test_the_longest_side_is_the_length_and_a_centimetre_is_not_cut():
    parcel = a_parcel(length_mm=101, width_mm=990, height_mm=300)
    sides = body(parcels=(parcel,))["Package"][0]["Dimensions"]
    assert (sides["Length"], sides["Width"], sides["Height"]) == ("99", "30", "11")


def test_a_long_street_goes_over_lines_between_words():
    street = "Strada Provinciale della Valle del Torrente Lungo 1234 bis"
    lines = places.lines_of(an_address(street=street, street2="Palazzina C"))
    assert lines == ["Strada Provinciale della Valle del", "Torrente Lungo 1234 bis", "Palazzina C"]


def test_references_stand_where_the_route_wants_them():
    """Shipment.ReferenceNumber: "valid if the origin/destination pair is not US/US or PR/PR"."""
    abroad = body()
    assert abroad["ReferenceNumber"] == [{"Value": "WH/OUT/00042"}]
    assert "ReferenceNumber" not in abroad["Package"][0]
    home = body(sender=american(), receiver=american(), service="ground")
    assert "ReferenceNumber" not in home
    assert home["Package"][0]["ReferenceNumber"] == [{"Value": "WH/OUT/00042"}]
    assert home["ShipTo"]["Address"]["PostalCode"] == "443011234"


def test_a_signature_stands_where_the_route_wants_it():
    wanted = {"accessorials": ("adult_signature", "signature")}
    abroad = body(**wanted)
    assert abroad["ShipmentServiceOptions"]["DeliveryConfirmation"] == {"DCISType": "2"}
    home = body(sender=american(), receiver=american(), **wanted)
    options = home["Package"][0]["PackageServiceOptions"]
    assert options["DeliveryConfirmation"] == {"DCISType": "3"}
    assert "ShipmentServiceOptions" not in home


def test_flags_are_empty_and_only_there_when_meant():
    plain, rich = body(), body(accessorials=("saturday_delivery", "residential_delivery"))
    assert "ShipmentServiceOptions" not in plain
    assert "ResidentialAddressIndicator" not in plain["ShipTo"]["Address"]
    assert rich["ShipmentServiceOptions"] == {"SaturdayDeliveryIndicator": ""}
    assert rich["ShipTo"]["Address"]["ResidentialAddressIndicator"] == ""


def test_customs_get_an_invoice_abroad_and_none_within_the_union():
    sale = {"commodities": (goods(),), "incoterm": "DDP", "invoice_ref": "INV/7"}
    assert "ShipmentServiceOptions" not in body(**sale)
    abroad = body(receiver=a_receiver(**SWISS), **sale)
    forms = abroad["ShipmentServiceOptions"]["InternationalForms"]
    assert forms["FormType"] == ["01"]
    assert forms["TermsOfShipment"] == "DDP"
    assert forms["InvoiceNumber"] == "INV/7"
    assert forms["Contacts"]["SoldTo"]["AttentionName"] == "Karl Müller"
    assert forms["Product"] == [
        {
            "Description": ["Steel shelf"],
            "Unit": {"Number": "2", "UnitOfMeasurement": {"Code": "PCS"}, "Value": "19.9"},
            "CommodityCode": "940320",
            "OriginCountryCode": "IT",
        }
    ]
    charges = [one["Type"] for one in abroad["PaymentInformation"]["ShipmentCharge"]]
    assert charges == ["01", "02"], "delivered duty paid: we pay the duties"


def test_a_return_is_paid_by_us_and_starts_at_the_customer():
    customer, we = a_receiver(), an_address()
    shipment = body(sender=customer, receiver=we, is_return=True)
    assert shipment["ReturnService"] == {"Code": "9"}
    assert shipment["Shipper"]["Address"]["City"] == shipment["ShipTo"]["Address"]["City"]
    assert shipment["ShipFrom"]["Address"]["City"] == "Berlin"
    assert shipment["Shipper"]["ShipperNumber"] == "A1B2C3"


def test_a_quote_without_a_service_asks_for_all():
    request = a_parcel_shipment(service="")
    quote = rating.to_quote(request, SETTINGS, "Shop")["RateRequest"]["Shipment"]
    assert "Service" not in quote
    assert quote["DeliveryTimeInformation"]["Pickup"]["Date"] == f"{date.today():%Y%m%d}"


# === CHECKS === #


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"receiver": a_receiver(name="N" * 36)}, ("receiver.name", "too_long")),
        ({"receiver": a_receiver(street="word " * 30)}, ("receiver.street", "too_long")),
        ({"receiver": a_receiver(phone="")}, ("receiver.phone", "missing")),
        ({"receiver": american(company_name="")}, ("incoterm", "missing")),
        ({"receiver": replace(american(), state_code="")}, ("receiver.state_code", "missing")),
        ({"receiver": a_receiver(**SWISS)}, ("commodities", "missing")),
        ({"service_point": "U123"}, ("service_point", "not_offered")),
        ({"service": "pigeon"}, ("service", "not_offered")),
        ({"request_ref": "R" * 36}, ("request_ref", "wrong_form")),
        (
            {"cash_on_delivery": Money(amount=Decimal("250.01"), currency="EUR")},
            ("cash_on_delivery", "too_long"),
        ),
        (
            {
                "cash_on_delivery": Money(amount=Decimal(20), currency="EUR"),
                "is_return": True,
            },
            ("cash_on_delivery", "not_offered"),
        ),
        (
            {"service": "next_day_air_saver", "is_return": True},
            ("service", "not_offered"),
        ),
        (
            {"parcels": (a_parcel(length_mm=2701, width_mm=100, height_mm=100),)},
            ("parcels[0].length_mm", "over_limit"),
        ),
    ],
)
def test_a_problem_is_found_before_the_wire(changes, problem):
    assert problem in problems(**changes)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"hs_code": ""}, ("commodities[0].hs_code", "missing")),
        ({"hs_code": "9403"}, ("commodities[0].hs_code", "wrong_form")),
        ({"origin_country": ""}, ("commodities[0].origin_country", "missing")),
        ({"quantity": Decimal("1.5")}, ("commodities[0].quantity", "wrong_form")),
        ({"unit_value": Decimal(0)}, ("commodities[0].unit_value", "not_positive")),
        ({"unit_value": Decimal("0.1234567")}, ("commodities[0].unit_value", "wrong_form")),
        ({"description": "word " * 40}, ("commodities[0].description", "too_long")),
    ],
)
def test_a_line_for_the_customs_is_checked(line, problem):
    swiss = a_receiver(**SWISS)
    found = problems(receiver=swiss, commodities=(goods(**line),), incoterm="DAP")
    assert found == [problem]


def test_one_invoice_has_one_currency_and_a_known_incoterm():
    lines = (goods(), goods(currency="USD"))
    found = problems(receiver=a_receiver(**SWISS), commodities=lines, incoterm="DPU")
    assert found == [("incoterm", "not_offered"), ("commodities", "not_unique")]


def test_a_right_shipment_has_no_problems():
    assert problems() == []
    swiss = a_receiver(**SWISS)
    assert problems(receiver=swiss, commodities=(goods(),), incoterm="DAP") == []
