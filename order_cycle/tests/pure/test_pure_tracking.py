"""What the rehearsal carriers tell of a journey: scans, proof, and notices by webhook."""

import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import HTTPError

import pytest
from carriers.api import WebhookCall
from carriers.errors import CarrierProtocolError
from carriers.journey import INCIDENTS, state_of
from carriers.registry import get_webhook
from carriers.rehearsal_rest import answers as parcel_answers
from carriers.rehearsal_soap import answers as freight_answers
from shipments import a_parcel

from rehearsal.freight import carrier as freight_carrier
from rehearsal.journey import JOURNEYS
from rehearsal.parcel import views
from rehearsal.parcel.contract import violations
from rehearsal.parcel.notices import signed_headers
from rehearsal.tracking_page import _TITLES

ADDON = Path(__file__).resolve().parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ENDS = {
    "delivered": "delivered",
    "held": "delivered",
    "refused": "returned",
    "returned": "returned",
    "damaged": "damaged",
    "lost": "lost",
    "come_back": "returned",
}


# === JOURNEYS AND PROOF === #


@pytest.mark.parametrize("journey", JOURNEYS)
def test_each_journey_ends_as_it_is_called(carrier, journey):
    client = carrier.client()
    booking = client.book(carrier.shipment())
    carrier.sends_on(booking, journey, len(JOURNEYS[journey]))
    events = client.track(booking.waybill_ref)
    assert len(events) == len(JOURNEYS[journey])
    assert "other" not in {event.code for event in events}
    assert state_of(events) == ENDS[journey]


def test_the_readme_tells_every_journey():
    readme = (ADDON / "rehearsal" / "README.md").read_text(encoding="utf-8")
    for name, stages in JOURNEYS.items():
        assert f"| `{name}` | {', '.join(stages)} |" in readme


def test_every_stage_has_its_words_at_both_carriers():
    stages = {stage for stages in JOURNEYS.values() for stage in stages} | {"cancelled"}
    assert stages == set(views._EVENTS) == set(freight_carrier._EVENTS) == set(_TITLES)
    assert {code for code, _text in views._EVENTS.values()} == set(parcel_answers.EVENTS)
    assert {code for code, *_rest in freight_carrier._EVENTS.values()} == set(
        freight_answers.EVENTS
    )


def test_a_journey_is_told_the_same_each_time(carrier):
    client = carrier.client()
    booking = client.book(carrier.shipment())
    carrier.sends_on(booking, "held", 6)
    first = client.track(booking.waybill_ref)
    assert client.track(booking.waybill_ref) == first
    assert state_of(first) == "held"
    carrier.sends_on(booking, "held", 8)
    assert client.track(booking.waybill_ref)[:6] == first


def test_there_is_a_proof_once_it_is_delivered_and_not_before(carrier):
    client = carrier.client()
    booking = client.book(carrier.shipment())
    assert client.prove_delivery(booking.waybill_ref) is None
    carrier.sends_on(booking, "delivered", 5)
    proof = client.prove_delivery(booking.waybill_ref)
    assert (proof.signed_by, proof.location) == ("Karl Müller", "Berlin, DE")
    assert proof.delivered_at == client.track(booking.waybill_ref)[-1].happened_at
    (paper,) = proof.documents
    assert (paper.kind, paper.format) == ("proof", "pdf")
    assert paper.content.startswith(b"%PDF-")
    assert client.prove_delivery(booking.waybill_ref) == proof


@pytest.mark.parametrize("journey", ["refused", "lost", "returned"])
def test_what_was_not_delivered_has_no_proof(carrier, journey):
    client = carrier.client()
    booking = client.book(carrier.shipment())
    carrier.sends_on(booking, journey, len(JOURNEYS[journey]))
    assert client.prove_delivery(booking.waybill_ref) is None


def test_a_parcel_says_who_took_it(parcel):
    client = parcel.client()
    booking = client.book(parcel.shipment(parcels=(a_parcel(1), a_parcel(2))))
    parcel.sends_on(booking, "delivered", 5)
    events = client.track(booking.waybill_ref)
    assert len(events) == 10
    assert {event.signed_by for event in events if event.code == "delivered"} == {"Karl Müller"}
    assert {event.signed_by for event in events if event.code != "delivered"} == {""}
    refs = [piece.tracking_ref for piece in booking.parcels]
    assert state_of(events, refs) == "delivered"
    assert state_of(events[:-1], refs) == "out_for_delivery"


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"number": "RP1"}, "no shipment RP1"),
        ({"number": "RP1", "journey": "to_the_moon"}, "no journey"),
        ({"number": "RP1", "reached": 99}, "has 5 stages"),
        ({"number": "RP1", "reached": "far"}, "whole number"),
        ({}, "number"),
        ([], "mapping"),
    ],
)
def test_a_journey_that_cannot_be_made_is_told(parcel, plan, says):
    with pytest.raises(HTTPError) as caught:
        parcel._control("POST", "journey", plan)
    assert caught.value.code == 400
    assert says in json.load(caught.value)["error"]


# === NOTICES === #


