"""Checks and mapping: all problems at once, and whatever passes them fits the contract."""

from datetime import date
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.dto import Commodity, Money
from carriers.findings import clean
from carriers.rehearsal_rest import mapping as parcel_mapping
from carriers.rehearsal_rest.answers import our_field
from carriers.rehearsal_rest.checks import booking_problems as parcel_problems
from carriers.rehearsal_soap import answers as freight_answers
from carriers.rehearsal_soap import mapping as freight_mapping
from carriers.rehearsal_soap.checks import booking_problems as freight_problems
from rehearsal_carriers import FreightAccount, ParcelAccount
from shipments import (
    a_freight_shipment,
    a_parcel,
    a_parcel_shipment,
    a_receiver,
    a_unit,
    an_address,
)

NOWHERE = "http://127.0.0.1:9"


def found(problems):
    return {(problem.field, problem.code) for problem in problems}


def test_a_good_shipment_has_no_problems():
    assert parcel_problems(a_parcel_shipment()) == ()
    assert freight_problems(a_freight_shipment()) == ()


def test_all_problems_of_a_parcel_shipment_come_at_once():
    request = a_parcel_shipment(
        "-bad-",
        idempotency_key="x",
        service="rocket",
        label_format="gif",
        sender=an_address(name="N" * 41, email="nobody"),
        receiver=a_receiver(zip_code="", country_code="AQ", phone="", street="S" * 51, city="\n"),
        parcels=(
            a_parcel(1, weight_grams=31_501),
            a_parcel(1, weight_grams=0, length_mm=10),
            a_parcel(3, length_mm=2001, width_mm=1, height_mm=-1, content="c" * 51),
        ),
        accessorials=("signature", "massage"),
        instructions="i" * 101,
        cash_on_delivery=Money(amount=Decimal("1.005"), currency="EUR"),
        goods_value=Money(amount=Decimal("0"), currency="EUR"),
    )
    assert found(parcel_problems(request)) == {
        ("request_ref", "wrong_form"),
        ("idempotency_key", "wrong_form"),
        ("service", "not_offered"),
        ("label_format", "not_offered"),
        ("sender.name", "too_long"),
        ("sender.email", "wrong_form"),
        ("receiver.street", "too_long"),
        ("receiver.zip_code", "missing"),
        ("receiver.city", "missing"),
        ("receiver.country_code", "not_offered"),
        ("receiver.phone", "missing"),
        ("parcels", "not_unique"),
        ("parcels[0].weight_grams", "over_limit"),
        ("parcels[1].weight_grams", "not_positive"),
        ("parcels[1].width_mm", "missing"),
        ("parcels[1].height_mm", "missing"),
        ("parcels[2].length_mm", "over_limit"),
        ("parcels[2].height_mm", "not_positive"),
        ("parcels[2].content", "too_long"),
        ("accessorials[1]", "not_offered"),
        ("instructions", "too_long"),
        ("cash_on_delivery", "wrong_form"),
        ("goods_value", "not_positive"),
    }


def test_all_problems_of_a_freight_shipment_come_at_once():
    request = a_freight_shipment(
        "",
        service="",
        receiver=a_receiver(phone="call me", country_code=""),
        handling_units=(
            a_unit(1, kind="balloon", pieces=0, freight_class="71", description=""),
            a_unit(2, weight_grams=1_500_001, length_mm=None, height_mm=6001),
        ),
    )
    assert found(freight_problems(request)) == {
        ("request_ref", "missing"),
        ("service", "not_offered"),
        ("receiver.phone", "wrong_form"),
        ("receiver.country_code", "missing"),
        ("handling_units[0].kind", "not_offered"),
        ("handling_units[0].pieces", "not_positive"),
        ("handling_units[0].freight_class", "not_offered"),
        ("handling_units[0].description", "missing"),
        ("handling_units[1].weight_grams", "over_limit"),
        ("handling_units[1].length_mm", "missing"),
        ("handling_units[1].height_mm", "over_limit"),
    }


def test_goods_for_the_customs_are_checked_line_by_line():
    line = Commodity(
        description="",
        quantity=Decimal("0"),
        unit_value=Decimal("-1"),
        currency="EUR",
        hs_code="12",
        origin_country="Italy",
        weight_grams=0,
    )
    assert found(parcel_problems(a_parcel_shipment(commodities=(line,)))) == {
        ("commodities[0].description", "missing"),
        ("commodities[0].quantity", "wrong_form"),
        ("commodities[0].unit_value", "not_positive"),
        ("commodities[0].hs_code", "wrong_form"),
        ("commodities[0].origin_country", "wrong_form"),
        ("commodities[0].weight_grams", "not_positive"),
    }


def test_a_problem_says_what_is_wrong_and_what_would_be_right():
    (problem,) = parcel_problems(a_parcel_shipment(receiver=a_receiver(name="N" * 41)))
    assert problem.text == "Receiver: name has 41 characters; the carrier takes 40. Shorten it."


@pytest.mark.parametrize(
    ("account", "shipment"),
    [(ParcelAccount, a_freight_shipment), (FreightAccount, a_parcel_shipment)],
)
def test_the_wrong_kind_of_load_is_told(account, shipment):
    client = get_client(account.code, account(NOWHERE).settings())
    codes = found(client.find_problems(shipment()))
    assert codes in ({("parcels", "missing")}, {("handling_units", "missing")})


@pytest.mark.parametrize(
    ("grams", "text"),
    [(1, "0.001"), (999, "0.999"), (1000, "1.000"), (1113, "1.113"), (31_500, "31.500")],
)
def test_grams_become_kilograms_without_loss(grams, text):
    assert parcel_mapping.kilograms(grams) == text
    unit = freight_mapping.to_shipment(
        a_freight_shipment(handling_units=(a_unit(weight_grams=grams),))
    )
    assert unit["HandlingUnits"]["HandlingUnit"][0]["WeightKg"] == Decimal(text)


@pytest.mark.parametrize(("millimetres", "centimetres"), [(1, 1), (10, 1), (11, 2), (1200, 120)])
def test_a_side_is_rounded_up(millimetres, centimetres):
    sides = {"length_mm": millimetres, "width_mm": millimetres, "height_mm": millimetres}
    body = parcel_mapping.to_booking(a_parcel_shipment(parcels=(a_parcel(**sides),)))
    assert set(body["parcels"][0]["dimensions"].values()) == {centimetres}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  a \t b\r\nc ", "a b c"),
        ("a\x00b\x1fc\x85d\u2028e", "a b c d e"),
        ("Ża\u0301\ufffe", "Żá"),
        ("\ud800x", "x"),
        ("中文 Ω 🙂", "中文 Ω 🙂"),
    ],
)
def test_clean(raw, expected):
    assert clean(raw) == expected


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("receiver.postalCode", "receiver.zip_code"),
        ("parcels[2].weightKg", "parcels[2].weight_grams"),
        ("reference", "request_ref"),
        ("parcels[0].reference", "parcels[0].reference"),
        ("", ""),
    ],
)
def test_their_field_names_become_ours(theirs, ours):
    assert our_field(theirs) == ours


def test_their_field_paths_become_ours_in_freight_too():
    assert freight_answers.our_field("HandlingUnits[1]/FreightClass") == (
        "handling_units[1].freight_class"
    )
    assert freight_answers.our_field("Consignee/PostalCode") == "receiver.zip_code"


def test_the_date_is_written_as_the_contract_wants_it():
    body = parcel_mapping.to_booking(a_parcel_shipment(ship_date=date(2027, 2, 3)))
    assert body["shipDate"] == "2027-02-03"
