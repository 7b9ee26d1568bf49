import random
import uuid
from datetime import timedelta

from odoo import api, fields, models

from ..tools import Pool, commit
from .outbox_worker import POOL_SIZE, OutboxWorker, Step

MAX_BACKOFF_S = 1800
PLACE_WAIT = timedelta(seconds=5)


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
    def _search_due(self, domain, limit, under_way):
        """Return up to `limit` rows of `domain` that may be worked on, the longest due first.

        :param list domain: includes `_due_domain`
        :param list[int] under_way: rows whose calls this worker has started
        """
        return self.search(domain, order="next_try_at, id", limit=limit)

    @api.model
    def _cron_work(self):
        """Work on what is due until the time slice is over, and come back when more is due."""
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(self._due_domain()))
        if not OutboxWorker(self).run():
            self._wake()
        elif due_at := self._next_due_at():
            # Odoo itself would look again in a minute.
            self._wake(due_at)
        commit(self.env)

    @api.model
    def _next_due_at(self):
        """Return when the worker has to come back, or False when no row waits."""
        waiting = [
            ("next_try_at", "!=", False),
            "|",
            ("effects_pending", "=", True),
            ("state", "in", ("todo", "unknown")),
        ]
        row = self.search(waiting, order="next_try_at", limit=1)
        # What is due and was left had no place at its carrier: others use them all.
        return row and max(row.next_try_at, fields.Datetime.now() + PLACE_WAIT)

    def _work_now(self):
        """Do for these rows what the worker would do, before returning. Commits.

        For a person who waits, on a cursor of its own: see `action_book_now`.
        """
        self.filtered(lambda row: row.state == "todo").write({"next_try_at": fields.Datetime.now()})
        commit(self.env)
        OutboxWorker(self, only=self).run()

    def _next_step(self):
        """Do the next thing this row needs; return the `Step` if it is a call, else None.

        The row is locked. What is done here is committed before the call is made.
        """
        self.ensure_one()
        if self.state == "sending":
            return self._lease_ran_out()
        if self.state == "unknown":
            return self._find_out()
        if self.state == "done":
            return self._follow_up()
        return self._send() if self.state == "todo" else None

    def _send(self):
        """T1: prepare the call and say that from now on the carrier may know of this row."""
        call = self._prepare_call()
        if not call:
            return None
        attempt = self._claim(call.seconds)
        return Step(
            call=call,
            record=lambda row, answer: row._record(answer, attempt),
            lost=lambda row, error: row._record_lost(type(error).__name__, attempt),
        )

    def _claim(self, seconds):
        """Note that the call number that is returned may have been made.

        :param float seconds: the longest the call can take
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
        return attempt

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

    def _by_company(self):
        """Return these rows as the companies they belong to see them, one recordset each."""
        return [rows._in_its_company() for rows in self.grouped("company_id").values()]

    def _in_its_company(self):
        """Return these rows of one company as it sees them, and speaking its language."""
        company = self.company_id[:1]
        # Just the two: a company and its contact have many fields, and each transaction reads anew.
        company.fetch(["partner_id"])
        company.partner_id.fetch(["lang"])
        lang = company.partner_id.lang or self.env.lang
        return self.with_company(company).with_context(lang=lang)

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

    def _pool(self):
        """Return what makes the calls of one run: many side by side, or one after the other."""
        return Pool(POOL_SIZE)

    def _prepare_call(self):
        """Freeze the payload and return a `CarrierCall`, which needs no cursor.

        Return None when nothing can be sent; the row has left the state `todo` then.
        """
        raise NotImplementedError

    def _record(self, answer, attempt):
        """T2: store `answer`, if this row still waits for the call number `attempt`.

        :return: the documents it brought, for `_keep_papers`; or None
        """
        raise NotImplementedError

    def _find_out(self):
        """Return the `Step` that asks what became of a call with an unknown outcome, or None."""
        raise NotImplementedError

    def _follow_up(self):
        """Return the `Step` that asks what remains once the call has succeeded, or None."""
        raise NotImplementedError

    def _keep_calls(self, answers):
        """Keep what was said on the wire, for people.

        :param dict answers: `Answer` of each of these rows
        """

    def _keep_papers(self, papers):
        """Keep the documents that came with answers, of all rows at once.

        :param dict papers: `Document` values of the carrier package, by row
        """

    def _finish(self):
        """Do what follows from the state, and clear `effects_pending`. May be repeated."""
        raise NotImplementedError

    def _finish_all(self):
        """`_finish` for many rows; for models that can do better than one after the other."""
        for row in self:
            row._finish()
