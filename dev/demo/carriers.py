"""The two rehearsal carriers as a process of their own, and the view from their side."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from dev.config import ADDON, Settings
from dev.server import HOST, Server, free_port, serving

TIMEOUT_S = 30


@dataclass(frozen=True)
class Carrier:
    """One rehearsal carrier, seen through its control endpoints."""

    url: str

    def bookings(self) -> dict[str, Any]:
        """Return what it holds, with its own counts."""
        return requests.get(f"{self.url}/rehearsal/bookings", timeout=TIMEOUT_S).json()

    def behave(self, plan: dict[str, Any]) -> None:
        """Tell it how to misbehave at the next bookings; ``{}`` = behave."""
        answer = requests.post(f"{self.url}/rehearsal/behaviour", json=plan, timeout=TIMEOUT_S)
        answer.raise_for_status()

    def played(self) -> Counter[str]:
        """Return how often it did what since it was told how to behave."""
        answer = requests.get(f"{self.url}/rehearsal/behaviour", timeout=TIMEOUT_S)
        return Counter(answer.json()["played"])


@dataclass(frozen=True)
class Carriers:
    """Both of them."""

    parcel: Carrier
    freight: Carrier

    def live(self) -> list[dict[str, Any]]:
        """Return every shipment that one of them would carry: booked and not cancelled."""
        found = [*self.parcel.bookings()["bookings"], *self.freight.bookings()["bookings"]]
        return [booking for booking in found if booking["status"] == "booked"]


@contextlib.contextmanager
def rehearsal_carriers(
    settings: Settings, store: Path, *, ports: tuple[int, int] | None = None
) -> Iterator[Carriers]:
    """Start both carriers; stopped at the end of the block. What they booked stays in `store`."""
    rest, soap = ports or (free_port(), free_port())
    command = [
        settings.python,
        settings.project / ADDON / "rehearsal",
        "--rest-port",
        rest,
        "--soap-port",
        soap,
        "--store",
        store,
    ]
    server = Server(settings, "rehearsal", command, rest, "/rehearsal/behaviour")
    with serving(server):
        yield Carriers(Carrier(f"http://{HOST}:{rest}"), Carrier(f"http://{HOST}:{soap}"))
