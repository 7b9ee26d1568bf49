"""The socket side of a rehearsal carrier: reads requests, sends or spoils replies."""

import logging
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from .behaviour import Behaviour
from .control import PREFIX, control
from .errands import ErrandStore
from .messages import Reply, Request, json_reply
from .store import BookingStore, StoredBooking

#: Nobody but this machine is served; the control endpoints have no log-in.
HOST = "127.0.0.1"
_BODY_LIMIT = 1024 * 1024
#: How long a stop may go unnoticed.
_POLL_S = 0.05
_logger = logging.getLogger(__name__)


class Carrier(Protocol):
    """What the server needs of a carrier."""

    store: BookingStore
    behaviour: Behaviour
    #: What it is asked beside bookings, by name: ``pickups``, ``manifests``.
    errands: dict[str, ErrandStore]
    base_url: str

    def answer(self, request: Request) -> Reply:
        """Answer a request that belongs to the carrier's contract."""

    def notices(self, booking: StoredBooking, secret: str) -> list[tuple[bytes, dict[str, str]]]:
        """Return body and signed headers of each notice about a booking, oldest first.

        :raises ValueError: the carrier sends none, or the secret is not one.
        """


class CarrierServer(ThreadingHTTPServer):
    """Serves one carrier; ``start`` and ``stop`` it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, carrier: Carrier, port: int):
        """:raises OSError: the port is taken."""
        super().__init__((HOST, port), _Handler)
        self.carrier = carrier
        carrier.base_url = self.url
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": _POLL_S}, daemon=True
        )

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://{HOST}:{self.server_address[1]}"

    def start(self) -> None:
        """Serve from now on, in threads."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more calls and close the store."""
        self.shutdown()
        self.server_close()
        self.carrier.store.close()
        for errands in self.carrier.errands.values():
            errands.close()

    def handle_error(self, request, client_address):
        """A customer who hangs up early is no fault of the server."""
        _logger.debug("The connection with %s ended early", client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Rehearsal/1"
    sys_version = ""
    timeout = 60
    # Header and body go out in two writes; without this the second waits for 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self):
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format, *args):
        _logger.debug(format, *args)

    def _serve(self) -> None:
        request = self._request()
        self._send(self._reply(request) if request else self._too_big())

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _BODY_LIMIT or "Transfer-Encoding" in self.headers:
            return None
        return Request(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )

    def _too_big(self) -> Reply:
        self.close_connection = True
        return json_reply(413, {"error": "Send a Content-Length of 1 MB at most."})

    def _reply(self, request: Request) -> Reply:
        carrier = self.server.carrier
        if request.segments[:1] == (PREFIX,):
            return control(request, carrier)
        try:
            return carrier.answer(request)
        except Exception:
            # A fault of the rehearsal itself must look like one, not like a lost connection.
            _logger.exception("The rehearsal carrier failed on %s %s", self.command, self.path)
            return json_reply(500, {"error": "The rehearsal carrier has a fault; see its log."})

    def _send(self, reply: Reply) -> None:
        if reply.is_cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.drip_s:
            self._drip(reply)
        else:
            self.wfile.write(reply.body)

    def _drip(self, reply: Reply) -> None:
        for byte in reply.body:
            self.wfile.write(bytes((byte,)))
            time.sleep(reply.drip_s)
