"""One HTTP call with an end: the only place where a carrier is connected to.

What plain ``requests`` leaves open, and what is done here:
its timeout is per read, so a byte now and then holds it for ever -> a watchdog cuts the socket
at the deadline; it unpacks without limit -> the answer is unpacked in slices and capped;
it follows redirects with the booking in the body, and reads the body of one without limit even
if told not to follow -> a redirect is an answer like any other; it does not say whether
a failed call may have arrived -> the first byte that leaves is noticed.

Each call has a connection of its own. A kept one can die between two calls, and then nobody
knows whether the second call went out. Proxies from the environment are not used, for the
same reason: they would stand between us and the proof.
"""

import ipaddress
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from urllib.parse import urlsplit

import requests
import urllib3

from .bounded_answer import Answer, read_answer
from .dto import CarrierSettings
from .errors import CarrierAuthError, CarrierError, CarrierUnavailable, CarrierUnknownOutcome
from .exchange import Exchange, OnExchange
from .redact import Redactor
from .watched_connection import Watch, WatchedAdapter

_logger = logging.getLogger(__name__)

#: The environment whose carriers run at home; all others are out on the internet.
REHEARSAL = "rehearsal"

#: Or reading would give up at the same moment as the watchdog, and tell another reason.
_READ_MARGIN_S = 5.0

_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What is to be sent. ``operation`` is the carrier's word, for the trace only."""

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


class BoundedHttp:
    """Sends calls of one account and reports each to ``on_exchange``."""

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._settings = settings
        self._on_exchange = on_exchange
        self._redactor = Redactor(settings.secrets(), username=settings.username)

    def discreet(self, error: CarrierError) -> CarrierError:
        """Return the error with the carrier's own words cleaned: it may quote our credentials."""
        error.message = self._redactor.words(error.message)
        error.args = (error.message,)
        error.fields = tuple(
            replace(problem, text=self._redactor.words(problem.text)) for problem in error.fields
        )
        return error

    def send(self, request: HttpRequest) -> Answer:
        """Send once and return whatever answer comes, of any status.

        :raises CarrierUnavailable: certainly not sent.
        :raises CarrierUnknownOutcome: it may have arrived.
        :raises CarrierProtocolError: an answer came that is too big or wrongly packed.
        :raises CarrierAuthError: the settings cannot be put into a request.
        """
        _check_url(request.url, self._settings.environment)
        trace = _Trace(request)
        try:
            trace.answer = self._send(request)
        except CarrierError as error:
            trace.error = error
            raise
        finally:
            self._report(trace)
        return trace.answer

    def _send(self, request: HttpRequest) -> Answer:
        is_at_home = self._settings.environment == REHEARSAL
        watch = Watch(self._settings.deadline_s, public_only=not is_at_home)
        try:
            with watch, requests.Session() as session:
                session.trust_env = False
                # Or the body of a redirect would be read at once and without limit.
                session.get_redirect_target = lambda _response: None
                session.mount("https://", WatchedAdapter(watch))
                session.mount("http://", WatchedAdapter(watch))
                with session.request(
                    request.method,
                    request.url,
                    data=request.body,
                    headers={"Accept-Encoding": "identity", "Connection": "close"}
                    | dict(request.headers),
                    timeout=self._timeouts(),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    answer = read_answer(response, watch.seconds_left)
        except _FAILURES as error:
            # What the library says may quote a header or the address: it goes no further.
            raise self._explain(request.operation, watch, error) from None
        if watch.is_over:
            # A body without a length ends where the connection ends, here by our own hand.
            raise _lost(request.operation, self._settings.deadline_s, is_over=True)
        return answer

    def _timeouts(self) -> tuple[float, float]:
        """Return connect and read timeout; reading leaves the deadline to the watchdog."""
        deadline_s = self._settings.deadline_s
        return min(self._settings.connect_timeout_s, deadline_s), deadline_s + _READ_MARGIN_S

    def _explain(self, operation: str, watch: Watch, error: Exception) -> CarrierError:
        """Sort a failure by what is certain."""
        if watch.is_sent:
            return _lost(operation, self._settings.deadline_s, is_over=watch.is_over)
        host = urlsplit(self._settings.base_url).hostname
        if isinstance(error, requests.exceptions.SSLError) and not watch.is_over:
            return CarrierUnavailable(
                f"{operation}: no safe connection to {host}: its certificate is not trusted or "
                "the handshake failed. Nothing was sent. Check the address and its certificate.",
                code="tls_failed",
            )
        if isinstance(error, ValueError):
            return CarrierAuthError(
                f"{operation}: the address or a credential cannot be put into a request, so "
                "nothing was sent. Type them again without special characters.",
                code="account_unusable",
            )
        return CarrierUnavailable(
            f"{operation}: {host} cannot be reached, so nothing was sent. Try again later.",
            code="connect_failed",
        )

    def _report(self, trace: "_Trace") -> None:
        if not self._on_exchange:
            return
        try:
            self._on_exchange(trace.exchange(self._redactor))
        except Exception:
            # The carrier has answered; a trace that cannot be kept must not lose the answer.
            _logger.exception("The trace of %s could not be kept", trace.request.operation)


class _Trace:
    """Collects what is known of a call while it runs."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.answer: Answer | None = None
        self.error: CarrierError | None = None
        self._started_at = datetime.now(timezone.utc)
        self._clock = time.monotonic()

    def exchange(self, redactor: Redactor) -> Exchange:
        return Exchange(
            operation=self.request.operation,
            method=self.request.method,
            url=redactor.url(self.request.url),
            started_at=self._started_at,
            seconds=time.monotonic() - self._clock,
            status=self.answer.status if self.answer else None,
            request_text=_message(
                redactor, self.request.headers, self.request.body.decode("utf-8", "replace")
            ),
            response_text=self._response_text(redactor),
            error_code=self.error.code if self.error else "",
        )

    def _response_text(self, redactor: Redactor) -> str:
        if not self.answer:
            return redactor.text(self.error.message) if self.error else ""
        return _message(redactor, self.answer.headers, self.answer.text())


def _message(redactor: Redactor, headers: Mapping[str, str], body: str) -> str:
    return f"{redactor.headers(headers)}\n\n{redactor.text(body)}"


def _lost(operation: str, deadline_s: float, *, is_over: bool) -> CarrierUnknownOutcome:
    if is_over:
        return CarrierUnknownOutcome(
            f"{operation}: no whole answer within {deadline_s:g} s. The carrier may have done it; "
            "ask before sending it again.",
            code="deadline_exceeded",
        )
    return CarrierUnknownOutcome(
        f"{operation}: the connection broke after the request was sent. The carrier may have "
        "done it; ask before sending it again.",
        code="answer_lost",
    )


def _check_url(url: str, environment: str) -> None:
    """Refuse an address over which credentials would travel readable, or none at all."""
    parts = urlsplit(url)
    may_be_plain = environment == REHEARSAL and _is_here(parts.hostname)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and may_be_plain)
    if not (is_safe and parts.hostname) or parts.username or parts.password:
        raise CarrierAuthError(
            "The carrier's address must start with https:// and hold no user or password. "
            "Plain http is for a rehearsal carrier on this machine only (127.0.0.1).",
            code="address_insecure",
        )


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
