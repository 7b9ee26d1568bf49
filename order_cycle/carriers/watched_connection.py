"""Knows of one HTTP call whether a byte has left, and cuts it when its time is over."""

import ipaddress
import socket
import threading
import time
from functools import partial

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .errors import CarrierAuthError


class Watch:
    """The deadline of one call; a context manager around it.

    :param public_only: refuse a carrier whose name leads to an address of this machine or of the
        network around it: our credentials are not for our neighbours.
    :ivar is_sent: the request may have left this machine, wholly or in part.
    :ivar is_over: the deadline has passed.
    """

    def __init__(self, deadline_s: float, *, public_only: bool = False):
        self._public_only = public_only
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._ends_at = time.monotonic() + deadline_s
        self._timer = threading.Timer(deadline_s, self._cut)
        self._timer.daemon = True
        self.is_sent = False
        self.is_over = False

    def __enter__(self) -> "Watch":
        self._timer.start()
        return self

    def __exit__(self, *_error) -> None:
        self._timer.cancel()
        with self._lock:
            if self._handle:
                self._handle.close()
                self._handle = None

    def seconds_left(self) -> float:
        """Return how long the call may still take."""
        return self._ends_at - time.monotonic()

    def guard(self, sock: socket.socket) -> None:
        """Cut this connection at the deadline, at once if it has passed already.

        The socket is duplicated because TLS takes the original over and leaves it empty;
        a shutdown through the copy ends the connection for both.

        :raises CarrierAuthError: the other end is not out on the internet. Judged by the address
            that was reached: a name may lead elsewhere a moment later.
        """
        if self._public_only and not _is_public(sock.getpeername()[0]):
            sock.close()
            raise CarrierAuthError(
                "The carrier's address leads to this machine or to a machine of your own network, "
                "so nothing was sent. Correct the address of the account.",
                code="address_refused",
            )
        with self._lock:
            self._handle = sock.dup()
            if self.is_over:
                _shut(self._handle)

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._handle:
                _shut(self._handle)


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    # An IPv4 address may come in the clothes of IPv6.
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_global and not found.is_multicast


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was faster: the connection is down, which is what was wanted.
        return


class _Watched:
    """Mixin for the connection classes of urllib3."""

    def __init__(self, *args, watch: Watch, **kwargs):
        super().__init__(*args, **kwargs)
        self._watch = watch

    def _new_conn(self):
        sock = super()._new_conn()
        self._watch.guard(sock)
        return sock

    def connect(self):
        result = super().connect()
        if self._watch.is_over:
            # The name look-up or the connection took all the time; nothing has left yet.
            self.close()
            raise TimeoutError("connected after the deadline")
        return result

    def send(self, data):
        if self.sock is None:
            self.connect()
        self._watch.is_sent = True
        return super().send(data)


class _WatchedHttp(_Watched, HTTPConnection):
    pass


class _WatchedHttps(_Watched, HTTPSConnection):
    pass


class WatchedAdapter(HTTPAdapter):
    """Transport adapter of ``requests`` whose connections report to a watch. No retries."""

    def __init__(self, watch: Watch):
        self._watch = watch
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(self._pool, HTTPConnectionPool, _WatchedHttp),
            "https": partial(self._pool, HTTPSConnectionPool, _WatchedHttps),
        }
        return result

    def _pool(self, pool_class, connection_class, *args, **kwargs):
        pool = pool_class(*args, **kwargs)
        pool.ConnectionCls = partial(connection_class, watch=self._watch)
        return pool
