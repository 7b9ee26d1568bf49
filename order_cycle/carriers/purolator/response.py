"""Purolator E-Ship: the errors inside a normal answer, for all its services.

ResponseInformation/Errors holds a code and a sentence; the contract explains neither. Only codes
known from Purolator's own examples and error list are taken as proof of anything.
"""

from typing import Any

from ..dto import Money
from ..errors import (
    CarrierAuthError,
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
    FieldProblem,
)
from ..storable import is_storable, is_storable_amount

#: "... is a mandatory field": checked before anything is done. 1100118 is "undefined error".
_MANDATORY = frozenset(str(code) for code in range(1100100, 1100122)) - {"1100118"}
#: Proof that nothing was done. 1100429: only shipments of today can be cancelled.
REFUSED = _MANDATORY | {"1100429"}
#: "Authorization failed": too many calls in a day, an hour, a minute.
BUSY = frozenset({"9000-1", "9000-2", "9000-3"})
#: "Authorization failed": the operation is not active for this key.
AUTH = frozenset({"9001"})
#: What of ours a code is about, where it can only be one thing.
FIELDS = {"1100110": "service", "1100119": "service"}


def check(
    operation: str, data: dict[str, Any], more_refusals: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the answer unless it reports errors.

    :param more_refusals: codes the account knows to be refusals.
    :raises CarrierRejected: all codes prove that nothing was done.
    :raises CarrierUnavailable: the carrier asks to wait.
    :raises CarrierAuthError: the key may not do this.
    :raises CarrierUnknownOutcome: at least one code proves nothing.
    """
    problems = errors_of(data)
    if problems:
        raise failure(operation, problems, more_refusals)
    return data


def errors_of(data: dict[str, Any]) -> list[FieldProblem]:
    """Return the errors of an answer, or of a part that has ResponseInformation of its own."""
    errors = ((data.get("ResponseInformation") or {}).get("Errors") or {}).get("Error") or []
    return [_problem(error or {}) for error in errors]


def failure(
    operation: str, problems: list[FieldProblem], more_refusals: frozenset[str] = frozenset()
) -> CarrierError:
    """Return the error that these problems prove."""
    codes = {problem.code for problem in problems}
    if codes <= BUSY | AUTH | REFUSED | more_refusals:
        return refusal(operation, problems)
    return CarrierUnknownOutcome(
        f"{operation}: the carrier reports {_words(problems)} Whether it did what was asked is "
        "not known; ask before sending it again.",
        code="carrier_error",
        fields=problems,
    )


def refusal(operation: str, problems: list[FieldProblem]) -> CarrierError:
    """Return the error of an answer that is known to mean that nothing was done."""
    codes = {problem.code for problem in problems}
    if codes <= BUSY:
        return CarrierUnavailable(
            f"{operation}: the carrier takes no more calls for now. {_words(problems)} Nothing "
            "was done; try again later.",
            code="carrier_busy",
        )
    if codes <= AUTH:
        return CarrierAuthError(
            f"{operation}: the key of the account may not do this. {_words(problems)} Ask "
            "Purolator.",
            code="auth_failed",
        )
    return CarrierRejected(
        f"The carrier refused: {_words(problems)}", code=problems[0].code, fields=problems
    )


def pin(node: dict[str, Any] | None) -> str:
    """Return the value of a ``PIN``, empty if there is none.

    :raises CarrierProtocolError: it cannot be kept.
    """
    return kept((node or {}).get("Value"), "PIN")


def kept(value: str | None, what: str) -> str:
    """Return a number or name out of an answer, empty if it is missing.

    :raises CarrierProtocolError: it cannot be kept.
    """
    text = (value or "").strip()
    if not is_storable(text):
        raise incomplete(what)
    return text


def needed(value: str | None, what: str) -> str:
    """Return a number that the contract calls optional but a good answer always has.

    :raises CarrierProtocolError: it is missing or cannot be kept.
    """
    text = kept(value, what)
    if not text:
        raise incomplete(what)
    return text


def money(amount, currency: str) -> Money:
    """Return an amount of the carrier's only currency.

    :raises CarrierProtocolError: it is missing or no number.
    """
    # xsd:decimal knows no NaN, but the parser lets it through; and it knows no largest amount.
    if amount is None or not is_storable_amount(amount):
        raise incomplete("price")
    return Money(amount=amount, currency=currency)


def incomplete(what: str) -> CarrierProtocolError:
    """Return the error for an answer without something it needs."""
    return CarrierProtocolError(
        f"The carrier's answer has no usable {what} and no error. It may have done what was "
        "asked; ask before sending it again.",
        code="answer_incomplete",
    )


def _words(problems: list[FieldProblem]) -> str:
    return " ".join(f"{problem.text} ({problem.code})" for problem in problems)


def _problem(error: dict[str, Any]) -> FieldProblem:
    code = error.get("Code") or "unknown"
    words = [error.get("Description"), error.get("AdditionalInformation")]
    text = " ".join(filter(None, words)) or "an error without words."
    return FieldProblem(field=FIELDS.get(code, ""), code=code, text=text)
