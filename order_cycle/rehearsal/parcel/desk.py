"""The parcel carrier's desk: pickups, and the list that is closed at the end of the day."""

import base64
from collections.abc import Callable
from datetime import date, time
from functools import partial
from pathlib import Path
from typing import Any

from .. import tariff
from ..behaviour import Behaviour
from ..errands import ErrandStore, StoredErrand
from ..messages import Reply, Request, json_reply
from ..pickup_rules import pickup_objections
from ..plays import Booked, Stage, perform
from ..store import BookingStore
from . import contract
from .manifest import manifest_pdf
from .views import money_view

#: ``errors(status, code, field, message)`` of the carrier.
Errors = Callable[[int, str, str, str], Reply]


class Desk:
    """Answers ``/v1/pickups`` and ``/v1/manifests``."""

    def __init__(self, path: Path, bookings: BookingStore, behaviour: Behaviour, errors: Errors):
        self.pickups = ErrandStore(path, "pickup", number_of=lambda row: f"PK{row:06d}")
        self.manifests = ErrandStore(path, "manifest", number_of=lambda row: f"MF{row:06d}")
        self._bookings, self._behaviour, self._errors = bookings, behaviour, errors

    def answer(self, request: Request, body: Any) -> Reply | None:
        """Find the operation and play it; None if there is no such one."""
        match request.method, request.segments[1:]:
            case "POST", ("pickups",):
                return self._book(body)
            case "PUT", ("pickups", number):
                return self._change(number, body)
            case "DELETE", ("pickups", number):
                return self._cancel(number)
            case "POST", ("manifests",):
                return self._close(body)
        return None

    # === PICKUPS === #

    def _book(self, body: Any) -> Reply:
        return self._pickup_problem(body) or self._perform(
            lambda: self.pickups.add(body), lambda pickup: json_reply(201, pickup_view(pickup))
        )

    def _change(self, number: str, body: Any) -> Reply:
        return (
            self._missing(number)
            or self._pickup_problem(body)
            or self._perform(lambda: self.pickups.change(number, body), _shown)
        )

    def _cancel(self, number: str) -> Reply:
        return self._missing(number) or self._perform(lambda: self.pickups.cancel(number), _shown)

    def _missing(self, number: str) -> Reply | None:
        pickup = self.pickups.by_number(number)
        if not pickup or pickup.is_cancelled:
            return self._errors(404, "not_found", "id", f"There is no pickup {number}.")
        return None

    def _pickup_problem(self, body: Any) -> Reply | None:
        problems = contract.violations("PickupCreate", body)
        if problems:
            return json_reply(400, {"errors": problems})
        objection = pickup_objections(
            date.fromisoformat(body["date"]),
            time.fromisoformat(body["readyFrom"]),
            time.fromisoformat(body["closesAt"]),
        )
        if objection:
            code, side, text = objection
            field = {"day": "date", "window": "closesAt"}[side]
            return self._errors(422, code, field, text)
        return None

    # === MANIFESTS === #

    def _close(self, body: Any) -> Reply:
        problems = contract.violations("ManifestCreate", body)
        if problems:
            return json_reply(400, {"errors": problems})
        with self.manifests.lock:
            objection = self._manifest_objection(body["shipments"])
            return objection or self._perform(lambda: self.manifests.add(body), self._closed)

    def _manifest_objection(self, numbers: list[str]) -> Reply | None:
        closed = {number for one in self.manifests.all() for number in one.payload["shipments"]}
        for index, number in enumerate(numbers):
            booking = self._bookings.by_number(number)
            field = f"shipments[{index}]"
            if not booking or booking.cancelled_at:
                text = f"There is no live shipment {number}."
                return self._errors(422, "not_found", field, text)
            if number in closed:
                text = f"{number} is on a closed list already."
                return self._errors(422, "already_closed", field, text)
        return None

    def _closed(self, manifest: StoredErrand) -> Reply:
        bookings = [self._bookings.by_number(number) for number in manifest.payload["shipments"]]
        paper = manifest_pdf(manifest.number, bookings)
        view = {
            "id": manifest.number,
            "shipments": manifest.payload["shipments"],
            "document": {"format": "PDF", "data": base64.b64encode(paper).decode()},
        }
        return json_reply(201, view)

    # === PLAYING === #

    def _perform(
        self, do: Callable[[], StoredErrand], show: Callable[[StoredErrand], Reply]
    ) -> Reply:
        text = "Refused by the rehearsal's behaviour."
        stage = Stage(
            create=lambda: Booked(booking=do()),
            good=lambda booked, _label: show(booked.booking),
            incomplete=lambda _booked: json_reply(200, {}),
            refusal=partial(self._errors, 422, "refused", "", text),
            server_error=partial(self._errors, 500, "internal", "", "Something went wrong."),
            too_many=lambda seconds: self._too_many(seconds),
        )
        return perform(self._behaviour.next(), stage)

    def _too_many(self, seconds: float) -> Reply:
        reply = self._errors(429, "too_many_requests", "", "Too many calls. Wait and try again.")
        return Reply(
            status=reply.status,
            body=reply.body,
            content_type=reply.content_type,
            headers={"Retry-After": str(int(seconds))},
        )


def pickup_view(pickup: StoredErrand) -> dict[str, Any]:
    """Return a ``Pickup``."""
    return {
        "id": pickup.number,
        "reference": pickup.payload["reference"],
        "status": "cancelled" if pickup.is_cancelled else "booked",
        "date": pickup.payload["date"],
        "readyFrom": pickup.payload["readyFrom"],
        "closesAt": pickup.payload["closesAt"],
        "price": money_view(tariff.PICKUP),
        "message": "The driver comes in the window; have the list ready.",
    }


def _shown(pickup: StoredErrand) -> Reply:
    return json_reply(200, pickup_view(pickup))
