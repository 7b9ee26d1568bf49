"""The part of a stage that every carrier shares: the socket, the book, and the misbehaviour."""

import threading
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from datetime import time as clock
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from carriers.dto import PickupRequest

#: What a stage can be asked to do with one call. ``before``: the carrier does nothing of what was
#: asked; ``after``: it does all of it, and the customer is not told.
FAULTS = {
    "lost_before": "before",
    "lost_after": "after",
    "error_500_before": "before",
    "error_500_after": "after",
    "error_503_before": "before",
    "throttle": "before",
    "redirect": "before",
    "garbage_after": "after",
    "empty_after": "after",
    "incomplete_after": "after",
    "half_after": "after",
    "drip_after": "after",
    "bomb_after": "after",
    "duplicate": "after",
}


@dataclass
class StageRequest:
    """One call as it arrived. ``headers`` in lower case; ``query`` has the first value of each."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes


@dataclass
class StageReply:
    """What is sent back."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict = field(default_factory=dict)


class BaseStage:
    """A carrier under test.

    A subclass says what the carrier does:

    * ``code``: the carrier's code;
    * ``settings(**changes)``: ``CarrierSettings`` that are right for this stage;
    * ``shipment(**changes)``: a ``ShipmentRequest`` this carrier takes;
    * ``answer(request)``: a ``StageReply``; check the request against the published contract and
      put what is wrong into ``complaints`` with ``complain``; keep shipments in ``shipments``;
    * ``is_booking(request)``: whether the call books, for faults are played on bookings;
    * ``incomplete(reply)``: the reply with what the contract demands taken out;
    * if the carrier can prove a delivery: ``deliver(waybill)`` has it delivered.

    :ivar shipments: waybill -> dict with at least ``reference`` and ``is_live``
    :ivar complaints: what was against the contract, in words; a test ends with none
    :ivar requests: every ``StageRequest``
    """

    code = ""

    def __init__(self):
        self.shipments = {}
        self.complaints = []
        self.requests = []
        self.lock = threading.RLock()
        self._faults = deque()
        self._faults_for_all = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        # It looks that often whether it is to end; half a second, the default, adds up over tests.
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    # --- for the tests ---

    def play(self, *faults):
        """Misbehave at the next bookings, one fault each."""
        self._faults.extend(_known(fault) for fault in faults)

    def play_at_any(self, *faults):
        """Misbehave at the next calls of whatever kind, one fault each."""
        self._faults_for_all.extend(_known(fault) for fault in faults)

    def live(self, reference=None):
        """Return the waybills of live shipments, of one reference if given."""
        return [
            waybill
            for waybill, shipment in self.shipments.items()
            if shipment["is_live"] and reference in (None, shipment["reference"])
        ]

    def complain(self, text):
        """Note that a call, or an answer of this very stage, is against the contract."""
        self.complaints.append(text)

    # --- for the carrier ---

    def settings(self, **changes):
        """Return the settings of an account at this stage."""
        raise NotImplementedError

    def shipment(self, **changes):
        """Return a shipment that this carrier takes."""
        raise NotImplementedError

    def pickup(self, **changes):
        """Return a ``PickupRequest`` this carrier takes: for what ``shipment`` holds."""
        shipment = self.shipment()
        day = date.today() + timedelta(days=1)
        values = {
            "request_ref": "PU/00042",
            # No driver comes at the weekend.
            "pickup_date": day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0),
            "ready_from": clock(10),
            "closes_at": clock(17),
            "address": shipment.sender,
            "pieces": len(shipment.parcels or shipment.handling_units),
            "weight_grams": sum(
                piece.weight_grams for piece in (*shipment.parcels, *shipment.handling_units)
            ),
            "handling_units": shipment.handling_units,
            "service": shipment.service,
            "destination_country": shipment.receiver.country_code,
        }
        return PickupRequest(**{**values, **changes})

    def answer(self, request):
        """Do what is asked."""
        raise NotImplementedError

    def is_booking(self, request):
        """Tell whether this call books a shipment."""
        raise NotImplementedError

    def incomplete(self, reply):
        """Return the reply without what its contract demands."""
        raise NotImplementedError

    # --- the socket ---

    def handle(self, request, handler):
        """Answer one call, well or badly."""
        with self.lock:
            self.requests.append(request)
            fault = self._next_fault(request)
            if FAULTS.get(fault) == "before":
                reply = None
            else:
                reply = self.answer(request)
                if fault == "duplicate":
                    self.answer(request)
        misbehaviour = getattr(self, f"_{fault}", None) if fault else None
        if misbehaviour and fault != "duplicate":
            misbehaviour(handler, reply)
        else:
            _send(handler, reply)

    def _next_fault(self, request):
        if self._faults_for_all:
            return self._faults_for_all.popleft()
        if self._faults and self.is_booking(request):
            return self._faults.popleft()
        return ""

    def _lost_before(self, handler, _reply):
        handler.close_connection = True

    _lost_after = _lost_before

    def _error_500_before(self, handler, _reply):
        _send(handler, StageReply(500, b"<html>Internal error</html>", "text/html"))

    _error_500_after = _error_500_before

    def _error_503_before(self, handler, _reply):
        _send(handler, StageReply(503, b"<html>Maintenance</html>", "text/html"))

    def _throttle(self, handler, _reply):
        _send(handler, StageReply(429, b"", headers={"Retry-After": "7"}))

    def _redirect(self, handler, _reply):
        _send(handler, StageReply(307, b"", headers={"Location": f"{self.url}/elsewhere"}))

    def _garbage_after(self, handler, _reply):
        _send(handler, StageReply(200, b"<html><body>Welcome", "text/html"))

    def _empty_after(self, handler, reply):
        _send(handler, StageReply(reply.status, b"", reply.content_type))

    def _incomplete_after(self, handler, reply):
        _send(handler, self.incomplete(reply))

    def _half_after(self, handler, reply):
        _head(handler, reply, len(reply.body))
        handler.wfile.write(reply.body[: len(reply.body) // 2])
        handler.close_connection = True

    def _drip_after(self, handler, reply):
        _head(handler, reply, len(reply.body))
        for byte in reply.body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.1)

    def _bomb_after(self, handler, reply):
        reply = StageReply(200, bomb(), reply.content_type, {"Content-Encoding": "gzip"})
        _send(handler, reply)


@cache
def bomb():
    """Return 200 MB of nothing, packed; without ever holding them."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    megabyte = bytes(1024 * 1024)
    return b"".join(packer.compress(megabyte) for _ in range(200)) + packer.flush()


def _known(fault):
    if fault not in FAULTS:
        raise ValueError(f"No stage plays {fault!r}. Known: {', '.join(FAULTS)}.")
    return fault


def _head(handler, reply, length):
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.content_type)
    handler.send_header("Content-Length", str(length))
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def _send(handler, reply):
    _head(handler, reply, len(reply.body))
    handler.wfile.write(reply.body)


def _handler(stage):
    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = StageRequest(
                method=self.command,
                path=parts.path,
                query={name: values[0] for name, values in parse_qs(parts.query).items()},
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            try:
                stage.handle(request, self)
            except OSError:
                # The customer has hung up; that is often the point of the test.
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        def log_message(self, *_args):
            """Say nothing."""

    return Handler
