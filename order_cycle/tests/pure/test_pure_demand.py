"""What serves a demand is taken once, and no warehouse gives the same piece to two orders."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pure_sourcing import load

demand, elsewhere = load("demand"), load("elsewhere")
NOW = datetime(2026, 11, 29)


class Unit:
    """As `uom.uom` compares, to two digits."""

    def compare(self, one, other):
        difference = round(one - other, 2)
        return (difference > 0) - (difference < 0)


@dataclass(frozen=True)
class Product:
    name: str
    uom_id: Unit = field(default=Unit(), compare=False)


OIL, BOX = Product("oil"), Product("box")
number = st.integers(0, 20).map(float)
supply = st.builds(
    lambda quantity, days, cause: demand.Supply(NOW + timedelta(days=days), quantity, cause),
    number,
    st.integers(0, 9),
    st.sampled_from(("stock", "receipt", "vendor")),
)


@given(wanted=number, supplies=st.lists(supply, max_size=5))
def test_what_one_uses_is_not_left_for_others(wanted, supplies):
    one = demand.Demand("line", OIL, "here", wanted)
    left = one.use(supplies)
    used = sum(row.quantity for row in one.supplies)
    offered = sum(row.quantity for row in supplies)
    assert used + sum(row.quantity for row in left) == offered
    assert used == min(wanted, offered)
    assert one.missing == wanted - used
    assert [row._replace(quantity=0) for row in left] == [
        row._replace(quantity=0) for row in supplies
    ]


@given(oil=number, box=number)
def test_kits_are_as_many_as_the_scarcest_part_is_enough_for(oil, box):
    parts = [
        demand.Demand("line", OIL, "here", 20.0, in_one=2.0),
        demand.Demand("line", OIL, "there", 20.0, in_one=2.0),
        demand.Demand("line", BOX, "here", 20.0, in_one=1.0),
    ]
    halves = (oil // 2, oil - oil // 2)
    for one, quantity in zip(parts, (*halves, box), strict=True):
        one.use([demand.Supply(NOW, quantity, "stock"), demand.Supply(NOW, 99.0, "receipt")])
    assert 20 - demand.unready_kits(parts) == min(oil // 2, box)


def test_parts_that_have_left_already_complete_a_kit():
    # Of 6 kits the oil of 5 has left.
    parts = [
        demand.Demand("line", OIL, "here", 2.0, in_one=2.0),
        demand.Demand("line", BOX, "here", 6.0, in_one=1.0),
    ]
    parts[1].use([demand.Supply(NOW, 5.0, "stock")])
    assert demand.unready_kits(parts) == 1


@given(
    free=st.dictionaries(st.sampled_from("ABC"), number, min_size=1),
    promised=st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), number), max_size=4),
    wishes=st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), number), max_size=6),
)
def test_no_warehouse_gives_more_than_it_has(free, promised, wishes):
    places = elsewhere.Elsewhere()
    for place, quantity in free.items():
        places.note(OIL, place, quantity)
    for place, line, quantity in promised:
        places.promise(OIL, place, (line, "here"), line, quantity)
    waiting = {line for _place, line, _quantity in promised}
    given_away = dict.fromkeys(free, 0.0)
    for target, line, quantity in wishes:
        places.forget(BOX, (line, "here"))
        places.forget(OIL, (line, "there"))
        places.forget(OIL, (line, "here"))
        waiting.discard(line)
        found = places.take(OIL, target, line, quantity)
        # What was promised to those who are served later is there for this one.
        still = {
            place: sum(
                row[2]
                for row in promised
                if row[0] == place and row[1] in waiting and row[1] < line
            )
            for place in free
        }
        if found:
            assert found != target
            given_away[found] += quantity
            assert given_away[found] + still[found] <= free[found]
        else:
            assert all(
                free[place] - given_away[place] - still[place] < quantity
                for place in free
                if place != target
            )


@pytest.mark.parametrize("product", [OIL, BOX])
def test_goods_are_told_apart(product):
    places = elsewhere.Elsewhere()
    places.note(OIL, "there", 5.0)
    assert places.take(product, "here", 1, 5.0) == ("there" if product is OIL else None)


def test_what_is_planned_for_a_warehouse_itself_is_not_sent_away():
    places = elsewhere.Elsewhere()
    places.note(OIL, "there", 5.0)
    places.keep(OIL, "there", 3.0)
    assert places.take(OIL, "here", 1, 3.0) is None
    assert places.take(OIL, "here", 1, 2.0) == "there"
