"""Whatever passes our checks fits the carrier's contract, and no longer text does."""

import pytest
from carriers import get_client
from carriers.dto import Money
from carriers.rehearsal_rest import mapping as parcel_mapping
from carriers.rehearsal_rest.checks import booking_problems as parcel_problems
from carriers.rehearsal_soap import mapping as freight_mapping
from carriers.rehearsal_soap.checks import booking_problems as freight_problems
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rehearsal_carriers import FreightAccount
from shipments import (
    a_freight_shipment,
    a_parcel,
    a_parcel_shipment,
    a_receiver,
    a_unit,
    an_address,
)

from rehearsal.freight import envelope
from rehearsal.parcel.contract import violations

NOWHERE = "http://127.0.0.1:9"


def with_text(builder, field, text):
    """Return a shipment with this text in ``receiver.city``, ``parcels.content`` and the like."""
    place, _, name = field.rpartition(".")
    parts = {
        "receiver": lambda: a_receiver(**{name: text}),
        "parcels": lambda: (a_parcel(**{name: text}),),
        "handling_units": lambda: (a_unit(**{name: text}),),
    }
    return builder(**{place: parts[place]()}) if place else builder(**{name: text})


ADDRESS_LIMITS = {"name": 40, "company_name": 40, "street": 50, "street2": 50, "city": 40}
PARCEL_LIMITS = {
    **{f"receiver.{name}": limit for name, limit in ADDRESS_LIMITS.items()},
    "receiver.zip_code": 10,
    "receiver.state_code": 3,
    "parcels.reference": 35,
    "parcels.content": 50,
    "request_ref": 35,
    "idempotency_key": 64,
    "instructions": 100,
}
FREIGHT_LIMITS = {
    **{f"receiver.{name}": 50 for name in ADDRESS_LIMITS},
    "receiver.zip_code": 20,
    "receiver.state_code": 20,
    "handling_units.reference": 30,
    "handling_units.description": 50,
    "request_ref": 30,
    "instructions": 200,
}


@pytest.mark.parametrize("field", PARCEL_LIMITS)
def test_a_parcel_text_may_be_as_long_as_the_contract_says_and_not_longer(field):
    limit = PARCEL_LIMITS[field]
    longest = with_text(a_parcel_shipment, field, "x" * limit)
    too_long = with_text(a_parcel_shipment, field, "x" * (limit + 1))
    assert not parcel_problems(longest)
    assert len(parcel_problems(too_long)) == 1
    if field != "idempotency_key":
        assert not violations("ShipmentCreate", parcel_mapping.to_booking(longest))
        assert violations("ShipmentCreate", parcel_mapping.to_booking(too_long))


@pytest.mark.parametrize("field", FREIGHT_LIMITS)
def test_a_freight_text_may_be_as_long_as_the_contract_says_and_not_longer(field):
    limit = FREIGHT_LIMITS[field]
    longest = with_text(a_freight_shipment, field, "x" * limit)
    too_long = with_text(a_freight_shipment, field, "x" * (limit + 1))
    assert not freight_problems(longest)
    assert len(freight_problems(too_long)) == 1
    client = get_client("rehearsal_soap", FreightAccount(NOWHERE).settings())
    envelope.read(freight_message(client, longest))
    with pytest.raises(envelope.MalformedMessage):
        envelope.read(freight_message(client, too_long))


ANY_TEXT = st.text(max_size=60)
SHORT = st.text(min_size=1, max_size=12)
ADDRESSES = st.builds(
    an_address,
    name=ANY_TEXT,
    company_name=ANY_TEXT,
    street=ANY_TEXT,
    street2=ANY_TEXT,
    zip_code=st.sampled_from(["37121", "1", "SW1A 1AA", "", "x" * 11]),
    city=ANY_TEXT,
    state_code=st.text(max_size=4),
    country_code=st.sampled_from(["IT", "DE", "XX", "", "it"]),
    phone=st.sampled_from(["+39 045 800100", "", "12", "0" * 21, "a"]),
    email=st.sampled_from(["a@b", "", "a b@c", "x" * 90 + "@y"]),
    is_residential=st.booleans(),
)
SIDE = st.none() | st.integers(-1, 7000)
SIDES = {"length_mm": SIDE, "width_mm": SIDE, "height_mm": SIDE}
REFERENCES = st.sampled_from(["WH/OUT/1", "a", "", "x" * 36, "ä", "_"]) | SHORT
MONIES = st.none() | st.builds(
    Money,
    amount=st.decimals(allow_nan=False, allow_infinity=False, min_value=-1, max_value=10**6),
    currency=st.just("EUR"),
)
COMMON = {
    "sender": ADDRESSES,
    "receiver": ADDRESSES,
    "service": st.sampled_from(["standard", "express", "expedited", "economy", "x"]),
    "instructions": ANY_TEXT,
    "goods_value": MONIES,
    "cash_on_delivery": MONIES,
}
#: Most random shipments have problems; mending some fields lets many through.
GOOD = {"sender": st.builds(an_address), "receiver": st.builds(a_receiver, name=ANY_TEXT)}
PARCELS = st.lists(
    st.builds(
        a_parcel,
        reference=REFERENCES,
        weight_grams=st.integers(-1, 40_000),
        content=ANY_TEXT,
        **SIDES,
    ),
    min_size=1,
    max_size=3,
).map(tuple)
UNITS = st.lists(
    st.builds(
        a_unit,
        reference=REFERENCES,
        kind=st.sampled_from(["pallet", "drum", "x"]),
        pieces=st.integers(-1, 20_000),
        weight_grams=st.integers(-1, 2_000_000),
        freight_class=st.none() | st.sampled_from(["92.5", "70", "71", ""]),
        description=ANY_TEXT,
        stackable=st.booleans(),
        **SIDES,
    ),
    min_size=1,
    max_size=3,
).map(tuple)
SLOW_IS_FINE = hypothesis_settings(
    max_examples=200, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


def requests(builder, pieces):
    """Return random shipments: wild ones, and ones where only a few fields are random."""
    wild = st.builds(builder, REFERENCES, **COMMON, **pieces)
    tame = st.builds(builder, **{**GOOD, "instructions": ANY_TEXT})
    return wild | tame | st.builds(builder, **pieces) | st.builds(builder, receiver=ADDRESSES)


@given(requests(a_parcel_shipment, {"parcels": PARCELS}))
@SLOW_IS_FINE
def test_a_parcel_request_without_problems_fits_the_contract(request):
    if not parcel_problems(request):
        assert violations("ShipmentCreate", parcel_mapping.to_booking(request)) == []


@given(requests(a_freight_shipment, {"handling_units": UNITS}))
@SLOW_IS_FINE
def test_a_freight_request_without_problems_fits_the_contract(request):
    if not freight_problems(request):
        client = get_client("rehearsal_soap", FreightAccount(NOWHERE).settings())
        _context, body = envelope.read(freight_message(client, request))
        assert body.tag.endswith("BookFreightRequest")


def freight_message(client, request):
    """Return the bytes that would be sent."""
    transport = client._transport
    message = transport._client.create_message(
        transport._service,
        "BookFreight",
        Shipment=freight_mapping.to_shipment(request),
        _soapheaders=freight_mapping.to_header(request.request_ref),
    )
    return envelope.etree.tostring(message)
