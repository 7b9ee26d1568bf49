"""Measures how fast supply is answered and says whether it is fast enough. Knows no Odoo."""

from __future__ import annotations

from typing import Any

from dev import console, database, inside
from dev.bench import availability
from dev.config import Settings

# What must be reached.
TIMES_PLAIN = 2
TIMES_FASTER = 4
SECONDS = 1.2

# The least of so many turns counts, by number of products.
REPEATS = {availability.FEW: 7, availability.PRODUCTS: 2}


def measure(settings: Settings) -> dict[str, Any]:
    """Run all measurements in a database of their own; returns the figures."""
    with database.temporary(settings, database.addon_name(settings), "bench_supply") as name:
        with console.step("stock") as step:
            products = inside.call(settings, name, "dev.bench.availability:prepare")
            step.result(f"{products} products")
        seconds = {}
        for number, repeats in REPEATS.items():
            with console.step(f"{number} products") as step:
                seconds[number] = inside.call(
                    settings,
                    name,
                    "dev.bench.availability:measure",
                    number=number,
                    repeats=repeats,
                )
                step.result(", ".join(f"{way} {s:.3f} s" for way, s in seconds[number].items()))
    return results(seconds[availability.FEW], seconds[availability.PRODUCTS])


def results(few: dict[str, float], many: dict[str, float]) -> dict[str, Any]:
    """Put the figures together.

    :param few, many: seconds by way of asking (ours, plain, core), for 1,000 and 20,000 products
    """
    figures = {
        "products": [availability.FEW, availability.PRODUCTS],
        "milliseconds": {way: round(1000 * seconds, 1) for way, seconds in few.items()},
        "times_the_plain_sum": round(few["ours"] / few["plain"], 2),
        "times_faster_than_core": round(few["core"] / few["ours"], 1),
        "seconds_all": {way: round(seconds, 2) for way, seconds in many.items()},
    }
    return {**figures, "problems": problems(figures)}


def problems(figures: dict[str, Any]) -> list[str]:
    """Return what is not as fast as it must be."""
    found = []
    if figures["times_the_plain_sum"] > TIMES_PLAIN:
        found.append(f"{figures['times_the_plain_sum']} times a plain sum, not {TIMES_PLAIN}")
    if figures["times_faster_than_core"] < TIMES_FASTER:
        found.append(f"{figures['times_faster_than_core']} times faster, not {TIMES_FASTER}")
    if figures["seconds_all"]["ours"] > SECONDS:
        found.append(f"all products: {figures['seconds_all']['ours']} s, not {SECONDS}")
    return found
