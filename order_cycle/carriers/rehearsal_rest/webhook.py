"""Rehearsal Parcel: the notices it sends, ``trackingUpdated`` of its contract."""

import json
from typing import Any

from .. import standard_webhooks
from ..api import Notice, WebhookCall
from ..errors import CarrierProtocolError
from ..rest.reading import required
from .answers import read_event

is_authentic = standard_webhooks.is_authentic

#: What we follow; the carrier may send more one day.
_TYPE = "tracking.updated"


def read(call: WebhookCall) -> tuple[Notice, ...]:
    """See ``Webhook``."""
    data = _data(call.body)
    if required(data, "type", str) != _TYPE:
        return ()
    return (
        Notice(
            notice_ref=standard_webhooks.notice_id(call),
            event=read_event(required(data, "event", dict)),
            waybill_ref=required(data, "shipmentId", str),
            request_ref=required(data, "reference", str),
        ),
    )


def _data(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CarrierProtocolError(
            "The carrier's notice is not readable JSON.", code="answer_unreadable"
        ) from error
