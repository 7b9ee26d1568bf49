"""Goods that are not enough for all: never more than there is, and in the order of the rule."""

import sys
from datetime import date, datetime, timedelta
from importlib import util
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

SOURCE = Path(__file__).resolve().parents[2] / "tools" / "allocation.py"
_spec = util.spec_from_file_location("allocation", SOURCE)
allocation = util.module_from_spec(_spec)
sys.modules["allocation"] = allocation
_spec.loader.exec_module(allocation)

NOW = datetime(2026, 11, 25, 12)
pieces = st.integers(0, 20).map(float)
demands = st.lists(
    st.tuples(
        pieces,
        pieces,
        st.booleans(),
        st.none() | st.dates(date(2026, 11, 1), date(2026, 11, 5)),
        st.integers(0, 2),
        st.sampled_from((10.0, 20.0)),
        st.integers(0, 3),
    ),
    max_size=8,
).map(
    lambda rows: [
        allocation.Demand(
            key=number,
            wanted=wanted + has,
            has=has,
            is_kept=is_kept,
            promised=promised,
            points=points,
            value=value,
            placed_at=NOW - timedelta(days=age),
        )
        for number, (wanted, has, is_kept, promised, points, value, age) in enumerate(rows)
    ]
)
criteria = st.permutations(allocation.CRITERIA).flatmap(
    lambda names: st.integers(1, 4).map(lambda number: names[:number])
)


def pool_of(wishes, free):
    return free + sum(demand.has for demand in wishes)


@given(demands, pieces, criteria)
def test_never_more_than_there_is_nor_than_is_wanted(wishes, free, names):
    pool = pool_of(wishes, free)
    given_ = allocation.allocate(wishes, pool, names)
    assert set(given_) == {demand.key for demand in wishes}
    assert sum(given_.values()) <= pool
    assert all(0 <= given_[demand.key] <= demand.wanted for demand in wishes)


@given(demands, pieces, criteria)
def test_nothing_is_left_while_somebody_wants_it(wishes, free, names):
    pool = pool_of(wishes, free)
    total = sum(allocation.allocate(wishes, pool, names).values())
    assert total == min(pool, sum(demand.wanted for demand in wishes))


@given(demands, pieces, criteria)
def test_what_is_kept_stays(wishes, free, names):
    given_ = allocation.allocate(wishes, pool_of(wishes, free), names)
    assert all(given_[one.key] >= one.has for one in wishes if one.is_kept)


@given(demands, pieces, criteria)
def test_who_comes_later_gets_more_than_is_kept_only_if_all_before_have_everything(
    wishes, free, names
):
    given_ = allocation.allocate(wishes, pool_of(wishes, free), names)
    ordered = sorted(wishes, key=lambda demand: allocation.turn(demand, names))
    for first, second in pairwise(ordered):
        kept = second.has if second.is_kept else 0
        assert given_[second.key] <= kept or given_[first.key] == first.wanted


@given(demands, pieces, criteria, st.randoms())
def test_the_order_in_which_they_are_read_does_not_matter(wishes, free, names, dice):
    mixed = dice.sample(wishes, len(wishes))
    pool = pool_of(wishes, free)
    assert allocation.allocate(wishes, pool, names) == allocation.allocate(mixed, pool, names)


@given(demands, pieces, criteria)
def test_doing_it_twice_changes_nothing(wishes, free, names):
    pool = pool_of(wishes, free)
    given_ = allocation.allocate(wishes, pool, names)
    then = [allocation.Demand(**{**vars(demand), "has": given_[demand.key]}) for demand in wishes]
    assert allocation.allocate(then, pool, names) == given_


def two(**values):
    first = {"key": 1, "wanted": 5.0, "placed_at": NOW}
    second = {"key": 2, "wanted": 5.0, "placed_at": NOW - timedelta(days=1)}
    return [allocation.Demand(**first, **values), allocation.Demand(**second)]


def test_each_criterion_and_ties_by_age():
    for name, better in (
        ("promise", {"promised": date(2026, 11, 1)}),
        ("class", {"points": 3}),
        ("value", {"value": 100.0}),
    ):
        assert allocation.allocate(two(**better), 5, [name]) == {1: 5, 2: 0}, name
        assert allocation.allocate(two(), 5, [name]) == {1: 0, 2: 5}, name
    assert allocation.allocate(two(points=3), 5, ["age", "class"]) == {1: 0, 2: 5}


def test_when_they_are_complete():
    first, second, third = (allocation.Demand(key=number, wanted=5.0) for number in ("a", "b", "c"))
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=4)
    found = allocation.complete_at(
        [first, second, third], {"a": 5, "b": 2, "c": 0}, [(later, 4), (tomorrow, 2)], NOW
    )
    assert found == {"a": NOW, "b": later, "c": None}


@given(demands, pieces, criteria)
def test_who_has_everything_is_complete_now(wishes, free, names):
    given_ = allocation.allocate(wishes, pool_of(wishes, free), names)
    found = allocation.complete_at(wishes, given_, [], NOW)
    assert all((found[one.key] == NOW) == (given_[one.key] >= one.wanted) for one in wishes)
