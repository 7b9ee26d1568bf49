"""UPS on a real socket, against its published contracts. Beside this: ``test_conformance``."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from carriers import get_client
from carriers.api import WebhookCall
from carriers.dto import Commodity, Money
from carriers.errors import (
    CarrierAuthError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierTokenExpired,
    CarrierUnavailable,
    CarrierUnknownOutcome,
)
from carriers.ups import webhook
from shipments import a_parcel, a_receiver
from stages import contract, missing_contracts, open_stage
from stages.base import StageReply
from stages.openapi import OpenApi

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts())

SWISS = {"zip_code": "8001", "city": "Zürich", "country_code": "CH"}
SHELF = Commodity(
    description="Steel shelf",
    quantity=Decimal(2),
    unit_value=Decimal("19.90"),
    currency="EUR",
    hs_code="940320",
    origin_country="IT",
    weight_grams=1000,
)


@pytest.fixture
def stage():
    """Give the stage; nothing may be against a contract at the end."""
    with open_stage("ups") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    """Give a client that is signed in."""
    return a_client(stage)


def a_client(stage, **changes):
    """Return a client with a token that the stage knows."""
    return get_client("ups", stage.settings(**{"access_token": "token-0", **changes}))


# === SIGNING IN === #


def test_a_token_is_fetched_and_used(stage):
    token = get_client("ups", stage.settings()).sign_in()
    left = token.expires_at - datetime.now(timezone.utc)
    assert timedelta(hours=3) < left < timedelta(hours=4)
    assert a_client(stage, access_token=token.value).book(stage.shipment()).waybill_ref


def test_without_a_token_nothing_is_sent(stage):
    client = get_client("ups", stage.settings())
    with pytest.raises(CarrierTokenExpired) as caught:
        client.book(stage.shipment())
    assert (caught.value.code, caught.value.outcome) == ("token_missing", "not_sent")
    assert stage.requests == []


@pytest.mark.parametrize("verb", ["book", "cancel", "track", "quote", "find_by_reference"])
def test_a_token_that_is_over_is_said_at_every_verb(stage, verb):
    client = a_client(stage, access_token="an-old-token")
    argument = stage.shipment() if verb in ("book", "quote") else "1ZA1B2C31110000001"
    with pytest.raises(CarrierTokenExpired) as caught:
        getattr(client, verb)(argument)
    assert (caught.value.code, caught.value.outcome) == ("token_expired", "not_sent")


def test_a_wrong_client_is_an_account_that_is_wrong_not_a_token_that_is_over(stage):
    with pytest.raises(CarrierAuthError) as caught:
        get_client("ups", stage.settings(password="wrong-secret")).sign_in()
    assert not isinstance(caught.value, CarrierTokenExpired)
    assert "wrong-secret" not in str(caught.value)


def test_an_account_number_of_another_form_is_told_before_anything_is_sent(stage):
    with pytest.raises(CarrierAuthError) as caught:
        a_client(stage, account_number="12").book(stage.shipment())
    assert caught.value.code == "account_unusable"
    assert stage.requests == []


# === SHIPPING === #


def test_three_parcels_bring_three_labels_and_the_account_s_own_price(stage, client):
    request = stage.shipment(parcels=(a_parcel(1), a_parcel(2), a_parcel(3)))
    booking = client.book(request)
    assert [one.reference for one in booking.parcels] == ["P1", "P2", "P3"]
    assert [one.parcel_reference for one in booking.documents] == ["P1", "P2", "P3"]
    assert {one.format for one in booking.documents} == {"zpl"}
    assert booking.price == Money(amount=Decimal("9.30"), currency="EUR")
    assert booking.waybill_ref == booking.parcels[0].tracking_ref


def test_a_pdf_is_fetched_after_the_booking_which_has_none(stage, client):
    booking = client.book(stage.shipment(label_format="pdf"))
    assert (booking.documents, booking.warnings) == ((), ())
    (label,) = client.print_again(booking.waybill_ref)
    assert label.format == "pdf"


def test_labels_fetched_later_have_the_account_s_format(stage):
    client = a_client(stage, extra={"label_again_format": "zpl"})
    (label,) = client.print_again(client.book(stage.shipment()).waybill_ref)
    assert label.format == "zpl"


def test_a_label_that_is_not_made_yet_is_fetched_later(stage, client):
    waybill = client.book(stage.shipment()).waybill_ref
    stage.labels_pending = 1
    with pytest.raises(CarrierUnavailable):
        client.print_again(waybill)
    assert client.print_again(waybill)


def test_goods_for_the_customs_bring_their_invoice(stage, client):
    request = stage.shipment(
        receiver=a_receiver(**SWISS), commodities=(SHELF,), incoterm="DAP", invoice_ref="INV/7"
    )
    assert client.find_problems(request) == ()
    booking = client.book(request)
    assert [one.kind for one in booking.documents] == ["label", "customs"]


def test_cash_insurance_and_all_extras_are_within_the_contract(stage, client):
    request = stage.shipment(
        cash_on_delivery=Money(amount=Decimal("1250.00"), currency="EUR"),
        insured_value=Money(amount=Decimal("100.01"), currency="USD"),
        accessorials=("signature", "saturday_delivery", "residential_delivery"),
    )
    assert client.find_problems(request) == ()
    waybill = client.book(request).waybill_ref
    options = stage.shipments[waybill]["body"]["ShipmentServiceOptions"]
    assert options["COD"]["CODAmount"] == {"CurrencyCode": "EUR", "MonetaryValue": "01250"}
    assert client.quote(request)


def test_a_return_is_booked_from_the_customer_to_us(stage, client):
    request = stage.shipment()
    back = replace(request, sender=request.receiver, receiver=request.sender, is_return=True)
    shipment = stage.shipments[client.book(back).waybill_ref]["body"]
    assert shipment["ReturnService"] == {"Code": "9"}
    assert shipment["ShipFrom"]["Address"]["City"] == "Berlin"


def test_the_carrier_s_own_no_is_a_no(stage, client):
    with pytest.raises(CarrierRejected) as caught:
        client.book(stage.shipment(receiver=a_receiver(zip_code=stage.NOWHERE)))
    assert (caught.value.code, caught.value.outcome) == ("120802", "refused")
    assert "Address Validation" in str(caught.value)
    assert stage.live() == []


def test_a_no_that_is_not_the_carrier_s_is_none(stage, client, monkeypatch):
    """A proxy on the way answers 400, too."""
    for body in (b"<html>Bad request</html>", b"{}", b'{"response": {"errors": []}}'):
        monkeypatch.setattr(stage, "answer", lambda _request, body=body: StageReply(400, body))
        with pytest.raises(CarrierUnknownOutcome):
            client.book(stage.shipment())


def test_a_cancellation_that_is_not_one_is_said(stage, client, monkeypatch):
    waybill = client.book(stage.shipment()).waybill_ref
    body = {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "0"}}}}
    reply = StageReply(200, json.dumps(body).encode())
    monkeypatch.setattr(stage, "answer", lambda _request: reply)
    with pytest.raises(CarrierProtocolError) as caught:
        client.cancel(waybill)
    assert caught.value.code == "not_cancelled"


# === TRACKING AND RATING === #


def test_a_delivery_is_followed_and_proved(stage, client):
    waybill = client.book(stage.shipment()).waybill_ref
    assert client.prove_delivery(waybill) is None
    stage.deliver(waybill, "MUELLER")
    events = client.track(waybill)
    assert [event.code for event in events] == ["announced", "out_for_delivery", "delivered"]
    assert events[-1].signed_by == "MUELLER"
    proof = client.prove_delivery(waybill)
    assert (proof.signed_by, proof.location) == ("MUELLER", "Front Door")
    assert [paper.format for paper in proof.documents] == ["pdf"]


def test_what_was_voided_is_not_found(stage, client):
    request = stage.shipment()
    first, second = client.book(request).waybill_ref, client.book(request).waybill_ref
    client.cancel(first)
    found = client.find_by_reference(request.request_ref)
    assert [booking.waybill_ref for booking in found] == [second]


def test_a_look_up_that_failed_is_not_nothing(stage, monkeypatch):
    """Only 404 says that there is nothing; 400 is a wrong question."""
    client = a_client(stage, account_number="ZZZZZZ")
    with pytest.raises(CarrierUnknownOutcome):
        client.find_by_reference("WH/OUT/00042")


def test_prices_come_with_their_days_and_unknown_services_are_left_out(stage, client):
    quotes = client.quote(stage.shipment(service=""))
    assert [quote.service for quote in quotes] == ["standard", "saver", "express"]
    assert {quote.transit_days for quote in quotes} == {3}
    assert {f"{quote.delivers_on}" for quote in quotes} == {"2026-11-30"}


def test_the_same_pickup_again_is_the_same_one(stage, client):
    wanted = stage.pickup()
    first, again = client.book_pickup(wanted), client.book_pickup(wanted)
    assert first == again
    assert first.price == Money(amount=Decimal("4.80"), currency="EUR")
    client.cancel_pickup(first.pickup_ref, wanted)
    assert stage.pickups == {}


def test_the_notices_of_the_contract_s_own_examples_are_read():
    api = OpenApi(contract("ups", "UPSTrackAlert.yaml"))
    data = api.routes[0].file.data["webhooks"]["TrackingEvent"]["post"]["requestBody"]
    examples = data["content"]["application/json"]["examples"]
    codes = []
    for example in examples.values():
        value = example["value"]
        # The contract shows it, and declares it nowhere.
        value = {**value, "activityStatus": dict(value["activityStatus"])}
        del value["activityStatus"]["descriptionCode"]
        assert api.schema_problems("TrackingEventRequest", value) == []
        (notice,) = webhook.read(WebhookCall(headers={}, body=json.dumps(value).encode()))
        codes.append(notice.event.code)
    assert codes == ["out_for_delivery", "delivered"]


# === THE STAGE IS NOT BLIND === #


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda shipment: shipment.pop("Service"), "'Service' is a required property"),
        (lambda shipment: shipment["Shipper"].update(Name="N" * 36), "too long"),
        (lambda shipment: shipment.update(Service={"Code": 11}), "not of type 'string'"),
        (lambda shipment: shipment.update(Descripton="Shelves"), "not declared"),
        (lambda shipment: shipment["Package"][0]["Dimensions"].update(Length="10.0"), "too long"),
    ],
)
def test_a_booking_against_the_contract_is_refused_and_complained_about(change, said):
    with open_stage("ups") as stage:
        a_client(stage).book(stage.shipment())
        body = json.loads(stage.requests[-1].body)
        change(body["ShipmentRequest"]["Shipment"])
        headers = {"Authorization": "Bearer token-0", "Content-Type": "application/json"}
        url = f"{stage.url}/api/shipments/v2409/ship"
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(url, data=json.dumps(body).encode(), headers=headers))
        assert caught.value.code == 400
        assert any(said in complaint for complaint in stage.complaints)
        assert len(stage.shipments) == 1
