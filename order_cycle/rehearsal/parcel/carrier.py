"""The rehearsal parcel carrier: REST, strict about its contract, with an idempotency key."""

import hashlib
import hmac
import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

from ..behaviour import Behaviour
from ..journey import STEP_S, delivery, scans
from ..messages import Reply, Request, json_reply
from ..plays import Booked, Stage, perform
from ..store import BookingStore, StoredBooking
from ..tracking_page import tracking_page
from . import contract, rules, views
from .desk import Desk
from .notices import notices, signed_headers
from .numbers import shipment_number

#: The default credential; a rehearsal has nothing to protect.
API_KEY = "rehearsal-parcel-key"


class ParcelCarrier:
    """Answers the operations of ``parcel.openapi.json``."""

    def __init__(self, store_path: Path, *, step_s: float = STEP_S):
        self.store = BookingStore(store_path, number_of=shipment_number)
        self.behaviour = Behaviour()
        self.desk = Desk(store_path, self.store, self.behaviour, _errors)
        self.errands = {"pickups": self.desk.pickups, "manifests": self.desk.manifests}
        self.base_url = ""
        self._step_s = step_s

    def answer(self, request: Request) -> Reply:
        """Find the operation and play it."""
        if request.segments[:1] == ("track",):
            return self._page(request)
        if not _is_authorised(request):
            return _errors(401, "unauthorized", "", "Send your key as bearer token or X-API-Key.")
        return self._operation(request) or _errors(
            404, "no_such_path", "", f"There is no {request.method} on this path."
        )

    def _operation(self, request: Request) -> Reply | None:
        match request.method, request.segments:
            case "GET", ("v1", "ping"):
                return json_reply(200, {"account": "Rehearsal customer"})
            case "POST", ("v1", "shipments"):
                return self._book(request)
            case "GET", ("v1", "shipments"):
                return self._find(request)
            case "POST", ("v1", "quotes"):
                return self._quote(request)
            case _, ("v1", "pickups" | "manifests", *_rest):
                return self.desk.answer(request, _body(request))
            case _, ("v1", "shipments", number, *rest):
                return self._one(request, number, tuple(rest))
        return None

    def _one(self, request: Request, number: str, rest: tuple[str, ...]) -> Reply | None:
        booking = self.store.by_number(number)
        if not booking:
            return _errors(404, "not_found", "id", f"There is no shipment {number}.")
        match request.method, rest:
            case "GET", ():
                return json_reply(200, views.shipment_view(booking, self.base_url))
            case "DELETE", ():
                cancelled = self.store.cancel(number)
                return json_reply(200, views.shipment_view(cancelled, self.base_url))
            case "GET", ("label",):
                return _labels(booking)
            case "GET", ("tracking",):
                events = views.event_views(booking, list(scans(booking, step_s=self._step_s)))
                return json_reply(200, {"events": events})
            case "GET", ("proof",):
                return self._proof(booking)
        return None

    def notices(self, booking: StoredBooking, secret: str) -> list[tuple[bytes, dict[str, str]]]:
        """See ``http_server.Carrier``."""
        told = notices(booking, list(scans(booking, step_s=self._step_s)))
        return [(body, signed_headers(name, body, secret)) for name, body in told]

    def _proof(self, booking: StoredBooking) -> Reply:
        handed_over = delivery(booking, step_s=self._step_s)
        proofs = [views.proof_view(booking, handed_over)] if handed_over else []
        return json_reply(200, {"proofs": proofs})

    def _book(self, request: Request) -> Reply:
        body = _body(request)
        key = request.headers.get("idempotency-key", "")
        if not contract.is_valid_key(key):
            text = "Idempotency-Key must have 8 to 64 letters, digits, - or _."
            return _errors(400, "required", "Idempotency-Key", text)
        problems = contract.violations("ShipmentCreate", body)
        if problems:
            return json_reply(400, {"errors": problems})
        return self._book_valid(key, hashlib.sha256(request.body).hexdigest(), body)

    def _book_valid(self, key: str, body_hash: str, body: dict[str, Any]) -> Reply:
        known = self.store.by_key(key)
        if known and known.body_hash != body_hash:
            text = "This Idempotency-Key was used with another body."
            return _errors(409, "idempotency_conflict", "Idempotency-Key", text)
        objections = [] if known else rules.objections(body)
        if objections:
            return json_reply(422, {"errors": objections})
        return perform(self.behaviour.next(), self._stage(key, body_hash, body))

    def _stage(self, key: str, body_hash: str, body: dict[str, Any]) -> Stage:
        text = "Refused by the rehearsal's behaviour."
        return Stage(
            create=partial(self._create, key, body_hash, body),
            good=self._booked,
            incomplete=self._incomplete,
            refusal=partial(_errors, 422, "refused", "", text),
            server_error=partial(_errors, 500, "internal", "", "Something went wrong."),
            too_many=_too_many,
        )

    def _create(self, key: str, body_hash: str, body: dict[str, Any]) -> Booked:
        with self.store.lock:
            known = self.store.by_key(key)
            if known:
                return Booked(booking=known, was_there=True)
            return Booked(
                booking=self.store.add(
                    reference=body["reference"], payload=body, key=key, body_hash=body_hash
                )
            )

    def _booked(self, booked: Booked, label: bytes | None) -> Reply:
        view = views.shipment_view(booked.booking, self.base_url)
        view["labels"] = views.label_views(booked.booking, label)
        return json_reply(200 if booked.was_there else 201, view)

    def _incomplete(self, booked: Booked) -> Reply:
        view = views.shipment_view(booked.booking, self.base_url)
        return json_reply(200, {"reference": view["reference"], "status": view["status"]})

    def _find(self, request: Request) -> Reply:
        reference = request.query.get("reference", "")
        if not reference:
            return _errors(400, "required", "reference", "Say which reference to look for.")
        found = self.store.by_reference(reference)
        shipments = [views.shipment_view(booking, self.base_url) for booking in found]
        return json_reply(200, {"shipments": shipments})

    def _quote(self, request: Request) -> Reply:
        body = _body(request)
        problems = contract.violations("QuoteCreate", body)
        if problems:
            return json_reply(400, {"errors": problems})
        objections = rules.quote_objections(body)
        if objections:
            return json_reply(422, {"errors": objections})
        services = [body["service"]] if "service" in body else ["ECO", "STD", "EXP"]
        quotes = [_quote(service, body) for service in services if rules.rate(service, body)]
        return json_reply(200, {"quotes": quotes})

    def _page(self, request: Request) -> Reply:
        booking = self.store.by_number(request.segments[-1])
        return tracking_page(booking, list(scans(booking, step_s=self._step_s)) if booking else [])


