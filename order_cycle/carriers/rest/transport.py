"""Everything about JSON over HTTP, nothing about parcels."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from ..bounded_answer import Answer
from ..bounded_http import BoundedHttp, HttpRequest
from ..dto import CarrierSettings
from ..errors import (
    CarrierAuthError,
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierTokenExpired,
    CarrierUnavailable,
    CarrierUnknownOutcome,
    FieldProblem,
)
from ..exchange import OnExchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the carrier's error body says, in its own code and words."""

    code: str
    message: str
    fields: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRules:
    """Which HTTP statuses of this carrier prove something.

    :param refused: nothing was created and the same request fails again. Only believed when
        ``read_refusal`` understands the body: a proxy on the way also answers 400.
    :param not_sent: nothing was created, later it may work (429, 503).
    :param read_refusal: error body (None without one) -> ``Refusal``; raises
        ``CarrierProtocolError`` if it is not the carrier's.
    :param good: statuses beside 2xx that bring what was asked for, e.g. a 409 with the shipment
        that is already there.
    :param token_over: statuses that mean the access token is no longer taken; nothing was done.
    """

    refused: frozenset[int]
    not_sent: frozenset[int]
    read_refusal: Callable[[Any], Refusal]
    good: frozenset[int] = frozenset()
    token_over: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAnswer:
    """A good answer: its status and its JSON (numbers as ``Decimal``), None without a body."""

    status: int
    data: Any


class RestTransport:
    """Calls of one account.

    :param headers: sent with each call; see ``auth.py``. Secrets belong here, never into the
        query: URLs end up in the logs of every machine on the way.
    """

    def __init__(
        self,
        settings: CarrierSettings,
        *,
        headers: Mapping[str, str],
        rules: StatusRules,
        on_exchange: OnExchange | None = None,
    ):
        self._base_url = settings.base_url.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        self._rules = rules
        self._http = BoundedHttp(settings, on_exchange)

    def call(
        self,
        operation: str,
        method: str,
        path: Iterable[str],
        *,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        rules: StatusRules | None = None,
        is_folder: bool = False,
    ) -> RestAnswer:
        """Send once and return a good answer.

        :param path: the segments; each is quoted, so a reference cannot leave its place.
        :param body: anything JSON can hold; None sends no body.
        :param form: sent as a form instead, as OAuth token endpoints want it.
        :param headers: go before those of the account.
        :param rules: what a status proves of this operation, where that differs from the others.
        :param is_folder: the contract's path ends with a slash.
        :raises CarrierError: any other end, sorted by the rules; ``unknown`` by default.
        """
        answer = self._send(
            HttpRequest(
                operation=operation,
                method=method,
                url=self._url(path, query, is_folder),
                headers={**self._headers, **_content_type(body, form), **(headers or {})},
                body=_encoded(body, form),
            ),
            rules or self._rules,
        )
        data = _json(operation, answer) if answer.body else None
        return RestAnswer(status=answer.status, data=data)

    def download(self, operation: str, path: Iterable[str], *, accept: str) -> bytes:
        """Fetch a file. It comes from outside: see ``documents.py``.

        :param accept: the wanted media type, e.g. ``application/pdf``.
        :raises CarrierError: as ``call``.
        """
        headers = {**self._headers, "Accept": accept}
        url = self._url(path, None)
        request = HttpRequest(operation=operation, method="GET", url=url, headers=headers)
        return self._send(request, self._rules).body

    def _send(self, request: HttpRequest, rules: StatusRules) -> Answer:
        answer = self._http.send(request)
        if 200 <= answer.status < 300 or answer.status in rules.good:
            return answer
        raise self._http.discreet(_failure(request.operation, answer, rules))

    def _url(
        self, path: Iterable[str], query: Mapping[str, str] | None, is_folder: bool = False
    ) -> str:
        url = "/".join((self._base_url, *(_segment(part) for part in path))) + "/" * is_folder
        return f"{url}?{urlencode(query)}" if query else url


def _failure(operation: str, answer: Answer, rules: StatusRules) -> CarrierError:
    if answer.status in rules.token_over:
        return CarrierTokenExpired(
            f"{operation}: the carrier no longer takes the access token. Nothing was done; it is "
            "fetched anew and the call made again.",
            code="token_expired",
        )
    if answer.status in (401, 403):
        return CarrierAuthError(
            f"{operation}: the carrier does not accept the credentials "
            f"(HTTP {answer.status}). Check user, password and key of the account.",
            code="auth_failed",
        )
    if answer.status in rules.not_sent:
        return CarrierUnavailable(
            f"{operation}: the carrier asks to wait (HTTP {answer.status}). "
            "Nothing was done; try again later.",
            code="too_many_requests" if answer.status == 429 else "carrier_busy",
            retry_after_s=answer.retry_after_s(),
        )
    if answer.status in rules.refused:
        return _refusal(operation, answer, rules)
    return _unexplained(operation, answer)


def _refusal(operation: str, answer: Answer, rules: StatusRules) -> CarrierError:
    try:
        refusal = rules.read_refusal(_json(operation, answer) if answer.body else None)
    except CarrierProtocolError:
        return _unexplained(operation, answer)
    return CarrierRejected(refusal.message, code=refusal.code, fields=refusal.fields)


def _segment(part: str) -> str:
    """Quote one path segment. Dots alone would be resolved on the way, even when quoted."""
    if part in ("", ".", ".."):
        raise CarrierRejected(
            f"{part!r} is no reference a carrier gives out.", code="reference_unusable"
        )
    return quote(part, safe="")


def _content_type(body: Any, form: Mapping[str, str] | None) -> dict[str, str]:
    if form is not None:
        return {"Content-Type": "application/x-www-form-urlencoded"}
    return {} if body is None else {"Content-Type": "application/json; charset=utf-8"}


def _encoded(body: Any, form: Mapping[str, str] | None) -> bytes:
    if form is not None:
        return urlencode(form).encode()
    return b"" if body is None else json.dumps(body, ensure_ascii=False).encode()


def _json(operation: str, answer: Answer) -> Any:
    try:
        return json.loads(answer.body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CarrierProtocolError(
            f"{operation}: the carrier's answer (HTTP {answer.status}) is not readable JSON. "
            "It may have done what was asked; look at its own site before sending again.",
            code="answer_unreadable",
        ) from error


def _no_constant(name: str):
    raise ValueError(f"{name} is no JSON number")


def _unexplained(operation: str, answer: Answer) -> CarrierError:
    """A status that proves nothing: redirects, most of 4xx, all of 5xx."""
    is_redirect = 300 <= answer.status < 400
    advice = (
        "It points to another address, which is not followed; check the address of the account."
        if is_redirect
        else "Whether it did what was asked is not known; ask before sending it again."
    )
    return CarrierUnknownOutcome(
        f"{operation}: the carrier answered HTTP {answer.status}. {advice}",
        code="redirect_refused" if is_redirect else "carrier_error",
        retry_after_s=answer.retry_after_s(),
    )
