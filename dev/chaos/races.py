"""Several people confirm orders for the last pieces at the same moment, in real processes.

The same races are run in stock Odoo, which shows that they are races, and what the gates cost is
measured where nobody meets anybody.
"""

from __future__ import annotations

from typing import Any

from dev import console
from dev.chaos import sellers
from dev.config import Settings

RACES = 200
QUEUE_RACES = 25
# Sessions of a race, and how often.
FIELDS = {2: RACES, 4: RACES, 8: QUEUE_RACES}
# Sessions that hold the same goods for quotations, and how often.
HOLDERS = {2: 50, 4: 25}
# Packers who ship without goods while the last piece is sold.
FORCED = 50
# Orders of a session for the price of the gates, and products of an order.
COST_ORDERS, COST_LINES = 84, 3
COST_SESSIONS = (1, 2, 4)
# What is left of the throughput where nobody meets anybody.
THROUGHPUT_MIN = 0.95


def perform(settings: Settings, name: str, stock_name: str, step: console.Step) -> dict[str, Any]:
    """Race in `name` (the add-on) and in `stock_name` (without it), then measure the cost."""
    counts: dict[str, Any] = {}
    for sessions, races in FIELDS.items():
        step.progress(f"{races} races of {sessions}")
        task = {"sessions": sessions, "rounds": races, "stock": sessions // 2, "lines": 1}
        ours = sellers.sell(
            settings,
            name,
            **task,
            shared=True,
            behaviours=[sellers.AS_IT_IS],
            advancing=2,
        )
        step.progress(f"{races} races of {sessions} in stock Odoo")
        stock = sellers.sell(
            settings, stock_name, **task, shared=True, behaviours=["stock Odoo"], advancing=0
        )
        counts[f"{sessions} sessions"] = _rounded(ours["runs"][0])
        counts[f"{sessions} sessions, stock Odoo"] = _rounded(stock["runs"][0])
    for sessions, races in HOLDERS.items():
        step.progress(f"{races} races of {sessions} for a hold")
        counts[f"{sessions} holders"] = _hold(settings, name, sessions, races)
    step.progress(f"{FORCED} packers who ship what is being sold")
    counts["forced"] = _force(settings, name, sellers.AS_IT_IS)
    counts["forced, stock Odoo"] = _force(settings, stock_name, "stock Odoo")
    counts["throughput"] = {
        f"{sessions} sessions": _throughput(settings, name, sessions, step)
        for sessions in COST_SESSIONS
    }
    return counts


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold, or were not put to the test."""
    wrong = []
    for sessions in FIELDS:
        ours, stock = counts[f"{sessions} sessions"], counts[f"{sessions} sessions, stock Odoo"]
        wrong += [
            f"races of {sessions}: {ours[name]} {name}"
            for name in (
                "oversold",
                "left in the shelf",
                "lost orders",
                "errors at the door",
                "short without a shortage",
            )
            if ours[name]
        ]
        if not stock["oversold"]:
            wrong.append(f"races of {sessions}: stock Odoo oversold nothing, they prove too little")
    if counts["forced"]["oversold"] or counts["forced"]["errors at the door"]:
        wrong.append(f"forced: {counts['forced']}")
    for sessions, races in HOLDERS.items():
        found = counts[f"{sessions} holders"]
        if found["oversold"] or found["refused"] != races * (sessions - 1):
            wrong.append(f"holds of {sessions}: {found}")
    wrong += [
        f"throughput with {sessions}: {found['kept']} of what it is without the gates"
        for sessions, found in counts["throughput"].items()
        if found["kept"] < THROUGHPUT_MIN
    ]
    return wrong


def _hold(settings: Settings, name: str, sessions: int, races: int) -> dict[str, Any]:
    """Hold the last piece for quotations; one has it, the others are told in words."""
    found = sellers.sell(
        settings,
        name,
        sessions=sessions,
        rounds=races,
        stock=1,
        lines=1,
        shared=True,
        behaviours=[sellers.AS_IT_IS],
        advancing=0,
        deeds=[sellers.HOLD],
    )
    return _rounded(found["runs"][0])


def _force(settings: Settings, name: str, behaviour: str) -> dict[str, Any]:
    """Confirm an order for the last piece while a packer ships it with another one."""
    found = sellers.sell(
        settings,
        name,
        sessions=2,
        rounds=FORCED,
        stock=1,
        lines=1,
        shared=True,
        behaviours=[behaviour],
        advancing=0,
        deeds=[sellers.FORCE, sellers.CONFIRM],
    )
    return _rounded(found["runs"][0])


def _throughput(
    settings: Settings, name: str, sessions: int, step: console.Step
) -> dict[str, float]:
    """Confirm orders of different products, with the gates and without them by turns."""
    step.progress(f"the price of the gates, {sessions} sessions")
    found = sellers.sell(
        settings,
        name,
        sessions=sessions,
        rounds=COST_ORDERS,
        stock=0,
        lines=COST_LINES,
        shared=False,
        behaviours=[sellers.BY_TURNS],
        advancing=0,
    )
    means = found["runs"][0]["means"]
    return {
        "orders/s without": round(sessions / means[sellers.NO_GATE], 2),
        "orders/s": round(sessions / means[sellers.AS_IT_IS], 2),
        "kept": round(means[sellers.NO_GATE] / means[sellers.AS_IT_IS], 3),
    }


def _rounded(run: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in run.items()
    }
