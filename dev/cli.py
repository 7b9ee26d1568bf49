"""The command line: which commands there are, what each needs, and how each is reached."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from dataclasses import dataclass

from dev import bootstrap, console
from dev.bootstrap import Needs
from dev.config import Settings
from dev.errors import NoSpace, SetupError

ENVIRONMENT_HELP = """\
environment variables:
  ORDER_CYCLE_CACHE  where everything is made (default: $XDG_CACHE_HOME/order-cycle,
                     else ~/.cache/order-cycle)
  ODOO_HOME          an Odoo 19.0 of your own: the folder that holds the package `odoo`
                     (a checkout, or the site-packages it is installed in)
  ODOO_PYTHON        an interpreter of your own with Odoo's requirements (and, for `test`
                     and `lint`, dev/requirements-dev.txt); no virtual environment is made
  PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSERVICE
                     a PostgreSQL server of your own (13 or newer; a role that may create
                     databases, other than `postgres`); no server is started
  NORTHWIND          for `demo`: folder of the Northwind sample data
  PORT               for `serve`: where the web client listens (default: 8069)

Every command makes what is missing first, and may be interrupted and run again.
"""

# Exit code of a process ended by Ctrl-C, as shells report it.
INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """One command.

    :param module: has `run(settings, arguments)`, which returns an exit code or None for 0
    :param needs: what phase one prepares; None for a command that must not make anything
    :param arguments: the words it accepts, None when it takes any (and judges them itself)
    """

    help: str
    module: str
    needs: Needs | None = Needs()
    arguments: tuple[str, ...] | None = None


COMMANDS = {
    "demo": Command("an order from capture to cash in a real Odoo", "dev.demo"),
    "serve": Command("the demo's database in the web client", "dev.serve"),
    "test": Command(
        "all tests; further words go to pytest", "dev.commands.test", Needs(browser=True)
    ),
    "lint": Command("ruff, pylint-odoo, the OCA's checks", "dev.commands.lint", Needs(odoo=False)),
    "bench": Command(
        "the cycle against stock Odoo, the carrier worker, and availability",
        "dev.bench",
        arguments=("orders", "bookings", "supply"),
    ),
    "chaos": Command("kills and failures on purpose", "dev.chaos"),
    "core-tests": Command(
        "Odoo's own tests, with and without the add-on; first words may name modules",
        "dev.commands.core_tests",
        Needs(browser=True),
    ),
    "defects": Command("defects of stock Odoo, shown with and without the add-on", "dev.defects"),
    "i18n": Command(
        "refresh the translation files; fails if a text is not translated",
        "dev.commands.i18n",
        arguments=(),
    ),
    "setup": Command(
        "everything the others need (--check: only say what is missing)",
        "dev.commands.setup",
        Needs(browser=True),
        (),
    ),
    "check": Command("what is there and what is missing", "dev.commands.check", None, ()),
    "clean": Command(
        "remove what the others made (--all: the downloads too)",
        "dev.commands.clean",
        None,
        ("--all",),
    ),
}


def main(words: list[str]) -> int:
    """Run one command; returns the exit code. A person's mistake never ends in a traceback."""
    console.remember_enter()
    try:
        return _run(words)
    except SetupError as error:
        return _complain(error)
    except KeyboardInterrupt:
        console.clear_line()
        sys.stderr.write("\nInterrupted. Run the same command again to go on.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; the interpreter must not flush into it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(_from_system(error))


def _run(words: list[str]) -> int:
    name, arguments = _parse(words)
    command = COMMANDS[name]
    settings = Settings.from_environment()
    if not bootstrap.is_inside():
        if command.needs:
            bootstrap.prepare(settings, command.needs)
        if command.needs or bootstrap.is_ready(settings):
            bootstrap.continue_inside(settings, [name, *arguments])
    if command.needs and command.needs.odoo:
        # Imported here and below: phase one has no psycopg2.
        importlib.import_module("dev.services").prepare(settings)
    return importlib.import_module(command.module).run(settings, arguments) or 0


def _parse(words: list[str]) -> tuple[str, list[str]]:
    """Name of the command and its own words; leaves with code 2 for words it does not know."""
    parser = argparse.ArgumentParser(
        prog="python3 -m dev",
        description="Set-up and commands of Order Cycle.",
        epilog=ENVIRONMENT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="command", required=True)
    for name, command in COMMANDS.items():
        # Without a help of its own, `test --help` reaches pytest.
        subparsers.add_parser(name, help=command.help, add_help=False, prefix_chars="\0")
    namespace, arguments = parser.parse_known_args(words)
    name = namespace.command
    if name == "setup" and arguments == ["--check"]:
        return "check", []
    accepted = COMMANDS[name].arguments
    unknown = [word for word in arguments if accepted is not None and word not in accepted]
    if unknown:
        parser.error(f"{name} does not know {' '.join(unknown)}")
    return name, arguments


def _complain(error: SetupError) -> int:
    console.clear_line()
    sys.stdout.flush()
    sys.stderr.write(f"\n{error}\n")
    return error.exit_code


def _from_system(error: OSError) -> SetupError:
    """What the operating system refused, in three lines."""
    place = error.filename or "the cache"
    if error.errno == errno.ENOSPC:
        return NoSpace(place, "The disk filled up during the work.")
    return SetupError(
        "The operating system refused something.",
        str(error),
        f"Make {place} usable for you, or set ORDER_CYCLE_CACHE to a folder that is.",
    )
