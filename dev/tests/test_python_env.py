"""Which of a machine's Pythons is taken, and when a venv counts as whole."""

from pathlib import Path

import pytest

from dev import python_env
from dev.config import PROJECT, Settings
from dev.errors import SetupError
from dev.python_env import Interpreter, choose


def interpreter(version, *, makes_venvs=True):
    path = Path(f"/usr/bin/python{version[0]}.{version[1]}")
    return Interpreter(path, version, makes_venvs)


@pytest.mark.parametrize(
    ("found", "best"),
    [
        ([(3, 13), (3, 12), (3, 11)], (3, 11)),
        ([(3, 13), (3, 10)], (3, 10)),
        ([(3, 9), (3, 14), (3, 13)], (3, 13)),
    ],
)
def test_best_version_is_taken(found, best):
    assert choose(interpreter(version) for version in found).version == best


def test_one_that_makes_venvs_wins():
    found = [interpreter((3, 11), makes_venvs=False), interpreter((3, 13))]
    assert choose(found).version == (3, 13)


def test_no_usable_python_is_told():
    with pytest.raises(SetupError, match="3.10, 3.11, 3.12 or 3.13"):
        choose([interpreter((3, 9)), interpreter((3, 14))])


def test_broken_shim_is_no_interpreter(tmp_path):
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 3 12 venv\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    assert python_env._probe(shim) is None


def test_running_python_is_found():
    assert python_env.interpreters()


def test_half_made_venv_is_not_there(tmp_path):
    settings = Settings(project=PROJECT, cache=tmp_path)
    settings.python.parent.mkdir(parents=True)
    settings.python.touch()
    assert not python_env.is_there(settings)
    stamp = python_env._stamp(settings)
    stamp.write_text("requirements of last year", encoding="utf-8")
    assert not python_env.is_there(settings)
    stamp.write_text(python_env._wanted(settings), encoding="utf-8")
    assert python_env.is_there(settings)
