"""Plays one booking, rightly or wrongly. What is told apart everywhere: did the carrier book?"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from .behaviour import Play
from .errands import StoredErrand
from .messages import Reply
from .store import StoredBooking

CUT = Reply(is_cut=True)
_MAINTENANCE = (
    b"<!DOCTYPE html><html><head><title>Maintenance</title></head>"
    b"<body><h1>We will be back soon</h1></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booking, a pickup or a manifest, and whether it was there before this call."""

    booking: StoredBooking | StoredErrand
    was_there: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a carrier brings along for one booking call.

    :param create: books, or finds what was booked under the same key.
    :param good: the right answer; the second argument is a label to send instead of the right one.
    :param incomplete: the answer without what its contract promises.
    :param refusal: a definitive no.
    :param server_error: a 500 in the carrier's own form.
    :param too_many: a 429 or the like, with ``Retry-After``.
    """

    create: Callable[[], Booked]
    good: Callable[[Booked, bytes | None], Reply]
    incomplete: Callable[[Booked], Reply]
    refusal: Callable[[], Reply]
    server_error: Callable[[], Reply]
    too_many: Callable[[float], Reply]


def perform(play: Play, stage: Stage) -> Reply:
    """Return the reply to one booking call, booking or not as the play has it."""
    without_booking = {
        "answer_lost_before": lambda: CUT,
        "error_500_before": stage.server_error,
        "refuse": stage.refusal,
        "too_many_requests": lambda: stage.too_many(play.seconds),
        "html_200": lambda: Reply(body=_MAINTENANCE, content_type="text/html; charset=utf-8"),
        "late": lambda: _book_later(play.seconds, stage),
    }
    if play.name in without_booking:
        return without_booking[play.name]()
    if play.name == "slow":
        time.sleep(play.seconds)
    return _answer(play, stage)


def _answer(play: Play, stage: Stage) -> Reply:
    """Book, and answer as the play has it."""
    booked = stage.create()
    if play.name == "answer_lost_after":
        return CUT
    if play.name == "error_500_after":
        return stage.server_error()
    if play.name == "incomplete":
        return stage.incomplete(booked)
    reply = stage.good(booked, POISON if play.name == "wrong_label" else None)
    if play.name == "garbage":
        # The first half of the right answer, each byte turned over: no parser reads this.
        return replace(
            reply, body=bytes(byte ^ 0xFF for byte in reply.body[: len(reply.body) // 2])
        )
    return replace(reply, drip_s=play.seconds) if play.name == "drip" else reply


def _book_later(seconds: float, stage: Stage) -> Reply:
    timer = threading.Timer(seconds, stage.create)
    timer.daemon = True
    timer.start()
    return CUT


#: A label that wants to run a program when it is opened, and ends in the middle.
POISON = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /OpenAction "
    b"<< /S /JavaScript /JS (app.alert('hello')) >> >>\nendobj\n"
    b"2 0 obj\n<< /Type /Action /S /Launch /F (calc.exe) >>\nendobj\n"
)
