"""No call outlives its deadline, however slowly the other side goes on."""

import ssl
import subprocess
import threading
import time
from contextlib import suppress

import pytest
import requests
from bounded_calls import assert_deadline_kept, assert_given_up, drip, send
from carriers.errors import (
    CarrierUnavailable,
)
from carriers.watched_connection import Watch, WatchedAdapter
from rogue_server import answering, read_request, rogue


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 1000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"a" * 1000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 1000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    ],
    ids=["header", "body", "chunks", "body without length", "endless continue"],
)
def test_a_byte_now_and_then_does_not_move_the_deadline(text):
    with rogue(drip(text)) as server:
        assert assert_given_up(server.url).code == "deadline_exceeded"


def test_a_silent_server_is_left_at_the_deadline():
    with rogue(lambda _connection: time.sleep(5)) as server:
        assert_given_up(server.url)


def test_a_server_that_does_not_read_is_left_at_the_deadline():
    with rogue(lambda _connection: time.sleep(5), reads=False) as server:
        assert_given_up(server.url, body=b"x" * 20_000_000)


def test_a_finished_call_leaves_no_thread_behind():
    with rogue(answering(b"{}")) as server:
        before = threading.active_count()
        for _ in range(5):
            send(server.url, deadline_s=60)
        # A cancelled timer takes a moment to end.
        time.sleep(0.2)
        assert threading.active_count() <= before + 1


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory):
    """Give the file of a certificate that nobody trusts; its key is beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return folder / "cert.pem"


def over_tls(certificate, behave):
    """Return a behaviour that does the handshake, reads the request, and goes on as told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def handle(connection):
        with context.wrap_socket(connection, server_side=True) as safe:
            read_request(safe)
            behave(safe)

    return handle


def test_an_untrusted_certificate_means_not_sent(own_certificate):
    seen = []
    behave = over_tls(own_certificate, seen.append)
    with rogue(behave, reads=False) as server, pytest.raises(CarrierUnavailable) as caught:
        send(server.url.replace("http:", "https:"))
    assert (caught.value.code, caught.value.outcome) == ("tls_failed", "not_sent")
    assert seen == []


def test_the_deadline_holds_inside_tls_too(own_certificate):
    """Against the adapter itself: nobody else can be told to trust a certificate of our own."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"a" * 1000
    with rogue(over_tls(own_certificate, drip(answer)), reads=False) as server:
        url = server.url.replace("http:", "https:")

        def call():
            watch = Watch(1.0)
            # Cut inside the headers, the library takes what it has for an answer.
            with watch, requests.Session() as session, suppress(requests.RequestException):
                session.mount("https://", WatchedAdapter(watch))
                session.get(url, verify=str(own_certificate), timeout=5)
            assert (watch.is_sent, watch.is_over) == (True, True)

        assert_deadline_kept(call)


def test_a_dripping_handshake_ends_at_the_deadline_and_nothing_was_sent():
    with rogue(drip(b"\x16\x03\x03\x40\x00" + bytes(1000)), reads=False) as server:
        url = server.url.replace("http:", "https:")
        assert assert_given_up(url, CarrierUnavailable).outcome == "not_sent"
