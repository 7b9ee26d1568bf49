"""What is ordered: the same orders for both sides, and what they come to. Knows no Odoo."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

ORDERS = 200
LINES = 3
# Both sides take turns, so that a busy moment of the machine meets both.
TURNS = 4
# Registry, assets of Odoo and PostgreSQL are warm before the clock runs.
WARM_UP = 5

CUSTOMERS = 20
TAX_PERCENT = 20
# Whole prices: with this tax every total is exact to the cent, however it is rounded.
PRICES = {f"BENCH-{number:02}": 3 + 2 * number for number in range(12)}

MEASURED = "MEASURED"
WARMING = "WARM-UP"


@dataclass(frozen=True)
class Turn:
    """What one process does before the other side's turn comes.

    :param warm_up: orders that are not measured
    :param orders: orders that are
    """

    warm_up: list[dict]
    orders: list[dict]


def turns() -> Iterator[Turn]:
    """The turns of one side; no two turns have an order in common."""
    share = ORDERS // TURNS
    for number in range(TURNS):
        measured = range(number * share, (number + 1) * share)
        warming = range(number * WARM_UP, (number + 1) * WARM_UP)
        yield Turn(
            warm_up=[_order(WARMING, index) for index in warming],
            orders=[_order(MEASURED, index) for index in measured],
        )


def orders() -> list[dict]:
    """Every order that is measured."""
    return list(itertools.chain.from_iterable(turn.orders for turn in turns()))


def customer(number: int) -> dict:
    """A customer as a channel describes one."""
    return {
        "name": f"Customer {number}",
        "email": f"customer{number}@example.com",
        "street": f"Via della Prova {number}",
        "zip": "20121",
        "city": "Milano",
        "country": "IT",
    }


def _order(kind: str, index: int) -> dict:
    """One order: a dictionary, because it has to travel to another process."""
    skus = list(PRICES)
    lines = [
        {"sku": skus[(index + 5 * step) % len(skus)], "qty": 1 + (index + step) % 4}
        for step in range(LINES)
    ]
    untaxed = sum(PRICES[line["sku"]] * line["qty"] for line in lines)
    return {
        "ref": f"{kind}-{index:04}",
        "customer": index % CUSTOMERS,
        "lines": lines,
        "total": round(untaxed * (100 + TAX_PERCENT) / 100, 2),
    }
