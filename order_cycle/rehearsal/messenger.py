"""Sends a carrier's notices to its customer. Calls nobody but this machine."""

import http.client
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

_HOSTS = frozenset({"127.0.0.1", "localhost"})
_TIMEOUT_S = 10


def send(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post once and return the HTTP status; 0 if nobody answers.

    :raises ValueError: the address is not one of this machine.
    """
    parts = _local(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", parts.path or "/", body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _local(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _HOSTS:
        raise ValueError("Notices are sent to http://127.0.0.1 only.")
    return parts
