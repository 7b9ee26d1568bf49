"""Sendcloud without a network: its answers, its errors and its notices."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone

import pytest
from carriers.api import WebhookCall
from carriers.errors import (
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
)
from carriers.sendcloud import answers, mapping, returns, tables, tracking, webhook
from shipments import a_parcel_shipment, an_address

NOW = datetime(2026, 11, 25, 10, tzinfo=timezone.utc)
SECRET = "a-secret-key"


def _shipment(*states, **changes):
    parcels = [{"id": 1, "status": {"code": state}} for state in states]
    return {"id": "uuid-1", "parcels": parcels, **changes}


# === ANSWERS === #


@pytest.mark.parametrize("shape", [lambda errors: errors, lambda errors: {"errors": errors}])
def test_errors_are_read_in_both_forms_of_the_contract(shape):
    error = {"status": "400", "code": "required", "detail": "This field is required."}
    error["source"] = {"pointer": "/to_address/name"}
    refusal = answers.read_refusal(shape([error]))
    assert (refusal.code, refusal.fields[0].field) == ("required", "receiver.name")


@pytest.mark.parametrize("data", [None, [], {}, {"errors": []}, {"errors": ["no"]}, "no", 7])
def test_what_is_no_list_of_errors_proves_nothing(data):
    with pytest.raises(CarrierProtocolError):
        answers.read_refusal(data)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/parcels/0/weight/value", "parcels[0].weight_grams"),
        ("/parcels/1/dimensions/length", "parcels[1].dimensions.length"),
        ("/ship_with/properties/shipping_option_code", "service"),
        ("/from_address/postal_code", "sender.zip_code"),
        ("/parcels/0/parcel_items/2/hs_code", "commodities[2].hs_code"),
        ("", ""),
    ],
)
def test_a_pointer_becomes_our_field(pointer, field):
    assert answers.our_field(pointer) == field


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"data": {}},
        {"data": {"id": ""}},
        {"data": {"id": "uuid-1"}},
        {"data": {"id": "uuid-1", "parcels": []}},
        {"data": {"id": "uuid-1", "parcels": ["one"]}},
        {"data": _shipment("READY_TO_SEND", "READY_TO_SEND")},
    ],
)
def test_half_an_answer_is_unknown(data):
    with pytest.raises(CarrierProtocolError):
        answers.read_booking(data, a_parcel_shipment())


def test_a_label_that_is_none_leaves_the_booking_a_booking():
    data = _shipment("READY_TO_SEND")
    data["parcels"][0]["label_file"] = "bm8="
    booking = answers.read_booking({"data": data}, a_parcel_shipment())
    assert (booking.waybill_ref, len(booking.warnings)) == ("uuid-1", 1)


def test_a_list_has_only_what_is_alive_and_ours():
    data = {
        "data": [
            _shipment("READY_TO_SEND", external_reference_id="A"),
            _shipment("CANCELLED"),
            _shipment("ANNOUNCEMENT_FAILED", external_reference_id="A"),
            _shipment("READY_TO_SEND", external_reference_id="B"),
            _shipment("CANCELLED", "DELIVERED"),
        ]
    }
    assert len(answers.read_found(data, "A")) == 2
    assert answers.read_found({"data": []}, "A") == ()


def test_a_cancelled_shipment_under_our_reference_is_no_booking():
    request = a_parcel_shipment()
    shown = _shipment("CANCELLED", external_reference_id=request.request_ref)
    with pytest.raises(CarrierRejected):
        answers.read_conflict(shown, request)


@pytest.mark.parametrize("shown", [None, [], {}, {"data": None}, {"id": "uuid-1"}])
def test_a_conflict_that_shows_nothing_of_ours_is_looked_up(shown):
    with pytest.raises(CarrierUnknownOutcome):
        answers.read_conflict(shown, a_parcel_shipment())


def test_a_conflict_that_shows_half_of_ours_is_looked_up():
    request = a_parcel_shipment()
    shown = {"data": {"id": "uuid-1", "external_reference_id": request.request_ref}}
    with pytest.raises(CarrierUnknownOutcome):
        answers.read_conflict(shown, request)


def test_papers_have_an_old_and_a_new_name():
    parcel = {"documents": [{"type": "label"}, {"type": "cn23"}, {"type": "qr"}, {}]}
    assert answers.paper_kinds(parcel) == ["label", "customs-declaration"]


@pytest.mark.parametrize(
    ("content", "form"), [(b"%PDF-1.4", "pdf"), (b"\n^XA^XZ", "zpl"), (b"\x89PNG\r\n", "png")]
)
def test_a_paper_is_what_it_is(content, form):
    assert answers.read_paper(content, "label").format == form


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("READY_TO_SEND", "announced"),
        ("Ready to send", "announced"),
        ("delivered", "delivered"),
        ("Shipment collected by customer", "delivered"),
        ("refused-by-recipient", "refused"),
        ("Awaiting customer pickup", "held"),
        ("delivery-date-changed", "other"),
        ("", "other"),
    ],
)
def test_a_status_is_known_by_code_and_by_name(status, code):
    assert tracking.event_code(status) == code


def test_a_scan_without_time_is_left_out_and_one_without_zone_is_an_error():
    data = {"events": [{"status_code": "delivered"}, {"event_at": "2026-11-25T10:00:00Z"}]}
    assert tracking.read_events(data, "3S") == []
    data = {"events": [{"status_code": "delivered", "event_at": "2026-11-25T10:00:00"}]}
    with pytest.raises(CarrierProtocolError):
        tracking.read_events(data, "3S")


@pytest.mark.parametrize(
    ("code", "country", "sent"),
    [("RM", "IT", "IT-RM"), ("US-NY", "US", "US-NY"), ("", "DE", "")],
)
def test_a_state_has_its_country_in_front(code, country, sent):
    assert mapping.state(an_address(state_code=code, country_code=country)) == sent


def test_every_status_has_a_word_of_ours():
    assert set(tables.EVENTS) == {tables.slug(name) for name in tables.EVENTS}


# === RETURNS === #


def test_the_number_of_a_return_is_no_uuid():
    assert returns.is_return_ref("1751075")
    assert not returns.is_return_ref("4df31240-daef-40bf-81fc-7a83184073e6")


@pytest.mark.parametrize("label", [None, {}, {"label_printer": "https://x.example/parcels"}])
def test_a_return_without_a_label_is_waited_for(label):
    with pytest.raises(CarrierUnavailable) as caught:
        returns.label_parcel({"label": label})
    assert caught.value.code == "label_not_ready"


def test_only_the_cursor_of_the_next_page_is_taken():
    page = {"data": [], "next": "https://elsewhere.example/returns?cursor=cj0xJnA9MzAw"}
    assert returns.read_page(page) == ([], "cj0xJnA9MzAw")


def test_a_return_with_a_number_in_the_list_is_found():
    item = {"order_number": "R1", "status_history": [], "id": 42}
    [booking] = returns.read_found([item, {"order_number": "R2"}], "R1")
    assert booking.waybill_ref == "42"


# === NOTICES === #


def _notice(sent_at=NOW, **parcel):
    values = {
        "id": 7,
        "tracking_number": "3S1",
        "status": {"id": 11, "message": "Delivered"},
        "order_number": "WH/OUT/00042-ab12",
        "shipment_uuid": "uuid-1",
    }
    return {
        "action": "parcel_status_changed",
        "timestamp": int(sent_at.timestamp()),
        "parcel": {**values, **parcel},
    }


def _call(data, secret=SECRET):
    body = json.dumps(data).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookCall(headers={"sendcloud-signature": signature}, body=body)


def test_the_signature_is_that_of_the_contract():
    signature = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"
    assert webhook._sign("secretkey", b'{"key": "value"}') == signature.encode()


def test_a_notice_is_believed_with_either_secret_and_with_no_other():
    call = _call(_notice())
    assert webhook.is_authentic(call, ("another", SECRET), NOW)
    assert webhook.is_authentic(call, (SECRET, "another"), NOW)
    assert not webhook.is_authentic(call, ("another", ""), NOW)
    assert not webhook.is_authentic(call, (), NOW)


def test_a_notice_that_was_changed_is_not_believed():
    call = _call(_notice())
    changed = WebhookCall(headers=call.headers, body=call.body.replace(b"3S1", b"3S2"))
    assert not webhook.is_authentic(changed, (SECRET,), NOW)
    assert not webhook.is_authentic(WebhookCall(headers={}, body=call.body), (SECRET,), NOW)


@pytest.mark.parametrize(
    ("age", "is_believed"),
    [
        (timedelta(hours=9), True),
        (timedelta(hours=13), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_a_notice_is_believed_as_long_as_it_is_sent_again(age, is_believed):
    call = _call(_notice(NOW - age))
    assert webhook.is_authentic(call, (SECRET,), NOW) is is_believed


@pytest.mark.parametrize("stamp", [None, "1764064800", True, 0, -5, 1e300, "x"])
def test_a_notice_without_a_time_is_not_believed(stamp):
    call = _call({**_notice(), "timestamp": stamp})
    assert not webhook.is_authentic(call, (SECRET,), NOW)
    with pytest.raises(CarrierProtocolError):
        webhook.read(call)


def test_a_notice_is_read():
    [notice] = webhook.read(_call(_notice()))
    assert (notice.waybill_ref, notice.request_ref) == ("uuid-1", "WH/OUT/00042-ab12")
    assert (notice.event.code, notice.event.carrier_code) == ("delivered", "11")
    assert (notice.event.tracking_ref, notice.event.happened_at) == ("3S1", NOW)


def test_milliseconds_are_a_time_too_and_the_carriers_own_goes_first():
    earlier = int((NOW - timedelta(hours=1)).timestamp() * 1000)
    data = {**_notice(), "carrier_status_change_timestamp": earlier}
    [notice] = webhook.read(_call(data))
    assert notice.event.happened_at == NOW - timedelta(hours=1)


def test_a_notice_is_known_by_parcel_time_and_status():
    [first], [again] = webhook.read(_call(_notice())), webhook.read(_call(_notice()))
    [other] = webhook.read(_call(_notice(status={"id": 12, "message": "Awaiting customer pickup"})))
    assert first.notice_ref == again.notice_ref != other.notice_ref
    assert other.event.code == "held"


def test_what_is_not_about_a_parcel_is_passed_over():
    assert webhook.read(_call({"action": "integration_connected"})) == ()
