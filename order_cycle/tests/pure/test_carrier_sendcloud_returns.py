"""Sendcloud's returns, a contract of their own, against what was published."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.dto import Money
from carriers.errors import CarrierError, CarrierRejected, CarrierUnknownOutcome
from conformance_cases import GOODS, SWISS
from shipments import a_parcel
from stages import missing_contracts, open_stage

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "there")

FIFTY = Money(amount=Decimal("50.00"), currency="EUR")


@pytest.fixture
def stage():
    """Give the carrier; it ends without a complaint."""
    with open_stage("sendcloud") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return get_client("sendcloud", stage.settings())


def _swap(request):
    return replace(request, sender=request.receiver, receiver=request.sender, is_return=True)


def _sent(stage):
    [body] = [json.loads(one.body) for one in stage.requests if stage.is_booking(one)]
    return body


def test_a_return_is_booked_printed_followed_and_cancelled(stage, client):
    booking = client.book(_swap(stage.shipment(goods_value=FIFTY, insured_value=FIFTY)))
    body = _sent(stage)
    assert body["ship_with"]["shipping_option_code"] == "dpd:return/return"
    assert body["weight"] == {"value": 1113, "unit": "g"}
    assert body["total_insured_value"] == {"value": 50.0, "currency": "EUR"}
    [label] = client.print_again(booking.waybill_ref)
    assert label.kind == "label"
    [event] = client.track(booking.waybill_ref)
    assert event.code == "announced"
    client.cancel(booking.waybill_ref)
    client.cancel(booking.waybill_ref)
    assert stage.live() == []


def test_a_return_over_a_customs_border_says_so(stage, client):
    request = _swap(
        stage.shipment(
            receiver=SWISS,
            commodities=GOODS,
            goods_value=FIFTY,
            incoterm="DAP",
            invoice_ref="INV/42",
            contents_type="return",
        )
    )
    assert client.find_problems(request) == ()
    client.book(request)
    body = _sent(stage)
    assert body["customs_information"]["export_reason"] == "returned_goods"
    assert body["parcel_items"][0]["price"] == {"value": 19.9, "currency": "EUR"}


def test_a_return_that_is_there_without_a_number_is_for_a_person(stage, client):
    request = _swap(stage.shipment())
    stage.play("lost_after")
    with pytest.raises(CarrierUnknownOutcome):
        client.book(request)
    with pytest.raises(CarrierUnknownOutcome) as caught:
        client.find_by_reference(request.request_ref)
    assert caught.value.code == "return_number_unknown"
    with pytest.raises(CarrierError) as again:
        client.book(request)
    assert again.value.outcome == "unknown", "it says that there is one, not that there is none"
    assert len(stage.live(request.request_ref)) == 1


def test_a_return_that_was_not_made_is_not_found(stage, client):
    request = _swap(stage.shipment())
    stage.play("lost_before")
    with pytest.raises(CarrierUnknownOutcome):
        client.book(request)
    assert client.find_by_reference(request.request_ref) == ()


def test_a_return_that_is_refused_is_refused(stage, client):
    request = stage.shipment()
    holder = replace(request.receiver, zip_code=stage.NOWHERE)
    with pytest.raises(CarrierRejected) as caught:
        client.book(_swap(replace(request, receiver=holder)))
    assert caught.value.code == "invalid_postal_code"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "by_rules"}, "service"),
        ({"parcels": (a_parcel(1), a_parcel(2))}, "parcels"),
        ({"service_point": "4711"}, "service_point"),
    ],
)
def test_what_a_return_cannot_be_is_said_before(stage, changes, field):
    client = get_client("sendcloud", stage.settings(extra={}))
    problems = client.find_problems(_swap(stage.shipment(**changes)))
    assert {problem.field for problem in problems} == {field}
