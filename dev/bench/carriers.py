"""Measures the carrier worker and says whether it is fast enough. Knows no Odoo."""

from __future__ import annotations

import shutil
from typing import Any

from dev import console, database, inside
from dev.bench import bookings
from dev.config import Settings
from dev.demo.carriers import rehearsal_carriers

# What must be reached.
FASTER = 15
KEPT = 0.9
COST_MS = 20
COST_QUERIES = 15

SLOW = {"rates": {"slow": 1.0}, "seconds": {"slow": bookings.ANSWER_S}}


def measure(settings: Settings) -> dict[str, Any]:
    """Run all measurements in a database of their own; returns the figures."""
    store = settings.cache / "rehearsal" / "bench"
    shutil.rmtree(store, ignore_errors=True)
    with (
        rehearsal_carriers(settings, store) as carriers,
        database.temporary(settings, database.addon_name(settings), "bench_bookings") as name,
    ):
        url = carriers.parcel.url

        def ask(question: str, **arguments: Any) -> dict[str, Any]:
            function = f"dev.bench.bookings:{question}"
            return inside.call(settings, name, function, url=url, **arguments)

        with console.step("cost") as step:
            cost = ask("cost")
            step.result(f"{_total(cost, 'milliseconds')} ms, {_total(cost, 'queries')} queries")
        carriers.parcel.behave(SLOW)
        seconds = {}
        for in_flight in (bookings.IN_FLIGHT, 1):
            with console.step("bookings") as step:
                seconds[in_flight] = ask("throughput", in_flight=in_flight)["seconds"]
                step.result(
                    f"{bookings.BOOKINGS}, {in_flight} at a time: {seconds[in_flight]:.1f} s"
                )
        with console.step("dead carrier") as step:
            rates = ask("dead_carrier")
            step.result(f"{rates['one hangs']:.1f} of {rates['all well']:.1f} bookings a second")
    return results(cost, seconds, rates)


def results(
    cost: dict[str, Any], seconds: dict[int, float], rates: dict[str, float]
) -> dict[str, Any]:
    """Put the figures together.

    :param cost: milliseconds and queries of a booking, by phase of the worker
    :param seconds: for all bookings, by calls at a time
    :param rates: bookings a second of two carriers, while the third does well and while it hangs
    """
    figures = {
        "bookings": bookings.BOOKINGS,
        "answer_s": bookings.ANSWER_S,
        "in_flight": bookings.IN_FLIGHT,
        "seconds_one_by_one": round(seconds[1], 2),
        "seconds_side_by_side": round(seconds[bookings.IN_FLIGHT], 2),
        "times_faster": round(seconds[1] / seconds[bookings.IN_FLIGHT], 1),
        "kept_with_a_dead_carrier": round(rates["one hangs"] / rates["all well"], 2),
        "cost_ms": _total(cost, "milliseconds"),
        "cost_queries": _total(cost, "queries"),
        "cost_by_phase": cost,
    }
    return {**figures, "problems": problems(figures)}


def problems(figures: dict[str, Any]) -> list[str]:
    """Return what is not as fast as it must be."""
    found = []
    if figures["times_faster"] < FASTER:
        found.append(f"bookings: {figures['times_faster']} times faster, not {FASTER}")
    if figures["kept_with_a_dead_carrier"] < KEPT:
        found.append(f"dead carrier: {figures['kept_with_a_dead_carrier']} kept, not {KEPT}")
    if figures["cost_ms"] > COST_MS:
        found.append(f"cost of a booking: {figures['cost_ms']} ms, not {COST_MS}")
    if figures["cost_queries"] > COST_QUERIES:
        found.append(f"cost of a booking: {figures['cost_queries']} queries, not {COST_QUERIES}")
    return found


def _total(cost: dict[str, Any], unit: str) -> float:
    """What preparing and recording cost; what follows from it (T3) is given beside."""
    return round(cost[unit]["_start"] + cost[unit]["_keep"], 1)
