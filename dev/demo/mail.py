"""Catches every mail on this machine, so that the demo never writes to anybody."""

from __future__ import annotations

from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from dev.server import HOST, free_port


class _Folder:
    """Keeps each mail as a file that any mail program opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.count = 0

    async def handle_DATA(self, _server, _session, envelope: Envelope) -> str:  # noqa: N802
        self.count += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{self.count:04d}.eml").write_bytes(envelope.content)
        return "250 Kept"


class MailCatcher:
    """An SMTP server on a free port; ``with MailCatcher(folder) as mail: mail.port``."""

    def __init__(self, folder: Path) -> None:
        self._handler = _Folder(folder)
        self.port = free_port()
        self._controller = Controller(self._handler, hostname=HOST, port=self.port)

    @property
    def count(self) -> int:
        """Mails caught so far."""
        return self._handler.count

    def __enter__(self) -> MailCatcher:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()
