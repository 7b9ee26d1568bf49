"""Where goods are: the same scans give the same state, whatever the order they came in."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest
from carriers.dto import TRACKING_CODES, TrackingEvent
from carriers.journey import ENDS, FINAL, INCIDENTS, ROAD, TROUBLES, is_over, state_of
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)


def scan(code, hour=0, piece=""):
    return TrackingEvent(
        code=code,
        carrier_code=code.upper(),
        text=code,
        happened_at=START + timedelta(hours=hour),
        tracking_ref=piece,
    )


def journey(*codes):
    """Return scans an hour apart."""
    return [scan(code, hour) for hour, code in enumerate(codes)]


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ((), ""),
        (("other",), ""),
        (("announced",), "announced"),
        (("announced", "collected", "in_transit"), "in_transit"),
        # Backward: the van came back to the depot, or a hub's scan was late.
        (("out_for_delivery", "in_transit"), "out_for_delivery"),
        (("in_transit", "announced"), "in_transit"),
        (("out_for_delivery", "delivered"), "delivered"),
        (("delivered", "out_for_delivery"), "delivered"),
        (("delivered", "announced", "held", "lost", "cancelled"), "delivered"),
        # Delivered goods come back only by what happened later.
        (("delivered", "returning"), "returning"),
        (("delivered", "returned"), "returned"),
        (("returning", "delivered"), "delivered"),
        (("returned", "delivered"), "delivered"),
        (("returning", "returned"), "returned"),
        (("returned", "in_transit"), "returned"),
        # Troubles, and what ends them.
        (("out_for_delivery", "delivery_failed"), "delivery_failed"),
        (("delivery_failed", "in_transit"), "delivery_failed"),
        (("delivery_failed", "out_for_delivery"), "out_for_delivery"),
        (("delivery_failed", "held"), "held"),
        (("held", "in_transit"), "in_transit"),
        (("held", "out_for_delivery", "delivered"), "delivered"),
        (("refused", "in_transit"), "refused"),
        (("refused", "returning"), "returning"),
        (("lost", "in_transit"), "in_transit"),
        (("damaged", "in_transit"), "damaged"),
        (("incident", "in_transit"), "in_transit"),
        (("announced", "cancelled"), "cancelled"),
        (("cancelled", "collected"), "collected"),
    ],
)
def test_the_state_of_a_journey(codes, state):
    assert state_of(journey(*codes)) == state


def test_every_meaning_has_its_place():
    assert {*ROAD, *TROUBLES, *ENDS, "other"} == set(TRACKING_CODES)
    assert set(INCIDENTS) <= set(TRACKING_CODES)


# Six scans each, with backward ones, and what they come to.
SIX = {
    "delivered": journey(
        "announced", "collected", "out_for_delivery", "in_transit", "delivered", "announced"
    ),
    "returned": journey("collected", "delivered", "returning", "in_transit", "returned", "held"),
    "held": journey(
        "announced", "in_transit", "out_for_delivery", "delivery_failed", "held", "announced"
    ),
    "out_for_delivery": journey(
        "in_transit", "held", "lost", "in_transit", "out_for_delivery", "collected"
    ),
}


@pytest.mark.parametrize("end", SIX)
def test_all_orders_of_six_scans_end_the_same(end):
    """With every scan told twice: 720 orders, one end, and no scan is lost on the way."""
    count = 0
    for order in permutations(SIX[end]):
        known = {}
        for one in (*order, *order[::-1]):
            known.setdefault((one.carrier_code, one.happened_at), one)
            state_of(known.values())
        assert state_of(known.values()) == end
        assert len(known) == 6
        count += 1
    assert count == 720


@pytest.mark.parametrize("end", SIX)
def test_scans_of_one_moment_have_one_state(end):
    at_once = [replace(one, happened_at=START) for one in SIX[end]]
    assert len({state_of(order) for order in permutations(at_once)}) == 1


SCANS = st.builds(
    scan, st.sampled_from(TRACKING_CODES), st.integers(0, 5), st.sampled_from(["", "1", "2"])
)


@given(st.lists(SCANS, max_size=8), st.randoms())
def test_any_order_and_any_repetition_end_the_same(scans, chance):
    mixed = scans + scans
    chance.shuffle(mixed)
    for refs in ((), ("1", "2")):
        assert state_of(mixed, refs) == state_of(scans, refs)
        assert is_over(mixed, refs) == is_over(scans, refs)


@given(st.lists(SCANS, max_size=8), st.sampled_from(ROAD))
def test_delivered_is_not_taken_back_by_a_place_on_the_road(scans, place):
    scans = [one for one in scans if one.code not in ("returning", "returned")]
    scans = [*scans, scan("delivered", 3)]
    assert state_of([*scans, scan(place, 9)]) == state_of(scans) == "delivered"


@given(st.lists(st.builds(scan, st.sampled_from(ROAD), st.integers(0, 5)), max_size=8))
def test_on_the_road_nothing_goes_back(scans):
    known, furthest = [], 0
    for one in scans:
        known.append(one)
        rank = ROAD.index(state_of(known))
        assert rank >= furthest
        furthest = rank


# === SEVERAL PIECES === #


def test_a_shipment_is_as_far_as_its_last_piece():
    pieces = ("1", "2")
    scans = [scan("delivered", 5, "1"), scan("in_transit", 1, "2")]
    assert state_of(scans, pieces) == "in_transit"
    assert not is_over(scans, pieces)
    scans.append(scan("delivered", 7, "2"))
    assert state_of(scans, pieces) == "delivered"
    assert is_over(scans, pieces)


def test_a_piece_nothing_is_known_of_is_not_delivered():
    scans = [scan("delivered", 5, "1")]
    assert state_of(scans, ("1", "2")) == "announced"
    assert not is_over(scans, ("1", "2"))


def test_a_scan_of_the_whole_shipment_is_about_every_piece():
    for ref in ("", "WAYBILL"):
        assert state_of([scan("delivered", 5, ref)], ("1", "2")) == "delivered"


def test_the_worst_piece_names_the_shipment():
    pieces = ("1", "2", "3")
    scans = [scan("delivered", 5, "1"), scan("lost", 1, "2"), scan("held", 3, "3")]
    assert state_of(scans, pieces) == "lost"


def test_a_returned_piece_does_not_end_the_journey_of_the_others():
    scans = [scan("returned", 5, "1"), scan("in_transit", 1, "2")]
    assert state_of(scans, ("1", "2")) == "returned"
    assert not is_over(scans, ("1", "2"))


def test_a_cancelled_piece_does_not_hold_up_the_others():
    scans = [scan("cancelled", 1, "1"), scan("delivered", 5, "2")]
    assert state_of(scans, ("1", "2")) == "delivered"
    assert state_of([scan("cancelled", 1)], ("1", "2")) == "cancelled"
    assert "cancelled" in FINAL
