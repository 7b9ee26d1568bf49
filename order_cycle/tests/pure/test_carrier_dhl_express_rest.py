"""MyDHL against its published contract: what the conformance suite does not ask."""

import json
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.customs_union import needs_customs
from carriers.dhl_express import ACCESSORIAL_CODES
from carriers.dhl_express_rest import answers, mapping
from carriers.dto import Commodity, Money, PickupRequest
from carriers.errors import CarrierAuthError, CarrierProtocolError, CarrierRejected, InvalidShipment
from shipments import a_parcel, a_receiver, an_address
from stages import missing_contracts, open_stage
from stages.base import StageReply, StageRequest

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "there")

BASEL = a_receiver(city="Basel", zip_code="4001", country_code="CH")
SHELVES = Commodity(
    description="Steel shelves",
    quantity=Decimal(2),
    unit_value=Decimal("19.90"),
    currency="CHF",
    hs_code="940320",
    origin_country="IT",
    weight_grams=1113,
)


@pytest.fixture
def stage():
    """Give the carrier; it ends without a complaint."""
    with open_stage("dhl_express_rest") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return get_client("dhl_express_rest", stage.settings())


def answers_with(stage, serve, reply):
    """Have the stage serve this reply in place of its own."""
    places = [place for place, call in enumerate(stage._calls) if call.serve.__name__ == serve]
    for place in places:
        stage._calls[place] = stage._calls[place]._replace(serve=lambda *_all: reply)
    assert places


def error(status, detail):
    body = {"title": "Bad request", "detail": detail, "status": str(status)}
    return StageReply(status, json.dumps(body).encode())


def test_three_parcels_bring_three_numbers_and_the_price_the_account_pays(stage, client):
    parcels = tuple(a_parcel(number, content="Shelves") for number in (1, 2, 3))
    booking = client.book(stage.shipment(parcels=parcels))
    assert [one.reference for one in booking.parcels] == ["P1", "P2", "P3"]
    assert len({one.tracking_ref for one in booking.parcels}) == 3
    assert booking.price == Money(amount=Decimal("41.26"), currency="EUR")


def test_goods_for_the_customs_have_lines_an_invoice_and_another_product(stage, client):
    request = stage.shipment(receiver=BASEL, commodities=(SHELVES,), incoterm="DDP")
    body = mapping.to_booking(request, client._values)
    assert body["productCode"] == "P"
    assert body["content"]["declaredValue"] == 39.8
    assert body["content"]["declaredValueCurrency"] == "CHF"
    assert client.book(request).waybill_ref in stage.live()


def test_within_the_eu_nothing_is_declared(stage, client):
    body = mapping.to_booking(stage.shipment(), client._values)
    assert body["productCode"] == "U"
    assert not body["content"]["isCustomsDeclarable"]
    assert "exportDeclaration" not in body["content"]


def test_customs_data_that_are_missing_are_all_named(stage, client):
    bare = replace(SHELVES, hs_code="", origin_country="", weight_grams=0)
    problems = client.find_problems(stage.shipment(receiver=BASEL, commodities=(bare,)))
    fields = {problem.field for problem in problems}
    assert fields >= {
        "incoterm",
        "commodities[0].hs_code",
        "commodities[0].origin_country",
        "commodities[0].weight_grams",
    }


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [("IT", "DE", False), ("IT", "IT", False), ("IT", "CH", True), ("GB", "IT", True)],
)
def test_customs_are_between_countries_and_outside_the_eu(stage, origin, destination, expected):
    request = stage.shipment(
        sender=an_address(country_code=origin), receiver=a_receiver(country_code=destination)
    )
    assert needs_customs(request) is expected


def test_insurance_and_extras_are_within_the_contract(stage, client):
    insured = Money(amount=Decimal("1500.50"), currency="CHF")
    request = stage.shipment(insured_value=insured, accessorials=tuple(ACCESSORIAL_CODES))
    services = mapping.to_booking(request, client._values)["valueAddedServices"]
    assert {"serviceCode": "II", "value": 1500.5, "currency": "CHF"} in services
    assert client.book(request).waybill_ref in stage.live()


def test_a_return_is_paid_by_us(stage, client):
    request = stage.shipment(sender=a_receiver(), receiver=an_address(), is_return=True)
    assert mapping.to_booking(request, client._values)["accounts"][0]["typeCode"] == "payer"
    assert client.book(request).waybill_ref in stage.live()


