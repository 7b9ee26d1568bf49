"""Answers made to hurt: they cost no more time and memory than an honest one."""

import json
import time

import pytest
from bounded_calls import send
from carriers import documents, get_client
from carriers.bounded_answer import BODY_LIMIT
from carriers.dto import CarrierSettings, Document
from carriers.errors import CarrierAuthError, CarrierError, CarrierProtocolError, CarrierRejected
from carriers.redact import Redactor
from carriers.watched_connection import Watch
from rogue_server import answering, rogue
from shipments import a_parcel_shipment
from test_pure_soap_answers import book as book_freight
from test_pure_soap_answers import refused

CANARY = "c4n4ry-S3cret"
#: Of the freight account in the other tests.
PASSWORD = "pass-word"


def seconds_of(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def a_pdf(inside):
    content = b"%PDF-1.4\n" + inside + b"\n%%EOF\n"
    return Document(kind="label", format="pdf", content=content)


def test_streams_that_never_end_are_looked_at_once():
    assert seconds_of(lambda: documents.is_usable(a_pdf(b"stream\n" * 700_000))) < 1


def test_streams_that_end_are_looked_at_once():
    assert seconds_of(lambda: documents.is_usable(a_pdf(b"stream\nendstream" * 300_000))) < 2


def test_an_action_behind_a_stream_that_never_ends_is_found():
    assert not documents.is_usable(a_pdf(b"stream\n /S /JavaScript"))


@pytest.mark.parametrize(
    "text",
    [
        "token" * 30_000,
        '"' + "token" * 30_000,
        "<" + "password" * 15_000,
        "&" + "secret" * 20_000,
        ("a" * 255 + " ") * 60_000,
        '\\"token\\":\\"' * 10_000,
    ],
    ids=["name", "json", "xml", "parameter", "almost labels", "json in json"],
)
def test_masking_takes_no_longer_for_a_hostile_text(text):
    assert seconds_of(lambda: Redactor((CANARY,)).text(text)) < 2


def test_the_body_of_a_redirect_is_not_read_without_end():
    """requests reads it at once and whole, even when told not to follow."""
    huge = answering(b"x" * (BODY_LIMIT + 1), status="302 There", headers=["Location: /y"])
    with rogue(huge) as server, pytest.raises(CarrierProtocolError) as caught:
        send(server.url, deadline_s=20)
    assert caught.value.code == "answer_too_large"


# === ADDRESSES === #


@pytest.mark.parametrize("environment", ["test", "live"])
def test_a_real_carrier_is_never_on_this_machine(environment):
    with rogue(answering(b"{}"), reads=False) as server:
        secure = server.url.replace("http:", "https:")
        for url, code in ((server.url, "address_insecure"), (secure, "address_refused")):
            with pytest.raises(CarrierAuthError) as caught:
                send(url, environment=environment)
            assert (caught.value.code, caught.value.outcome) == (code, "not_sent")


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.1.1", True),
        ("169.254.169.254", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("::ffff:10.0.0.1", True),
        ("1.1.1.1", False),
        ("2606:4700::1111", False),
    ],
)
def test_only_addresses_out_on_the_internet_are_spoken_to(address, is_refused):
    class Connected:
        is_closed = False

        def getpeername(self):
            return (address, 443)

        def dup(self):
            return self

        def close(self):
            self.is_closed = True

    connected = Connected()
    watch = Watch(5, public_only=True)
    if is_refused:
        with pytest.raises(CarrierAuthError):
            watch.guard(connected)
    else:
        watch.guard(connected)
    assert connected.is_closed is is_refused


# === THE CARRIER'S OWN WORDS === #


def book_parcel(body, status="422 No"):
    body = json.dumps(body).encode()
    with rogue(answering(body, status=status)) as server:
        settings = CarrierSettings(environment="rehearsal", base_url=server.url, api_key=CANARY)
        get_client("rehearsal_rest", settings).book(a_parcel_shipment())


def everything_told(caught):
    return f"{caught.value.message} {caught.value.fields} {caught.getrepr(chain=True)}"


def test_a_refusal_that_quotes_our_key_is_told_without_it():
    message = f"No rights for {CANARY}\0 \ud800"
    with pytest.raises(CarrierRejected) as caught:
        book_parcel({"errors": [{"code": "no", "field": "service", "message": message}]})
    assert "No rights for ***" in caught.value.message
    assert CANARY not in everything_told(caught)
    assert not set(caught.value.fields[0].text) & {"\0", "\ud800"}


def test_a_refusal_without_end_is_cut():
    with pytest.raises(CarrierRejected) as caught:
        book_parcel({"errors": [{"code": "no", "message": "no " * 100_000}]})
    assert len(caught.value.message) <= 2000


def test_a_soap_refusal_that_quotes_our_password_is_told_without_it():
    with pytest.raises(CarrierRejected) as caught:
        book_freight(refused("F1002", text=f"Who is {PASSWORD}?"))
    assert "Who is ***?" in caught.value.message
    assert PASSWORD not in everything_told(caught)


def test_a_key_that_fits_into_no_header_is_not_quoted():
    with rogue(answering(b"{}")) as server, pytest.raises(CarrierError) as caught:
        send(server.url, headers={"X-API-Key": f"{CANARY}\n"})
    assert CANARY not in everything_told(caught)
