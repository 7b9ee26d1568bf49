"""The host's own Debian mirror: read its apt sources, and write them again for other suites.

Formats: sources.list(5), both the deb822 style (`*.sources`) and the one-line style (`*.list`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.errors import SetupError

ONE_LINE = re.compile(
    r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(.+)$"
)

# The one-line style's names of options, and those of deb822 (sources.list(5)).
OPTION_NAMES = {"arch": "Architectures", "signed-by": "Signed-By", "trusted": "Trusted"}

# Fields that say what to take from the mirror; all others (Signed-By ...) say how to reach it.
SELECTION = {"types", "uris", "suites", "components", "enabled"}

# A mirror on a disc or in a folder has only what was put there, hence no sid.
REMOTE = ("http", "mirror", "tor+", "ftp")


@dataclass(frozen=True)
class Mirror:
    """Where Debian's main archive comes from.

    :param uris: the value of URIs, as the host has it
    :param extra: further deb822 lines (Signed-By and the like), kept word for word
    """

    uris: str
    extra: tuple[str, ...] = ()

    def stanza(self, suite: str) -> str:
        """A deb822 stanza for the component main of another suite."""
        head = ["Types: deb", f"URIs: {self.uris}", f"Suites: {suite}", "Components: main"]
        return "\n".join([*head, *self.extra]) + "\n"


def find_mirror(root: Path, codename: str) -> Mirror:
    """The mirror that serves suite `codename` on this host; `SetupError` if there is none.

    :param root: apt's folder, normally /etc/apt
    :param codename: the host's release, for example bookworm
    """
    for suites, mirror in _entries(root):
        if codename in suites:
            return mirror
    raise SetupError(
        "No Debian mirror was found.",
        f"No enabled `deb` source in {root} has the suite {codename} and the component main.",
        "Add the usual Debian source, or set ODOO_HOME to an Odoo 19.0 you have.",
    )


def _entries(root: Path) -> Iterator[tuple[list[str], Mirror]]:
    parts = root / "sources.list.d"
    for path in sorted(parts.glob("*.sources")):
        yield from deb822_entries(path.read_text(encoding="utf-8"))
    for path in [root / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.is_file():
            yield from one_line_entries(path.read_text(encoding="utf-8"))


def deb822_entries(text: str) -> Iterator[tuple[list[str], Mirror]]:
    """The usable stanzas of a `*.sources` file, each with its suites."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = _fields(block)
        values = {name: text.split(":", 1)[1].strip() for name, text in fields.items()}
        if _is_usable(values):
            extra = tuple(text for name, text in fields.items() if name not in SELECTION)
            yield values.get("suites", "").split(), Mirror(values["uris"], extra)


def one_line_entries(text: str) -> Iterator[tuple[list[str], Mirror]]:
    """The usable lines of a `*.list` file, each with its suite."""
    for line in text.splitlines():
        found = ONE_LINE.match(line.split("#", 1)[0].strip())
        if found and "main" in found[4].split() and found["uri"].startswith(REMOTE):
            yield [found["suite"]], Mirror(found["uri"], tuple(_options(found["options"] or "")))


def _fields(block: str) -> dict[str, str]:
    """Fields of one stanza by lower-case name; the text keeps its continuation lines."""
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line[:1].isspace() and name:
            fields[name] += f"\n{line}"
        elif ":" in line:
            name = line.split(":", 1)[0].strip().lower()
            fields[name] = line
    return fields


def _is_usable(values: dict[str, str]) -> bool:
    return (
        "deb" in values.get("types", "").split()
        and "main" in values.get("components", "").split()
        and values.get("enabled", "yes").lower() not in ("no", "false", "0")
        and values.get("uris", "").startswith(REMOTE)
    )


def _options(text: str) -> Iterator[str]:
    for option in text.split():
        name, _, value = option.partition("=")
        field = OPTION_NAMES.get(name.lower(), name.title())
        yield f"{field}: {value.replace(',', ' ')}"
