"""Purolator's freight against a stage that is held to the published WSDLs."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from carriers.api import Capability, Recovery
from carriers.dto import Money, PickupRequest
from carriers.errors import (
    CarrierAuthError,
    CarrierError,
    CarrierRejected,
    CarrierUnknownOutcome,
    InvalidShipment,
)
from carriers.purolator_freight import mapping
from carriers.purolator_freight.client import Client
from carriers.purolator_freight.info import INFO
from shipments import a_parcel, a_receiver, a_unit
from stages import missing_contracts, open_stage
from stages.purolator import a_sender
from stages.purolator_base import Refusal

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "at hand")

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def stage():
    """Give a carrier; whatever was against its contract fails the test."""
    with open_stage("purolator_freight") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return Client(stage.settings())


def sent(stage):
    """Return the last request as text."""
    return stage.requests[-1].body.decode()


def cad(amount):
    return Money(amount=Decimal(amount), currency="CAD")


# --- booking ---


def test_a_pallet_is_booked_at_a_price_and_has_its_paper(stage, client):
    booking = client.book(stage.shipment())
    assert stage.live("WH/OUT/00042") == [booking.waybill_ref]
    assert booking.price == cad("300.87")
    assert [parcel.reference for parcel in booking.parcels] == ["U1"]
    (paper,) = client.print_again(booking.waybill_ref)
    assert (paper.kind, paper.format) == ("bill_of_lading", "pdf")


def test_two_pallets_have_a_line_each(stage, client):
    units = (
        a_unit(1, freight_class="92.5"),
        a_unit(2, kind="crate", weight_grams=412_345, length_mm=1205),
    )
    booking = client.book(stage.shipment(handling_units=units))
    assert stage.shipments[booking.waybill_ref]["units"] == 2
    # One number for both: no unit has one of its own.
    assert booking.parcels == ()
    text = sent(stage)
    for expected in (">Skid<", ">Piece<", ">92.5<", ">412.345<", ">120.5<"):
        assert expected in text


def test_everything_that_can_be_asked_for_is_named(stage, client):
    codes = tuple(choice.code for choice in INFO.accessorials)
    request = stage.shipment(
        accessorials=codes,
        insured_value=cad("1000.50"),
        cash_on_delivery=cad(50),
        instructions="Dock 4",
        service="expedited",
    )
    booking = client.book(request)
    text = sent(stage)
    assert stage.shipments[booking.waybill_ref]["has_appointment"]
    for word in (*mapping.ACCESSORIAL_CODES.values(), "1000.50", "Dock 4", "CODAmount>50<"):
        assert word in text
    assert "ServiceTypeCode>0<" in text


def test_names_the_contract_leaves_open_are_settings(stage):
    extra = {"standard_code": "S", "other_unit": "Crate", "document_type": "FreightBOL"}
    client = Client(stage.settings(extra=extra))
    booking = client.book(stage.shipment(handling_units=(a_unit(kind="crate"),)))
    assert "ServiceTypeCode>S<" in sent(stage)
    assert "HandlingUnitType>Crate<" in sent(stage)
    client.print_again(booking.waybill_ref)
    assert "DocumentType>FreightBOL<" in sent(stage)


def test_an_address_of_the_states_and_letters_of_the_world(stage, client):
    receiver = a_receiver(
        name="Łucja 王小明",
        street="350 Fifth Avenue, on the corner of a street with a very long name",
        zip_code="10118",
        city="New York",
        state_code="NY",
        country_code="US",
        phone="+1 212 736 3100",
    )
    client.book(stage.shipment(receiver=receiver))
    for word in ("Łucja 王小明", "StreetNumber>350<", "StreetAddress2>"):
        assert word in sent(stage)


WRONG = {
    "service": {"service": "pigeon"},
    "receiver.country_code": {"receiver": a_receiver()},
    "sender.country_code": {"sender": a_receiver()},
    "handling_units": {"handling_units": (), "parcels": (a_parcel(),)},
    "handling_units[0].kind": {"handling_units": (a_unit(kind="bag"),)},
    "handling_units[0].weight_grams": {"handling_units": (a_unit(weight_grams=0),)},
    "handling_units[0].length_mm": {"handling_units": (a_unit(length_mm=None),)},
    "handling_units[0].freight_class": {"handling_units": (a_unit(freight_class="71"),)},
    "handling_units[0].description": {"handling_units": (a_unit(description=""),)},
    "accessorials[0]": {"accessorials": ("saturday_delivery",)},
    "cash_on_delivery": {"cash_on_delivery": Money(amount=Decimal(1), currency="EUR")},
    "insured_value": {"insured_value": Money(amount=Decimal("0.001"), currency="CAD")},
    "is_return": {"is_return": True},
    "service_point": {"service_point": "1"},
    "label_format": {"label_format": "zpl"},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_problem_is_named_before_anything_is_sent(stage, client, field):
    request = stage.shipment(**WRONG[field])
    assert field in {problem.field for problem in client.find_problems(request)}
    with pytest.raises(InvalidShipment):
        client.book(request)
    assert stage.requests == []


# --- the answers ---


def test_the_stage_is_not_blind(stage, client):
    client.book(stage.shipment())
    right = stage.requests[-1]
    for old, new in [
        (b">kg<", b">kilo<"),
        (b"HandlingUnit>1<", b"HandlingUnit>2 skids<"),
        (b"PickupFlag>false<", b"PickupFlag>no<"),
        (b"LineNumber>1<", b"LineNumber>7<"),
    ]:
        assert old in right.body
        stage.answer(replace(right, body=right.body.replace(old, new)))
        assert stage.complaints
        stage.complaints.clear()


def test_an_error_inside_a_normal_answer_is_read(stage):
    with pytest.raises(CarrierRejected) as caught:
        Client(stage.settings(account_number="1234567")).book(stage.shipment())
    assert caught.value.code == "1100101"
    assert stage.shipments == {}


def test_an_error_that_proves_nothing_is_unknown(stage, client):
    def answer(_body):
        raise Refusal("5500", "The rating engine is busy.")

    stage.do_CreateShipment = answer
    with pytest.raises(CarrierUnknownOutcome):
        client.book(stage.shipment())


FAULTS = {
    "throttle": ("not_sent", 0),
    "lost_before": ("unknown", 0),
    "lost_after": ("unknown", 1),
    "error_500_after": ("unknown", 1),
    "garbage_after": ("unknown", 1),
    "incomplete_after": ("unknown", 1),
    "half_after": ("unknown", 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_only_what_is_certain_is_said(stage, client, fault):
    outcome, count = FAULTS[fault]
    stage.play(fault)
    with pytest.raises(CarrierError) as caught:
        client.book(stage.shipment())
    assert caught.value.outcome == outcome
    assert len(stage.live()) == count


def test_what_the_contract_lacks_is_not_offered():
    assert INFO.recovery is Recovery.NONE
    assert Capability.CANCEL not in INFO.capabilities
    assert not hasattr(Client, "cancel")


# --- the other verbs ---


def test_each_service_has_a_price(stage, client):
    quotes = client.quote(stage.shipment(service=""))
    assert [quote.service for quote in quotes] == ["standard", "expedited"]
    assert {quote.price for quote in quotes} == {cad("300.87")}
    assert quotes[0].transit_days == 4
    assert quotes[0].delivers_on > date.today()
    (quote,) = client.quote(stage.shipment(service="expedited"))
    assert quote.service == "expedited"


def test_a_service_without_a_price_is_left_out(stage, client):
    stage.refused_services = {"0"}
    assert [quote.service for quote in client.quote(stage.shipment(service=""))] == ["standard"]
    stage.refused_services = {"0", "1"}
    with pytest.raises(CarrierRejected):
        client.quote(stage.shipment(service=""))


def test_the_goods_are_followed_to_their_signature(stage, client):
    booking = client.book(stage.shipment())
    (event,) = client.track(booking.waybill_ref)
    assert (event.code, event.carrier_code, event.location) == ("other", "ARR", "TOR")
    assert event.happened_at == datetime.combine(date.today(), time(8, 15), TORONTO)
    assert client.prove_delivery(booking.waybill_ref) is None
    stage.deliver(booking.waybill_ref)
    delivered = client.track(booking.waybill_ref)[-1]
    assert (delivered.code, delivered.signed_by) == ("delivered", "J SMITH")
    proof = client.prove_delivery(booking.waybill_ref)
    assert proof.signed_by == "J SMITH"
    assert proof.delivered_at.date() == date.today()


def test_the_account_is_tried_without_a_shipment(stage, client):
    client.check_account()
    with pytest.raises(CarrierAuthError):
        Client(stage.settings(password="wrong")).check_account()


def a_pickup(**changes):
    values = {
        "request_ref": "PICK/1",
        "pickup_date": date.today(),
        "ready_from": time(9, 0),
        "closes_at": time(17, 30),
        "address": a_sender(),
        "pieces": 40,
        "weight_grams": 824_690,
        "location": "Gate 3",
    }
    return PickupRequest(**{**values, **changes})


def test_a_driver_is_asked_for(stage, client):
    pickup = client.book_pickup(a_pickup(handling_units=(a_unit(1), a_unit(2))))
    assert stage.pickups == {pickup.pickup_ref: date.today().isoformat()}
    for word in (">09:00<", ">17:30<", ">Gate 3<", "LineNumber>2<"):
        assert word in sent(stage)
    client.book_pickup(a_pickup())
    assert "Pieces>40<" in sent(stage)
    assert "824.690" in sent(stage)


def test_a_pickup_that_cannot_be_is_not_sent(stage, client):
    with pytest.raises(InvalidShipment) as caught:
        client.book_pickup(a_pickup(closes_at=time(8, 0), service="pigeon"))
    assert {problem.field for problem in caught.value.problems} == {"closes_at", "service"}
    assert stage.requests == []
