"""The bounded connection against servers that mean no good."""

import gzip
import resource
import socket
import time
import zlib

import pytest
from bounded_calls import send
from carriers import get_client
from carriers.bounded_answer import BODY_LIMIT
from carriers.dto import CarrierSettings
from carriers.errors import (
    CarrierAuthError,
    CarrierProtocolError,
    CarrierUnavailable,
    CarrierUnknownOutcome,
)
from rogue_server import answering, rogue
from shipments import a_parcel_shipment


def zeros(megabytes, packer):
    """Return this many megabytes of zeros, packed."""
    block = bytes(1024 * 1024)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_of_200_mb_is_cut_and_memory_stays_small(encoding):
    wbits = zlib.MAX_WBITS + (16 if encoding == "gzip" else 0)
    bomb = zeros(200, zlib.compressobj(9, zlib.DEFLATED, wbits))
    assert len(bomb) < 1_000_000
    with rogue(answering(bomb, headers=[f"Content-Encoding: {encoding}"])) as server:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(CarrierProtocolError) as caught:
            send(server.url, deadline_s=20)
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (caught.value.code, caught.value.outcome) == ("answer_too_large", "unknown")
    assert grown_mb < 64


def test_a_plain_flood_is_cut():
    with rogue(answering(bytes(BODY_LIMIT + 1))) as server, pytest.raises(CarrierProtocolError):
        send(server.url, deadline_s=20)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"[1]")[:-4], "gzip"),
        (b"no gzip at all", "gzip"),
        (b"[1]", "br"),
        (b"", "gzip"),
    ],
)
def test_a_badly_packed_answer_is_unknown(packed, encoding):
    with (
        rogue(answering(packed, headers=[f"Content-Encoding: {encoding}"])) as server,
        pytest.raises(CarrierProtocolError) as caught,
    ):
        send(server.url)
    assert caught.value.code == "answer_unreadable"


def test_a_packed_answer_is_unpacked():
    body = gzip.compress(b"[1]" * 100_000)
    with rogue(answering(body, headers=["Content-Encoding: gzip"])) as server:
        assert send(server.url).body == b"[1]" * 100_000


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Same", "308 P"])
def test_a_redirect_is_not_followed(status):
    with (
        rogue(answering(b"[]")) as target,
        rogue(answering(b"", status=status, headers=[f"Location: {target.url}/v1/x"])) as server,
    ):
        answer = send(server.url)
        assert answer.status == int(status[:3])
        assert len(server.requests) == 1
        assert target.requests == []


@pytest.mark.parametrize("play", ["301 Moved", "307 Same"])
def test_a_redirected_booking_is_unknown(play):
    with rogue(answering(b"", status=play, headers=["Location: https://x.example/"])) as server:
        settings = CarrierSettings(environment="rehearsal", base_url=server.url, api_key="a-key")
        with pytest.raises(CarrierUnknownOutcome) as caught:
            get_client("rehearsal_rest", settings).book(a_parcel_shipment())
    assert caught.value.code == "redirect_refused"


def test_nobody_listens_means_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(CarrierUnavailable) as caught:
        send(url)
    assert (caught.value.code, caught.value.outcome) == ("connect_failed", "not_sent")


def test_an_unknown_name_means_not_sent():
    with pytest.raises(CarrierUnavailable) as caught:
        send("https://no-such-host.invalid", deadline_s=5)
    assert caught.value.code == "connect_failed"


def test_a_name_look_up_that_eats_the_deadline_means_not_sent(monkeypatch):
    """Nothing can interrupt it; what matters is that nothing is sent afterwards."""
    look_up = socket.getaddrinfo

    def slow_look_up(*args, **kwargs):
        time.sleep(0.6)
        return look_up(*args, **kwargs)

    with rogue(answering(b"{}")) as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow_look_up)
        with pytest.raises(CarrierUnavailable) as caught:
            send(server.url, deadline_s=0.3)
        assert server.requests == []
    assert caught.value.outcome == "not_sent"


def test_a_full_queue_means_not_sent():
    """The connection is never accepted: nothing has left when the connect time is over."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        # Fill the queue until a connection hangs.
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        start = time.monotonic()
        with pytest.raises(CarrierUnavailable) as caught:
            send(f"http://127.0.0.1:{address[1]}", connect_timeout_s=0.5, deadline_s=3)
        assert time.monotonic() - start < 2.0
        for one in waiting:
            one.close()
    assert caught.value.outcome == "not_sent"


def test_a_connection_cut_after_the_request_is_unknown():
    with rogue(lambda _connection: None) as server, pytest.raises(CarrierUnknownOutcome) as caught:
        send(server.url)
    assert caught.value.code == "answer_lost"


def test_half_an_answer_is_unknown():
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"
    with (
        rogue(lambda connection: connection.sendall(half)) as server,
        pytest.raises(CarrierUnknownOutcome),
    ):
        send(server.url)


@pytest.mark.parametrize(
    "answer",
    [b"\x00\xff\x00", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000],
    ids=["noise", "no status", "header flood"],
)
def test_an_answer_that_is_no_http_is_unknown(answer):
    with (
        rogue(lambda connection: connection.sendall(answer)) as server,
        pytest.raises(CarrierUnknownOutcome),
    ):
        send(server.url)


@pytest.mark.parametrize(
    "url",
    [
        "http://carrier.example",
        "http://192.0.2.1",
        "https://ann:secret@carrier.example",
        "ftp://carrier.example",
        "file:///etc/hostname",
        "carrier.example",
        "https://",
        "http://127.0.0.1.example",
        "",
    ],
)
def test_an_address_over_which_secrets_could_leak_is_refused(url):
    with pytest.raises(CarrierAuthError) as caught:
        send(url)
    assert caught.value.code == "address_insecure"


@pytest.mark.parametrize("value", ["line\nbreak", "żółć", "a\r\nX-Evil: 1"])
def test_a_credential_that_fits_into_no_header_is_not_sent(value):
    with rogue(answering(b"{}")) as server:
        with pytest.raises(CarrierAuthError) as caught:
            send(server.url, headers={"X-API-Key": value})
        assert server.requests == []
    assert (caught.value.code, caught.value.outcome) == ("account_unusable", "not_sent")


def test_a_proxy_from_the_environment_is_not_used(monkeypatch):
    with rogue(answering(b"[2]")) as proxy, rogue(answering(b"[1]")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert send(server.url).body == b"[1]"
        assert proxy.requests == []
