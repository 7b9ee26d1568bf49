"""The same work for both sides, a judge that sees what is missing, figures that add up."""

import json
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from dev.bench import cycle, plan, report, supply, verify
from dev.bench.meter import Meter


def test_every_order_is_measured_once():
    refs = [order["ref"] for order in plan.orders()]
    assert len(set(refs)) == len(refs) == plan.ORDERS
    warm_up = [order["ref"] for turn in plan.turns() for order in turn.warm_up]
    assert len(set(warm_up)) == plan.TURNS * plan.WARM_UP
    assert not set(warm_up) & set(refs)


def test_orders_have_different_goods_and_all_customers():
    for order in plan.orders():
        assert len({line["sku"] for line in order["lines"]}) == plan.LINES
    assert {order["customer"] for order in plan.orders()} == set(range(plan.CUSTOMERS))


def test_total_does_not_depend_on_how_taxes_are_rounded():
    for order in plan.orders():
        nets = [plan.PRICES[line["sku"]] * line["qty"] for line in order["lines"]]
        per_line = sum(round(net * plan.TAX_PERCENT / 100, 2) for net in nets)
        assert order["total"] == round(sum(nets) + per_line, 2)


def test_refused_order_ends_the_measurement_with_the_reason():
    def receive(channel, payloads):
        assert channel == "web"
        return [{"status": "rejected", "errors": "no such product"} for _payload in payloads]

    env = MagicMock()
    env.cr.sql_log_count = 0
    env["order.cycle.intake"].receive = receive
    with pytest.raises(ValueError, match="5 of 5 orders were refused.*no such product"):
        cycle.perform(env, next(plan.turns()).warm_up, [])


def row(order, **changes):
    """The facts of an order that was done."""
    quantity = sum(line["qty"] for line in order["lines"])
    return {
        "ref": order["ref"],
        "confirmed": True,
        "lines": plan.LINES,
        "ordered": quantity,
        "delivered": quantity,
        "left_stock": quantity,
        "invoiced": quantity,
        "invoices": 1,
        "open": 0,
        "payments": 1,
        **dict.fromkeys(("total", "billed", "paid"), order["total"]),
        **changes,
    }


def test_work_that_was_done_has_no_problems():
    assert verify.problems([row(order) for order in plan.orders()]) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("confirmed", False),
        ("delivered", 0),
        ("left_stock", None),
        ("invoiced", 1),
        ("invoices", 2),
        ("open", 0.01),
        ("paid", None),
        ("total", 1),
    ],
)
def test_work_left_undone_is_named_with_an_order(name, value):
    rows = [row(order) for order in plan.orders()]
    rows[3][name] = rows[7][name] = value
    [problem] = verify.problems(rows)
    assert problem.startswith(f"{name}: 2 orders, first {rows[3]['ref']} ")


def test_missing_and_surplus_orders_are_named():
    rows = [row(order) for order in plan.orders()]
    assert "missing: 1 orders, first MEASURED-0000" in verify.problems(rows[1:])
    assert verify.problems([*rows, rows[0]]) == [f"{plan.ORDERS + 1} orders instead of 200"]


def test_meter_adds_up_the_steps_of_all_orders():
    cr = SimpleNamespace(sql_log_count=10)
    meter = Meter(cr)
    for queries in (3, 4):
        with meter.step("create"):
            cr.sql_log_count += queries
    readings = meter.readings()
    assert readings["create"]["queries"] == 7
    assert readings["create"]["seconds"] > 0


def figures(stock_seconds, our_seconds, problems=()):
    def turns(seconds):
        return [{"all": {"seconds": seconds / plan.TURNS, "queries": 1000}}] * plan.TURNS

    readings = {report.STOCK: turns(stock_seconds), report.OURS: turns(our_seconds)}
    return report.results(readings, list(problems))


def test_figures_are_per_order():
    result = figures(200, 50)
    assert result[report.STOCK]["seconds_per_order"] == 1.0
    assert result[report.STOCK]["queries_per_order"] == 20.0
    assert result[report.OURS]["seconds_per_order_by_turn"] == [0.25] * plan.TURNS
    assert (result["ratio_time"], result["ratio_queries"]) == (0.25, 1.0)
    assert json.loads(json.dumps(result)) == result


def test_limit_decides_and_is_told():
    good, slow = figures(200, 120), figures(200, 122)
    assert good["ok"] and "TOO SLOW" not in report.verdict(good)
    assert not slow["ok"] and "TOO SLOW" in report.verdict(slow)


def test_fast_but_wrong_is_not_good():
    result = figures(200, 20, ["stock Odoo: open: 1 orders"])
    assert not result["ok"]
    assert "WRONG: stock Odoo: open" in report.verdict(result)


def test_table_shows_both_sides_and_their_ratio():
    text = report.table(figures(200, 50))
    assert "stock Odoo" in text and "Order Cycle" in text
    assert text.splitlines()[-1].split() == ["ratio", "0.25", "1.00"]


def test_supply_that_is_fast_enough_has_no_problems():
    few = {"ours": 0.04, "plain": 0.03, "core": 0.3}
    many = {"ours": 0.7, "plain": 0.5, "core": 9.0}
    figures = supply.results(few, many)
    assert figures["problems"] == []
    assert figures["times_the_plain_sum"] == 1.33
    assert figures["times_faster_than_core"] == 7.5


def test_supply_names_each_bar_that_is_missed():
    slow = supply.results(
        {"ours": 0.1, "plain": 0.03, "core": 0.3}, {"ours": 1.3, "plain": 0.5, "core": 9.0}
    )
    assert len(slow["problems"]) == 3
