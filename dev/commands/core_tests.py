"""`core-tests`: Odoo's own tests of the modules we extend, without and with the add-on.

A test that fails only where the add-on is installed is a promise of Odoo's that we break.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from dev import console, database
from dev.commands.test import pytest
from dev.config import ADDON, Settings
from dev.errors import SetupError

MODULES = ("delivery", "stock_delivery", "sale_stock")

# pytest's exit codes for "all passed" and "some failed"; any other is no result at all.
USABLE_CODES = (0, 1)

Outcomes = dict[str, str]


def run(settings: Settings, arguments: list[str]) -> int:
    """Run the suites twice, print the difference; 1 if the add-on makes a test fail."""
    console.say("Without the add-on:")
    without = _outcomes(settings, "plain", database.dependencies_name(settings), arguments)
    console.say("With the add-on:")
    with_addon = _outcomes(settings, "addon", database.addon_name(settings), arguments)
    broken = broken_by_addon(without, with_addon)
    console.say(summary(without, with_addon))
    for name in broken:
        console.say(f"  {ADDON} breaks {name}: {with_addon.get(name, 'not run')}")
    return 1 if broken else 0


def broken_by_addon(without: Outcomes, with_addon: Outcomes) -> list[str]:
    """Tests that passed, and do not with the add-on (failed, skipped or gone)."""
    passed = {name for name, outcome in without.items() if outcome == "passed"}
    new_failures = {
        name
        for name, outcome in with_addon.items()
        if outcome == "failed" and without.get(name) != "failed"
    }
    lost = {name for name in passed if with_addon.get(name) != "passed"}
    return sorted(lost | new_failures)


def summary(without: Outcomes, with_addon: Outcomes) -> str:
    """Counts of both runs, and the tests that fail in both."""
    lines = [
        f"{label:<16} {_count(found, 'passed')} passed, {_count(found, 'failed')} failed,"
        f" {_count(found, 'skipped')} skipped"
        for label, found in (("without add-on:", without), ("with add-on:", with_addon))
    ]
    failing = [name for name, outcome in sorted(without.items()) if outcome == "failed"]
    return "\n".join([*lines, *(f"  fails without the add-on too: {name}" for name in failing)])


def outcomes_of(report: Path) -> Outcomes:
    """Outcome of each test in a JUnit XML file: passed, failed or skipped."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": _outcome(case) for case in cases}


def _outcomes(settings: Settings, label: str, template: str, arguments: list[str]) -> Outcomes:
    report = settings.logs / f"core-tests-{label}.xml"
    report.unlink(missing_ok=True)
    addons = settings.addons_path
    paths = [str(_folder(addons, module)) for module in MODULES]
    options = [f"--junitxml={report}", f"--config-file={settings.project}/pyproject.toml"]
    with database.temporary(settings, template, "core") as name:
        code = pytest(settings, name, [*options, "-q", "-p", "no:cacheprovider", *arguments], paths)
    if code not in USABLE_CODES or not report.exists():
        raise SetupError(
            "Odoo's own tests gave no result.",
            f"pytest ended with exit code {code}.",
            "Read what it says above.",
        )
    return outcomes_of(report)


def _folder(addons: tuple[Path, ...], module: str) -> Path:
    for folder in addons:
        if (folder / module / "tests").is_dir():
            return folder / module / "tests"
    raise SetupError(
        f"Odoo's tests of {module} are not there.",
        f"No folder of {', '.join(map(str, addons))} has {module}/tests.",
        "Set ODOO_HOME to a checkout of Odoo 19.0, or unset it to fetch one.",
    )


def _outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def _count(found: Outcomes, outcome: str) -> int:
    return sum(1 for value in found.values() if value == outcome)
