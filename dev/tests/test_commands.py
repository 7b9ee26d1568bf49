"""The commands' own decisions: words, outcomes, complaints."""

import pytest

from dev import cli
from dev.commands import core_tests, lint, test
from dev.config import Settings

REPORT = """\
<testsuites><testsuite>
  <testcase classname="a.TestA" name="test_ok"/>
  <testcase classname="a.TestA" name="test_bad"><failure message="no"/></testcase>
  <testcase classname="a.TestA" name="test_error"><error message="no"/></testcase>
  <testcase classname="a.TestA" name="test_not_here"><skipped message="why"/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "order_cycle/tests").mkdir(parents=True)
    (tmp_path / "order_cycle/tests/test_x.py").touch()
    return Settings(project=tmp_path, cache=tmp_path / "cache")


@pytest.mark.parametrize(
    ("words", "parsed"),
    [
        (["test", "-k", "intake or out", "-x"], ("test", ["-k", "intake or out", "-x"])),
        (["test", "--help"], ("test", ["--help"])),
        (["setup", "--check"], ("check", [])),
        (["clean", "--all"], ("clean", ["--all"])),
    ],
)
def test_words_of_the_command_line(words, parsed):
    assert cli._parse(words) == parsed


def test_named_files_replace_all_tests(settings):
    assert test._paths(settings, ["-x"]) == ["order_cycle"]
    assert test._paths(settings, ["order_cycle/tests/test_x.py::TestX::test_y"]) == []


def test_outcomes_are_read(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    assert core_tests.outcomes_of(report) == {
        "a.TestA.test_ok": "passed",
        "a.TestA.test_bad": "failed",
        "a.TestA.test_error": "failed",
        "a.TestA.test_not_here": "skipped",
    }


@pytest.mark.parametrize(
    ("without", "with_addon", "is_broken"),
    [
        ("passed", "passed", False),
        ("failed", "failed", False),
        ("skipped", "skipped", False),
        ("failed", "passed", False),
        ("passed", "failed", True),
        ("passed", "skipped", True),
        ("passed", None, True),
        ("skipped", "failed", True),
        (None, "failed", True),
    ],
)
def test_what_the_addon_breaks(without, with_addon, is_broken):
    first = {"t": without} if without else {}
    second = {"t": with_addon} if with_addon else {}
    assert core_tests.broken_by_addon(first, second) == (["t"] if is_broken else [])


@pytest.mark.parametrize(
    ("words", "modules", "left"),
    [
        ([], core_tests.MODULES, []),
        (["stock"], ("stock",), []),
        (["stock", "delivery", "-x"], ("stock", "delivery"), ["-x"]),
        (["-k", "stock"], core_tests.MODULES, ["-k", "stock"]),
    ],
)
def test_modules_are_named_before_the_words_of_pytest(words, modules, left):
    assert core_tests.chosen(words) == (modules, left)


def test_broken_xml_is_named_with_its_line(settings):
    folder = settings.project / "order_cycle"
    (folder / "good.xml").write_text("<odoo/>", encoding="utf-8")
    assert lint._xml(settings) == ""
    (folder / "bad.xml").write_text("<odoo>\n<record>\n</odoo>", encoding="utf-8")
    assert "order_cycle/bad.xml: " in lint._xml(settings)
    assert "line 3" in lint._xml(settings)
