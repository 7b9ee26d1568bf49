"""Which files of the add-on may reach the network: one, and what it is made of.

Everything a carrier is told goes through `carriers/bounded_http.py`, which has the deadline, the
limits and the copy guard behind it. A second way out would have none of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dev.config import ADDON, Settings

# Modules that connect, or make it easy to.
OUTBOUND = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httplib2",
    "httpx",
    "imaplib",
    "paramiko",
    "poplib",
    "pycurl",
    "requests",
    "smtplib",
    "socket",
    "suds",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websocket",
    "xmlrpc.client",
    "zeep",
}
# The way out itself; zeep builds and reads messages there and is given our connection.
ALLOWED = {
    "carriers/bounded_http.py",
    "carriers/watched_connection.py",
    "carriers/soap/transport.py",
}
# Tests and the rehearsal carriers are other programs: they are never part of a running Odoo.
OUTSIDE = ("tests/", "rehearsal/")


def complaints(settings: Settings) -> str:
    """Return one line for each import that could open a second way out."""
    root = settings.project / ADDON
    return "\n".join(
        f"{ADDON}/{name}:{line}: {module} reaches the network; carriers are called through "
        "carriers/bounded_http.py only"
        for path in sorted(root.rglob("*.py"))
        if (name := path.relative_to(root).as_posix()) not in ALLOWED
        and not name.startswith(OUTSIDE)
        for line, module in outbound(path.read_text(encoding="utf-8"))
    )


def outbound(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each module in `source` that can connect."""
    for node in ast.walk(ast.parse(source)):
        for name in _imported(node):
            if any(name == module or name.startswith(f"{module}.") for module in OUTBOUND):
                yield node.lineno, name


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__":
        return [argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)]
    return []
