"""Works on outbox rows: prepares in batches, calls side by side, records in batches.

One thread owns the cursor; the threads of the pool only talk to carriers. See `order.cycle.outbox`
for what is promised, and `tools/pool.py` for the pool.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg2

from ..tools import commit, is_concurrency_error, isolate, transact

_logger = logging.getLogger(__name__)

#: Calls under way in one worker; far more than one account may have, so that a carrier that hangs
#: takes no place from another.
POOL_SIZE = 64
#: Rows that are prepared or recorded in one transaction.
BATCH = 50
#: What one row may be given in one run; more is a row that goes round in circles.
STEPS_PER_RUN = 6
#: While calls are under way the worker goes on for others that long, and then waits for the last:
#: with the longest deadline it stays below what Odoo grants a job.
BUSY_LIMIT_S = 45
#: Places that answers have freed before it is worth looking for new rows: looking has its price.
FREED_ENOUGH = 8
#: Rows that are worth a transaction for what follows from them, while answers come.
FINISH_TOGETHER = 16
#: How long to wait for an answer before looking for new rows.
LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Step:
    """A call that a row has been prepared for.

    :param call: makes it; touches no record and raises nothing
    :param record: callable taking (row, answer), in a transaction of its own; returns the papers
        that came with it, if any
    :param lost: callable taking (row, exception) when the answer cannot be recorded
    """

    call: Callable[[], Any]
    record: Callable[[Any, Any], Any]
    lost: Callable[[Any, Exception], None]


class OutboxWorker:
    """One run over what is due.

    :param model: the outbox model, empty; its environment belongs to a job or to one request
    :param only: the rows to work on; all that are due otherwise
    """

    def __init__(self, model, only=None):
        self._model = model.browse()
        self._only = only
        self._steps = Counter()
        self._under_way = {}
        self._unfinished = set()
        self._looked_at = 0.0
        self._freed = 0
        self._seconds_left = float("inf")
        self._started_at = time.monotonic()

    def run(self):
        """Work until nothing is due or the time is over, and until the last answer is kept."""
        with self._model._pool() as pool:
            self._pool = pool
            try:
                while self._turn():
                    continue
            except Exception:
                self._keep_under_way()
                raise
        return self._seconds_left > 0

    def _keep_under_way(self):
        """Keep what carriers still answer, though this run has failed: it was paid for."""
        self._model.env.cr.rollback()
        while self._pool.is_busy:
            self._keep(self._pool.answers(LOOK_AGAIN_S))

    def _turn(self):
        """Do one thing, what others wait for first; return whether there was anything to do.

        An answer is kept at once (T2), and its place taken by the next call (T1) before others are
        kept: so calls end at different times, and the carrier has always something to do. What
        follows from answers (T3) is done in larger batches, while carriers think.
        """
        has_kept = self._pool.is_busy and self._keep(self._pool.answers(0))
        is_idle = not self._unfinished and not self._pool.is_busy
        is_worth_it = self._freed >= FREED_ENOUGH or is_idle or self._looked_long_ago()
        if is_worth_it and not self._is_over():
            self._freed = 0
            self._looked_at = time.monotonic()
            if self._start():
                return True
        if len(self._unfinished) < FINISH_TOGETHER and self._pool.is_busy:
            if self._keep(self._pool.answers(LOOK_AGAIN_S)):
                return True
        elif not self._unfinished:
            return has_kept
        if self._unfinished:
            self._finish_some()
        return True

    def _looked_long_ago(self):
        return time.monotonic() - self._looked_at >= LOOK_AGAIN_S

    def _is_over(self):
        if self._seconds_left > 0:
            return False
        # Somebody hangs: no reason to let the others wait.
        return not self._pool.is_busy or time.monotonic() - self._started_at > BUSY_LIMIT_S

    # === START === #

    def _start(self):
        """Take the next batch of due rows; return whether there may be another one."""
        try:
            rows = self._due()
            if not rows:
                self._commit()
                return False
            if len(rows) == self._batch():
                # There may be more.
                self._looked_at = 0.0
            rows = rows.try_lock_for_update(allow_referencing=True)
            rows = rows.filtered_domain(self._model._due_domain())
            self._steps.update(rows.ids)
            waiting = rows.filtered("effects_pending")
            self._unfinished.update(waiting.ids)
            self._prepare(rows - waiting)
        except psycopg2.OperationalError as error:
            if not is_concurrency_error(error):
                raise
            _logger.info("Another worker was faster, looking again")
            self._model.env.cr.rollback()
        return True

    def _due(self):
        """Return due rows that may be worked on now, those that have waited longest first."""
        domain = self._model._due_domain()
        if self._only is not None:
            domain = [("id", "in", self._only.ids), *domain]
        tired = [row_id for row_id, count in self._steps.items() if count >= STEPS_PER_RUN]
        mine = [*self._under_way, *self._unfinished]
        domain = [("id", "not in", [*mine, *tired]), *domain]
        return self._model._search_due(domain, self._batch(), [*self._under_way])

    def _batch(self):
        """Return how many rows may be taken at a time now."""
        return min(BATCH, self._pool.free)

    def _prepare(self, rows):
        """Have rows do their next step, and start the calls once that is committed (T1)."""
        steps = {}
        for batch in rows._by_company():
            isolate(batch, lambda some: steps.update(_next_steps(some)), _put_off)
        # Also of a call that could not be made people are told at once.
        self._unfinished.update(rows.filtered("effects_pending").ids)
        self._commit()
        for row_id, step in steps.items():
            self._under_way[row_id] = step
            self._pool.submit(row_id, step.call)

    # === KEEP === #

    def _keep(self, answers):
        """T2: record the calls that have ended; return whether there was one."""
        answers = dict(answers)
        if not answers:
            return False
        rows = self._model.browse(answers)
        steps = {row_id: self._under_way.pop(row_id) for row_id in answers}
        self._in_batches(
            rows,
            lambda some: _record(some, steps, answers),
            lambda row, error: _lost(row, steps[row.id], error),
        )
        self._unfinished.update(rows.ids)
        self._freed += len(rows)
        self._commit(len(rows))
        return True

    def _finish_some(self):
        """T3: what follows from the states, in a transaction that may be repeated."""
        rows = self._model.browse(sorted(self._unfinished)[:BATCH])
        self._unfinished.difference_update(rows.ids)
        self._in_batches(
            rows,
            lambda some: some.filtered("effects_pending")._finish_all(),
            _put_off,
        )

    def _in_batches(self, rows, do, on_error):
        """Call ``do(rows)`` and commit; row by row when others get in the way time after time.

        A row that others never let go is left as it is: its lease, or what is pending, has it
        looked at again.
        """
        if self._done(rows, do, on_error):
            return
        for row in rows if len(rows) > 1 else ():
            if not self._done(row, do, on_error):
                _logger.error("%s: others get in the way time after time, left for later", row)

    def _done(self, rows, do, on_error):
        """Call ``do(rows)``, each company's by itself, and commit; return whether it came to that.

        :raises psycopg2.OperationalError: the database is gone
        """

        def work():
            for batch in rows._by_company():
                isolate(batch, do, on_error)

        try:
            transact(self._model.env, work)
        except psycopg2.OperationalError as error:
            if not is_concurrency_error(error):
                raise
            return False
        return True

    def _commit(self, processed=0):
        if self._only is None:
            self._seconds_left = self._model.env["ir.cron"]._commit_progress(processed)
        else:
            commit(self._model.env)


def _next_steps(rows):
    """Return the calls that rows are ready for, by row id."""
    steps = ((row.id, row._next_step()) for row in rows)
    return {row_id: step for row_id, step in steps if step}


def _record(rows, steps, answers):
    """Keep what was said on the wire, then what it means."""
    rows._keep_calls({row: answers[row.id] for row in rows})
    papers = {row: steps[row.id].record(row, answers[row.id]) for row in rows}
    rows._keep_papers({row: brought for row, brought in papers.items() if brought})


def _put_off(row, error):
    _logger.error("%s: work failed, put off", row, exc_info=error)
    _whatever_happens(row, lambda: row._put_off(error))


def _lost(row, step, error):
    _logger.error("%s: the answer cannot be kept", row, exc_info=error)
    _whatever_happens(row, lambda: step.lost(row, error))


def _whatever_happens(row, note):
    """Call ``note()``; if even that fails, the row is left and the others go on."""
    isolate(row, lambda _row: note(), _log_left)


def _log_left(row, error):
    _logger.error("%s: the failure cannot be noted, left for later", row, exc_info=error)
