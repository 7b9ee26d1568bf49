"""`core-tests`: Odoo's own tests of the modules we extend, without and with the add-on.

    python3 -m dev core-tests                  every module
    python3 -m dev core-tests stock -k quant   one module; the other words go to pytest

A test that fails only where the add-on is installed is a promise of Odoo's that we break.

Each module runs in processes of its own and leaves two reports in the cache's logs, so that a
long run that was interrupted goes on with the modules that are left.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from dev import console, database
from dev.commands.test import pytest
from dev.config import ADDON, Settings
from dev.errors import SetupError

MODULES = (
    "delivery",
    "stock_delivery",
    "sale_stock",
    "sale_purchase_stock",
    "purchase_stock",
    "stock",
)

# pytest's exit codes for "all passed" and "some failed"; any other is no result at all.
USABLE_CODES = (0, 1)

Outcomes = dict[str, str]


def run(settings: Settings, arguments: list[str]) -> int:
    """Run the suites twice, print the difference; 1 if the add-on makes a test fail."""
    modules, words = chosen(arguments)
    for module in modules:
        _folder(settings.addons_path, module)
    codes = [_compare(settings, module, words) for module in modules]
    return max(codes)


def chosen(arguments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Modules that are named (all, if none is), and the words that are left for pytest.

    Names come first, so that a value of one of pytest's options is never read as a module.
    """
    count = next((i for i, word in enumerate(arguments) if word not in MODULES), len(arguments))
    return tuple(arguments[:count]) or MODULES, arguments[count:]


def _compare(settings: Settings, module: str, words: list[str]) -> int:
    console.say(f"{module}, without the add-on:")
    plain = database.dependencies_name(settings)
    without = _outcomes(settings, module, "plain", plain, words)
    console.say(f"{module}, with the add-on:")
    with_addon = _outcomes(settings, module, "addon", database.addon_name(settings), words)
    broken = broken_by_addon(without, with_addon)
    console.say(f"{module}:\n{summary(without, with_addon)}")
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


def _outcomes(
    settings: Settings, module: str, label: str, template: str, words: list[str]
) -> Outcomes:
    # Checkouts that share a cache keep their reports apart.
    report = settings.logs / f"core-tests-{settings.project_id}-{module}-{label}.xml"
    report.unlink(missing_ok=True)
    path = str(_folder(settings.addons_path, module))
    options = [f"--junitxml={report}", f"--config-file={settings.project}/pyproject.toml"]
    with database.temporary(settings, template, "core") as name:
        code = pytest(settings, name, [*options, "-q", "-p", "no:cacheprovider", *words], [path])
    if code not in USABLE_CODES or not report.exists():
        raise SetupError(
            f"Odoo's own tests of {module} gave no result.",
            f"pytest ended with exit code {code}.",
            f"Read what it says above, then go on with `core-tests {module}`.",
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
