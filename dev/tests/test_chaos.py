"""What the trials count: a trial that cannot fail proves nothing."""

from dev.chaos import kills, races


def row(number, waybill, state="done"):
    return {"request_ref": f"OC{number}", "waybill_ref": waybill, "state": state, "attempt": 1}


def held(number, waybill):
    return {"reference": f"OC{number}", "number": waybill}


def good_counts(**changes):
    rows, live = [row(1, "RP1"), row(2, "70")], [held(1, "RP1"), held(2, "70")]
    return {
        "orders": 2,
        "booked": 2,
        "kills": kills.KILLS,
        "killed while": {kills.PARCEL: 10, kills.FREIGHT: 10},
        "left over": 0,
        **kills.compare(rows, live),
        **changes,
    }


def test_one_for_one_is_right():
    assert kills.broken(good_counts()) == []


def test_a_double_under_a_new_reference_is_seen():
    counts = kills.compare([row(2, "RP2")], [held(1, "RP1"), held(2, "RP2")])
    assert counts["nobody's shipment"] == 1
    assert kills.broken(good_counts(**counts))


def test_a_double_under_the_same_reference_is_seen():
    counts = kills.compare([row(1, "RP1")], [held(1, "RP1"), held(1, "RP2")])
    assert (counts["doubled"], counts["nobody's shipment"]) == (1, 1)


def test_a_lost_one_and_a_wrong_number_are_seen():
    counts = kills.compare([row(1, "RP9"), row(2, "RP9")], [held(1, "RP1")])
    assert counts["lost"] == 1
    assert counts["wrong waybill"] == 1
    assert counts["waybill of two"] == 1


def test_a_trial_that_hit_no_call_of_a_carrier_proves_too_little():
    for carrier in (kills.PARCEL, kills.FREIGHT):
        hits = {**good_counts()["killed while"], carrier: kills.HITS_MIN - 1}
        [complaint] = kills.broken(good_counts(**{"killed while": hits}))
        assert carrier in complaint


def test_a_race_of_one_after_the_other_is_no_race():
    outcomes = {"one has it, the other is a shortage": 20}
    counts = {"races": 20, "both at the shelf at once": 20, "oversold": 0, "outcomes": outcomes}
    assert races.broken(counts) == []
    [complaint] = races.broken({**counts, "both at the shelf at once": 19})
    assert "too little" in complaint
