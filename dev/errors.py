"""Errors a person can cause, told in three lines instead of a traceback."""

from __future__ import annotations


class SetupError(Exception):
    """Something the person at the keyboard can mend.

    :param what: what did not work, one sentence
    :param why: the reason, as close to the source as known
    :param remedy: what to do now, a command if there is one
    """

    exit_code = 1

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(what, why, remedy)
        self.what = what
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        return f"Error:  {self.what}\nWhy:    {self.why}\nRemedy: {self.remedy}"


class NeedsRoot(SetupError):
    """All that an ordinary user can do is done; the rest is one command for root."""

    exit_code = 2


class NoSpace(SetupError):
    """A disk is full, or would be."""

    def __init__(self, folder: object, why: str) -> None:
        super().__init__(
            f"There is not enough free space in {folder}.",
            why,
            "Free some space, or set ORDER_CYCLE_CACHE to a folder on a larger disk.",
        )
