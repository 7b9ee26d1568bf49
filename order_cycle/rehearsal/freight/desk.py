"""The freight carrier's desk: trucks that are sent for goods. Lists are signed on paper here."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

from .. import tariff
from ..errands import ErrandStore, StoredErrand
from ..messages import Reply
from ..pickup_rules import pickup_objections
from ..plays import Booked, Stage, perform

#: Codes of ``pickup_rules`` -> the carrier's own, and the element they are about.
_CODES = {
    "day_not_possible": ("F1005", "Pickup/Day"),
    "window_too_short": ("F1007", "Pickup/ClosesAt"),
}


class Desk:
    """Answers ``BookPickup``, ``ChangePickup`` and ``CancelPickup``.

    :param talk: functions of the carrier: ``good(operation, data)``, ``refused(operation,
        errors)``, ``fault(status, code, text)``, ``too_many(seconds)``
    """

    def __init__(self, path: Path, behaviour, talk: dict[str, Callable[..., Reply]]):
        self.pickups = ErrandStore(path, "pickup", number_of=lambda row: f"{80_000_000 + row}")
        self._behaviour, self._talk = behaviour, talk

    def book(self, data: dict[str, Any]) -> Reply:
        """Send a truck."""
        wish = data["Pickup"]
        return self._objection("BookPickup", wish) or self._perform(
            "BookPickup", lambda: self.pickups.add(wish)
        )

    def change(self, data: dict[str, Any]) -> Reply:
        """Send it at another time."""
        number, wish = data["PickupNumber"], data["Pickup"]
        return (
            self._missing("ChangePickup", number)
            or self._objection("ChangePickup", wish)
            or self._perform("ChangePickup", lambda: self.pickups.change(number, wish))
        )

    def cancel(self, data: dict[str, Any]) -> Reply:
        """Send none."""
        number = data["PickupNumber"]
        return self._missing("CancelPickup", number) or self._perform(
            "CancelPickup", lambda: self.pickups.cancel(number)
        )

    def _missing(self, operation: str, number: str) -> Reply | None:
        pickup = self.pickups.by_number(number)
        if pickup and not pickup.is_cancelled:
            return None
        text = f"There is no pickup {number}."
        error = {"Code": "F2001", "Description": text, "Field": "PickupNumber"}
        return self._talk["refused"](operation, [error])

    def _objection(self, operation: str, wish: dict[str, Any]) -> Reply | None:
        objection = pickup_objections(
            date.fromisoformat(wish["Day"]),
            time.fromisoformat(wish["ReadyFrom"]),
            time.fromisoformat(wish["ClosesAt"]),
        )
        if not objection:
            return None
        code, field = _CODES[objection[0]]
        error = {"Code": code, "Description": objection[2], "Field": field}
        return self._talk["refused"](operation, [error])

    def _perform(self, operation: str, do: Callable[[], StoredErrand]) -> Reply:
        refusal = {"Code": "F1099", "Description": "Refused by the rehearsal's behaviour."}
        stage = Stage(
            create=lambda: Booked(booking=do()),
            good=lambda booked, _paper: self._talk["good"](
                operation, {"Pickup": _view(booked.booking)}
            ),
            incomplete=lambda _booked: self._talk["good"](operation, {"Pickup": {}}),
            refusal=lambda: self._talk["refused"](operation, [refusal]),
            server_error=lambda: self._talk["fault"](500, "Server", "Something went wrong."),
            too_many=self._talk["too_many"],
        )
        return perform(self._behaviour.next(), stage)


def _view(pickup: StoredErrand) -> dict[str, Any]:
    return {
        "PickupNumber": pickup.number,
        "Status": "Cancelled" if pickup.is_cancelled else "Booked",
        "Price": {"Amount": tariff.FREIGHT_PICKUP, "Currency": tariff.CURRENCY},
    }
