import logging
from datetime import UTC, timedelta

from psycopg2 import OperationalError

from odoo import fields, models

from ..carriers.api import Capability
from ..carriers.errors import CarrierError
from ..tools import commit, is_concurrency_error, transact

_logger = logging.getLogger(__name__)

SECRET_GROUPS = "order_cycle.group_order_cycle_admin"
# A call that starts now must not outlive its token.
SKEW = timedelta(seconds=60)
# After a failed try nobody knocks at the carrier's door again before this.
SIGN_IN_AGAIN = timedelta(seconds=15)
TOKEN_FIELDS = ["access_token", "token_expires_at", "token_lease_until"]


class OrderCycleCarrierToken(models.AbstractModel):
    """The access token of an account, fetched once and shared by every worker.

    Whoever finds it missing takes a lease, and commits it, before the carrier is asked: of sixteen
    workers that find it expired one signs in, and the others come back.
    """

    _name = "order.cycle.carrier.token"
    _description = "Access Token of a Carrier Account"

    access_token = fields.Char(
        groups=SECRET_GROUPS, copy=False, readonly=True, exportable=False, prefetch=False
    )
    token_expires_at = fields.Datetime(string="Signed in until", copy=False, readonly=True)
    token_lease_until = fields.Datetime(copy=False, readonly=True)

    def _signs_in(self):
        """Return whether calls of this account need a token that is fetched first."""
        return Capability.SIGN_IN in self._info().capabilities

    def _ensure_token(self):
        """Return whether this account can be used now: it needs no token, or has a good one.

        Commits what the cursor has done, so that no transaction is open while the carrier is
        asked. False: somebody else signs in, or it failed; come back in two seconds and look at
        `_closed_until` first.
        """
        self.ensure_one()
        try:
            return not self._signs_in() or self._renew_token()
        except CarrierError as error:
            _logger.info("%s: not signed in (%s)", self.display_name, error.code)
            return False

    def _renew_token(self):
        """Return whether there is a good token, fetched if need be; commits.

        :raises CarrierError: the carrier gives none; that was recorded
        """
        # From here on, what others have committed meanwhile is seen.
        commit(self.env)
        self.invalidate_recordset(TOKEN_FIELDS)
        if self._has_good_token():
            return True
        lease = self._take_token_lease()
        if lease:
            self._sign_in(lease)
        return bool(lease) and self._has_good_token()

    def _has_good_token(self):
        # sudo: whoever may book has the token used, and cannot read it
        account = self.sudo()
        return bool(
            account.access_token
            and account.token_expires_at
            and account.token_expires_at - SKEW > fields.Datetime.now()
        )

    def _take_token_lease(self):
        """Return until when this worker alone may sign in, or False: somebody else does."""
        try:
            # sudo: the lease is nobody's to write
            account = self.sudo().try_lock_for_update(allow_referencing=True)
            account.invalidate_recordset(TOKEN_FIELDS)
            now = fields.Datetime.now()
            if not account or (account.token_lease_until and account.token_lease_until > now):
                commit(self.env)
                return False
            # Twice the deadline: a worker that is only slow still brings its own token.
            lease = now + timedelta(seconds=2 * account.deadline_s)
            account.token_lease_until = lease
            commit(self.env)
        except OperationalError as error:
            self.env.cr.rollback()
            if not is_concurrency_error(error):
                raise
            return False
        return lease

    def _sign_in(self, lease):
        """Fetch a token and keep it.

        :raises CarrierError: there is none; that was recorded
        """
        exchanges = []
        try:
            client = self._client(exchanges.append)
            # The cursor has read since the lease was committed: that transaction ends here.
            commit(self.env)
            token = client.sign_in()
        except CarrierError as error:
            failure = error
            transact(self.env, lambda: self._record_no_token(lease, failure, exchanges))
            raise
        transact(self.env, lambda: self._record_token(lease, token, exchanges))

    def _record_token(self, lease, token, exchanges):
        self._keep_exchanges(exchanges)
        # sudo: see the fields
        account = self.sudo()
        # Other credentials since? Then this token is for the old ones.
        if account.token_lease_until == lease:
            expires_at = token.expires_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            account.write(
                {
                    "access_token": token.value,
                    "token_expires_at": expires_at,
                    "token_lease_until": False,
                }
            )

    def _record_no_token(self, lease, error, exchanges):
        self._keep_exchanges(exchanges)
        # sudo: see the fields
        account = self.sudo()
        if account.token_lease_until == lease:
            account.token_lease_until = fields.Datetime.now() + SIGN_IN_AGAIN
            self._rest_after(error)

    def _forget_token(self, value):
        """Drop the token `value` that the carrier no longer takes, if it is still the one kept."""
        # sudo: see the fields
        account = self.sudo()
        if value and account.access_token == value:
            account.write({"access_token": False, "token_expires_at": False})

    def _prepare_no_token_vals(self):
        """Return the values of an account that has to sign in anew."""
        return dict.fromkeys(TOKEN_FIELDS, False)
