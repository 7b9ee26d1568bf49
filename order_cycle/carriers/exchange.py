"""The trace of one network call, free of secrets, for whoever wants to keep it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

#: Longest request or response text that is kept, in characters.
TEXT_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call, also one that failed.

    :param operation: the carrier's word for it, e.g. ``BookFreight``.
    :param url: without secrets.
    :param started_at: aware, UTC.
    :param seconds: until the answer was read or the call was given up.
    :param status: HTTP status, None when no answer came.
    :param request_text: headers and body, redacted and cut; ``response_text`` likewise.
    :param error_code: ``CarrierError.code`` when the network failed, else empty.
    """

    operation: str
    method: str
    url: str
    started_at: datetime
    seconds: float
    status: int | None
    request_text: str
    response_text: str
    error_code: str = ""


OnExchange = Callable[[Exchange], None]
