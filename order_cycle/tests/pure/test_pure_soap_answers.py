"""SOAP answers that are wrong or hostile: never an open file, never a wrong "no"."""

import os
import threading
import time
from decimal import Decimal

import pytest
import zeep
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
from carriers.soap.transport import _contract
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rogue_server import answering, rogue
from shipments import a_freight_shipment
from soap_answers import PDF, booked, elements, envelope, fault, refused


def book(answer, *, status="200 OK", headers=()):
    """Book at a server that gives this answer."""
    with rogue(answering(answer, status=status, headers=headers)) as server:
        return client(server.url).book(a_freight_shipment())


def client(url):
    account = CarrierSettings(
        environment="rehearsal", base_url=url, username="ann", password="pass-word", deadline_s=5
    )
    return get_client("rehearsal_soap", account)


def test_the_hand_made_answer_is_right():
    """Or the wrong ones below would prove nothing."""
    booking = book(booked())
    assert booking.waybill_ref == "7000000011"
    assert booking.price.amount == Decimal("312.43")
    assert booking.documents


WRONG = {
    "empty": b"",
    "no XML": b"hello",
    "HTML": b"<!DOCTYPE html><html><body>Maintenance</body></html>",
    "XHTML": b"<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
    "JSON": b'{"ProNumber": "7000000011"}',
    "cut in the middle": booked()[:-40],
    "wrong charset": b"<?xml version='1.0' encoding='UTF-16'?>" + booked(),
    "NUL": booked().replace(b"Booked", b"Boo\x00ked"),
    "SOAP 1.2": booked().replace(b"schemas.xmlsoap.org/soap/envelope/", b"www.w3.org/2003/05/soap"),
    "no body": envelope("").replace(b"<s:Body></s:Body>", b""),
    "empty body": envelope(""),
    "two answers": envelope("<a/><b/>"),
    "the answer to another question": booked().replace(b"BookFreight", b"TrackFreight"),
    "another namespace": booked().replace(b"freight:v1", b"freight:v2"),
    "nothing in the answer": envelope('<BookFreightResponse xmlns="urn:rehearsal:freight:v1"/>'),
    "no shipment": refused(),
    "first element missing": booked(ProNumber=None),
    "last element missing": booked(TrackingUrl=None),
    "number missing": booked(ProNumber=""),
    "nested element missing": booked(Price="<Amount>1</Amount>"),
    "extra element": booked(extra="<Surprise>1</Surprise>"),
    "other order": booked(Status=None, extra="<Status>Booked</Status>"),
    "amount is no number": booked(Price="<Amount>many</Amount><Currency>EUR</Currency>"),
    "amount is NaN": booked(Price="<Amount>NaN</Amount><Currency>EUR</Currency>"),
    "time is no time": booked(BookedAt="soon"),
    "instruction inside": booked().replace(b"<Status>", b"<?php echo 1 ?><Status>"),
    "nested 400 deep": envelope("<a>" * 400 + "</a>" * 400),
    "many attributes": booked().replace(
        b"<Shipment>",
        b"<Shipment " + b" ".join(b'a%d="1"' % number for number in range(20_000)) + b">",
    )[:-1],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_to_a_booking_is_unknown(name):
    start = time.monotonic()
    with pytest.raises(CarrierError) as caught:
        book(WRONG[name])
    assert isinstance(caught.value, CarrierProtocolError | CarrierUnknownOutcome)
    assert caught.value.outcome == "unknown"
    assert time.monotonic() - start < 5


def test_a_paper_of_11_mb_is_not_let_in():
    """Most versions of libxml2 refuse such a text; where one does not, our own limit does."""
    try:
        booking = book(booked(paper=PDF[:-5] + b"x" * 11_000_000 + b"%%EOF"))
    except CarrierProtocolError as error:
        assert error.outcome == "unknown"
    else:
        assert booking.documents == ()
        assert [warning.code for warning in booking.warnings] == ["document_unusable"]


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "document type": "<!DOCTYPE x>",
    "internal entity": '<!DOCTYPE x [<!ENTITY e "x">]>',
    "file": '<!DOCTYPE x [<!ENTITY e SYSTEM "FILE">]>',
    "network": '<!DOCTYPE x [<!ENTITY e SYSTEM "URL">]>',
    "parameter entity, file": '<!DOCTYPE x [<!ENTITY % p SYSTEM "FILE"> %p;]>',
    "parameter entity, network": '<!DOCTYPE x [<!ENTITY % p SYSTEM "URL"> %p;]>',
    "external document type, file": '<!DOCTYPE x SYSTEM "FILE">',
    "external document type, network": '<!DOCTYPE x SYSTEM "URL">',
    "billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}<!ENTITY e "&a9;">]>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_entity_is_expanded_and_nothing_is_opened(name, tmp_path):
    """The file is a pipe that nobody writes to: whoever opened it would hang."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with rogue(answering(b"x")) as listener:
        prolog = HOSTILE[name].replace("FILE", pipe.as_uri()).replace("URL", listener.url)
        answer = booked(prolog=prolog, Reference="&e;" if "ENTITY e" in prolog else "A1")
        errors = []
        thread = threading.Thread(target=_collect, args=(errors, answer), daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive(), "something was opened or expanded"
        assert listener.requests == []
    assert [(type(one), one.outcome, one.code) for one in errors] == [
        (CarrierProtocolError, "unknown", "answer_unreadable")
    ]


def _collect(errors, answer):
    try:
        book(answer)
    except CarrierError as error:
        errors.append(error)


@pytest.mark.parametrize(
    "extra",
    [
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="URL"/>',
        '<x xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x URL"/>',
    ],
)
def test_a_pointer_in_the_answer_is_not_followed(extra):
    with rogue(answering(b"")) as listener:
        with pytest.raises(CarrierProtocolError):
            book(booked(extra=extra.replace("URL", listener.url)))
        assert listener.requests == []


@pytest.mark.parametrize(
    ("answer", "status", "error_class", "code"),
    [
        (refused("F1002"), "200 OK", CarrierRejected, "F1002"),
        (refused("F1002", "F1004"), "200 OK", CarrierRejected, "F1002"),
        (refused("F7777"), "200 OK", CarrierUnknownOutcome, "carrier_error"),
        (refused("F1002", "F7777"), "200 OK", CarrierUnknownOutcome, "carrier_error"),
        (refused("F9001"), "200 OK", CarrierUnavailable, "carrier_busy"),
        (fault("Client"), "500 Oops", CarrierRejected, "Client"),
        (fault("Client"), "200 OK", CarrierRejected, "Client"),
        (fault("Server"), "500 Oops", CarrierUnknownOutcome, "carrier_error"),
        (fault("Elsewhere"), "500 Oops", CarrierUnknownOutcome, "carrier_error"),
        (fault("Client"), "401 Who", CarrierAuthError, "auth_failed"),
        (b"", "403 No", CarrierAuthError, "auth_failed"),
        (b"", "429 Slow", CarrierUnavailable, "too_many_requests"),
        (b"", "503 Later", CarrierUnknownOutcome, "carrier_error"),
        (b"", "307 There", CarrierUnknownOutcome, "redirect_refused"),
        (b"", "500 Oops", CarrierUnknownOutcome, "carrier_error"),
        (b"x", "502 Oops", CarrierUnknownOutcome, "carrier_error"),
        (b"x", "404 Not here", CarrierUnknownOutcome, "carrier_error"),
        (booked(), "500 Oops", CarrierProtocolError, "answer_unreadable"),
        (b"", "202 Accepted", CarrierUnknownOutcome, "carrier_error"),
    ],
)
def test_only_what_is_listed_is_a_refusal(answer, status, error_class, code):
    with pytest.raises(error_class) as caught:
        book(answer, status=status)
    assert type(caught.value) is error_class
    assert caught.value.code == code


def test_a_fault_tells_its_text_and_its_detail():
    with pytest.raises(CarrierRejected, match="Bad date Shipper is odd"):
        book(fault("Client", "Bad date"))


def test_a_time_without_a_zone_is_not_guessed():
    quote = elements(
        {
            "QuoteNumber": "Q1",
            "Service": "Standard",
            "Price": "<Amount>1</Amount><Currency>EUR</Currency>",
            "TransitDays": "2",
            "ValidUntil": "2026-11-23T17:22:28",
        }
    )
    answer = envelope(
        '<QuoteFreightResponse xmlns="urn:rehearsal:freight:v1"><ResponseInformation/>'
        f"<Quote>{quote}</Quote></QuoteFreightResponse>"
    )
    with rogue(answering(answer)) as server, pytest.raises(CarrierProtocolError):
        client(server.url).quote(a_freight_shipment())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x' onclick='y", "//evil.example"])
def test_a_link_that_is_none_of_the_web_is_dropped(url):
    assert book(booked(TrackingUrl=url)).tracking_url == ""


@given(st.data())
@hypothesis_settings(max_examples=150)
def test_whatever_comes_back_there_are_only_known_ends(answer_of, data):
    """A right answer with one stretch of bytes replaced by others."""
    answer = booked()
    start = data.draw(st.integers(0, len(answer)))
    end = data.draw(st.integers(start, min(len(answer), start + 30)))
    noise = data.draw(st.binary(max_size=12) | st.sampled_from([b"<", b"</", b"&#0;", b"]]>"]))
    answer_of["body"] = answer[:start] + noise + answer[end:]
    try:
        booking = answer_of["client"].book(a_freight_shipment())
    except CarrierError as error:
        assert error.outcome == "unknown"
    else:
        assert booking.waybill_ref
        assert booking.price.amount.is_finite()


@pytest.fixture(scope="module")
def answer_of():
    """Give a client whose server answers with ``["body"]``, whatever that is by then."""
    state = {"body": b""}
    with rogue(lambda connection: answering(state["body"])(connection)) as server:
        state["client"] = client(server.url)
        yield state


@pytest.mark.parametrize(
    "location",
    ["FOLDER/secret.xsd", "file://FOLDER/secret.xsd", "../secret.xsd", "URL", "https://x.invalid/"],
)
def test_a_contract_opens_no_file_but_its_neighbours(location, tmp_path):
    """zeep would: ``forbid_external`` does not stop it."""
    (tmp_path / "secret.xsd").write_text("<x/>", encoding="utf-8")
    folder = tmp_path / "contracts"
    folder.mkdir()
    with rogue(answering(b"<x/>")) as listener:
        place = location.replace("FOLDER", str(tmp_path)).replace("URL", listener.url)
        _write_wsdl(folder / "service.wsdl", place)
        # Newer zeep refuses some of them itself, before our loader is asked.
        with pytest.raises((PermissionError, zeep.exceptions.Error), match="outside|Forbidden"):
            _contract(folder / "service.wsdl")
        assert listener.requests == []


def test_a_contract_may_have_neighbours(tmp_path):
    schema = '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:n"/>'
    (tmp_path / "types.xsd").write_text(schema, encoding="utf-8")
    _write_wsdl(tmp_path / "service.wsdl", "types.xsd")
    assert _contract(tmp_path / "service.wsdl").wsdl.types is not None


def _write_wsdl(path, location):
    path.write_text(
        '<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"><w:types>'
        f'<xsd:schema><xsd:import namespace="urn:n" schemaLocation="{location}"/></xsd:schema>'
        "</w:types></w:definitions>",
        encoding="utf-8",
    )
