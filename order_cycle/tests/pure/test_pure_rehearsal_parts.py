"""The parts of the rehearsal carriers: plans, postcodes, borders, numbers."""

import pytest

from rehearsal.behaviour import Behaviour
from rehearsal.countries import POSTCODES, fits, needs_customs, zone
from rehearsal.freight.numbers import pro_number
from rehearsal.parcel.numbers import tracking_number


def test_the_script_comes_before_the_rates():
    behaviour = Behaviour()
    behaviour.configure({"script": ["slow", "ok"], "rates": {"late": 1}})
    assert [behaviour.next().name for _ in range(4)] == ["slow", "ok", "late", "late"]


def test_the_same_seed_plays_the_same():
    def plays(seed):
        behaviour = Behaviour()
        behaviour.configure({"rates": {"late": 0.5}, "seed": seed})
        return [behaviour.next().name for _ in range(50)]

    assert plays(1) == plays(1) != plays(2)


def test_rates_are_kept():
    behaviour = Behaviour()
    behaviour.configure({"rates": {"slow": 0.2, "drip": 0.1}})
    for _ in range(2000):
        behaviour.next()
    played = behaviour.describe()["played"]
    assert 320 < played["slow"] < 480
    assert 140 < played["drip"] < 260


@pytest.mark.parametrize(
    ("country", "good", "bad"),
    [
        ("IT", "37121", "3712"),
        ("DE", "10115", "1011A"),
        ("FR", "75001", "750012"),
        ("AT", "1010", "10101"),
        ("CH", "8001", "08001"),
        ("GB", "SW1A 1AA", "12345"),
        ("NL", "1012 AB", "1012"),
        ("ES", "28001", "2800"),
        ("US", "10001-1234", "1000"),
        ("PL", "00-950", "0-950"),
        ("GR", "105 57", "1055"),
        ("CA", "M5V 3L9", "M5V"),
        ("BR", "05487-020", "0548"),
        ("AR", "C1425CKE", "14"),
    ],
)
def test_postcodes(country, good, bad):
    assert fits(good, country)
    assert fits(good.lower(), country)
    assert not fits(bad, country)


def test_customs_borders():
    assert not needs_customs("IT", "DE")
    assert not needs_customs("CH", "CH")
    assert needs_customs("IT", "CH")
    assert needs_customs("GB", "IT")
    assert (zone("US", "US"), zone("IT", "FR"), zone("IT", "US")) == ("domestic", "union", "abroad")
    assert len(POSTCODES) == 29


def test_numbers_differ_and_have_a_right_check_digit():
    numbers = [pro_number(row) for row in range(1, 200)]
    assert len(set(numbers)) == 199
    assert all(int(number[:9]) % 7 == int(number[9]) for number in numbers)
    # The example of UPU S10: RR 473124829 has the serial 47312482 and the check digit 9.
    assert tracking_number("RP0473124", 82)[-1] == "9"
