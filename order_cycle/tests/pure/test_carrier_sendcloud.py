"""Sendcloud against its published contracts: what the suite does not ask."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.dto import Money
from carriers.errors import CarrierAuthError, CarrierRejected, CarrierUnknownOutcome
from carriers.sendcloud import mapping
from conformance_cases import GOODS, SWISS
from shipments import a_parcel
from stages import missing_contracts, open_stage
from stages.base import StageRequest

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


def _customs(stage, **changes):
    values = {"receiver": SWISS, "commodities": GOODS, "goods_value": FIFTY, "incoterm": "DAP"}
    return stage.shipment(**{**values, "invoice_ref": "INV/42", **changes})


def _sent(stage):
    [body] = [json.loads(one.body) for one in stage.requests if stage.is_booking(one)]
    return body


# === BOOKING === #


def test_grams_and_millimetres_travel_as_they_are(stage, client):
    parcel = a_parcel(weight_grams=12_347, length_mm=301, width_mm=202, height_mm=103)
    client.book(stage.shipment(parcels=(parcel,), instructions="Ring twice"))
    [sent] = _sent(stage)["parcels"]
    assert sent["weight"] == {"value": "12347", "unit": "g"}
    assert sent["dimensions"] == {"length": "301", "width": "202", "height": "103", "unit": "mm"}
    assert sent["label_notes"] == ["Ring twice"]


@pytest.mark.parametrize("wanted", ["pdf", "zpl", "png"])
def test_one_parcel_brings_its_label_along_in_the_wanted_format(stage, client, wanted):
    [label] = client.book(stage.shipment(label_format=wanted)).documents
    assert (label.kind, label.format) == ("label", wanted)


def test_the_labels_of_three_parcels_are_fetched(stage, client):
    parcels = tuple(a_parcel(number) for number in (1, 2, 3))
    booking = client.book(stage.shipment(parcels=parcels))
    assert booking.documents == ()
    assert len({one.tracking_ref for one in booking.parcels}) == 3
    papers = client.print_again(booking.waybill_ref)
    assert [paper.kind for paper in papers] == ["label"] * 3
    assert len({paper.content for paper in papers}) == 3


def test_shipping_rules_may_choose(stage, client):
    booking = client.book(stage.shipment(service="by_rules"))
    body = _sent(stage)
    assert stage.requests[-1].path.endswith("/announce-with-shipping-rules")
    assert "ship_with" not in body
    assert body["apply_shipping_rules"] is True
    assert booking.service == ""


def test_the_contract_of_the_account_is_used_and_must_be_a_number(stage):
    client = get_client("sendcloud", stage.settings(extra={"contract_id": "517"}))
    client.book(stage.shipment())
    assert _sent(stage)["ship_with"]["properties"]["contract_id"] == 517
    client = get_client("sendcloud", stage.settings(extra={"contract_id": "five"}))
    with pytest.raises(CarrierAuthError) as caught:
        client.book(stage.shipment())
    assert caught.value.code == "account_unusable"
    assert len(stage.live()) == 1


@pytest.mark.parametrize(("whose", "name"), [("", "id"), ("carrier", "carrier_service_point_id")])
def test_a_service_point_has_two_numbers_and_the_account_says_which(stage, whose, name):
    client = get_client("sendcloud", stage.settings(extra={"service_points": whose}))
    client.book(stage.shipment(service_point="10168633"))
    assert _sent(stage)["to_service_point"] == {name: "10168633"}


def test_customs_goods_bring_two_papers_that_are_fetched_together(stage, client):
    request = _customs(stage, sender=replace(stage.shipment().sender, eori="IT123"))
    assert client.find_problems(request) == ()
    booking = client.book(request)
    body = _sent(stage)
    assert body["customs_information"]["export_reason"] == "commercial_goods"
    assert body["customs_information"]["tax_numbers"]["sender"][0]["name"] == "EORI"
    [item] = body["parcels"][0]["parcel_items"]
    # Two pieces of 1000 grams together.
    assert (item["quantity"], item["weight"]["value"]) == (2, 500)
    assert booking.documents == ()
    papers = client.print_again(booking.waybill_ref)
    assert [paper.kind for paper in papers] == ["label", "customs"]


def test_insurance_is_for_one_parcel_in_euros(stage, client):
    client.book(stage.shipment(insured_value=FIFTY))
    assert _sent(stage)["parcels"][0]["additional_insured_price"] == {
        "value": "50.00",
        "currency": "EUR",
    }


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"cash_on_delivery": FIFTY}, "cash_on_delivery", "not_offered"),
        ({"accessorials": ("signature",)}, "accessorials[0]", "not_offered"),
        ({"insured_value": replace(FIFTY, currency="PLN")}, "insured_value", "wrong_currency"),
        ({"insured_value": replace(FIFTY, amount=Decimal(5001))}, "insured_value", "over_limit"),
        (
            {"insured_value": FIFTY, "parcels": (a_parcel(1), a_parcel(2))},
            "insured_value",
            "not_offered",
        ),
        ({"service": ""}, "service", "missing"),
        ({"service": "standard delivery"}, "service", "wrong_form"),
        ({"instructions": "x" * 256}, "instructions", "too_long"),
        ({"parcels": tuple(a_parcel(n) for n in range(16))}, "parcels", "over_limit"),
        ({"parcels": (a_parcel(length_mm=10),)}, "parcels[0].width_mm", "missing"),
        ({"parcels": (a_parcel(weight_grams=0),)}, "parcels[0].weight_grams", "not_positive"),
    ],
)
def test_what_sendcloud_cannot_take_is_said_before(stage, client, changes, field, code):
    problems = {(one.field, one.code) for one in client.find_problems(stage.shipment(**changes))}
    assert (field, code) in problems


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"invoice_ref": ""}, "invoice_ref"),
        ({"contents_type": "repair"}, "contents_type"),
        ({"commodities": (replace(GOODS[0], hs_code=""),)}, "commodities[0].hs_code"),
        ({"commodities": (replace(GOODS[0], quantity=Decimal("1.5")),)}, "commodities[0].quantity"),
        ({"parcels": (a_parcel(1), a_parcel(2))}, "parcels"),
        ({"receiver": replace(SWISS, country_code="US")}, "receiver.state_code"),
        ({"service": "dhl_express:worldwide/incoterm=ddp"}, "incoterm"),
    ],
)
def test_what_the_customs_lack_is_said_before(stage, client, changes, field):
    fields = {one.field for one in client.find_problems(_customs(stage, **changes))}
    assert fields == {field}


# === NO, AND HALF A YES === #


def test_a_refusal_names_our_field(stage, client):
    receiver = replace(stage.shipment().receiver, zip_code=stage.NOWHERE)
    with pytest.raises(CarrierRejected) as caught:
        client.book(stage.shipment(receiver=receiver))
    [problem] = caught.value.fields
    assert (problem.field, problem.code) == ("receiver.zip_code", "invalid")
    assert stage.live() == []


def test_an_announcement_that_failed_is_no_booking(stage, client):
    request = stage.shipment(service=stage.DOWN)
    for _again in range(2):
        with pytest.raises(CarrierRejected) as caught:
            client.book(request)
        assert caught.value.code == "parcel_announcement_error"
    assert client.find_by_reference(request.request_ref) == ()
    assert stage.live() == []


def test_half_an_announcement_is_a_booking_with_a_warning(stage, client):
    request = stage.shipment(service=stage.HALF, parcels=(a_parcel(1), a_parcel(2)))
    booking = client.book(request)
    assert [one.field for one in booking.warnings] == ["parcels[1]"]
    assert stage.live() == [booking.waybill_ref]
    [found] = client.find_by_reference(request.request_ref)
    assert (found.waybill_ref, len(found.warnings)) == (booking.waybill_ref, 1)


def test_a_second_call_brings_the_shipment_that_is_there(stage, client):
    request = stage.shipment()
    first, second = client.book(request), client.book(request)
    assert (second.waybill_ref, second.was_known) == (first.waybill_ref, True)
    assert stage.live() == [first.waybill_ref]


def test_a_second_call_without_the_shipment_is_looked_up(stage, client):
    request = stage.shipment()
    booking = client.book(request)
    stage.shows_duplicates = False
    with pytest.raises(CarrierUnknownOutcome) as caught:
        client.book(request)
    assert caught.value.code == "duplicate_reference"
    [found] = client.find_by_reference(request.request_ref)
    assert found.waybill_ref == booking.waybill_ref


def test_a_reference_whose_shipment_was_cancelled_is_used_up(stage, client):
    request = stage.shipment()
    client.cancel(client.book(request).waybill_ref)
    with pytest.raises(CarrierRejected) as caught:
        client.book(request)
    assert caught.value.code == "shipment_cancelled"
    assert stage.live() == []


# === WHERE IT IS === #


def test_scans_come_in_order_and_an_unknown_one_keeps_its_name(stage, client):
    booking = client.book(stage.shipment())
    events = client.track(booking.waybill_ref)
    assert [event.code for event in events] == ["collected", "other", "out_for_delivery"]
    assert events[1].carrier_code == "weighed-again"
    assert {event.tracking_ref for event in events} == {booking.parcels[0].tracking_ref}
    assert events[0].happened_at.utcoffset() == timedelta(0)


# === THE STAGE === #


def _drop(*path):
    def change(body):
        for key in path[:-1]:
            body = body[key]
        del body[path[-1]]

    return change


def _put(value, *path):
    def change(body):
        for key in path[:-1]:
            body = body[key]
        body[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _drop("to_address", "name"),
        _drop("parcels"),
        _put("fax", "label_details", "mime_type"),
        _put(1113, "parcels", 0, "weight", "value"),
        _put("stone", "parcels", 0, "weight", "unit"),
        _put(["x" * 256], "parcels", 0, "label_notes"),
        _put("a guess", "parcels", 0, "contents"),
        _put({"value": "ten", "currency": "EUR"}, "total_order_price"),
    ],
)
def test_the_stage_is_not_blind(stage, client, change):
    body = mapping.to_booking(stage.shipment(), client._values)
    change(body)
    right = client._transport._headers["Authorization"]
    request = StageRequest(
        method="POST",
        path="/api/v3/shipments/announce",
        query={},
        headers={"authorization": right, "content-type": "application/json"},
        body=json.dumps(body).encode(),
    )
    assert stage.answer(request).status == 400
    assert stage.complaints
    assert stage.live() == []
    stage.complaints.clear()
