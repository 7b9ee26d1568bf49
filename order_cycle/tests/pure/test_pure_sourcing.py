"""Where an order's lines leave from: never worse than leaving it as it is."""

import sys
from datetime import datetime, timedelta
from importlib import util
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def load(name):
    spec = util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


sourcing, distance = load("sourcing"), load("distance")
NOW = datetime(2026, 11, 25)
HOME, HELPERS = 0, (1, 2, 3)

days = st.none() | st.integers(0, 9).map(lambda number: NOW + timedelta(days=number))
helper = st.sampled_from(HELPERS)


def stay(ready_at):
    return sourcing.Way(
        parts=((HOME, 1.0),), ships=frozenset([HOME]), ready_at=ready_at, is_home=True, kind="stay"
    )


ships = st.builds(
    lambda place, is_split, number: sourcing.Way(
        parts=((place, 1.0),),
        ships=frozenset([place, HOME] if is_split else [place]),
        ready_at=NOW + timedelta(days=number),
    ),
    helper,
    st.booleans(),
    st.integers(0, 3),
)
lines_of_ways = st.lists(
    st.builds(lambda ready, more: [stay(ready), *more], days, st.lists(ships, max_size=4)),
    min_size=1,
    max_size=4,
)
orders = st.builds(
    lambda already, far, prices, criteria: sourcing.Order(
        home=HOME,
        already=already,
        distance=dict(zip((HOME, *HELPERS), far, strict=True)),
        price=dict(zip((HOME, *HELPERS), prices, strict=True)).__getitem__,
        criteria=criteria,
    ),
    st.frozensets(st.sampled_from((HOME, *HELPERS)), max_size=2),
    st.lists(st.integers(0, 900), min_size=4, max_size=4),
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
    st.permutations(sourcing.CRITERIA),
)


@given(orders, lines_of_ways)
def test_one_way_for_each_line_and_never_worse_than_leaving_it(order, lines):
    chosen = sourcing.choose(order, lines, [True] * len(lines))
    assert all(way in ways for way, ways in zip(chosen, lines, strict=True))
    assert order.key(chosen) <= order.key([ways[0] for ways in lines])
    assert order.values(chosen)["unserved"] == sum(
        all(way.ready_at is None for way in ways) for ways in lines
    )


@given(orders, lines_of_ways.filter(lambda lines: len(lines) == 1))
def test_of_one_line_the_best_way_is_taken(order, lines):
    [chosen] = sourcing.choose(order, lines, [True])
    assert order.key([chosen]) == min(order.key([way]) for way in lines[0])


@given(orders, lines_of_ways)
def test_the_earliest_date_is_the_earliest_that_can_be(order, lines):
    order = sourcing.Order(**{**vars(order), "criteria": ("date",)})
    chosen = sourcing.choose(order, lines, [True] * len(lines))
    best = min(order.values(plan)["date"] for plan in product(*lines))
    assert order.values(chosen)["date"] == best


@given(orders, lines_of_ways)
def test_a_line_that_misses_nothing_stays_unless_all_leave_from_one_place(order, lines):
    chosen = sourcing.choose(order, lines, [False] * len(lines))
    moved = [way for way in chosen if not way.is_home]
    assert not moved or len(set().union(*(way.ships for way in chosen))) == 1


@given(orders, lines_of_ways)
def test_the_reason_is_a_criterion_or_says_that_there_is_none(order, lines):
    chosen = sourcing.choose(order, lines, [True] * len(lines))
    for number in range(len(lines)):
        why = sourcing.merit(order, lines, chosen, number)
        assert why in (*order.criteria, "only", "even")


def test_the_first_shipment_is_not_extra():
    order = sourcing.Order(
        home=HOME, already=frozenset(), distance={}, price=lambda _place: 5.0, criteria=("cost",)
    )
    assert order.cost({HOME}) == order.cost({1}) == 0
    assert order.cost({HOME, 1}) == order.cost({1, 2}) == 5


def test_fewest_shipments_are_not_found_line_by_line():
    """Line by line the first would go to 1 and the second to 3; both can leave from 2."""
    order = sourcing.Order(
        home=HOME,
        already=frozenset(),
        distance={HOME: 0, 1: 1, 2: 5, 3: 1},
        price=lambda _place: 0.0,
        criteria=("shipments", "distance"),
    )

    def ship(place):
        return sourcing.Way(parts=((place, 1.0),), ships=frozenset([place]), ready_at=NOW)

    lines = [[stay(None), ship(1), ship(2)], [stay(None), ship(2), ship(3)]]
    chosen = sourcing.choose(order, lines, [True, True])
    assert [way.ships for way in chosen] == [{2}, {2}]


# === DISTANCE === #


def test_kilometres_as_the_crow_flies():
    milan = distance.Place(latitude=45.4642, longitude=9.1900)
    rome = distance.Place(latitude=41.9028, longitude=12.4964)
    assert distance.kilometres(milan, rome) == pytest.approx(477, abs=2)
    assert distance.kilometres(milan, milan) == 0
    antipode = distance.Place(latitude=-45.4642, longitude=9.19 - 180)
    assert distance.kilometres(milan, antipode) == pytest.approx(20015, abs=2)


points = st.builds(
    lambda lat, lon: distance.Place(latitude=lat, longitude=lon),
    st.floats(-90, 90),
    st.floats(-180, 180),
)


@given(points, points)
def test_it_is_as_far_there_as_back(one, other):
    there = distance.kilometres(one, other)
    assert there == pytest.approx(distance.kilometres(other, one), abs=1e-3)
    assert 0 <= there <= 20016


def test_steps_from_the_same_postal_code_to_abroad():
    home = distance.Place(country="IT", state="MI", zip="20121")
    others = [
        distance.Place(country="IT", state="MI", zip="20121"),
        distance.Place(country="IT", state="LO", zip="20900"),
        distance.Place(country="IT", state="MI", zip="27100"),
        distance.Place(country="IT", state="RM", zip="00100"),
        distance.Place(country="FR", state="MI", zip="20121"),
    ]
    assert [distance.steps(home, other) for other in others] == [0, 1, 2, 3, 4]
    assert distance.steps(distance.Place(), distance.Place()) == distance.ABROAD


def test_kilometres_only_where_everybody_has_coordinates():
    target = distance.Place(latitude=1, country="IT")
    located = distance.Place(latitude=2, country="IT")
    assert distance.distances({1: located}, target)[0] == "km"
    found = distance.distances({1: located, 2: distance.Place(country="IT")}, target)
    assert found == ("steps", {1: 3.0, 2: 3.0})
