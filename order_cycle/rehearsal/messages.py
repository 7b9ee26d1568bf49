"""A request and a reply, without the socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in. Header names are in lower case; path segments are unquoted."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the path in parts: ``/v1/ping`` -> ``("v1", "ping")``."""
        path = urlsplit(self.target).path
        return tuple(unquote(part) for part in path.split("/") if part)

    @property
    def query(self) -> dict[str, str]:
        """Return the query; of a repeated name the last value."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes out.

    :param is_cut: close the connection instead of answering.
    :param drip_s: send the body byte by byte with this pause, in seconds.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False
    drip_s: float = 0.0


def json_reply(status: int, data: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a reply with a JSON body."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Reply(status=status, body=body, headers=headers or {})
