"""Carriers send labels that are none: sixty poison files, and what becomes of each."""

from __future__ import annotations

import base64
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from dev import console, inside, shipments, sql
from dev.chaos.workers import Workers
from dev.config import ADDON, Settings
from dev.server import HOST, odoo_server

PATIENCE_S = 240.0


def perform(settings: Settings, name: str, step: console.Step) -> dict[str, Any]:
    """Book once per poison file; returns what was kept and how it is served."""
    files = _corpus(settings)
    carrier = _Carrier(files)
    threading.Thread(target=carrier.serve_forever, daemon=True).start()
    ids = inside.call(settings, name, "dev.chaos.labels:make", url=carrier.url, count=len(files))
    with Workers(settings, name, 1) as workers:
        deadline = time.monotonic() + PATIENCE_S
        seen: set[int] = set()
        while time.monotonic() < deadline:
            seen.update(workers.pids())
            booked = _count(settings, name, "state = 'done' AND NOT effects_pending", ids)
            step.progress(f"{booked} of {len(ids)} booked")
            if booked == len(ids):
                break
            time.sleep(0.5)
    served = _serve(settings, name, ids)
    carrier.shutdown()
    return {
        "poison files": len(files),
        "booked": _count(settings, name, "state = 'done'", ids),
        "worker deaths": len(seen) - 1,
        "kept": len(served),
        "kept, by what it claims": sorted({kind for _name, kind in served}),
        "served as HTML": sum(1 for _name, kind in served if _is_page(kind)),
        "told": _count(settings, name, "coalesce(state_message, '') <> '' OR wants_label", ids),
    }


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold."""
    wrong = [
        f"labels: {counts[name]} {name}"
        for name in ("served as HTML", "worker deaths")
        if counts[name]
    ]
    if counts["booked"] != counts["poison files"]:
        wrong.append(f"labels: {counts['booked']} booked of {counts['poison files']}")
    return wrong


def make(env: Any, url: str, count: int) -> list[int]:
    """Make consignments for the carrier; runs inside Odoo."""
    methods = shipments.prepare(
        env, [{"carrier_code": "rehearsal_rest", "base_url": url, "max_in_flight": 8}]
    )
    env.ref("base.user_admin").password = "chaos-admin"
    return shipments.hand_over(env, methods, count)


def _corpus(settings: Settings) -> list[tuple[str, str, bytes]]:
    """Return the poison files of the tests: (name, format, content)."""
    folder = settings.project / ADDON
    sys.path[:0] = [str(folder / "tests" / "pure"), str(folder)]
    import poison
    from carriers import documents

    return poison.corpus(documents.decode)


class _Carrier(ThreadingHTTPServer):
    """Books everything, and sends one poison file after the other."""

    daemon_threads = True

    def __init__(self, files: list[tuple[str, str, bytes]]) -> None:
        self.files = files
        self.lock = threading.Lock()
        self.booked: dict[str, int] = {}
        super().__init__((HOST, 0), _Booking)
        self.url = f"http://{HOST}:{self.server_port}"

    def shipment(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a booking: the same one each time it is asked for."""
        with self.lock:
            number = self.booked.setdefault(body["reference"], len(self.booked))
        _name, kind, content = self.files[number % len(self.files)]
        identity = f"RP{number:09}"
        return {
            "id": identity,
            "status": "booked",
            "reference": body["reference"],
            "service": body["service"],
            "trackingUrl": f"{self.url}/track/{identity}",
            "price": {"amount": "7.50", "currency": "EUR"},
            "parcels": [
                {
                    "reference": parcel["reference"],
                    "trackingNumber": f"{identity}-{place}",
                    "trackingUrl": f"{self.url}/track/{identity}",
                }
                for place, parcel in enumerate(body["parcels"], start=1)
            ],
            "labels": [
                {
                    "parcelReference": body["parcels"][0]["reference"],
                    "format": kind.upper(),
                    "data": base64.b64encode(content).decode() or "=",
                }
            ],
        }


class _Booking(BaseHTTPRequestHandler):
    server: _Carrier

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._reply(201, self.server.shipment(body))

    def do_GET(self) -> None:
        # The label is asked for again and is still being made.
        self._reply(500, {"errors": []})

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def _serve(settings: Settings, name: str, ids: list[int]) -> list[tuple[str, str]]:
    """Fetch every document that was kept from a real server; returns its name and type."""
    with sql.cursor(settings, name) as cur:
        cur.execute(
            "SELECT id, name FROM ir_attachment WHERE res_field IS NULL AND ("
            "  (res_model = 'order.cycle.consignment' AND res_id = ANY(%s))"
            "  OR res_model IN ('order.cycle.label', 'stock.picking'))",
            (ids,),
        )
        kept = cur.fetchall()
    found = []
    with odoo_server(settings, name) as odoo, requests.Session() as session:
        session.post(
            f"{odoo.url}/web/session/authenticate",
            json={"params": {"db": name, "login": "admin", "password": "chaos-admin"}},
            timeout=60,
        ).raise_for_status()
        for attachment_id, title in kept:
            answer = session.get(f"{odoo.url}/web/content/{attachment_id}", timeout=60)
            found.append((title, answer.headers.get("Content-Type", "")))
    return found


def _is_page(content_type: str) -> bool:
    return any(word in content_type for word in ("html", "svg", "xml"))


def _count(settings: Settings, name: str, condition: str, ids: list[int]) -> int:
    with sql.cursor(settings, name) as cur:
        cur.execute(
            f"SELECT count(*) FROM order_cycle_consignment WHERE id = ANY(%s) AND ({condition})",
            (ids,),
        )
        return cur.fetchone()[0]
