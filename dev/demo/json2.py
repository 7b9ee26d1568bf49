"""Odoo's JSON-2 interface, as any other system would use it."""

from __future__ import annotations

from typing import Any

import requests

from dev.errors import SetupError

TIMEOUT_S = 300


class Json2:
    """One user's door: a bearer key and the address of a database's server.

    :param url: address of the server, without a path
    :param key: an API key of the user
    """

    def __init__(self, url: str, key: str, database: str) -> None:
        self._url, self._key, self._database = url, key, database
        self._session = requests.Session()
        self._session.headers.update(
            {"Authorization": f"bearer {key}", "X-Odoo-Database": database}
        )

    def again(self) -> Json2:
        """Return another door of the same user, with a connection of its own."""
        return Json2(self._url, self._key, self._database)

    def call(self, model: str, method: str, ids: list[int] | None = None, **arguments: Any) -> Any:
        """Call a public method; raises `SetupError` with Odoo's own words when it refuses."""
        if ids is not None:
            arguments["ids"] = ids
        answer = self._session.post(
            f"{self._url}/json/2/{model}/{method}", json=arguments, timeout=TIMEOUT_S
        )
        if answer.ok:
            return answer.json()
        raise SetupError(
            f"Odoo refused {model}.{method}.",
            _reason(answer),
            "This is a fault of the demo or of the add-on: report it with the lines above.",
        )

    def search_read(
        self, model: str, domain: list, fields: list[str], order: str = "id"
    ) -> list[dict[str, Any]]:
        """Return the records of a model that this user sees."""
        return self.call(model, "search_read", domain=domain, fields=fields, order=order)

    def count(self, model: str, domain: list) -> int:
        """Return how many records there are."""
        return self.call(model, "search_count", domain=domain)


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("message") or answer.text[:500])
    except ValueError:
        return f"HTTP {answer.status_code}: {answer.text[:500]}"
