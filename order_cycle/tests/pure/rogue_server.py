"""A server of a few lines that does to its customers whatever a test wants, on a real socket."""

import socket
import threading
from contextlib import contextmanager


class RogueServer:
    """Accepts connections and hands each one to ``behave(connection, head)``.

    ``head`` is what the customer has sent: the whole request. ``requests`` keeps them all.
    """

    def __init__(self, behave, *, reads=True):
        self._behave = behave
        self._reads = reads
        self.requests = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        """Stop listening."""
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection):
        with connection:
            try:
                if self._reads:
                    self.requests.append(read_request(connection))
                self._behave(connection)
            except OSError:
                # The customer has hung up; that is often the point of the test.
                return


@contextmanager
def rogue(behave, *, reads=True):
    """Run a ``RogueServer`` for one test."""
    server = RogueServer(behave, reads=reads)
    try:
        yield server
    finally:
        server.close()


def read_request(connection):
    """Return one whole HTTP request as bytes."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += _received(connection)
    return head + b"\r\n\r\n" + body


def answering(body, *, status="200 OK", headers=()):
    """Return a behaviour that sends this answer, always."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda connection: connection.sendall(message)


def _received(connection):
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionResetError("the customer sent half a request")
    return piece
