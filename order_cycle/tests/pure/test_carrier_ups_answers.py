"""UPS without a socket: answers, scans and notices."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from carriers.api import WebhookCall
from carriers.errors import CarrierProtocolError
from carriers.ups import answers, pickup, tracking, webhook
from shipments import a_parcel, a_parcel_shipment

NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
#: As the contract of Track Alert shows one.
NOTICE = {
    "trackingNumber": "1Z204W4R0308071865",
    "localActivityDate": "20240423",
    "localActivityTime": "095004",
    "activityLocation": {"city": "CHARLOTTE", "stateProvince": "NC", "country": "US"},
    "activityStatus": {"type": "D", "code": "FS", "description": "Delivered"},
    "gmtActivityDate": "20240423",
    "gmtActivityTime": "135004",
    "actualDeliveryDate": "20240423",
    "receivedBy": "John",
}


# === ANSWERS === #


def test_a_token_ends_a_minute_early():
    token = answers.read_token({"access_token": "secret", "expires_in": "14399"}, NOW)
    assert token.expires_at == NOW + timedelta(seconds=14_339)
    assert "secret" not in repr(token)


@pytest.mark.parametrize(
    "data", [{}, None, [], {"access_token": "x"}, {"access_token": "x", "expires_in": "soon"}]
)
def test_an_answer_without_a_token_is_none(data):
    with pytest.raises(CarrierProtocolError):
        answers.read_token(data, NOW)


def test_a_booking_of_fewer_parcels_is_no_booking():
    request = a_parcel_shipment(parcels=(a_parcel(1), a_parcel(2)))
    package = {"TrackingNumber": "1ZA1B2C31110000001"}
    results = {"ShipmentIdentificationNumber": "1ZA1B2C31110000001", "PackageResults": [package]}
    with pytest.raises(CarrierProtocolError):
        answers.read_booking({"ShipmentResponse": {"ShipmentResults": results}}, request)


def test_one_parcel_may_come_without_brackets_and_its_label_may_be_bad():
    request = a_parcel_shipment(label_format="zpl")
    label = {"ImageFormat": {"Code": "ZPL"}, "GraphicImage": "bm8gbGFiZWw="}
    package = {"TrackingNumber": "1ZA1B2C31110000001", "ShippingLabel": label}
    results = {"ShipmentIdentificationNumber": "1ZA1B2C31110000001", "PackageResults": package}
    booking = answers.read_booking({"ShipmentResponse": {"ShipmentResults": results}}, request)
    assert booking.waybill_ref == "1ZA1B2C31110000001"
    assert booking.documents == ()
    assert [warning.code for warning in booking.warnings] == ["document_unusable"]


@pytest.mark.parametrize(
    ("kind", "code", "is_delivered", "ours"),
    [
        ("M", "MP", False, "announced"),
        ("MV", "VP", False, "cancelled"),
        ("I", "OT", False, "out_for_delivery"),
        ("I", "AR", False, "in_transit"),
        ("D", "FS", False, "delivered"),
        ("D", "KB", True, "delivered"),
        ("D", "KB", False, "out_for_delivery"),
        ("X", "48", False, "incident"),
        ("U", "", False, "other"),
        ("", "", False, "other"),
    ],
)
def test_scans_are_put_into_our_words(kind, code, is_delivered, ours):
    assert tracking.event_code(code, kind, is_delivered=is_delivered) == ours


def test_a_clock_that_lost_its_zero_is_read():
    assert tracking.moment("20210210", "74700") == datetime(2021, 2, 10, 7, 47, tzinfo=timezone.utc)
    for day, clock in (("", "74700"), ("2021-02-10", "1"), ("20210210", "noon")):
        with pytest.raises(CarrierProtocolError):
            tracking.moment(day, clock)


def test_a_pickup_without_its_number_is_none():
    with pytest.raises(CarrierProtocolError):
        pickup.read_pickup({"PickupCreationResponse": {"Response": {}}})


# === NOTICES === #


def call(data=NOTICE, **headers):
    """Return a call as UPS makes it."""
    return WebhookCall(headers=headers, body=json.dumps(data).encode())


@pytest.mark.parametrize(
    ("headers", "secrets", "is_believed"),
    [
        ({"authorization": "Bearer a-long-secret"}, ("a-long-secret",), True),
        ({"authorization": "bearer a-long-secret"}, ("old-secret", "a-long-secret"), True),
        ({"credential": "a-long-secret"}, ("a-long-secret",), True),
        ({"authorization": "Bearer another"}, ("a-long-secret",), False),
        ({"authorization": "Basic a-long-secret"}, ("a-long-secret",), False),
        # The public id of the client proves nothing, even if somebody took it for the secret.
        ({"x-api-key": "a-long-secret"}, ("a-long-secret",), False),
        ({"authorization": "Bearer "}, ("",), False),
        ({"credential": ""}, ("",), False),
        ({}, (), False),
        ({"authorization": "Bearer a-long-secret"}, (), False),
    ],
)
def test_a_notice_is_believed_for_the_secret_alone(headers, secrets, is_believed):
    assert webhook.is_authentic(call(**headers), secrets, NOW) is is_believed


def test_a_notice_is_read_and_the_same_one_has_the_same_name():
    (notice,) = webhook.read(call())
    assert (notice.event.code, notice.event.signed_by) == ("delivered", "John")
    assert notice.event.tracking_ref == "1Z204W4R0308071865"
    assert notice.event.happened_at == datetime(2024, 4, 23, 13, 50, 4, tzinfo=timezone.utc)
    assert notice.event.location == "CHARLOTTE, NC, US"
    (again,) = webhook.read(call())
    assert again.notice_ref == notice.notice_ref
    (later,) = webhook.read(call({**NOTICE, "gmtActivityTime": "135005"}))
    assert later.notice_ref != notice.notice_ref
