"""How a carrier call can end badly. The class says what to do, ``outcome`` what is certain.

``outcome`` answers one question: does the carrier have the shipment?
``refused`` = no, and the same request will be refused again; ``not_sent`` = no, the carrier
never saw it, try later; ``unknown`` = nobody can know without asking the carrier.
``unknown`` is the default: a wrong "no" costs a second parcel, a wrong "unknown" a question.
"""

from collections.abc import Iterable
from dataclasses import dataclass

REFUSED = "refused"
NOT_SENT = "not_sent"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One thing that is wrong in the data.

    :param field: path in ``ShipmentRequest``, e.g. ``receiver.zip_code`` or
        ``parcels[0].weight_grams``; empty when it is about the whole shipment.
    :param code: stable and translatable, e.g. ``missing``, ``too_long``.
    :param text: plain English, with the remedy.
    """

    field: str
    code: str
    text: str


class CarrierError(Exception):
    """Parent of all; catch it to catch every way a call can fail.

    :param message: what happened, why, what to do; plain English, free of secrets.
    :param code: stable, to translate by; for a refusal it is the carrier's own code.
    :param fields: the fields that are wrong, if known.
    :param retry_after_s: how long the carrier asked us to wait, if it did.
    """

    outcome = UNKNOWN

    def __init__(
        self,
        message: str,
        *,
        code: str,
        fields: Iterable[FieldProblem] = (),
        retry_after_s: float | None = None,
    ):
        super().__init__(message)
        self.message = message
        self.code = code
        self.fields = tuple(fields)
        self.retry_after_s = retry_after_s


class CarrierUnavailable(CarrierError):
    """Certainly not received: no connection, or the carrier said "later" in so many words."""

    outcome = NOT_SENT


class CarrierAuthError(CarrierError):
    """The account is wrong or incomplete. Nothing was created; every other call fails too."""

    outcome = NOT_SENT


class CarrierTokenExpired(CarrierUnavailable):
    """The access token is missing or over. Nothing was done: sign in, and call again."""


class CarrierRejected(CarrierError):
    """The carrier understood and said no. Nothing was created."""

    outcome = REFUSED


class CarrierUnknownOutcome(CarrierError):
    """The request may have arrived and no usable answer came back. Ask before sending again."""


class CarrierProtocolError(CarrierError):
    """An answer came that cannot be read or lacks what the contract promises."""


class InvalidShipment(CarrierError):
    """Our own data cannot be sent; found before the wire, all problems at once."""

    outcome = REFUSED

    def __init__(self, problems: Iterable[FieldProblem]):
        problems = tuple(problems)
        text = " ".join(problem.text for problem in problems)
        super().__init__(
            f"The shipment cannot be booked as it is. {text}",
            code="invalid_shipment",
            fields=problems,
        )

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """Return what is wrong, field by field."""
        return self.fields
