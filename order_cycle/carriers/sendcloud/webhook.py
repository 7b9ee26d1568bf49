"""Sendcloud: the notices it sends, ``ParcelStatusChanged`` of "Webhooks" 3.0.0.

The signature is the HMAC-SHA256 of the raw body in hex, by the secret key of the integration. The
body has the time at which the status changed, not that of the call: a call that fails is made again
ten times, after 5 minutes and at last every hour, which is some 9 hours at most. That is
the window; within it a notice sent twice is known by its reference.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ..api import Notice, WebhookCall
from ..dto import TrackingEvent
from ..errors import CarrierProtocolError
from ..rest.reading import incomplete, optional_text, required
from . import tables
from .tracking import event_code

_ACTION = "parcel_status_changed"
_OLD = timedelta(hours=12)
#: Clocks differ.
_AHEAD = timedelta(minutes=5)
#: The contract says "a unix timestamp" and has examples in seconds and in milliseconds.
_MILLISECONDS = Decimal(100_000_000_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LATEST = Decimal(10_000_000_000)


def is_authentic(call: WebhookCall, secrets: Sequence[str], now: datetime) -> bool:
    """Tell whether the call was signed with one of the secrets, recently. No secret, no."""
    offered = call.headers.get("sendcloud-signature", "").strip().lower().encode(errors="replace")
    # Every pair is compared: how long it takes says nothing of which one was near.
    found = [hmac.compare_digest(_sign(secret, call.body), offered) for secret in secrets if secret]
    return any(found) and _is_recent(call.body, now)


def read(call: WebhookCall) -> tuple[Notice, ...]:
    """See ``Webhook``."""
    data = _data(call.body)
    if required(data, "action", str) != _ACTION:
        return ()
    parcel = required(data, "parcel", dict)
    status = required(parcel, "status", dict)
    number, words = required(status, "id", int), optional_text(status, "message")
    happened_at = _moment(data, "carrier_status_change_timestamp") or _moment(data, "timestamp")
    if happened_at is None:
        raise incomplete("timestamp")
    said = "|".join(map(str, (required(parcel, "id", int), data.get("timestamp"), number)))
    event = TrackingEvent(
        code=tables.STATUS_NUMBERS.get(number) or event_code(words),
        carrier_code=str(number),
        text=words or str(number),
        happened_at=happened_at,
        tracking_ref=optional_text(parcel, "tracking_number"),
    )
    return (
        Notice(
            notice_ref=hashlib.sha256(said.encode()).hexdigest(),
            event=event,
            waybill_ref=optional_text(parcel, "shipment_uuid"),
            # A shipment is booked with our reference as its order number.
            request_ref=optional_text(parcel, "order_number"),
        ),
    )


def _sign(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def _is_recent(body: bytes, now: datetime) -> bool:
    try:
        sent_at = _moment(_data(body), "timestamp")
    except CarrierProtocolError:
        return False
    return sent_at is not None and now - _OLD <= sent_at <= now + _AHEAD


def _moment(data: Any, key: str) -> datetime | None:
    """Return a unix time, or nothing if there is none that a calendar has."""
    value = data.get(key) if isinstance(data, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if number.is_finite() and abs(number) >= _MILLISECONDS:
        number /= 1000
    if not (number.is_finite() and 0 < number < _LATEST):
        return None
    return _EPOCH + timedelta(milliseconds=int(number * 1000))


def _data(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise CarrierProtocolError(
            "The carrier's notice is not readable JSON.", code="answer_unreadable"
        ) from error
