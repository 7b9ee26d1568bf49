"""Carriers that answer what hurts: drips, bombs, redirects, broken and malicious documents.

One carrier account for each evil and each protocol, and a worker of its own that has to outlive
them all, in time and in memory.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dev import console, inside, shipments, sql
from dev.chaos.workers import Workers, peak_kb
from dev.config import Settings
from dev.demo.carriers import Carriers
from dev.server import HOST

EACH = 4
DEADLINE_S = 3
PATIENCE_S = 240.0
# Above what the worker had before the first call, and above the deadline of a call.
MEMORY_KB = 150 * 1024
LATE = 1.1
MB = 1024 * 1024

CANARY_FILE = "/etc/hostname"
_PACKED = gzip.compress(bytes(200 * MB), compresslevel=9)
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body>'
    "</s:Envelope>"
)
_LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12))


def _evils(canary: str) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Return status, headers and body of the evils that are a plain answer."""
    xml = {"Content-Type": "text/xml"}
    json = {"Content-Type": "application/json"}
    entity = '<?xml version="1.0"?><!DOCTYPE a [{}]>' + _ENVELOPE
    return {
        "gzip_bomb": (200, {**json, "Content-Encoding": "gzip"}, _PACKED),
        "deflate_lie": (200, {**json, "Content-Encoding": "deflate"}, b"no such thing"),
        "malformed_json": (201, json, b'{"id": "RP1", "parcels": [{'),
        "deep_json": (201, json, b"[" * 200_000),
        "endless_number": (201, json, b'{"id": 1e999999999}'),
        "malformed_xml": (200, xml, b"<s:Envelope><s:Body>"),
        "xxe_file": (
            200,
            xml,
            entity.format(f'<!ENTITY x SYSTEM "file://{CANARY_FILE}">', "<a>&x;</a>").encode(),
        ),
        "xxe_http": (
            200,
            xml,
            entity.format(f'<!ENTITY x SYSTEM "{canary}/xxe">', "<a>&x;</a>").encode(),
        ),
        "parameter_entity": (
            200,
            xml,
            entity.format(f'<!ENTITY % x SYSTEM "{canary}/dtd"> %x;', "<a/>").encode(),
        ),
        "billion_laughs": (
            200,
            xml,
            entity.format(f'<!ENTITY l0 "ha">{_LAUGHS}', "<a>&l11;</a>").encode(),
        ),
        "schema_location": (
            200,
            xml,
            _ENVELOPE.format(
                '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
                f'i:schemaLocation="urn:a {canary}/schema"/>'
            ).encode(),
        ),
        "wrong_schema": (200, xml, _ENVELOPE.format("<BookFreightResponse/>").encode()),
        "html_200": (200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"),
        "null_bytes": (201, json, b'{"id": "\\u0000", "status": "booked"}'),
        "empty": (200, json, b""),
    }


PLAIN = tuple(_evils(""))
# These need the socket.
LIVE = ("drip_head", "drip_body", "endless_body", "endless_headers", "redirect_storm", "half")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        super().__init__((HOST, 0), _Handler)
        self.url = f"http://{HOST}:{self.server_port}"
        self.evils = _evils(self.url)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        evil = self.path.strip("/").partition("/")[0]
        self.server.hits[evil] += 1
        self.close_connection = True
        try:
            if evil in LIVE:
                getattr(self, f"_{evil}")()
            elif evil in self.server.evils:
                self._plain(*self.server.evils[evil])
        except OSError:
            # The customer has hung up, and rightly so.
            return

    do_POST = do_GET = do_DELETE = _serve

    def _plain(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, data: bytes) -> None:
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.2)

    def _drip_head(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" * 20)

    def _drip_body(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        self._drip(b" " * 500)

    def _endless_body(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            self.wfile.write(b" " * MB)

    def _endless_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: " + b"a" * 1000 + b"\r\n")

    def _redirect_storm(self) -> None:
        self._plain(307, {"Location": f"{self.server.url}/redirected"}, b"x" * MB)

    def _half(self) -> None:
        self.wfile.write(b'HTTP/1.1 201 Created\r\nContent-Length: 5000\r\n\r\n{"id": "RP')

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def perform(
    settings: Settings, name: str, carriers: Carriers, step: console.Step
) -> dict[str, Any]:
    """Book with every evil carrier; returns how the worker did."""
    server = _Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Workers(settings, name, 1) as workers:
        [pid] = _wait_for(lambda: workers.pids())
        # What an honest day costs: libraries, contracts, caches.
        warm = inside.call(
            settings,
            name,
            "dev.chaos.hostile:make_honest",
            urls=[carriers.parcel.url, carriers.freight.url],
        )
        _wait_for(lambda: not _open(settings, name, warm))
        time.sleep(2)
        start_kb = peak_kb(pid)
        ids = inside.call(settings, name, "dev.chaos.hostile:make", url=server.url)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            left = _open(settings, name, ids)
            step.progress(f"{left} of {len(ids)} still to be answered")
            if not left:
                break
            time.sleep(1)
        peak = peak_kb(pid) if pid in workers.pids() else 0
        lost = workers.pids() != [pid]
    server.shutdown()
    return {
        "evils": len(PLAIN) + len(LIVE),
        "protocols": 2,
        "calls": sum(server.hits[evil] for evil in PLAIN + LIVE),
        "not asked": sorted(set(PLAIN + LIVE) - server.hits.keys()),
        "workers lost": int(lost),
        "memory above start, MB": round((peak - start_kb) / 1024, 1),
        "deadline, s": DEADLINE_S,
        **_facts(settings, name, ids),
        "redirects followed": server.hits["redirected"],
        "entities or schemas fetched": sum(server.hits[word] for word in ("xxe", "dtd", "schema")),
        "file read": _file_was_read(settings, name),
    }


def make(env: Any, url: str) -> list[int]:
    """Make an account for each evil and protocol, with consignments; runs inside Odoo."""
    accounts = [
        {
            "carrier_code": code,
            "base_url": f"{url}/{evil}",
            "deadline_s": DEADLINE_S,
            "max_in_flight": 16,
        }
        for evil in PLAIN + LIVE
        for code in ("rehearsal_rest", "rehearsal_soap")
    ]
    methods = shipments.prepare(env, accounts)
    return shipments.hand_over(env, methods, EACH * len(methods))


def make_honest(env: Any, urls: list[str]) -> list[int]:
    """Make consignments for the honest carriers; runs inside Odoo."""
    accounts = [
        {"carrier_code": code, "base_url": url, "max_in_flight": 16}
        for code, url in zip(("rehearsal_rest", "rehearsal_soap"), urls, strict=True)
    ]
    return shipments.hand_over(env, shipments.prepare(env, accounts), 60)


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold."""
    wrong = [
        f"hostile: {counts[name]} {name}"
        for name in (
            "workers lost",
            "not asked",
            "redirects followed",
            "entities or schemas fetched",
            "file read",
            "believed",
            "unanswered",
        )
        if counts[name]
    ]
    if counts["memory above start, MB"] > MEMORY_KB / 1024:
        wrong.append(f"hostile: {counts['memory above start, MB']} MB above the start")
    if counts["slowest call, s"] > DEADLINE_S * LATE:
        wrong.append(f"hostile: a call of {counts['slowest call, s']} s")
    return wrong


def _open(settings: Settings, name: str, ids: list[int]) -> int:
    with sql.cursor(settings, name) as cur:
        cur.execute(
            "SELECT count(*) FROM order_cycle_consignment"
            " WHERE id = ANY(%s) AND (attempt = 0 OR state = 'sending')",
            (ids,),
        )
        return cur.fetchone()[0]


def _facts(settings: Settings, name: str, ids: list[int]) -> dict[str, Any]:
    with sql.cursor(settings, name) as cur:
        cur.execute("SELECT coalesce(max(seconds), 0) FROM order_cycle_call")
        slowest = float(cur.fetchone()[0])
        cur.execute(
            "SELECT state, count(*) FROM order_cycle_consignment WHERE id = ANY(%s) GROUP BY state",
            (ids,),
        )
        states = dict(cur.fetchall())
    return {
        "slowest call, s": round(slowest, 2),
        "states": states,
        "believed": states.get("done", 0) + states.get("refused", 0),
        "unanswered": states.get("sending", 0),
    }


def _file_was_read(settings: Settings, name: str) -> int:
    secret = Path(CANARY_FILE).read_text(encoding="utf-8").strip()
    with sql.cursor(settings, name) as cur:
        cur.execute(
            "SELECT count(*) FROM order_cycle_consignment WHERE state_message LIKE %s",
            (f"%{secret}%",),
        )
        return cur.fetchone()[0]


def _wait_for(look, patience_s: float = 60.0):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise TimeoutError("the worker did not start")
