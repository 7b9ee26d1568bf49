"""Asks carriers where goods are: prepares with the cursor, calls side by side, records one by one.

Other than a booking a question may be asked twice, so it needs no protocol: what is lost is asked
again. What matters is that a carrier that hangs or fails keeps nobody else waiting.
"""

import logging
from collections import Counter

import psycopg2

from ..carriers.api import Capability
from ..carriers.errors import CarrierTokenExpired
from ..tools import Pool, come_back, commit, is_concurrency_error, transact

_logger = logging.getLogger(__name__)

#: Calls under way in all, and at one account: a booking may need the carrier meanwhile.
POOL_SIZE = 32
PER_ACCOUNT = 4


class TrackingWorker:
    """One run over the consignments that are due.

    :param model: order.cycle.consignment, empty; its environment belongs to a scheduled action
    """

    def __init__(self, model):
        self._model = model.browse()
        self._env = model.env
        self._under_way = {}
        self._done = set()
        self._seconds_left = float("inf")

    def run(self):
        """Ask until nothing is due or the time is over, and until the last answer is kept."""
        due = self._model.search_count(self._model._track_domain())
        self._env["ir.cron"]._commit_progress(remaining=due)
        with Pool(POOL_SIZE) as pool:
            self._pool = pool
            while self._turn():
                pass
        if self._seconds_left <= 0:
            come_back(self._env, "order_cycle.cron_track")

    def _turn(self):
        """Start what is due, keep what has been answered; return whether there was anything."""
        has_more = self._seconds_left > 0 and self._start()
        if not self._pool.is_busy:
            return has_more
        # No transaction is open while nothing is done.
        commit(self._env)
        for row_id, answer in self._pool.answers(0 if has_more else None):
            self._keep(row_id, answer)
        return True

    # === START === #

    def _start(self):
        """Start calls for what is due; return whether there was any."""
        rows = self._due()
        calls = {row.id: call for row in rows if (call := self._prepare(row))}
        for row_id, call in calls.items():
            self._pool.submit(row_id, call)
        return bool(rows)

    def _due(self):
        """Return due rows of accounts that have a place free, each row once in a run."""
        commit(self._env)
        accounts = self._env["order.cycle.carrier.account"].with_context(active_test=False)
        accounts = accounts.search([]).filtered(
            lambda account: Capability.TRACK in account._info().capabilities
        )
        places = accounts._places()
        busy = Counter(account_id for account_id, _token in self._under_way.values())
        rows = self._model
        for account in accounts:
            free = min(PER_ACCOUNT - busy[account.id], places[account.id], self._pool.free)
            if free > 0:
                rows |= self._due_of(account, free)
        return rows

    def _due_of(self, account, limit):
        seen = [*self._under_way, *self._done]
        domain = [("account_id", "=", account.id), ("id", "not in", seen)]
        rows = self._model.search(
            [*domain, *self._model._track_domain()], order="next_track_at, id", limit=limit
        )
        # Signing in commits; somebody else may be at it, then these wait for the next run.
        return rows if rows and account._ensure_token() else self._model

    def _prepare(self, row):
        """Return the call for one row, committed before it is made, or None."""
        try:
            call = transact(self._env, lambda: _in_its_company(row)._prepare_tracking())
        except Exception as error:  # noqa: BLE001  one bad row never stops the others
            self._put_off(row, error)
            return None
        finally:
            self._done.add(row.id)
        if call:
            # sudo: the worker may use a token that it cannot read
            self._under_way[row.id] = (row.account_id.id, row.account_id.sudo().access_token)
        return call

    # === KEEP === #

    def _keep(self, row_id, answer):
        """Record one answer in a transaction of its own."""
        row = self._model.browse(row_id)
        _account_id, token = self._under_way.pop(row_id)
        try:
            transact(self._env, lambda: _record(row, answer, token))
        except Exception as error:  # noqa: BLE001  one bad answer never stops the others
            self._put_off(row, error)
        self._seconds_left = self._env["ir.cron"]._commit_progress(1)

    def _put_off(self, row, error):
        self._env.cr.rollback()
        if isinstance(error, psycopg2.OperationalError) and not is_concurrency_error(error):
            raise error
        _logger.error("%s: its tracking failed, put off", row, exc_info=error)
        try:
            transact(self._env, lambda: _in_its_company(row)._track_later(error))
        except Exception:
            self._env.cr.rollback()
            _logger.exception("%s: the failure cannot be noted, left for later", row)


def _record(row, answer, token):
    row.invalidate_recordset()
    row = _in_its_company(row)
    if row.state != "done":
        return
    if isinstance(answer.error, CarrierTokenExpired):
        row.account_id._forget_token(token)
    row._record_news(answer)


def _in_its_company(row):
    return row._in_its_company()
