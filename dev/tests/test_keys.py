"""A template's key changes with everything that gets installed, and with nothing else."""

from dataclasses import replace

import pytest

from dev import keys
from dev.config import Settings


@pytest.fixture
def settings(tmp_path):
    """A small project and an Odoo that was fetched, both in a temporary folder."""
    project = tmp_path / "project"
    for name, text in {
        "dev/requirements-odoo.txt": "lxml==1",
        "order_cycle/__manifest__.py": "{}",
        "order_cycle/models/sale.py": "x = 1",
        "order_cycle/tests/test_x.py": "y = 1",
    }.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    cache = tmp_path / "cache"
    (cache / "odoo").mkdir(parents=True)
    (cache / "odoo/order-cycle.json").write_text('{"version": "19.0.0-1"}', encoding="utf-8")
    return Settings(project=project, cache=cache)


def test_key_is_stable(settings):
    assert keys.addon_key(settings) == keys.addon_key(settings)
    assert len(keys.addon_key(settings)) == keys.KEY_LENGTH


def test_tests_and_byte_code_do_not_count(settings):
    before = keys.addon_key(settings)
    addon = settings.project / "order_cycle"
    (addon / "tests/test_x.py").write_text("y = 2", encoding="utf-8")
    (addon / "models/__pycache__").mkdir()
    (addon / "models/__pycache__/sale.pyc").write_bytes(b"x")
    assert keys.addon_key(settings) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("order_cycle/models/sale.py", "x = 2"),
        ("order_cycle/data/new.xml", "<odoo/>"),
        ("dev/requirements-odoo.txt", "lxml==2"),
    ],
)
def test_installed_files_count(settings, name, text):
    before = keys.addon_key(settings)
    path = settings.project / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert keys.addon_key(settings) != before


def test_further_apps_outlive_changes_of_the_addon(settings):
    apps, both = keys.apps_key(settings), keys.addon_with_apps_key(settings)
    (settings.project / "order_cycle/models/sale.py").write_text("x = 2", encoding="utf-8")
    assert keys.apps_key(settings) == apps
    assert keys.addon_with_apps_key(settings) not in (both, keys.addon_key(settings))


def test_renaming_a_file_counts(settings):
    before = keys.addon_key(settings)
    path = settings.project / "order_cycle/models/sale.py"
    path.rename(path.with_name("sales.py"))
    assert keys.addon_key(settings) != before


def test_another_odoo_counts(settings, tmp_path):
    before = keys.dependencies_key(settings)
    (settings.cache / "odoo/order-cycle.json").write_text('{"version": "2"}', encoding="utf-8")
    after = keys.dependencies_key(settings)
    assert len({before, after, keys.dependencies_key(replace(settings, odoo_home=tmp_path))}) == 3


def test_moving_a_border_between_parts_counts():
    assert keys.digest([b"ab", b"c"]) != keys.digest([b"a", b"bc"])
