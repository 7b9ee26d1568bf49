"""Has documents taken apart in a process of its own, which may hang, swell or die.

The libraries that read PDF files and pictures were written for files of good will. So they read
a label first where they can do no harm: in ``document_reader``, a child with a limit of time and
memory, one for this process, started when it is first needed and again after it had to be ended.
A document that kills its reader is not usable. So is every document while no reader can be
started: a label that is missing is asked for again, one that is poison is not forgotten.
"""

import logging
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

_logger = logging.getLogger(__name__)

READER = Path(__file__).with_name("document_reader.py")
#: Seconds one document may take, the start of the reader not counted. A label takes milliseconds.
SECONDS = 5.0
#: The libraries are imported by then.
START_SECONDS = 20.0
#: A reader that has seen this many is replaced, whatever it may have kept.
DOCUMENTS_PER_READER = 2000


class Judge:
    """One reader process. Safe to use from many threads, which wait for each other."""

    def __init__(self, *, seconds: float = SECONDS):
        self._seconds = seconds
        self._lock = threading.Lock()
        self._reader: subprocess.Popen | None = None
        self._owner = 0
        self._count = 0

    def passes(self, file_format: str, content: bytes) -> bool:
        """Tell whether the reader finds nothing wrong with the document.

        :param file_format: ``pdf`` or ``png``
        """
        with self._lock:
            verdict = self._ask(file_format, content)
        if verdict != "ok":
            _logger.info("A %s document is refused: %s", file_format, verdict)
        return verdict == "ok"

    def close(self) -> None:
        """End the reader; the next document starts another."""
        with self._lock:
            self._stop()

    def _ask(self, file_format: str, content: bytes) -> str:
        try:
            reader = self._running()
            reader.stdin.write(f"{file_format} {len(content)}\n".encode())
            reader.stdin.write(content)
            reader.stdin.flush()
            verdict = _line(reader, self._seconds)
        except OSError as error:
            verdict = f"no reader ({type(error).__name__})"
            _logger.warning("Documents cannot be looked at: %s", error)
        if verdict != "ok" and not verdict.startswith("bad "):
            self._stop()
        return verdict

    def _running(self) -> subprocess.Popen:
        """Return the reader; a forked process does not share the one of its parent.

        :raises OSError: none can be started
        """
        if self._owner != os.getpid():
            self._reader, self._owner = None, os.getpid()
        if self._reader and (self._reader.poll() is not None or self._is_worn_out()):
            self._stop()
        if not self._reader:
            self._reader, self._count = _start(), 0
        self._count += 1
        return self._reader

    def _is_worn_out(self) -> bool:
        return self._count >= DOCUMENTS_PER_READER

    def _stop(self) -> None:
        if self._reader and self._owner == os.getpid():
            self._reader.kill()
            self._reader.stdin.close()
            self._reader.stdout.close()
            self._reader.wait()
        self._reader = None


def _start() -> subprocess.Popen:
    reader = subprocess.Popen(
        [sys.executable, str(READER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        # The files beside the reader have everyday names; no library shall take them for its own.
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        # Ctrl-C in a terminal is for the server.
        start_new_session=True,
    )
    if _line(reader, START_SECONDS) != "ready":
        reader.kill()
        reader.stdin.close()
        reader.stdout.close()
        reader.wait()
        raise ChildProcessError("The reader of documents does not start.")
    return reader


def _line(reader: subprocess.Popen, seconds: float) -> str:
    """Return the reader's next line, or why there is none."""
    end, received = time.monotonic() + seconds, b""
    while not received.endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0 or not select.select([reader.stdout], [], [], left)[0]:
            return "too slow"
        part = os.read(reader.stdout.fileno(), 200)
        if not part:
            return "the reader died"
        received += part
    return received.decode("ascii", "replace").strip()


_judge = Judge()


def passes(file_format: str, content: bytes) -> bool:
    """See ``Judge.passes``; one judge for the whole process."""
    return _judge.passes(file_format, content)