def test_a_long_street_is_broken_between_words(stage, client):
    street = "Straße der Vereinten Nationen und der langen Namen in Berlin 117 b"
    request = stage.shipment(receiver=a_receiver(street=street))
    lines = mapping.to_booking(request, client._values)["customerDetails"]["receiverDetails"]
    address = lines["postalAddress"]
    assert f"{address['addressLine1']} {address['addressLine2']}" == street
    assert client.book(request).waybill_ref in stage.live()


def test_the_carrier_s_own_no_names_our_field(stage, client):
    with pytest.raises(CarrierRejected) as caught:
        client.book(stage.shipment(receiver=a_receiver(zip_code=stage.NOWHERE)))
    assert [(one.field, one.code) for one in caught.value.fields] == [("receiver.zip_code", "8004")]
    assert stage.live() == []


def test_an_address_that_is_not_served_is_said(stage, client):
    assert client.check_address(a_receiver()) == ()
    [problem] = client.check_address(a_receiver(zip_code=stage.NOWHERE))
    assert (problem.field, problem.code) == ("receiver.zip_code", "address_unknown")


def test_a_city_that_is_too_long_is_said_before_anything_is_asked(stage, client):
    [problem] = client.check_address(a_receiver(city="Berlin " * 8))
    assert (problem.field, problem.code) == ("receiver.city", "too_long")
    assert stage.requests == []


def test_a_refusal_that_is_not_about_the_place_is_no_problem_of_the_address(stage, client):
    answers_with(stage, "_validate", error(400, "8003: Account not allowed for this service."))
    with pytest.raises(CarrierRejected, match="8003"):
        client.check_address(a_receiver())


def test_a_place_that_is_not_found_is_said(stage, client):
    answers_with(stage, "_validate", StageReply(200, b'{"address": []}'))
    [problem] = client.check_address(a_receiver())
    assert (problem.field, problem.code) == ("receiver.zip_code", "address_unknown")


def test_no_proof_yet_is_none_and_other_refusals_are_told(stage, client):
    waybill = client.book(stage.shipment()).waybill_ref
    assert client.prove_delivery(waybill) is None
    answers_with(stage, "_prove", error(400, "8003: Account not allowed for this service."))
    with pytest.raises(CarrierRejected, match="8003"):
        client.prove_delivery(waybill)


@pytest.mark.parametrize("body", [b"<html>Not found</html>", b"{}", b""])
def test_a_404_of_somebody_else_says_nothing_of_a_proof(stage, client, body):
    waybill = client.book(stage.shipment()).waybill_ref
    answers_with(stage, "_prove", StageReply(404, body))
    with pytest.raises(CarrierProtocolError):
        client.prove_delivery(waybill)
    stage.complaints.clear()


@pytest.mark.parametrize("label_format", ["pdf", "zpl"])
def test_for_the_customs_the_invoice_comes_along(stage, client, label_format):
    goods = {"receiver": BASEL, "commodities": (SHELVES,), "incoterm": "DDP"}
    booking = client.book(stage.shipment(label_format=label_format, **goods))
    assert [(paper.kind, paper.format, paper.parcel_reference) for paper in booking.documents] == [
        ("label", label_format, "P1"),
        ("customs", "pdf", ""),
    ]
    assert booking.warnings == ()
    [label] = client.book(stage.shipment()).documents
    assert label.kind == "label"


@pytest.mark.parametrize(
    ("service", "destination", "expected"),
    [
        ("express_12", "DE", ("T", False)),
        ("express_12", "CH", ("Y", True)),
        ("express_domestic", "IT", ("N", False)),
        ("", "", ("U", False)),
        ("", "US", ("P", True)),
    ],
)
def test_a_pickup_is_for_what_is_sent_and_where_it_goes(
    stage, client, service, destination, expected
):
    wanted = stage.pickup(service=service, destination_country=destination)
    number = client.book_pickup(wanted).pickup_ref
    goods = stage.pickups[number]
    assert (goods["productCode"], goods["isCustomsDeclarable"]) == expected