def _is_authorised(request: Request) -> bool:
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    offered = token if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
    return hmac.compare_digest(offered.encode(), API_KEY.encode())


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        # No JSON fits no schema: the contract's check refuses it with the right message.
        return None


def _no_constant(name: str):
    raise ValueError(f"{name} is no JSON number")


def _labels(booking: StoredBooking) -> Reply:
    if booking.cancelled_at:
        return _errors(409, "cancelled", "id", f"{booking.number} is cancelled.")
    return json_reply(200, {"labels": views.label_views(booking)})


def _quote(service: str, body: dict[str, Any]) -> dict[str, Any]:
    rate = rules.rate(service, body)
    return {
        "quoteId": f"Q{uuid.uuid4().hex[:12].upper()}",
        "service": service,
        "price": views.money_view(rate.price(rules.kilograms(body))),
        "transitDays": rate.days,
        "validUntil": (datetime.now(timezone.utc) + timedelta(days=7)).isoformat(),
    }


def _too_many(seconds: float) -> Reply:
    reply = _errors(429, "too_many_requests", "", "Too many calls. Wait and try again.")
    return replace(reply, headers={"Retry-After": str(int(seconds))})


def _errors(status: int, code: str, field: str, message: str) -> Reply:
    return json_reply(status, {"errors": [{"code": code, "field": field, "message": message}]})