@pytest.fixture
def mailbox():
    """Give a server that keeps the calls it gets."""
    calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            calls.append(WebhookCall(headers=headers, body=body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    server.calls = calls
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def notice_calls(parcel, mailbox):
    """Give the calls that a delivered parcel makes."""
    booking = parcel.client().book(parcel.shipment("N1"))
    parcel.sends_on(booking, "delivered", 5)
    url = f"http://127.0.0.1:{mailbox.server_address[1]}/hook"
    assert parcel.notifies(booking, url, SECRET) == [200] * 5
    return mailbox.calls


def now():
    return datetime.now(timezone.utc)


def is_authentic(call, *secrets, at=None):
    return get_webhook("rehearsal_rest").is_authentic(call, secrets, at or now())


def read(call):
    return get_webhook("rehearsal_rest").read(call)


def test_notices_say_what_polling_says(parcel, notice_calls):
    assert all(violations("TrackingNotice", json.loads(call.body)) == [] for call in notice_calls)
    notices = [notice for call in notice_calls for notice in read(call)]
    assert len({notice.notice_ref for notice in notices}) == 5
    assert {notice.request_ref for notice in notices} == {"N1"}
    (waybill,) = {notice.waybill_ref for notice in notices}
    assert parcel.client().track(waybill) == tuple(notice.event for notice in notices)


def test_a_right_signature_is_believed_of_both_secrets(notice_calls):
    for call in notice_calls:
        assert is_authentic(call, SECRET)
        assert is_authentic(call, OTHER, SECRET)


def test_nothing_else_is_believed(notice_calls):
    call = notice_calls[-1]
    assert not is_authentic(call)
    assert not is_authentic(call, "")
    assert not is_authentic(call, OTHER)
    assert not is_authentic(WebhookCall(headers=call.headers, body=call.body + b" "), SECRET)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        for value in ("", "1", "v1,", "v1,x v1,y", "v2" + call.headers[name][2:], "ä"):
            forged = WebhookCall(headers={**call.headers, name: value}, body=call.body)
            assert not is_authentic(forged, SECRET), (name, value)
        without = {key: value for key, value in call.headers.items() if key != name}
        assert not is_authentic(WebhookCall(headers=without, body=call.body), SECRET)


def test_a_thousand_forgeries_are_refused(notice_calls):
    call = notice_calls[0]
    for number in range(1000):
        secret = f"whsec_{number:032d}"
        headers = signed_headers("RP000000001-1", call.body, secret)
        headers = {name.lower(): value for name, value in headers.items()}
        assert not is_authentic(WebhookCall(headers=headers, body=call.body), SECRET, OTHER)


@pytest.mark.parametrize(("minutes", "is_good"), [(-6, False), (-4, True), (4, True), (6, False)])
def test_an_old_call_is_refused_and_one_from_the_future_too(notice_calls, minutes, is_good):
    at = now() + timedelta(minutes=minutes)
    assert is_authentic(notice_calls[0], SECRET, at=at) is is_good


@pytest.mark.parametrize("moment", ["٣٤٥", "1e9", "-1", "9" * 11, "9" * 400, "0x10"])
def test_a_time_that_is_none_is_refused(notice_calls, moment):
    headers = {**notice_calls[0].headers, "webhook-timestamp": moment}
    assert not is_authentic(WebhookCall(headers=headers, body=notice_calls[0].body), SECRET)


def test_several_signatures_may_come_along(notice_calls):
    call = notice_calls[0]
    both = f"v1,bm90aGluZw== {call.headers['webhook-signature']}"
    headers = {**call.headers, "webhook-signature": both}
    assert is_authentic(WebhookCall(headers=headers, body=call.body), SECRET)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 5000, b"[]", b"{}", b"\xff", b'{"type": 1}'])
def test_a_notice_that_cannot_be_read_says_so(body):
    with pytest.raises(CarrierProtocolError):
        read(WebhookCall(headers={"webhook-id": "x"}, body=body))


def test_a_notice_of_something_else_is_passed_over():
    body = b'{"type": "invoice.created"}'
    assert read(WebhookCall(headers={"webhook-id": "x"}, body=body)) == ()


def test_the_example_of_the_specification():
    """The test vector that the specification's own libraries use."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    call = WebhookCall(headers=headers, body=b'{"test": 2432232314}')
    at = datetime.fromtimestamp(1614265330, timezone.utc)
    assert is_authentic(call, SECRET, at=at)


def test_notices_go_to_this_machine_only(parcel):
    booking = parcel.client().book(parcel.shipment())
    for url in ("http://192.0.2.1/", "https://example.com/", "file:///etc/passwd"):
        with pytest.raises(HTTPError) as caught:
            parcel.notifies(booking, url, SECRET)
        assert caught.value.code == 400


def test_a_customer_who_is_not_there_is_told_of(parcel):
    booking = parcel.client().book(parcel.shipment())
    assert parcel.notifies(booking, "http://127.0.0.1:9/", SECRET) == [0]


def test_the_freight_carrier_sends_none(freight):
    booking = freight.client().book(freight.shipment())
    with pytest.raises(HTTPError) as caught:
        freight.notifies(booking, "http://127.0.0.1:9/", SECRET)
    assert "sends no notices" in json.load(caught.value)["error"]
    with pytest.raises(ValueError, match="sends no notices"):
        get_webhook("rehearsal_soap")


def test_every_incident_can_be_rehearsed():
    told = {parcel_answers.EVENTS[code] for code, _text in views._EVENTS.values()}
    assert set(INCIDENTS) - told == {"incident"}