def test_a_pickup_for_a_service_that_is_none_is_not_asked_for(stage, client):
    with pytest.raises(InvalidShipment) as caught:
        client.book_pickup(stage.pickup(service="pigeon"))
    assert [problem.field for problem in caught.value.problems] == ["service"]
    assert stage.requests == []


def test_a_delivery_is_followed_to_the_signature(stage, client):
    waybill = client.book(stage.shipment()).waybill_ref
    stage.deliver(waybill)
    events = client.track(waybill)
    assert [event.code for event in events] == ["collected", "delivered"]
    assert events[-1].signed_by == "K Mueller"
    assert events[-1].happened_at.utcoffset().total_seconds() == 3600


def test_a_scan_without_its_zone_is_no_time(stage, client, monkeypatch):
    waybill = client.book(stage.shipment()).waybill_ref
    tracked = stage._tracked(waybill)
    del tracked["events"][0]["GMTOffset"]
    monkeypatch.setattr(stage, "_tracked", lambda _waybill: tracked)
    with pytest.raises(CarrierProtocolError):
        client.track(waybill)


def test_a_pickup_is_booked_changed_and_cancelled_once(client):
    request = PickupRequest(
        request_ref="PU/1",
        pickup_date=date(2026, 11, 26),
        ready_from=time(14),
        closes_at=time(17, 30),
        address=an_address(),
        pieces=2,
        weight_grams=2226,
    )
    pickup = client.book_pickup(request)
    assert client.change_pickup(pickup.pickup_ref, replace(request, closes_at=time(18)))
    client.cancel_pickup(pickup.pickup_ref, request)
    with pytest.raises(CarrierRejected):
        client.cancel_pickup(pickup.pickup_ref, request)


@pytest.mark.parametrize(
    "change",
    [
        {"documents": None},
        {"documents": [{"typeCode": "label", "imageFormat": "PDF"}]},
        {"documents": [{"typeCode": "label", "imageFormat": "PDF", "content": 7}]},
    ],
)
def test_a_label_that_is_none_leaves_the_booking_a_booking(stage, change):
    data = {"shipmentTrackingNumber": "1", "packages": [{"trackingNumber": "T1"}], **change}
    booking = answers.read_booking(data, stage.shipment())
    assert (booking.waybill_ref, booking.documents) == ("1", ())
    assert len(booking.warnings) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["packages"].append(data["packages"][0]),
        lambda data: data.update(packages=[{"trackingNumber": "T", "referenceNumber": 9}]),
        lambda data: data.update(shipmentCharges="much"),
        lambda data: data.update(documents={"label": "x"}),
        lambda data: data.update(packages="many"),
    ],
)
def test_an_answer_of_another_form_is_of_no_use(stage, client, monkeypatch, spoil):
    right = stage._ship

    def spoiled(request):
        reply = right(request)
        data = json.loads(reply.body)
        spoil(data)
        return StageReply(reply.status, json.dumps(data).encode())

    stage._calls[0] = stage._calls[0]._replace(serve=spoiled)
    with pytest.raises(CarrierProtocolError):
        client.book(stage.shipment())
    stage.complaints.clear()


def test_wrong_credentials_and_settings_are_the_account_s_fault(stage):
    with pytest.raises(CarrierAuthError):
        get_client("dhl_express_rest", stage.settings(password="no")).check_account()
    with pytest.raises(CarrierAuthError, match="Ready time"):
        get_client("dhl_express_rest", stage.settings(extra={"ready_time": "4 pm"}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.pop("productCode"), "productCode"),
        (lambda body: body["content"].update(incoterm="ZZZ"), "ZZZ"),
        (lambda body: body["accounts"][0].update(number="1" * 13), "1111"),
        (lambda body: body["content"]["packages"][0].update(weight="1.1"), "weight"),
    ],
)
def test_the_stage_is_not_blind(stage, client, change, said):
    body = mapping.to_booking(stage.shipment(), client._values)
    change(body)
    request = StageRequest(
        method="POST",
        path="/shipments",
        query={},
        headers={
            "authorization": "Basic ZGhsLXVzZXItMTpkaGwtc2VjcmV0LTE=",
            "x-version": "3.1.0",
            "content-type": "application/json",
        },
        body=json.dumps(body).encode(),
    )
    assert stage.answer(request).status == 422
    assert any(said in complaint for complaint in stage.complaints)
    assert stage.live() == []
    stage.complaints.clear()
