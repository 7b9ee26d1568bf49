"""`lint`: the checks that need no database; all of them run, any failure fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lxml import etree

from dev import console, odoo_process, processes
from dev.commands import network
from dev.config import ADDON, Settings
from dev.errors import SetupError

XML_ENDINGS = {".xml", ".wsdl", ".xsd", ".svg"}


def run(settings: Settings, arguments: list[str]) -> int:
    """Run the named checks, or all; returns 1 if one of them complains."""
    unknown = set(arguments) - set(CHECKS)
    if unknown:
        raise SetupError(
            f"There is no check called {', '.join(sorted(unknown))}.",
            "`lint` takes names of checks, or nothing for all of them.",
            f"Choose from: {', '.join(CHECKS)}.",
        )
    results = [_run_one(settings, name) for name in arguments or CHECKS]
    return 0 if all(results) else 1


def _run_one(settings: Settings, name: str) -> bool:
    with console.step(name) as step:
        complaints = CHECKS[name](settings)
        step.result("failed" if complaints else "clean")
    if complaints:
        console.say(complaints)
    return not complaints


def _tool(settings: Settings, *command: str) -> str:
    """Complaints of a program; none when it ends with 0."""
    done = processes.output_of(
        [settings.tools / command[0], *command[1:]],
        environment=odoo_process.environment(settings),
        folder=settings.project,
    )
    return done.stdout.rstrip() or f"exit code {done.returncode}" if done.returncode else ""


def _ruff(settings: Settings) -> str:
    return _tool(settings, "ruff", "check", ".")


def _format(settings: Settings) -> str:
    return _tool(settings, "ruff", "format", "--check", "--diff", ".")


def _pylint(settings: Settings) -> str:
    return _tool(settings, "pylint", ADDON)


def _module(settings: Settings) -> str:
    return _tool(settings, "oca-checks-odoo-module", ADDON)


def _translations(settings: Settings) -> str:
    files = sorted(Path(settings.project, ADDON).glob("i18n*/*.po*"))
    names = [str(path.relative_to(settings.project)) for path in files]
    # That one check empties a translation that equals its source ("File" is Italian too), which
    # then counts as missing; the layout of the files is `make i18n`'s own.
    command = ("oca-checks-po", "--disable=po-pretty-format")
    return _tool(settings, *command, *names) if names else ""


def _xml(settings: Settings) -> str:
    folders = (path for path in settings.project.iterdir() if not path.name.startswith("."))
    paths = (path for folder in folders for path in folder.rglob("*"))
    files = sorted(path for path in paths if path.suffix in XML_ENDINGS)
    complaints = [_xml_complaint(settings, path) for path in files]
    return "\n".join(text for text in complaints if text)


def _xml_complaint(settings: Settings, path: Path) -> str:
    try:
        # A schema may be larger than the parser's cautious limits.
        etree.parse(str(path), etree.XMLParser(huge_tree=True, no_network=True))
    except etree.XMLSyntaxError as error:
        return f"{path.relative_to(settings.project)}: {error}"
    return ""


CHECKS: dict[str, Callable[[Settings], str]] = {
    "ruff": _ruff,
    "format": _format,
    "xml": _xml,
    "network": network.complaints,
    "pylint": _pylint,
    "module": _module,
    "translations": _translations,
}
