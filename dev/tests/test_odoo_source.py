"""Which Odoo is there, and whether it is the right one."""

import pytest

from dev import odoo_source
from dev.config import Settings
from dev.errors import SetupError


def make_odoo(root, version_info):
    (root / "odoo").mkdir(parents=True)
    text = f"version = 1\nversion_info = {version_info}\n"
    (root / "odoo/release.py").write_text(text, encoding="utf-8")
    return root


def test_series_19_is_accepted(tmp_path):
    odoo_source.check_series(make_odoo(tmp_path, "(19, 0, 0, FINAL, 0, '')"))


@pytest.mark.parametrize("info", ["(18, 0, 0, FINAL, 0, '')", "('saas~19', 2, 0, FINAL, 0, '')"])
def test_other_series_are_refused(tmp_path, info):
    with pytest.raises(SetupError, match="This is not Odoo 19.0"):
        odoo_source.check_series(make_odoo(tmp_path, info))


def test_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(SetupError, match="There is no Odoo in"):
        odoo_source.check_series(tmp_path)


def test_checkout_is_known_by_its_commit(tmp_path):
    (tmp_path / ".git/refs/heads").mkdir(parents=True)
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/19.0\n", encoding="utf-8")
    (tmp_path / ".git/refs/heads/19.0").write_text("abc123\n", encoding="utf-8")
    settings = Settings(project=tmp_path, cache=tmp_path, odoo_home=tmp_path)
    assert odoo_source.version(settings).endswith("abc123")


def test_checkout_keeps_its_addons_in_two_folders(tmp_path):
    make_odoo(tmp_path, "(19, 0)")
    settings = Settings(project=tmp_path / "p", cache=tmp_path, odoo_home=tmp_path)
    assert settings.addons_path == (tmp_path / "odoo/addons", tmp_path / "addons", tmp_path / "p")
    (tmp_path / "odoo/addons/account").mkdir(parents=True)
    assert settings.addons_path == (tmp_path / "odoo/addons", tmp_path / "p")
