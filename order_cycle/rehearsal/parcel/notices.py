"""What the parcel carrier tells its customers by webhook, and how it signs that.

Signed as in the Standard Webhooks specification 1.0: HMAC-SHA256 over id, time and body with a
dot between them, by the bytes behind ``whsec_``.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any

from ..journey import Scan
from ..store import StoredBooking
from .views import event_views

_PREFIX = "whsec_"


def notices(booking: StoredBooking, scans: list[Scan]) -> list[tuple[str, bytes]]:
    """Return id and body of each notice, oldest first. The same scan has the same id always."""
    return [
        (f"{booking.number}-{number}", json.dumps(_notice(booking, event)).encode())
        for number, event in enumerate(event_views(booking, scans), start=1)
    ]


def signed_headers(notice_id: str, body: bytes, secret: str) -> dict[str, str]:
    """Return the headers of a call that is made now.

    :raises ValueError: the secret has not the form that the contract asks for.
    """
    moment = str(int(time.time()))
    content = b".".join((notice_id.encode(), moment.encode(), body))
    digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "Webhook-Id": notice_id,
        "Webhook-Timestamp": moment,
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _notice(booking: StoredBooking, event: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "tracking.updated",
        "shipmentId": booking.number,
        "reference": booking.reference,
        "event": event,
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("The secret is whsec_ and base64.") from error
    if not secret.startswith(_PREFIX) or not key:
        raise ValueError("The secret is whsec_ and base64.")
    return key
