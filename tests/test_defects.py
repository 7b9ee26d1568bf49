"""Each defect breaks in stock Odoo and is mended by the add-on: real processes, real databases."""

import pytest

from dev import database
from dev.config import Settings
from dev.defects.command import OURS, STOCK, answers_of, table, unproven
from dev.defects.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def settings():
    return Settings.from_environment()


@pytest.fixture(scope="module")
def in_stock_odoo(settings):
    return answers_of(settings, database.ensure_dependencies(settings), [*SCENARIOS])


@pytest.fixture(scope="module")
def with_the_addon(settings):
    return answers_of(settings, database.ensure_addon(settings), [*SCENARIOS])


@pytest.mark.parametrize("number", SCENARIOS)
def test_stock_odoo_breaks_it(in_stock_odoo, number):
    answer = in_stock_odoo[number]
    assert not answer["kept"], answer["seen"]
    # An error would break every promise, and prove nothing.
    assert not answer["failed"], answer["seen"]


@pytest.mark.parametrize("number", SCENARIOS)
def test_the_addon_mends_it(with_the_addon, number):
    answer = with_the_addon[number]
    assert answer["kept"], answer["seen"]


def test_the_table_says_which_is_not_proven():
    kept = {"kept": True, "failed": False, "seen": "fine"}
    broken = {"kept": False, "failed": False, "seen": "late"}
    crashed = {"kept": False, "failed": True, "seen": "KeyError"}
    answers = {
        STOCK: {"01": broken, "02": kept, "06": broken, "07": crashed},
        OURS: {"01": kept, "02": kept, "06": broken, "07": kept},
    }
    assert unproven(answers) == ["02", "06", "07"]
    assert "stock Odoo        broken  late" in table(answers)
