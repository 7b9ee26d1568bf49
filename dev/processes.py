"""Child processes that die with this one, run to their end or kept until stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dev.errors import NoSpace, SetupError

# Lines of a log that are shown when its process failed.
TAIL_LINES = 40

POLL_SECONDS = 0.2


def tied_to_parent(command: Sequence[object]) -> list[str]:
    """The command, made to end when this process ends, `kill -9` included.

    Linux sends the signal when the *thread* that started the child ends: start from the main one.
    """
    words = [str(word) for word in command]
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--", *words] if setpriv else words


def start(
    command: Sequence[object],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen:
    """Start a child in a process group of its own, its output going to `log` (overwritten).

    A group of its own keeps Ctrl-C away from the child: who started it stops it in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            tied_to_parent(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )


def run(
    command: Sequence[object],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    on_output: Callable[[str], None] = lambda _text: None,
) -> int:
    """Run a child to its end and return its exit code; `on_output` gets the end of its log.

    An interrupt ends the child first, so that nothing goes on behind the person's back.
    """
    child = start(command, log, environment=environment, folder=folder)
    try:
        while child.poll() is None:
            on_output(tail(log))
            time.sleep(POLL_SECONDS)
    finally:
        stop(child)
    return child.returncode


def foreground(command: Sequence[object], *, environment: Mapping[str, str], folder: Path) -> int:
    """Run a child on the person's own terminal and return its exit code.

    Ctrl-C reaches the child as well; it may sum up before this process goes on with the interrupt.
    """
    child = subprocess.Popen(tied_to_parent(command), env=environment, cwd=folder)
    try:
        return child.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            child.wait(10)
        child.kill()
        child.wait()
        raise


def stop(process: subprocess.Popen, *, grace: float = 10.0) -> None:
    """End a child and its own children: politely, then by force after `grace` seconds."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    kill(process)


def kill(process: subprocess.Popen) -> None:
    """`kill -9` for a child and everything in its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs (also one of another user)."""
    return Path(f"/proc/{pid}").exists()


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return "(no log was written)"
    text = log.read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"


def output_of(
    command: Sequence[object],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess:
    """Run a short command to its end; its text (both streams) is in `stdout`."""
    try:
        return subprocess.run(
            tied_to_parent(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            check=False,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise SetupError(
            f"The program {command[0]} could not be started.",
            str(error),
            "Install it, or correct the path to it.",
        ) from error


def raise_if_disk_full(text: str, folder: Path) -> None:
    """Turn any program's message about a full disk into ours."""
    if "No space left on device" in text:
        raise NoSpace(folder, "The disk filled up during the work.")
