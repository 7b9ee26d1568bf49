"""apt-get, with its progress as a number and its complaints as errors a person understands."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from dev import processes
from dev.errors import SetupError

# Seconds to wait for another apt or dpkg before giving up.
LOCK_TIMEOUT = 60

Progress = Callable[[str], None]


class AptFailed(SetupError):
    """apt-get ended with an error; `output` is all it said."""

    def __init__(self, what: str, output: str) -> None:
        self.output = output
        self.is_locked = "Could not get lock" in output or "Unable to acquire" in output
        why, remedy = _explain(output)
        super().__init__(what, why, remedy)


def run(
    what: str,
    arguments: Sequence[str],
    *,
    folder: Path | None = None,
    on_progress: Progress = lambda _text: None,
) -> str:
    """Run apt-get; returns its output. Raises `AptFailed` (with `what` failed) otherwise."""
    reader, writer = os.pipe()
    command = _command(arguments, writer)
    if arguments[0] != "install":
        # An installation should come to its end even if this process does not.
        command = processes.tied_to_parent(command)
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
            cwd=folder,
            pass_fds=[writer],
        )
        os.close(writer)
        watcher = threading.Thread(target=_report, args=(reader, on_progress), daemon=True)
        watcher.start()
        code = child.wait()
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if code:
        processes.raise_if_disk_full(text, folder or Path("/var"))
        raise AptFailed(what, text)
    return text


def _command(arguments: Sequence[str], status: int) -> list[str]:
    return [
        "apt-get",
        "-qq",
        "-o",
        f"APT::Status-Fd={status}",
        "-o",
        f"DPkg::Lock::Timeout={LOCK_TIMEOUT}",
        # Else an index that could not be fetched is only a warning.
        "-o",
        "APT::Update::Error-Mode=any",
        *arguments,
    ]


def _report(reader: int, on_progress: Progress) -> None:
    """Read apt's status lines, `dlstatus:1:42.0:text` or `pmstatus:package:42.0:text`."""
    with os.fdopen(reader, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            parts = line.strip().split(":", 3)
            if len(parts) == 4 and parts[0] in ("dlstatus", "pmstatus"):
                doing = "downloading" if parts[0] == "dlstatus" else "installing"
                on_progress(f"{doing} {float(parts[2]):.0f} %")


def _explain(output: str) -> tuple[str, str]:
    """Why apt failed and what to do, from what it said."""
    signs = ("E:", "W:", "Err:", "dpkg: error")
    complaints = [line for line in output.splitlines() if line.startswith(signs)]
    why = "\n".join(complaints[:4]) or output.strip()[-500:] or "apt-get gave no reason."
    if "Could not get lock" in output or "Unable to acquire" in output:
        return why, "Another program is installing packages: wait for its end, run this again."
    if any(sign in output for sign in ("resolv", "Could not connect", "Connection", "unreachable")):
        return why, "Check the network (and apt's proxy), then run this again."
    if "no installation candidate" in output:
        return why, "This Debian lacks it: install it from its makers, then run this again."
    return why, "Mend what apt-get says above, then run this again."
