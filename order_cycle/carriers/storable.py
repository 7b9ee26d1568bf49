"""Foreign values that are to be kept: what a database and a screen can hold."""

from decimal import Decimal

#: Longest number, name or link that is kept of an answer. A database's index takes no more.
TEXT_MAX = 1000
#: Digits before the point of an amount, and zeros behind it: 1e400 is no price.
_DIGITS_MAX = 12


def is_storable(text: str) -> bool:
    """Tell whether a database takes the text as it is: no NUL, no half characters, not endless."""
    return len(text) <= TEXT_MAX and not any(_is_unstorable(char) for char in text)


def is_storable_amount(amount: Decimal) -> bool:
    """Tell whether a ledger can hold the amount."""
    return amount.is_finite() and (not amount or abs(amount.adjusted()) < _DIGITS_MAX)


def printable(text: str) -> str:
    """Return the text with a replacement sign for what a database refuses."""
    return "".join("\ufffd" if _is_unstorable(char) else char for char in text)


def _is_unstorable(char: str) -> bool:
    return char == "\0" or "\ud800" <= char <= "\udfff"
