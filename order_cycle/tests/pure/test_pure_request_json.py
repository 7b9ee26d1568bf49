"""The frozen form of a request: nothing is lost, equal requests are equal texts."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from carriers import from_json, payload_hash, to_json
from carriers.dto import Address, Commodity, HandlingUnit, Money, Parcel, ShipmentRequest
from hypothesis import given
from hypothesis import strategies as st
from shipments import a_parcel_shipment

TEXT = st.text(max_size=30)
GRAMS = st.integers(min_value=-1, max_value=10**9)
AMOUNT = st.decimals(allow_nan=False, allow_infinity=False)
MILLIMETRES = st.none() | st.integers()
SIDES = {"length_mm": MILLIMETRES, "width_mm": MILLIMETRES, "height_mm": MILLIMETRES}

MONEY = st.builds(Money, amount=AMOUNT, currency=TEXT)
ADDRESS = st.builds(
    Address,
    **dict.fromkeys(
        ("name", "company_name", "street", "street2", "zip_code", "city", "state_code")
        + ("country_code", "phone", "email"),
        TEXT,
    ),
    is_residential=st.booleans(),
)
PARCEL = st.builds(Parcel, reference=TEXT, weight_grams=GRAMS, content=TEXT, **SIDES)
UNIT = st.builds(
    HandlingUnit,
    reference=TEXT,
    kind=TEXT,
    pieces=st.integers(),
    weight_grams=GRAMS,
    freight_class=st.none() | TEXT,
    description=TEXT,
    stackable=st.booleans(),
    **SIDES,
)
COMMODITY = st.builds(
    Commodity,
    description=TEXT,
    quantity=AMOUNT,
    unit_value=AMOUNT,
    currency=TEXT,
    hs_code=TEXT,
    origin_country=TEXT,
    weight_grams=GRAMS,
)


@st.composite
def shipment_requests(draw):
    pieces = draw(st.lists(PARCEL, min_size=1, max_size=3) | st.lists(UNIT, min_size=1, max_size=3))
    kind = "parcels" if isinstance(pieces[0], Parcel) else "handling_units"
    return ShipmentRequest(
        request_ref=draw(TEXT),
        idempotency_key=draw(TEXT),
        service=draw(TEXT),
        ship_date=draw(st.dates()),
        sender=draw(ADDRESS),
        receiver=draw(ADDRESS),
        commodities=tuple(draw(st.lists(COMMODITY, max_size=2))),
        goods_value=draw(st.none() | MONEY),
        cash_on_delivery=draw(st.none() | MONEY),
        accessorials=tuple(draw(st.lists(TEXT, max_size=2))),
        instructions=draw(TEXT),
        label_format=draw(TEXT),
        **{kind: tuple(pieces)},
    )


@given(shipment_requests())
def test_a_request_survives_the_round_trip(request):
    again = from_json(to_json(request))
    assert again == request
    assert to_json(again) == to_json(request)
    assert payload_hash(again) == payload_hash(request)


def test_the_text_is_canonical_and_safe_for_any_column():
    text = to_json(a_parcel_shipment(instructions="Żółć 中文 \x00 \ud800"))
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert text.isascii()


def test_a_field_at_its_default_is_left_out():
    frozen = json.loads(to_json(a_parcel_shipment()))
    assert "cash_on_delivery" not in frozen
    assert "length_mm" not in frozen["parcels"][0]


def test_any_change_changes_the_hash():
    request = a_parcel_shipment()
    later = replace(request, ship_date=date(2031, 1, 1))
    dearer = replace(request, goods_value=Money(amount=Decimal("0.01"), currency="EUR"))
    assert len({payload_hash(one) for one in (request, later, dearer)}) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "frozen shipment request"),
        ("[]", "request should be dict"),
        ("{}", "missing"),
        ("[" * 100_000, "frozen shipment request"),
    ],
)
def test_another_text_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        from_json(text)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("ship_date",), "tomorrow", "tomorrow"),
        (("parcels", 0, "weight_grams"), 1.5, "weight_grams should be int"),
        (("parcels", 0, "weight_grams"), True, "weight_grams should be int"),
        (("parcels", 0, "colour"), "red", "unknown field 'colour'"),
        (("sender", "name"), None, "sender.name should be str"),
        (("goods_value",), {"amount": "NaN", "currency": "EUR"}, "finite"),
        (("goods_value",), {"amount": 1, "currency": "EUR"}, "amount should be str"),
        (("parcels",), [], "either parcels or handling units"),
    ],
)
def test_a_spoiled_row_is_refused_with_the_place(path, value, says):
    frozen = json.loads(to_json(a_parcel_shipment()))
    place = frozen
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=says):
        from_json(json.dumps(frozen))


@pytest.mark.parametrize("amount", [1.5, 2, "3", Decimal("Infinity")])
def test_money_is_a_finite_decimal(amount):
    with pytest.raises(TypeError, match="Decimal"):
        Money(amount=amount, currency="EUR")
