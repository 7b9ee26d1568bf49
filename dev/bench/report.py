"""From the meters' readings to a table, `results.json` and a verdict. Knows no Odoo."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dev.bench import plan

# What an order may take here of the time it takes in stock Odoo.
LIMIT = 0.6
STOCK = "stock"
OURS = "order_cycle"
TITLES = {STOCK: "stock Odoo", OURS: "Order Cycle"}
ROW = "{:<14}{:>14}{:>14}"

Readings = dict[str, dict[str, float]]


def side(turns: list[Readings]) -> dict[str, Any]:
    """Sum up the turns of one side.

    :param turns: what each of its meters read
    """
    seconds, queries = Counter(), Counter()
    for readings in turns:
        for name, reading in readings.items():
            seconds[name] += reading["seconds"]
            queries[name] += reading["queries"]
    per_turn = plan.ORDERS / plan.TURNS
    return {
        "seconds": round(seconds.total(), 2),
        "seconds_per_order": _each(seconds.total()),
        "queries_per_order": round(queries.total() / plan.ORDERS, 1),
        "by_step": {
            name: {
                "seconds_per_order": _each(seconds[name]),
                "queries_per_order": round(queries[name] / plan.ORDERS, 1),
            }
            for name in seconds
        },
        "seconds_per_order_by_turn": [
            round(sum(reading["seconds"] for reading in readings.values()) / per_turn, 4)
            for readings in turns
        ],
    }


def results(turns: dict[str, list[Readings]], problems: list[str]) -> dict[str, Any]:
    """Compare both sides.

    :param turns: what the meters read, by side
    :param problems: what was not done as it should be
    """
    sides = {name: side(readings) for name, readings in turns.items()}
    ratio = {
        unit: sides[OURS][f"{unit}_per_order"] / sides[STOCK][f"{unit}_per_order"]
        for unit in ("seconds", "queries")
    }
    return {
        "orders": plan.ORDERS,
        "lines": plan.LINES,
        **sides,
        "ratio_time": round(ratio["seconds"], 3),
        "ratio_queries": round(ratio["queries"], 3),
        "limit": LIMIT,
        "problems": problems,
        "ok": ratio["seconds"] <= LIMIT and not problems,
    }


def table(result: dict[str, Any]) -> str:
    """Return the figures per order, side by side with their ratio."""
    rows = [ROW.format("per order", "seconds", "queries")]
    for name, title in TITLES.items():
        rows += ["", _row(title, result[name])]
        rows += [_row(f"  {step}", costs) for step, costs in result[name]["by_step"].items()]
    ratios = (f"{result[name]:.2f}" for name in ("ratio_time", "ratio_queries"))
    return "\n".join([*rows, "", ROW.format("ratio", *ratios)])


def verdict(result: dict[str, Any]) -> str:
    """Return in words whether it is good enough."""
    lines = [f"WRONG: {problem}" for problem in result["problems"]]
    if result["ratio_time"] > result["limit"]:
        lines.append(f"TOO SLOW: {result['ratio_time']} of stock Odoo's time, not {LIMIT}.")
    return "\n".join(lines) or (
        f"All {plan.ORDERS} orders are delivered, invoiced, paid and reconciled on both sides, "
        f"in {result['ratio_time']:.2f} of stock Odoo's time (limit {LIMIT})."
    )


def _each(seconds: float) -> float:
    return round(seconds / plan.ORDERS, 4)


def _row(title: str, costs: dict[str, float]) -> str:
    return ROW.format(
        title, f"{costs['seconds_per_order']:.3f}", f"{costs['queries_per_order']:.0f}"
    )
