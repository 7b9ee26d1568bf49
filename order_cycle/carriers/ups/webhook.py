"""UPS: the notices of Track Alert v2, ``TrackingEvent`` of its contract.

UPS proves itself with a token that our side gave it: as bearer token (``clientOauth2``) or, for
customers without OAuth, the credential that was entered in its portal, sent back in a header of
that name. ``x-api-key`` is only the client's public id and proves nothing. No notice carries the
time at which it was sent, and events come late; so there is no window in time, and a notice sent
twice is known by its reference.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..api import Notice, WebhookCall
from ..dto import TrackingEvent
from ..errors import CarrierProtocolError
from ..rest.reading import incomplete, optional_text, required
from .tracking import event_code, moment, place_of

_SCHEME = "bearer "


def is_authentic(call: WebhookCall, secrets: Sequence[str], now: datetime) -> bool:
    """Tell whether the call brought one of the secrets. No secret, no."""
    header = call.headers.get("authorization", "")
    token = header[len(_SCHEME) :] if header.lower().startswith(_SCHEME) else ""
    offered = [text.strip() for text in (token, call.headers.get("credential", "")) if text.strip()]
    # Every pair is compared: how long it takes says nothing of which one was near.
    found = [
        hmac.compare_digest(secret.encode(), text.encode())
        for secret in secrets
        if secret
        for text in offered
    ]
    return any(found)


def read(call: WebhookCall) -> tuple[Notice, ...]:
    """See ``Webhook``."""
    data = _data(call.body)
    number = required(data, "trackingNumber", str)
    status = required(data, "activityStatus", dict)
    kind, code = optional_text(status, "type"), optional_text(status, "code")
    if not kind and not code:
        raise incomplete("activityStatus.type")
    is_delivered = bool(optional_text(data, "actualDeliveryDate"))
    happened_at = _when(data)
    event = TrackingEvent(
        code=event_code(code, kind, is_delivered=is_delivered),
        carrier_code=code or kind,
        text=optional_text(status, "description"),
        happened_at=happened_at,
        location=place_of(data.get("activityLocation") or {}),
        tracking_ref=number,
        signed_by=optional_text(data, "receivedBy"),
    )
    said = "|".join((number, f"{happened_at:%Y%m%d%H%M%S}", kind, code))
    return (Notice(notice_ref=hashlib.sha256(said.encode()).hexdigest(), event=event),)


def _when(data: Any) -> datetime:
    day = optional_text(data, "gmtActivityDate")
    if day:
        return moment(day, optional_text(data, "gmtActivityTime"))
    return moment(
        required(data, "localActivityDate", str), optional_text(data, "localActivityTime")
    )


def _data(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CarrierProtocolError(
            "The carrier's notice is not readable JSON.", code="answer_unreadable"
        ) from error
