"""JSON answers that are wrong or hostile: never a traceback, never a wrong "no"."""

import base64
import json
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.dto import CarrierSettings
from carriers.errors import (
    CarrierAuthError,
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from papers import PDF
from rogue_server import answering, rogue
from shipments import a_parcel_shipment

LABEL = {"parcelReference": "P1", "format": "PDF", "data": base64.b64encode(PDF).decode()}
BOOKED = {
    "id": "RP1",
    "reference": "WH/OUT/00042",
    "status": "booked",
    "service": "STD",
    "price": {"amount": "12.40", "currency": "EUR"},
    "trackingUrl": "https://parcel.example/RP1",
    "parcels": [
        {"reference": "P1", "trackingNumber": "T1", "trackingUrl": "https://parcel.example/T1"}
    ],
    "labels": [LABEL],
}
ERROR = {"errors": [{"code": "postcode", "field": "receiver.postalCode", "message": "Wrong."}]}


def client(url):
    account = CarrierSettings(environment="rehearsal", base_url=url, api_key="a-key", deadline_s=5)
    return get_client("rehearsal_rest", account)


def book(answer, *, status="201 Created", headers=()):
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with rogue(answering(body, status=status, headers=headers)) as server:
        return client(server.url).book(a_parcel_shipment())


def test_the_hand_made_answer_is_right():
    booking = book(BOOKED)
    assert (booking.waybill_ref, booking.price.amount) == ("RP1", Decimal("12.40"))
    assert booking.documents


WRONG = {
    "empty": b"",
    "HTML": b"<html></html>",
    "cut": json.dumps(BOOKED).encode()[:-5],
    "list": [],
    "null": b"null",
    "number": b"1",
    "NaN": b"NaN",
    "deep": b"[" * 100_000,
    "huge number": b"1" * 100_000,
    "bad utf-8": b'{"id": "\xff\xfe"}',
    "no id": {**BOOKED, "id": None},
    "empty id": {**BOOKED, "id": ""},
    "id is a number": {**BOOKED, "id": 1},
    "no price": {key: value for key, value in BOOKED.items() if key != "price"},
    "price is text": {**BOOKED, "price": "12.40"},
    "price is NaN": {**BOOKED, "price": {"amount": "NaN", "currency": "EUR"}},
    "price is infinite": {**BOOKED, "price": {"amount": "Infinity", "currency": "EUR"}},
    "price is words": {**BOOKED, "price": {"amount": "many", "currency": "EUR"}},
    "price is beyond any ledger": {**BOOKED, "price": {"amount": "1e400", "currency": "EUR"}},
    "number with a NUL": {**BOOKED, "id": "RP\0000001"},
    "number with half a character": {**BOOKED, "id": "RP\ud800"},
    "number without end": {**BOOKED, "id": "R" * 5000},
    "parcels is a text": {**BOOKED, "parcels": "P1"},
    "a parcel is a text": {**BOOKED, "parcels": ["P1"]},
    "no labels": {**BOOKED, "labels": None},
    "a label is null": {**BOOKED, "labels": [None]},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_to_a_booking_is_unknown(name):
    with pytest.raises(CarrierProtocolError) as caught:
        book(WRONG[name])
    assert caught.value.outcome == "unknown"


def test_a_byte_order_mark_and_new_fields_do_no_harm():
    assert book(b"\xef\xbb\xbf" + json.dumps({**BOOKED, "new": {"a": [1e9]}}).encode()).waybill_ref


@pytest.mark.parametrize(
    "data", ["no base64!", "", "PGh0bWw+", "JVBERi0xLjQKL0phdmFTY3JpcHQlJUVPRg=="]
)
def test_a_bad_label_is_a_warning_and_not_a_failure(data):
    booking = book({**BOOKED, "labels": [{**LABEL, "data": data or "AAAA"}]})
    assert booking.documents == ()
    assert [(one.field, one.code) for one in booking.warnings] == [("P1", "document_unusable")]


@pytest.mark.parametrize(
    ("answer", "status", "error_class", "code"),
    [
        (ERROR, "400 Bad", CarrierRejected, "postcode"),
        (ERROR, "409 Conflict", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "422 No", CarrierRejected, "postcode"),
        (b"<html>WAF</html>", "400 Bad", CarrierUnknownOutcome, "carrier_error"),
        ({"errors": []}, "422 No", CarrierUnknownOutcome, "carrier_error"),
        ({"errors": ["x"]}, "422 No", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "408 Timeout", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "418 Teapot", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "500 Oops", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "502 Oops", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "504 Oops", CarrierUnknownOutcome, "carrier_error"),
        (ERROR, "401 Who", CarrierAuthError, "auth_failed"),
        (b"", "403 No", CarrierAuthError, "auth_failed"),
        (b"", "429 Slow", CarrierUnavailable, "too_many_requests"),
        (b"", "503 Later", CarrierUnknownOutcome, "carrier_error"),
        (b"", "302 There", CarrierUnknownOutcome, "redirect_refused"),
    ],
)
def test_only_what_is_listed_is_a_refusal(answer, status, error_class, code):
    with pytest.raises(error_class) as caught:
        book(answer, status=status)
    assert type(caught.value) is error_class
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("12", 12), ("0", 0), ("-1", None), ("soon", None), ("9" * 400, None), ("²", None)],
)
def test_retry_after_is_read_with_care(header, seconds):
    with pytest.raises(CarrierUnavailable) as caught:
        book(b"", status="429 Slow", headers=[f"Retry-After: {header}"])
    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://[", ""])
def test_a_link_that_is_none_of_the_web_is_dropped(url):
    answer = {**BOOKED, "trackingUrl": url or "x"}
    assert book(answer).tracking_url == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def answer_of():
    """Give a client whose server answers with ``["body"]``, whatever that is by then."""
    state = {"body": b""}
    with rogue(lambda connection: answering(state["body"])(connection)) as server:
        state["client"] = client(server.url)
        yield state


@given(key=st.sampled_from(sorted(BOOKED)), value=JSON)
@hypothesis_settings(max_examples=150)
def test_whatever_comes_back_there_are_only_known_ends(answer_of, key, value):
    answer_of["body"] = json.dumps({**BOOKED, key: value}).encode()
    try:
        booking = answer_of["client"].book(a_parcel_shipment())
    except CarrierError as error:
        assert error.outcome == "unknown"
    else:
        assert booking.waybill_ref
        assert booking.price.amount.is_finite()


@given(value=JSON)
@hypothesis_settings(max_examples=15)
@pytest.mark.parametrize(
    "ask",
    [
        lambda one: one.find_by_reference("A1"),
        lambda one: one.cancel("RP1"),
        lambda one: one.print_again("RP1"),
        lambda one: one.track("RP1"),
        lambda one: one.quote(a_parcel_shipment()),
    ],
    ids=["find", "cancel", "print", "track", "quote"],
)
@pytest.mark.parametrize("key", ["shipments", "status", "labels", "events", "quotes"])
def test_other_questions_have_known_ends_too(answer_of, ask, key, value):
    answer_of["body"] = json.dumps({key: value}).encode()
    try:
        ask(answer_of["client"])
    except CarrierError as error:
        assert isinstance(error, CarrierProtocolError)
