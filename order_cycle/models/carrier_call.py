"""A network call that is prepared with the cursor and made without it."""

import logging
from dataclasses import dataclass, field
from typing import Any

from ..carriers.errors import CarrierError, CarrierUnknownOutcome
from ..carriers.exchange import Exchange

_logger = logging.getLogger(__name__)


@dataclass
class Answer:
    """What came of a call: a value or an error, and what was said on the wire.

    :param reference: our reference at the time of the call
    :param token: the access token it was made with, if the carrier wants one
    """

    reference: str = ""
    value: Any = None
    error: CarrierError | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    token: str = field(default="", repr=False)


class CarrierCall:
    """One question to one carrier account.

    :param account: order.cycle.carrier.account singleton; read here, never while calling
    :param reference: what the call is about
    :raises CarrierAuthError: the account is incomplete
    """

    def __init__(self, account, reference):
        self._answer = Answer(reference=reference)
        self._question = None
        # sudo: the worker forgets a token that the carrier no longer takes
        self._answer.token = account.sudo().access_token or ""
        self.client = account._client(self._answer.exchanges.append)
        self.seconds = float(account.deadline_s)

    def ask(self, question):
        """Remember ``question(client)``; it must not touch a record."""
        self._question = question

    def __call__(self):
        """Make the call. Whatever is not a clear answer is an unknown outcome."""
        try:
            self._answer.value = self._question(self.client)
        except CarrierError as error:
            # Without the frames it came through: they hold the carrier's whole answer.
            error.__context__ = error.__cause__ = None
            self._answer.error = error.with_traceback(None)
        except Exception as error:  # noqa: BLE001  after the claim nothing may be guessed
            _logger.exception("A carrier client failed unexpectedly")
            self._answer.error = CarrierUnknownOutcome(
                f"The carrier's answer could not be handled: {type(error).__name__}.",
                code="client_failed",
            )
        return self._answer
