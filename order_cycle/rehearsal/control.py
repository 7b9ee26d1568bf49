"""The control endpoints. They belong to the rehearsal, not to any carrier's contract."""

import json
from collections.abc import Callable
from typing import Any

from .journey import check_journey
from .messages import Reply, Request, json_reply
from .messenger import send

PREFIX = "rehearsal"


def control(request: Request, carrier) -> Reply:
    """Answer ``/rehearsal/...``; anyone on this machine may ask, there is no log-in.

    :param carrier: see ``http_server.Carrier``
    """
    store, behaviour = carrier.store, carrier.behaviour
    match request.method, request.segments[1:]:
        case "GET", ("bookings",):
            return json_reply(200, store.report())
        case "POST", ("reset",):
            store.clear()
            for errands in carrier.errands.values():
                errands.clear()
            behaviour.reset()
            return json_reply(200, {"count": 0})
        case "GET", (name,) if name in carrier.errands:
            return json_reply(200, carrier.errands[name].report())
        case "GET", ("behaviour",):
            return json_reply(200, behaviour.describe())
        case "POST", ("behaviour",):
            return _told(request, lambda plan: behaviour.configure(plan) or behaviour.describe())
        case "POST", ("journey",):
            return _told(request, lambda plan: _send_on(carrier, **plan))
        case "POST", ("notify",):
            return _told(request, lambda plan: _notify(carrier, **plan))
    return json_reply(404, {"error": f"There is no {request.method} {request.target}."})


def _told(request: Request, do: Callable[[Any], dict[str, Any]]) -> Reply:
    """Do what the body says; whatever is wrong with it is told in words."""
    try:
        return json_reply(200, do(json.loads(request.body or b"{}")))
    except (ValueError, TypeError, RecursionError) as error:
        return json_reply(400, {"error": str(error)})


def _send_on(carrier, *, number: str, journey: str = "delivered", reached: int | None = None):
    """Choose what becomes of a booking, and how far it is."""
    check_journey(journey, reached)
    booking = carrier.store.send_on(number, journey, reached)
    if not booking:
        raise ValueError(f"There is no shipment {number}.")
    return {**booking.summary(), "journey": booking.journey, "reached": booking.reached}


def _notify(carrier, *, number: str, url: str, secret: str, last: int = 0):
    """Send the notices of a booking, the last so many or all; return what was answered to each."""
    booking = carrier.store.by_number(number)
    if not booking:
        raise ValueError(f"There is no shipment {number}.")
    calls = carrier.notices(booking, secret)[-last:]
    return {"statuses": [send(url, body, headers) for body, headers in calls]}
