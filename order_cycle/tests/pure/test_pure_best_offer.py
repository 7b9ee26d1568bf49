"""Which offer is taken: the same one for the same offers, in whatever order they came."""

import sys
from datetime import date
from importlib import util
from itertools import permutations
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "tools" / "best_offer.py"
_spec = util.spec_from_file_location("best_offer", SOURCE)
best_offer = util.module_from_spec(_spec)
sys.modules["best_offer"] = best_offer
_spec.loader.exec_module(best_offer)

MON, TUE, WED, THU = (date(2026, 11, day) for day in (23, 24, 25, 26))


def offer(key, price, day=None, sequence=0):
    return best_offer.Offer(key=key, price=price, arrives_on=day, sequence=sequence)


def taken(offers, rule, promised_on=None):
    """Return (key, merit, count, days late), the same whoever answered first."""
    choices = {best_offer.best_offer(some, rule, promised_on) for some in permutations(offers)}
    [choice] = choices
    return (choice.offer.key, choice.merit, choice.count, choice.days_late)


OFFERS = [offer(1, 5.0, THU), offer(2, 9.0, TUE), offer(3, 20.0, MON), offer(4, 4.0)]


@pytest.mark.parametrize(
    ("rule", "promised_on", "expected"),
    [
        ("cheapest", TUE, (4, "cheapest", 4, 0)),
        ("fastest", THU, (3, "fastest", 4, 0)),
        ("promise", WED, (2, "in_time", 2, 0)),
        ("promise", TUE, (2, "in_time", 2, 0)),
        ("promise", date(2026, 11, 20), (3, "late", 4, 3)),
        ("promise", None, (4, "unpromised", 4, 0)),
    ],
)
def test_each_rule(rule, promised_on, expected):
    assert taken(OFFERS, rule, promised_on) == expected


def test_nobody_names_a_day():
    assert taken([offer(1, 5.0), offer(2, 4.0)], "promise", TUE) == (2, "undated", 2, 0)
    assert taken([offer(1, 5.0), offer(2, 4.0)], "fastest") == (2, "fastest", 2, 0)


def test_what_is_equal_is_decided_by_the_next_thing():
    assert taken([offer(1, 5.0, TUE), offer(2, 5.0, MON)], "cheapest")[0] == 2
    assert taken([offer(1, 5.0), offer(2, 5.0, THU)], "cheapest")[0] == 2
    assert taken([offer(1, 6.0, MON), offer(2, 5.0, MON)], "fastest")[0] == 2
    assert taken([offer(1, 5.0, MON, 9), offer(2, 5.0, MON, 1)], "cheapest")[0] == 2
    assert taken([offer(2, 5.0, MON, 1), offer(1, 5.0, MON, 1)], "fastest")[0] == 1


def test_no_offer_is_no_choice():
    assert best_offer.best_offer([], "promise", TUE) is None
