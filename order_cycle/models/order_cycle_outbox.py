import logging
import random
import uuid
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..tools import commit, is_concurrency_error, transact

_logger = logging.getLogger(__name__)

MAX_BACKOFF_S = 1800


class OrderCycleOutbox(models.AbstractModel):
    """A call to the outside world that is made once, whatever happens to the caller.

    The row exists and is committed before the call (T0). A worker claims it and commits (T1): from
    that point on it is known that the call *may* have been made. It calls without a lock and
    without touching the cursor, then records the answer in a transaction of its own (T2). What
    follows from the answer is done after that (T3) and may be repeated. A worker that dies between
    T1 and T2 leaves a row whose lease runs out: its outcome is *unknown*, and is found out by
    asking, never by guessing.
    """

    _name = "order.cycle.outbox"
    _description = "Outbox Row"

    state = fields.Selection(
        [
            ("todo", "To Book"),
            ("sending", "Being Booked"),
            ("unknown", "Outcome Unknown"),
            ("human", "Ask the Carrier"),
            ("done", "Booked"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="todo",
        index=True,
        copy=False,
        group_expand=True,
    )
    state_message = fields.Text(string="Message", readonly=True, copy=False)
    state_at = fields.Datetime(string="Since", readonly=True, copy=False)
    request_ref = fields.Char(
        string="Our Reference",
        readonly=True,
        copy=False,
        index=True,
        help="What the carrier was told to show back to us.",
    )
    idempotency_key = fields.Char(readonly=True, copy=False)
    payload = fields.Text(
        readonly=True, copy=False, help="The request as it was frozen before the first call."
    )
    payload_hash = fields.Char(readonly=True, copy=False)
    attempt = fields.Integer(string="Number of Calls", readonly=True, copy=False)
    lookups = fields.Integer(readonly=True, copy=False)
    failures = fields.Integer(
        readonly=True,
        copy=False,
        help="What failed beside the calls; the pause before the next try grows with it.",
    )
    first_sent_at = fields.Datetime(readonly=True, copy=False)
    last_sent_at = fields.Datetime(readonly=True, copy=False)
    lease_until = fields.Datetime(readonly=True, copy=False)
    next_try_at = fields.Datetime(
        string="Next Try", default=fields.Datetime.now, index=True, copy=False
    )
    effects_pending = fields.Boolean(readonly=True, copy=False)
    is_in_doubt = fields.Boolean(
        readonly=True,
        copy=False,
        help="An earlier call of this request may have succeeded without our knowing.",
    )

    # === THE WORKER === #

    @api.model
    def _due_domain(self):
        """Return the rows a worker has something to do for."""
        now = fields.Datetime.now()
        return [
            "|",
            "&",
            ("next_try_at", "<=", now),
            "|",
            ("effects_pending", "=", True),
            ("state", "in", ("todo", "unknown")),
            "&",
            ("state", "=", "sending"),
            ("lease_until", "<=", now),
        ]

    @api.model
    def _cron_work(self):
        """Work on what is due, one row after the other, until the time slice is over."""
        progress = self.env["ir.cron"]._commit_progress
        seconds_left = progress(remaining=self.search_count(self._due_domain()))
        seen = set()
        while seconds_left:
            # The longest due first: a row that fails time after time goes behind the others.
            row = self.search(
                [*self._due_domain(), ("id", "not in", list(seen))],
                order="next_try_at, id",
                limit=1,
            )
            if not row:
                break
            seen.add(row.id)
            row._in_its_company()._work()
            seconds_left = progress(1)
        if not seconds_left:
            self._wake()
            commit(self.env)

    def _work(self):
        """Do the next thing this row needs. A row that fails is put off; the others go on."""
        self.ensure_one()
        try:
            self._work_on()
        except Exception as error:  # noqa: BLE001  one row never stops the others
            self.env.cr.rollback()
            if is_concurrency_error(error):
                _logger.info("%s: another transaction got in the way, later again", self)
                return
            _logger.exception("%s: work failed, put off", self)
            failure = error
            self._in_new_transaction(lambda row: row._put_off(failure))

    def _work_on(self):
        """Do one thing, and then what has become due by it."""
        # Locked and still due? Else somebody else has it or has done it.
        row = self.try_lock_for_update(allow_referencing=True).filtered_domain(self._due_domain())
        if not row:
            return
        if row.effects_pending:
            row._finish_and_commit()
            row._work_on()
        elif row.state == "sending":
            row._lease_ran_out()
            row._work_on()
        elif row.state == "unknown":
            row._find_out()
        elif row.state == "done":
            row._follow_up()
        else:
            row._send()

    def _send(self):
        """T1, the call, T2, T3. The claim is committed before the first byte leaves."""
        call = self._prepare_call()
        if call:
            attempt = self._claim(call.seconds)
            self._keep_answer(call(), attempt)
        else:
            self._commit()
        self._finish_and_commit()

    def _claim(self, seconds):
        """T1: say and commit that from now on the carrier may know of this row.

        :param float seconds: the longest the call can take
        :return: the number of the call
        """
        now = fields.Datetime.now()
        attempt = self.attempt + 1
        self.write(
            {
                "state": "sending",
                "state_at": now,
                "attempt": attempt,
                "first_sent_at": self.first_sent_at or now,
                "last_sent_at": now,
                # Twice the deadline: a worker that is only slow still records its own answer.
                "lease_until": now + timedelta(seconds=2 * seconds),
            }
        )
        self._commit()
        return attempt

    def _keep_answer(self, answer, attempt):
        """T2. An answer that cannot be kept is as good as none: the outcome is unknown then."""
        try:
            self._in_new_transaction(lambda row: row._record(answer, attempt))
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            # Not the answer's fault; the lease tells the next worker.
            raise
        except Exception as error:
            _logger.exception("%s: the answer cannot be kept", self)
            self.env.cr.rollback()
            what = type(error).__name__
            self._in_new_transaction(lambda row: row._record_lost(what, attempt))

    def _record_lost(self, what, attempt):
        """Remember that the call number `attempt` was answered with something unusable."""
        if self.state == "sending" and self.attempt == attempt:
            self.failures += 1
            message = self.env._("The carrier's answer could not be kept (%(what)s).", what=what)
            self._set_state("unknown", message, self._backoff())

    def _lease_ran_out(self):
        """Whoever called has died or hangs. The carrier may have the shipment."""
        self._set_state(
            "unknown",
            self.env._("The worker stopped while it waited for the carrier's answer."),
        )
        self._commit()

    def _finish_and_commit(self):
        """T3: what follows from the answer, in a transaction that may be repeated."""
        self._in_new_transaction(lambda row: row.effects_pending and row._finish())

    def _in_new_transaction(self, do):
        """Call ``do(row)`` and commit; started again when another transaction got in the way."""
        transact(self.env, lambda: do(self))

    def _commit(self):
        commit(self.env)

    def _put_off(self, error):
        """Try again later what failed unexpectedly. A call that is under way is left to its lease.

        :param Exception error: what went wrong
        """
        if self.state != "sending":
            self.failures += 1
            self.write({"next_try_at": self._backoff(), "state_message": str(error)})

    def _set_state(self, state, message=False, next_try_at=None):
        """Move this row to `state`; what follows from it is done by `_finish`.

        :param str state: a value of the field `state`
        :param str message: why, for people
        :param datetime next_try_at: when the worker should come back, now by default
        """
        now = fields.Datetime.now()
        vals = {
            "state": state,
            "state_at": now,
            "state_message": message,
            "next_try_at": next_try_at or now,
            "lease_until": False,
            "effects_pending": True,
        }
        if state in ("unknown", "done", "refused", "cancelled"):
            vals["is_in_doubt"] = state == "unknown"
        if state in ("done", "refused", "cancelled"):
            vals["failures"] = 0
        self.write(vals)

    # === HELPERS === #

    def _new_identity(self, reference):
        """Return a reference and a key that no other payload has or will have.

        A few random characters keep copies of a database, and what is numbered again after a
        restored backup, from meeting an older shipment at the carrier.
        """
        key = str(uuid.uuid4())
        return {"request_ref": f"{reference}-{key[:4]}", "idempotency_key": key}

    def _backoff(self, retry_after_s=None):
        """Return when to try again: 15 s doubled with each try, jittered, capped at 30 min."""
        tries = self.failures + (0 if self.state == "done" else self.attempt)
        seconds = min(15 * 2 ** min(max(tries - 1, 0), 10), MAX_BACKOFF_S)
        seconds = max(seconds * random.uniform(0.8, 1.2), min(retry_after_s or 0, 3600))
        return fields.Datetime.now() + timedelta(seconds=seconds)

    def _wake(self, at=None):
        """Have the worker come back, now or at a time."""
        self._worker_cron().sudo()._trigger(at=at)

    # === HOOKS === #

    def _worker_cron(self):
        """Return the scheduled action that works on these rows."""
        raise NotImplementedError

    def _prepare_call(self):
        """Freeze the payload and return an `OutboxCall`, which needs no cursor.

        Return None when nothing can be sent; the row has left the state `todo` then.
        """
        raise NotImplementedError

    def _record(self, answer, attempt):
        """T2: store `answer`, if this row still waits for the call number `attempt`."""
        raise NotImplementedError

    def _find_out(self):
        """Ask what became of a call with an unknown outcome."""
        raise NotImplementedError

    def _follow_up(self):
        """Do what remains to be asked once the call has succeeded."""
        raise NotImplementedError

    def _in_its_company(self):
        """Return this row as the company it belongs to sees it, and speaking its language."""
        return self

    def _finish(self):
        """Do what follows from the state, and clear `effects_pending`. May be repeated."""
        raise NotImplementedError
