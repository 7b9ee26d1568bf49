"""The add-on, as production drives it: its public intake, then the worker's own method."""

from __future__ import annotations

from typing import Any

from dev.bench import plan
from dev.bench.meter import Meter

CHANNEL = "web"
# Orders in one message of the channel.
MESSAGE = 50


def perform(env: Any, warm_up: list[dict], orders: list[dict]) -> dict:
    """Bring the orders from a channel's message to paid; returns the meter's readings.

    :param warm_up: orders done before the clock runs
    """
    _perform(env, warm_up, Meter(env.cr))
    meter = Meter(env.cr)
    _perform(env, orders, meter)
    return meter.readings()


def _perform(env: Any, orders: list[dict], meter: Meter) -> None:
    payloads = [_payload(order) for order in orders]
    with meter.step("capture"):
        for start in range(0, len(payloads), MESSAGE):
            told = env["order.cycle.intake"].receive(CHANNEL, payloads[start : start + MESSAGE])
            env.cr.commit()
            _insist(told)
    with meter.step("advance"):
        # It commits each batch, and the last one too.
        env["sale.order"]._cron_advance()


def _insist(told: list[dict]) -> None:
    """Stop at once when the intake refuses an order: there is nothing to measure then."""
    refused = [row for row in told if row["status"] != "created"]
    if refused:
        raise ValueError(f"{len(refused)} of {len(told)} orders were refused, first: {refused[0]}")


def _payload(order: dict) -> dict:
    """An order in the format of the intake, paid in the shop."""
    return {
        "external_ref": order["ref"],
        "customer": plan.customer(order["customer"]),
        "lines": order["lines"],
        "total": order["total"],
        "payment": {"amount": order["total"], "reference": f"PAY-{order['ref']}"},
    }
