"""Child processes end when they should, whatever becomes of this one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dev import processes
from dev.errors import NoSpace

# Starts a child as the tool does, prints its number and waits.
PARENT = """
import sys, time
from pathlib import Path
from dev import processes
child = processes.start(["sleep", "60"], Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


def wait_until(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_running(pid):
    """A zombie nobody has waited for yet has ended, too."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return state.rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_exit_code_and_output_are_kept(tmp_path):
    log = tmp_path / "deep/log"
    assert processes.run(["sh", "-c", "echo one; echo two >&2; exit 3"], log) == 3
    assert processes.tail(log) == "one\ntwo"


def test_tail_of_nothing_says_so(tmp_path):
    assert processes.tail(tmp_path / "none") == "(no log was written)"
    (tmp_path / "empty").touch()
    assert processes.tail(tmp_path / "empty") == "(the log is empty)"


def test_child_dies_with_its_killed_parent(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    # Before it has become `sleep` it is not tied yet.
    assert wait_until(lambda: Path(f"/proc/{child}/cmdline").read_bytes().startswith(b"sleep"))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not is_running(child))


def test_stop_ends_a_deaf_child_and_its_children(tmp_path):
    log = tmp_path / "log"
    child = processes.start(["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; wait"], log)
    assert wait_until(lambda: log.read_text(encoding="utf-8").strip())
    grandchild = int(log.read_text(encoding="utf-8"))
    processes.stop(child, grace=0.2)
    assert child.returncode == -signal.SIGKILL
    assert wait_until(lambda: not is_running(grandchild))
    processes.stop(child)


def test_full_disk_is_recognised(tmp_path):
    processes.raise_if_disk_full("all is well", tmp_path)
    with pytest.raises(NoSpace):
        processes.raise_if_disk_full("tar: write: No space left on device", tmp_path)
