"""Asks carriers for the orders that wait for the program's choice.

A question may be asked twice, so it needs less than a booking: the rows are claimed and committed,
the carriers of all of them are asked side by side, and each choice is a transaction of its own.
"""

import logging

import psycopg2

from odoo.exceptions import UserError

from ..carriers.errors import CarrierError, CarrierTokenExpired
from ..tools import come_back, commit, is_concurrency_error, run_all, transact
from .order_cycle_carrier_question import Reply
from .order_cycle_quoting import QUOTE_DEADLINE_S

_logger = logging.getLogger(__name__)

#: Orders whose carriers are asked together, and questions under way: with each candidate at its
#: deadline a batch is over long before its lease.
BATCH = 10
POOL_SIZE = 64


class SelectionWorker:
    """One run over what is due.

    :param model: order.cycle.selection, empty; its environment belongs to a scheduled action
    """

    def __init__(self, model):
        self._model = model.browse()
        self._env = model.env

    def run(self):
        """Work until nothing is due or the time is over."""
        progress = self._env["ir.cron"]._commit_progress
        seconds_left = progress(remaining=self._model.search_count(self._model._due_domain()))
        while seconds_left and (rows := transact(self._env, self._claim)):
            self._work(rows.filtered(lambda row: row.state == "asking"))
            seconds_left = progress(len(rows))
        if not seconds_left:
            come_back(self._env, "order_cycle.cron_choose")

    def _claim(self):
        """Take due rows that nobody else holds; the caller commits before anybody is asked."""
        self._env.invalidate_all()
        rows = self._model.search(self._model._due_domain(), order="id", limit=BATCH)
        rows = rows.try_lock_for_update(allow_referencing=True)
        rows = rows.filtered_domain(self._model._due_domain())
        rows._claim()
        return rows

    def _work(self, rows):
        attempts = {row.id: row.attempt for row in rows}
        for row, offers in self._offers(rows).items():
            self._keep(row, offers, attempts[row.id])

    def _offers(self, rows):
        """Return what the candidates of each row said, as {row: [values of an offer]}.

        A row whose carriers cannot even be asked is noted, and is not in it.
        """
        prepared = {row: self._guarded(row, _prepare) for row in rows}
        prepared = {row: both for row, both in prepared.items() if both is not None}
        replies = self._ask(
            {
                (row, method): question
                for row, (questions, _silent) in prepared.items()
                for method, question in questions.items()
            }
        )
        offers = {}
        for row, (questions, silent) in prepared.items():
            own = {method: replies[row, method] for method in questions}
            answers = self._guarded(row, _read, own)
            if answers is not None:
                offers[row] = silent + answers
        return offers

    def _guarded(self, row, do, *arguments):
        """Return ``do(row, *arguments)``, or None: one order never stops the others."""
        try:
            return do(row._in_its_company(), *arguments)
        except psycopg2.Error:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it is shown on the order
            self._note_failure(row, error)
            return None

    def _ask(self, questions):
        """Return the `Reply` to each of `questions`; a token that is over is replaced, once.

        :param dict questions: (account, question) by any key
        """
        replies = self._call(questions)
        again = {
            key: questions[key]
            for key, reply in replies.items()
            if isinstance(reply.error, CarrierTokenExpired)
        }
        return {**replies, **self._call(again)} if again else replies

    def _call(self, questions):
        signed_out = self._sign_in({account for account, _question in questions.values()})
        calls = {
            key: (
                _answered(signed_out[account])
                if account in signed_out
                else account._prepare_question(question, QUOTE_DEADLINE_S)
            )
            for key, (account, question) in questions.items()
        }
        # No transaction is open while carriers think.
        commit(self._env)
        replies = dict(run_all(calls, size=POOL_SIZE))
        for key, reply in replies.items():
            questions[key][0]._note_reply(reply)
        # Of the order, too, what others have committed meanwhile is seen from here on.
        commit(self._env)
        self._env.invalidate_all()
        return {key: replies[key] for key in questions}

    def _sign_in(self, accounts):
        """Have a token where one is needed; return the error of each account that has none."""
        errors = {}
        for account in accounts:
            try:
                account._current_token()
            except CarrierError as error:
                errors[account] = error
        commit(self._env)
        self._env.invalidate_all()
        return errors

    def _keep(self, row, offers, attempt):
        """Record one choice in a transaction of its own."""
        try:
            transact(self._env, lambda: _record(row, offers, attempt))
        except psycopg2.OperationalError as error:
            if not is_concurrency_error(error):
                raise
            # Its lease has it asked again.
            _logger.info("%s: others get in the way time after time, left for later", row)
        except Exception as error:  # noqa: BLE001  one order never stops the others
            self._note_failure(row, error)

    def _note_failure(self, row, error):
        self._env.cr.rollback()
        _logger.error("%s: the choice cannot be kept", row, exc_info=error)
        transact(self._env, lambda: row._in_its_company()._record_failure(error))


def _prepare(row):
    """Return ({method: (account, question)}, offers of those that cannot be asked)."""
    order = row.order_id
    questions, silent = {}, []
    for method in order.cycle_policy_id._candidates_for(order):
        try:
            questions[method] = method._cycle_prepare_quote(order)
        except (CarrierError, UserError) as error:
            silent.append(method._cycle_no_offer(error))
    return questions, silent


def _read(row, replies):
    return [method._cycle_offer(reply, row.company_id) for method, reply in replies.items()]


def _record(row, offers, attempt):
    row.env.invalidate_all()
    row._in_its_company()._record(offers, attempt)


def _answered(error):
    """Return a call that was answered before it was made."""
    return lambda: Reply(error=error)
