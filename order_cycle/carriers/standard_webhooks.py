"""Signatures of the Standard Webhooks specification 1.0, for carriers that sign so.

HMAC-SHA256 over id, time and raw body with a dot between them, by the bytes behind ``whsec_``.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from .api import WebhookCall

#: A call is as old as that at most, or as far in the future: clocks differ.
WINDOW = timedelta(minutes=5)
_PREFIX = "whsec_"
_VERSION = "v1"
#: More than anybody needs while a secret is replaced; each costs a comparison.
_SIGNATURES_MAX = 10


def is_authentic(call: WebhookCall, secrets: Sequence[str], now: datetime) -> bool:
    """Tell whether the call was signed with one of the secrets, recently. No secret, no."""
    name, moment = notice_id(call), call.headers.get("webhook-timestamp", "")
    if not name or not _is_recent(moment, now):
        return False
    content = b".".join((name.encode(), moment.encode(), call.body))
    expected = [_sign(key, content) for key in map(_key, secrets) if key]
    offered = call.headers.get("webhook-signature", "").split(" ")[:_SIGNATURES_MAX]
    # Every pair is compared: how long it takes says nothing of which one was near.
    found = [
        hmac.compare_digest(f"{_VERSION},{digest}".encode(), signature.encode())
        for digest in expected
        for signature in offered
    ]
    return any(found)


def notice_id(call: WebhookCall) -> str:
    """Return the sender's id of the notice, the same each time it is sent."""
    return call.headers.get("webhook-id", "")


def _is_recent(moment: str, now: datetime) -> bool:
    # isdecimal alone would let other scripts' digits through.
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 11):
        return False
    sent_at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=int(moment))
    return abs(now - sent_at) <= WINDOW


def _sign(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """Return the bytes of a secret; one of another form is a password as it stands."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
