"""What an HTTP status or a SOAP fault proves about the call."""

from dataclasses import dataclass

from ..bounded_answer import Answer
from ..errors import (
    CarrierAuthError,
    CarrierError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
)

#: SOAP 1.1 sends faults with 500, SOAP 1.2 also with 400 (SOAP 1.2 part 2, table 20).
_MAY_HOLD_A_FAULT = (200, 400, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRules:
    """Which answers of this carrier prove something.

    :param refused: fault codes (without prefix) that mean nothing was created.
    :param auth: fault codes that mean the credentials are wrong.
    :param not_sent: HTTP statuses that mean nothing was created, later it may work.
    :param refused_details: names of elements in a fault's detail that mean nothing was created,
        whatever the code.
    """

    refused: frozenset[str]
    auth: frozenset[str] = frozenset()
    not_sent: frozenset[int] = frozenset()
    refused_details: frozenset[str] = frozenset()


def status_error(operation: str, answer: Answer, rules: FaultRules) -> CarrierError | None:
    """Return the error that the status alone proves, or None: then the body must be read."""
    if answer.status in (401, 403):
        return _auth_error(operation, f"HTTP {answer.status}")
    if answer.status in rules.not_sent:
        return CarrierUnavailable(
            f"{operation}: the carrier asks to wait (HTTP {answer.status}). "
            "Nothing was done; try again later.",
            code="too_many_requests" if answer.status == 429 else "carrier_busy",
            retry_after_s=answer.retry_after_s(),
        )
    if 300 <= answer.status < 400:
        return CarrierUnknownOutcome(
            f"{operation}: the carrier points to another address (HTTP {answer.status}), which "
            "is not followed. Check the address of the account.",
            code="redirect_refused",
        )
    if answer.status not in _MAY_HOLD_A_FAULT or (answer.status != 200 and not answer.body):
        return _unexplained(operation, f"HTTP {answer.status}")
    return None


def fault_error(operation: str, fault, rules: FaultRules) -> CarrierError:
    """Sort a SOAP fault (``code``, ``message``, ``detail``) by the carrier's rules."""
    code = (fault.code or "").rpartition(":")[2]
    text = " ".join([fault.message or "", *_detail(fault.detail)]).strip()
    if code in rules.auth:
        return _auth_error(operation, text)
    if code in rules.refused or rules.refused_details & set(_detail_names(fault.detail)):
        return CarrierRejected(f"{operation}: {text}", code=code)
    return _unexplained(operation, f"fault {code}: {text}")


def _detail(node) -> list[str]:
    return [] if node is None else [text.strip() for text in node.itertext() if text.strip()]


def _detail_names(node) -> list[str]:
    """Return the names of what lies directly in the detail, without namespace."""
    return [] if node is None else [str(child.tag).rpartition("}")[2] for child in node]


def _auth_error(operation: str, what: str) -> CarrierAuthError:
    return CarrierAuthError(
        f"{operation}: the carrier does not accept the credentials ({what}). "
        "Check user, password and key of the account.",
        code="auth_failed",
    )


def _unexplained(operation: str, what: str) -> CarrierUnknownOutcome:
    return CarrierUnknownOutcome(
        f"{operation}: the carrier failed ({what}). Whether it did what was asked is not "
        "known; ask before sending it again.",
        code="carrier_error",
    )
