"""Purolator E-Ship: calls of one account at any of its services, each at its own address."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from .. import auth
from ..bounded_answer import Answer
from ..bounded_http import BoundedHttp, HttpRequest
from ..dto import CarrierSettings
from ..errors import CarrierError
from ..exchange import OnExchange
from ..soap.transport import Endpoint, SoapTransport
from .contract import RULES, to_header


class Services:
    """The services of one account.

    :param versions: RequestContext, Version, of each service.
    """

    def __init__(
        self,
        settings: CarrierSettings,
        versions: Mapping[Endpoint, str],
        on_exchange: OnExchange | None = None,
    ):
        self._settings = settings
        self._versions = versions
        self._on_exchange = on_exchange
        self._http = BoundedHttp(settings, on_exchange)
        self._transport = cache(self._new_transport)

    def call(
        self, endpoint: Endpoint, operation: str, payload: dict[str, Any], reference: str = ""
    ) -> dict[str, Any]:
        """Send once and return the body of the answer, whatever errors it reports.

        :raises CarrierError: no usable answer.
        """
        token = self._settings.extra_secrets.get("user_token", "")
        header = to_header(self._versions[endpoint], reference or operation, token)
        return self._transport(endpoint).call(operation, payload, header=header)

    @contextmanager
    def discreet(self) -> Iterator[None]:
        """Clean the carrier's own words in whatever error is raised inside."""
        try:
            yield
        except CarrierError as error:
            raise self._http.discreet(error) from None

    def place(self) -> tuple[str, str]:
        """Return scheme and host, with its port, that the account calls."""
        return urlsplit(self._settings.base_url)[:2]

    def get(self, operation: str, url: str) -> Answer:
        """Fetch a file, without credentials."""
        return self._http.send(HttpRequest(operation=operation, method="GET", url=url, headers={}))

    def _new_transport(self, endpoint: Endpoint) -> SoapTransport:
        settings = self._settings
        return SoapTransport(
            endpoint,
            settings,
            headers=auth.basic(settings.username, settings.password),
            rules=RULES,
            on_exchange=self._on_exchange,
        )
