"""One line per step, also for a step that fails."""

import re

import pytest

from dev import console


def test_step_is_one_line_with_its_duration(capsys):
    with console.step("odoo") as step:
        step.progress("12 %")
        step.result("19.0 unpacked")
    assert re.fullmatch(r"odoo +19\.0 unpacked \(\d+\.\d s\)\n", capsys.readouterr().out)


def test_failed_step_says_so_and_goes_on_raising(capsys):
    with pytest.raises(KeyboardInterrupt), console.step("odoo"):
        raise KeyboardInterrupt
    assert "failed" in capsys.readouterr().out


def test_unwatched_output_gets_rare_signs_of_life(capsys, monkeypatch):
    monkeypatch.setattr(console, "QUIET_INTERVAL", -1.0)
    with console.step("odoo") as step:
        step.progress("12 %")
    assert "... 12 %" in capsys.readouterr().out
