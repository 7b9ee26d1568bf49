"""The control endpoints. They belong to the rehearsal, not to any carrier's contract."""

import json

from .behaviour import Behaviour
from .messages import Reply, Request, json_reply
from .store import BookingStore

PREFIX = "rehearsal"


def control(request: Request, store: BookingStore, behaviour: Behaviour) -> Reply:
    """Answer ``/rehearsal/...``; anyone on this machine may ask, there is no log-in."""
    match request.method, request.segments[1:]:
        case "GET", ("bookings",):
            return json_reply(200, store.report())
        case "POST", ("reset",):
            store.clear()
            behaviour.reset()
            return json_reply(200, {"count": 0})
        case "GET", ("behaviour",):
            return json_reply(200, behaviour.describe())
        case "POST", ("behaviour",):
            return _configure(request, behaviour)
    return json_reply(404, {"error": f"There is no {request.method} {request.target}."})


def _configure(request: Request, behaviour: Behaviour) -> Reply:
    try:
        behaviour.configure(json.loads(request.body or b"{}"))
    except (ValueError, TypeError, RecursionError) as error:
        return json_reply(400, {"error": str(error)})
    return json_reply(200, behaviour.describe())
