"""What a person reads: what happened, why, what to do; never a traceback."""

import os
import subprocess
import sys

import pytest

from dev import space
from dev.apt import AptFailed
from dev.config import PROJECT
from dev.errors import NeedsRoot, NoSpace, SetupError


def run_dev(*words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "dev", *words],
        cwd=PROJECT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_error_is_three_lines():
    text = str(SetupError("No milk.", "The cat.", "Buy some."))
    assert text.splitlines() == ["Error:  No milk.", "Why:    The cat.", "Remedy: Buy some."]


def test_exit_codes():
    assert (SetupError("", "", "").exit_code, NeedsRoot("", "", "").exit_code) == (1, 2)


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by", "wait for its end"),
        ("E: Unable to acquire the dpkg frontend lock", "wait for its end"),
        ("W: Failed to fetch x  Temporary failure resolving 'mirror'", "Check the network"),
        ("E: Unable to locate package odoo-19", "Mend what apt-get says"),
    ],
)
def test_apt_complaints_have_a_remedy(output, remedy):
    error = AptFailed("apt-get failed.", f"Reading lists...\n{output}\n")
    assert remedy in error.remedy
    assert error.why == output


def test_space_is_looked_at_where_the_folder_will_be(tmp_path):
    space.require(tmp_path / "not/yet", 1)
    with pytest.raises(NoSpace, match="ORDER_CYCLE_CACHE"):
        space.require(tmp_path / "not/yet", 10**18)


def test_wrong_variable_ends_in_three_lines(tmp_path):
    done = run_dev("check", ODOO_HOME=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.split("\n") if line] == [
        "Error",
        "Why",
        "Remedy",
    ]


def test_check_of_an_empty_cache_makes_nothing(tmp_path):
    cache = tmp_path / "cache"
    done = run_dev("check", ORDER_CYCLE_CACHE=str(cache), PGHOST="", ODOO_HOME="")
    assert done.returncode == 1
    assert "missing" in done.stdout
    assert not cache.exists()


def test_cache_that_cannot_be_made_is_no_traceback(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run_dev("lint", ORDER_CYCLE_CACHE=str(tmp_path / "file/cache"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "ORDER_CYCLE_CACHE" in done.stderr


def test_unknown_words_are_refused():
    assert run_dev("setup", "--chekc").returncode == 2
    assert run_dev("brew").returncode == 2
    assert run_dev("--help").returncode == 0
