"""The add-on beside apps it does not depend on: in a database that has them, in a process there.

The tests are in `tests/more_apps`; each of them is named here when it does not pass.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dev import database, inside, odoo_process, processes
from dev.commands.core_tests import outcomes_of
from dev.commands.test import odoo_options
from dev.config import ADDON, MORE_APPS, PROJECT, Settings
from dev.sql import cursor

FOLDER = "tests/more_apps"


@pytest.fixture(scope="module")
def settings():
    return Settings.from_environment()


@pytest.fixture(scope="module")
def name(settings):
    """A database with the further apps and the add-on."""
    template = database.ensure_addon_with_apps(settings)
    with database.temporary(settings, template, "apps") as copy:
        yield copy


def run_tests(settings, name):
    """Run the tests on the database; returns ({test: outcome}, the end of what they said)."""
    report, log = settings.logs / "more-apps.xml", settings.logs / "more-apps.log"
    report.unlink(missing_ok=True)
    options = [option for option in odoo_options(settings, name) if option != "--odoo-http"]
    command = [settings.python, "-m", "pytest", *options, "-q", f"--junitxml={report}", FOLDER]
    processes.run(
        [str(word) for word in command],
        log,
        environment=odoo_process.environment(settings, ORDER_CYCLE_MORE_APPS="1"),
        folder=settings.project,
    )
    text = processes.tail(log, 400)
    assert report.exists(), text
    return outcomes_of(report), text


def test_the_apps_are_installed(settings, name):
    with cursor(settings, name) as cur:
        cur.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        installed = {module for (module,) in cur.fetchall()}
    # Those that Odoo installs by itself between them change the same orders.
    assert installed >= {ADDON, *MORE_APPS, "sale_mrp", "purchase_mrp"}


def test_every_test_beside_the_apps_passes(settings, name):
    outcomes, text = run_tests(settings, name)
    assert {test: outcome for test, outcome in outcomes.items() if outcome != "passed"} == {}, text
    files = {path.stem for path in (PROJECT / FOLDER).glob("test_*.py")}
    assert files == {test.split(".")[2] for test in outcomes}


def test_the_parts_of_kits_are_sold_once_by_processes_side_by_side(settings, name, tmp_path):
    """One process confirms kits, another the part that is in them; there is too little for both."""
    with database.temporary(settings, name, "kits") as copy:
        made = inside.call(settings, copy, "tests.kits_race:prepare")

        def confirm(kind):
            call = {"orders": made[kind], "start": str(tmp_path), "kind": kind}
            return inside.call(settings, copy, "tests.kits_race:confirm", **call)

        with ThreadPoolExecutor() as pool:
            errors = list(pool.map(confirm, ("kits", "bottles")))
        found = inside.call(settings, copy, "tests.kits_race:count", bottle=made["bottle"])
    assert errors == [0, 0]
    # 8 orders of 2 kits want 32 bottles, 8 orders of 2 bottles want 16; there are 20.
    assert found == {
        "confirmed": 16,
        "reserved": 20,
        "wanted": 48,
        "on the shelf": 20,
        "reserved on the shelf": 20,
        "missing": 28,
    }
