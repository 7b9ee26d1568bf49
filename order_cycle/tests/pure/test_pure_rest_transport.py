"""What the REST transport can do beyond what the rehearsal carrier needs."""

from decimal import Decimal

import pytest
from carriers import auth
from carriers.dto import CarrierSettings
from carriers.errors import CarrierProtocolError, CarrierRejected, CarrierUnknownOutcome
from carriers.rehearsal_rest.answers import read_refusal
from carriers.rest.transport import RestTransport, StatusRules
from rogue_server import answering, rogue


def a_transport(url, *, good=(), on_exchange=None):
    rules = StatusRules(
        refused=frozenset({400}),
        not_sent=frozenset({429}),
        read_refusal=read_refusal,
        good=frozenset(good),
    )
    settings = CarrierSettings(environment="rehearsal", base_url=url, password="s3cret-word")
    headers = auth.basic("ann", "s3cret-word")
    return RestTransport(settings, headers=headers, rules=rules, on_exchange=on_exchange)


def test_a_form_is_sent_as_a_form_and_its_secret_is_masked():
    exchanges = []
    with rogue(answering(b'{"access_token": "t0ken-of-today"}')) as server:
        answer = a_transport(server.url, on_exchange=exchanges.append).call(
            "token",
            "POST",
            ("oauth", "token"),
            form={"grant_type": "client_credentials", "client_secret": "s3cret & word"},
        )
        (request,) = server.requests
    assert answer.data == {"access_token": "t0ken-of-today"}
    assert b"Content-Type: application/x-www-form-urlencoded" in request
    assert request.endswith(b"grant_type=client_credentials&client_secret=s3cret+%26+word")
    assert "s3cret" not in repr(exchanges)
    assert "t0ken-of-today" not in repr(exchanges)


def test_a_header_of_the_call_goes_before_that_of_the_account():
    with rogue(answering(b"{}")) as server:
        a_transport(server.url).call("x", "GET", ("x",), headers=auth.bearer("of-the-call"))
        (request,) = server.requests
    assert b"Authorization: Bearer of-the-call" in request
    assert b"Basic" not in request


def test_a_file_is_downloaded_as_it_is():
    content = b"%PDF-1.4 \xff\x00 %%EOF"
    with rogue(answering(content)) as server:
        file = a_transport(server.url).download("label", ("a", "b/c"), accept="application/pdf")
        (request,) = server.requests
    assert file == content
    assert request.startswith(b"GET /a/b%2Fc HTTP/1.1")
    assert b"Accept: application/pdf" in request


def test_a_download_fails_like_a_call():
    with rogue(answering(b"", status="500 Oops")) as server, pytest.raises(CarrierUnknownOutcome):
        a_transport(server.url).download("label", ("a",), accept="application/pdf")


def test_a_status_can_be_declared_good():
    """Sendcloud answers a repeated reference with 409 and the shipment."""
    with rogue(answering(b'{"id": 7}', status="409 Conflict")) as server:
        answer = a_transport(server.url, good=[409]).call("book", "POST", ("x",), body={})
        assert (answer.status, answer.data) == (409, {"id": 7})
        with pytest.raises(CarrierUnknownOutcome):
            a_transport(server.url).call("book", "POST", ("x",), body={})


def test_an_answer_without_a_body_is_none():
    with rogue(answering(b"", status="204 No Content")) as server:
        assert a_transport(server.url).call("x", "DELETE", ("x",)).data is None


def test_a_base_address_may_have_a_path_and_a_slash():
    with rogue(answering(b"{}")) as server:
        a_transport(f"{server.url}/rest/").call("x", "GET", ("v1", "ä ?"), query={"q": "a&b"})
        (request,) = server.requests
    assert request.startswith(b"GET /rest/v1/%C3%A4%20%3F?q=a%26b HTTP/1.1")


@pytest.mark.parametrize("number", [b"1.10", b"1e309", b"12345678901234567890.5"])
def test_numbers_keep_their_digits(number):
    with rogue(answering(b'{"n": ' + number + b"}")) as server:
        data = a_transport(server.url).call("x", "GET", ("x",)).data
    assert data["n"] == Decimal(number.decode())


def test_an_answer_that_is_no_json_is_a_broken_contract():
    with rogue(answering(b"<html>")) as server, pytest.raises(CarrierProtocolError):
        a_transport(server.url).call("x", "GET", ("x",))


def test_a_dot_is_no_reference():
    with pytest.raises(CarrierRejected, match="no reference"):
        a_transport("http://127.0.0.1:9").call("x", "GET", ("v1", ".."))
