"""What the trials count: a trial that cannot fail proves nothing."""

from dev.chaos import buyers, kills, races


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


def race_counts(**changes):
    ours = {
        "oversold": 0,
        "left in the shelf": 0,
        "lost orders": 0,
        "errors at the door": 0,
        "short without a shortage": 0,
    }
    counts = {f"{sessions} sessions": {**ours} for sessions in races.FIELDS}
    counts |= {
        f"{sessions} holders": {"oversold": 0, "refused": number * (sessions - 1)}
        for sessions, number in races.HOLDERS.items()
    }
    counts["forced"] = {"oversold": 0, "errors at the door": 0}
    counts |= {f"{sessions} sessions, stock Odoo": {"oversold": 9} for sessions in races.FIELDS}
    return {**counts, "throughput": {"2 sessions": {"kept": 0.97}}, **changes}


def test_races_that_stock_odoo_wins_prove_too_little():
    assert races.broken(race_counts()) == []
    [complaint] = races.broken(race_counts(**{"2 sessions, stock Odoo": {"oversold": 0}}))
    assert "too little" in complaint


def test_what_a_race_broke_is_named():
    bad = {**race_counts()["4 sessions"], "lost orders": 1}
    [complaint] = races.broken(race_counts(**{"4 sessions": bad}))
    assert complaint == "races of 4: 1 lost orders"
    [complaint] = races.broken(race_counts(**{"2 holders": {"oversold": 1, "refused": 49}}))
    assert complaint.startswith("holds of 2")
    shipped = {"oversold": 1, "errors at the door": 0}
    [complaint] = races.broken(race_counts(forced=shipped))
    assert complaint.startswith("forced")
    [complaint] = races.broken(race_counts(throughput={"2 sessions": {"kept": 0.94}}))
    assert "0.94" in complaint


def test_buyers_must_be_many_and_buy_once():
    counts = {
        "runs": 100,
        "applied": 4,
        "errors": [],
        "purchase lines": [1, 1, 1, 1],
        "bought": [18, 18, 18, 18],
    }
    assert buyers.broken(counts) == []
    for wrong in (
        {"runs": 99},
        {"applied": 5},
        {"errors": ["InternalError: x"]},
        {"purchase lines": [1, 2, 1, 1]},
        {"bought": [18, 36, 18, 18]},
    ):
        assert len(buyers.broken({**counts, **wrong})) == 1, wrong
