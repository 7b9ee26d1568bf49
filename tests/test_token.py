"""One token for all workers: really at the same time, on a real database."""

import pytest

from dev import database, inside
from dev.config import Settings


@pytest.fixture(scope="module")
def settings():
    return Settings.from_environment()


def test_of_sixteen_workers_that_find_it_expired_one_signs_in(settings):
    with database.temporary(settings, database.ensure_addon(settings), "token") as name:
        result = inside.call(settings, name, "tests.sign_in:race", rounds=3)
    # Each round: the carrier was asked once, all have the same token, and each has one.
    assert result["rounds"] == [[1, 1, True]] * 3
