"""`clean` removes what the tool made, and nothing else."""

import pytest

from dev import cache
from dev.commands import clean
from dev.config import PROJECT, Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(project=PROJECT, cache=tmp_path / "cache")


def make(settings, *names):
    for name in names:
        folder = settings.cache / name
        folder.mkdir(parents=True)
        (folder / "file").touch()


def folders(settings):
    return sorted(path.name for path in settings.cache.iterdir() if path.is_dir())


def test_downloads_stay_unless_all_is_asked_for(settings, capsys):
    cache.claim(settings)
    make(settings, "downloads", "odoo", "venv-7")
    (settings.cache / "venv").symlink_to("venv-7")
    clean.run(settings, [])
    assert folders(settings) == ["downloads"]
    assert f"removed       {settings.cache / 'odoo'}\n" in capsys.readouterr().out
    clean.run(settings, ["--all"])
    assert folders(settings) == []


def test_folder_with_other_things_is_used_but_never_emptied(settings, capsys):
    make(settings, "photographs")
    cache.claim(settings)
    make(settings, "odoo")
    clean.run(settings, ["--all"])
    assert folders(settings) == ["odoo", "photographs"]
    assert "kept" in capsys.readouterr().out


def test_cleaning_nothing_is_fine(settings):
    clean.run(settings, [])
    assert not settings.cache.exists()
