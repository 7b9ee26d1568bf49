import logging
import time
from dataclasses import dataclass, field
from typing import Any

from psycopg2 import Error as DatabaseError

from odoo import models

from ..carriers.errors import (
    CarrierAuthError,
    CarrierError,
    CarrierTokenExpired,
    CarrierUnavailable,
)
from ..carriers.exchange import Exchange

_logger = logging.getLogger(__name__)

# How long a person waits while another worker signs in.
TOKEN_WAIT_S = 5.0
TOKEN_LOOK_S = 0.25


@dataclass
class Reply:
    """What came of a question: a value or an error, and what was said on the wire."""

    token: str = field(default="", repr=False)
    value: Any = None
    error: CarrierError | None = None
    exchanges: list[Exchange] = field(default_factory=list)


class OrderCycleCarrierQuestion(models.AbstractModel):
    """Questions to a carrier for which a person waits: quotes, checks, lists.

    They create nothing that costs money. What becomes of them is kept with a cursor of its own, so
    that a question neither holds a lock nor loses its trace when the request is rolled back.
    """

    _name = "order.cycle.carrier.question"
    _description = "Questions to a Carrier"

    def _ask_now(self, question, deadline_s=None):
        """Return what ``question(client)`` returns.

        A token that the carrier no longer takes is replaced, once.

        :param question: callable taking a `CarrierClient`; touches no record
        :param float deadline_s: seconds for the call, if less than the account's own deadline
        :raises CarrierError: no answer, or a no
        """
        self.ensure_one()
        reply = self._prepare_question(question, deadline_s)()
        if isinstance(reply.error, CarrierTokenExpired):
            self._note_reply(reply)
            reply = self._prepare_question(question, deadline_s, is_fresh=True)()
        self._note_reply(reply)
        if reply.error:
            # Not the chain: Odoo shows it to the client, and a carrier's answer is in it.
            raise reply.error from None
        return reply.value

    def _prepare_question(self, question, deadline_s=None, is_fresh=False):
        """Return a callable that asks and returns a `Reply`; it needs no cursor.

        It never raises: what keeps the account from being asked is the reply's error.
        """
        self.ensure_one()
        reply = Reply()
        try:
            reply.token = self._current_token(is_fresh)
            client = self._client(reply.exchanges.append, deadline_s, token=reply.token)
        except CarrierError as error:
            reply.error = error
            return lambda: reply
        return lambda: _ask(client, question, reply)

    def _check_is_open(self):
        """Refuse to ask a carrier that is left alone for a while.

        :raises CarrierError: why
        """
        if self.paused_until and self._closed_until() == self.paused_until:
            raise CarrierAuthError(
                f"The carrier refused the account {self.name}; it is not asked until an "
                "administrator has corrected the credentials and tested the connection.",
                code="account_paused",
            )
        if self._closed_until():
            raise CarrierUnavailable(
                f"{self.name} failed too often and is left alone for a few minutes.",
                code="account_resting",
            )

    def _current_token(self, is_fresh=False):
        """Return an access token that is good now, or "" where none is needed.

        :param bool is_fresh: what this transaction knows of it is out of date
        :raises CarrierError: none can be had
        """
        if not self._signs_in():
            return ""
        if not is_fresh and self._has_good_token():
            return self.sudo().access_token
        end = time.monotonic() + TOKEN_WAIT_S
        while True:
            token = self._token_of_another_cursor()
            if token:
                return token
            if time.monotonic() > end:
                raise CarrierUnavailable(
                    f"{self.name} could not sign in with the carrier. Nothing was asked; try "
                    "again, or have an administrator test the connection.",
                    code="not_signed_in",
                )
            time.sleep(TOKEN_LOOK_S)

    def _token_of_another_cursor(self):
        """Return a good token or "", signed in for if need be; this transaction stays as it is.

        :raises CarrierError: the carrier gives none
        """
        with self.env.registry.cursor() as cr:
            account = self._with_cursor(cr)
            return account.access_token if account and account._renew_token() else ""

    def _note_reply(self, reply):
        """Keep what was said on the wire, and leave the carrier alone if it is down."""
        if reply.exchanges:
            self._apart(lambda account: account._record_reply(reply))

    def _record_reply(self, reply):
        self._keep_exchanges(reply.exchanges)
        if isinstance(reply.error, CarrierTokenExpired):
            self._forget_token(reply.token)
        elif reply.error:
            self._rest_after(reply.error)

    def _apart(self, do):
        """Call ``do(account)`` in a transaction of its own; it is not worth a failed request.

        An account that was made in this very transaction is seen by no other: it is done here.
        """
        try:
            with self.env.registry.cursor() as cr:
                account = self._with_cursor(cr)
                if account:
                    do(account)
                    return
        except DatabaseError:
            _logger.warning("%s: what came of a question is not kept", self, exc_info=True)
            return
        do(self)

    def _with_cursor(self, cr):
        """Return this account as another transaction sees it; empty if it does not yet."""
        return self.with_env(self.env(cr=cr, su=True, context={})).exists()

    def _keep_exchanges(self, exchanges):
        """Keep what was said on the wire beside any consignment."""
        # sudo: nobody writes calls by hand
        Call = self.env["order.cycle.call"].sudo()
        links = {"account_id": self.id, "company_id": self.company_id.id}
        Call.create([{**Call._prepare_vals(exchange), **links} for exchange in exchanges])


def _ask(client, question, reply):
    """Put the question and fill the reply. No cursor is needed, and nothing is raised."""
    try:
        reply.value = question(client)
    except CarrierError as error:
        reply.error = error
    except Exception as error:  # noqa: BLE001  one carrier's fault never hides the others
        _logger.exception("A carrier client failed unexpectedly")
        reply.error = CarrierError(
            f"The carrier's answer could not be handled: {type(error).__name__}.",
            code="client_failed",
        )
    return reply
