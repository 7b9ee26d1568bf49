"""Canary secrets through real calls, failing ones too, with every logger at DEBUG."""

import logging
from pathlib import Path

import pytest
from carriers import auth, get_client
from carriers.bounded_http import BoundedHttp, HttpRequest
from carriers.dto import CarrierSettings
from carriers.errors import CarrierError
from carriers.rehearsal_soap.client import ENDPOINT, RULES
from carriers.rehearsal_soap.mapping import to_header
from carriers.soap.transport import SoapTransport
from rogue_server import answering, rogue

CANARY = "c4n4ry-S3cret"
STYLES = {
    "basic": auth.basic("ann", CANARY),
    "bearer": auth.bearer(CANARY),
    "api key": auth.api_key("X-API-Key", CANARY),
    "odd header": auth.api_key("Ocp-Apim-Thing", CANARY),
}


@pytest.fixture
def everything_logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def settings(url):
    return CarrierSettings(
        environment="rehearsal",
        base_url=url,
        username="ann",
        password=CANARY,
        api_key=CANARY,
        extra_secrets={"user_token": CANARY},
    )


def traces(exchanges):
    return "".join(repr(exchange) for exchange in exchanges)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "500 Oops"])
def test_no_trace_and_no_log_holds_the_secret(style, status, everything_logged):
    """The carrier even repeats the secret in its answer, as error pages do."""
    exchanges = []
    echo = f'{{"you sent": "{CANARY}", "password": "{CANARY}"}}'.encode()
    with rogue(answering(echo, status=status, headers=[f"X-Echo: {CANARY}"])) as server:
        http = BoundedHttp(settings(server.url), exchanges.append)
        http.send(
            HttpRequest(
                operation="ping",
                method="POST",
                url=f"{server.url}/v1",
                headers=STYLES[style],
                body=f'{{"apiKey": "{CANARY}"}}'.encode(),
            )
        )
        assert server.requests, "the secret was really sent"
    assert len(exchanges) == 1
    assert CANARY not in traces(exchanges)
    assert "POST /v1" in everything_logged.text, "the libraries did log"
    assert CANARY not in everything_logged.text


@pytest.mark.parametrize(
    ("code", "changes"),
    [("parcel", {"api_key": CANARY}), ("freight", {"username": "ann", "password": CANARY})],
)
def test_a_refused_credential_is_not_told_to_anyone(code, changes, request, everything_logged):
    account = request.getfixturevalue(code)
    with pytest.raises(CarrierError) as caught:
        account.client(**changes).book(account.shipment())
    assert caught.value.code == "auth_failed"
    assert CANARY not in f"{caught.value} {caught.value.fields} {caught.getrepr(chain=True)}"
    assert CANARY not in traces(account.exchanges)
    assert CANARY not in everything_logged.text


def test_a_ws_security_password_is_masked_by_its_name(everything_logged):
    """Without knowing the value: the redactor is given no secret here."""
    exchanges = []
    envelope = b"<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'/>"
    with rogue(answering(envelope)) as server:
        account = settings(server.url)
        transport = SoapTransport(
            ENDPOINT,
            account,
            headers={},
            rules=RULES,
            on_exchange=exchanges.append,
            with_ws_security=True,
        )
        with pytest.raises(CarrierError):
            transport.call("FindByReference", {"Reference": "A1"}, header=to_header("A1"))
        sent = server.requests[0]
    assert CANARY.encode() in sent
    assert b"UsernameToken" in sent
    assert "UsernameToken" in exchanges[0].request_text
    assert CANARY not in traces(exchanges)
    assert CANARY not in everything_logged.text


def test_a_call_that_never_left_is_traced_without_secrets():
    exchanges = []
    account = settings("http://127.0.0.1:9")
    with pytest.raises(CarrierError):
        BoundedHttp(account, exchanges.append).send(
            HttpRequest(
                operation="ping", method="GET", url=account.base_url, headers=STYLES["basic"]
            )
        )
    assert exchanges[0].status is None
    assert exchanges[0].error_code == "connect_failed"
    assert CANARY not in traces(exchanges)


def test_a_trace_that_cannot_be_kept_does_not_lose_the_answer(parcel, caplog):
    def full_disk(_exchange):
        raise OSError("no space")

    client = get_client("rehearsal_rest", parcel.settings(), full_disk)
    assert client.book(parcel.shipment()).waybill_ref
    assert "could not be kept" in caplog.text


def test_no_file_of_the_packages_holds_a_literal_secret():
    """The rehearsal credentials are public; they have one home each."""
    addon = Path(__file__).resolve().parents[2]
    for secret, home in (
        ("rehearsal-parcel-key", "rehearsal/parcel/carrier.py"),
        ("rehearsal-freight", "rehearsal/freight/carrier.py"),
    ):
        holders = {
            str(file.relative_to(addon))
            for folder in ("carriers", "rehearsal")
            for file in (addon / folder).rglob("*.py")
            if f'"{secret}"' in file.read_text(encoding="utf-8")
        }
        assert holders == {home}
