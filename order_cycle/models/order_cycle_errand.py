from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..carriers.errors import NOT_SENT, REFUSED, CarrierAuthError
from .carrier_words import error_text

ACTIVITY = "order_cycle.activity_errand"


class OrderCycleErrand(models.AbstractModel):
    """Something a carrier is asked beside a booking: to close a list, to send a driver.

    No contract has a key or a look-up for these. So what was asked and not answered is never asked
    again by the machine: a person finds out at the carrier and says so, in the window
    `order.cycle.errand.outcome`.
    """

    _name = "order.cycle.errand"
    _inherit = ["order.cycle.account.outbox", "mail.thread", "mail.activity.mixin"]
    _description = "Errand of a Carrier"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    account_id = fields.Many2one(
        "order.cycle.carrier.account",
        string="Carrier Account",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    environment = fields.Selection(related="account_id.environment")

    # === CRUD METHODS === #

    def write(self, vals):
        """Keep what happened from being rewritten: a row that is armed again asks again."""
        guarded = vals.keys() - self.env["order.cycle.consignment"]._cycle_mail_fields()
        if guarded and not self.env.su:
            raise AccessError(
                self.env._("What a carrier was asked cannot be written. Use the buttons instead.")
            )
        return super().write(vals)

    # === THE CALL === #

    def _prepare_call(self):
        call = self._open_call()
        if call:
            call.ask(self._question())
        return call

    # === THE ANSWER === #

    def _record(self, answer, attempt):
        if self.state not in ("sending", "unknown", "human") or self.attempt != attempt:
            # A person has answered meanwhile, and perhaps otherwise.
            self._tell_of_late_answer(answer)
        elif answer.error:
            self._record_error(answer.error)
        else:
            self._record_answer(answer.value)

    def _record_error(self, error):
        message = error_text(self.env, error)
        self.account_id._rest_after(error)
        if isinstance(error, CarrierAuthError):
            self._set_state("todo", message, self.account_id._closed_until())
        elif error.outcome == NOT_SENT:
            self._set_state("todo", message, self._backoff(error.retry_after_s))
        elif error.outcome == REFUSED:
            self._record_refusal(message)
        else:
            self._set_state("human", message)

    def _record_refusal(self, message):
        self._set_state("refused", message)

    def _tell_of_late_answer(self, answer):
        """Have a person told of an answer that came after another person had settled it."""
        if answer.value is None:
            return
        self.message_post(
            body=self.env._(
                "The carrier's answer came late, after somebody had settled this by hand: it has "
                "done what it was asked. Check that what stands here is right."
            )
        )
        self._ask_a_person()

    def _find_out(self):
        self._set_state(
            "human",
            self.state_message
            or self.env._("Nobody but the carrier can tell whether it has done this."),
        )

    def _follow_up(self):
        """Nothing remains once the carrier has answered."""

    # === WHAT FOLLOWS === #

    def _finish(self):
        self.effects_pending = False
        if self.state in ("human", "refused"):
            self._ask_a_person()
        elif self.state in ("done", "cancelled"):
            self.activity_unlink([ACTIVITY])

    def _ask_a_person(self):
        """Give whoever wanted this something to do."""
        person = self.create_uid if self.create_uid.active else self.env.user
        self.activity_unlink([ACTIVITY])
        self.activity_schedule(
            ACTIVITY,
            fields.Date.context_today(self),
            summary=self.name,
            note=self.state_message or "",
            user_id=person.id,
        )

    # === WHAT PEOPLE DO === #

    def action_answer(self):
        """Open the question that only a person can answer."""
        self.ensure_one()
        return self.env["order.cycle.errand.outcome"]._open_for(self)

    def _send_again(self, values=None):
        """Ask the carrier anew, as another request."""
        self.write({**self._new_identity(self.name), **(values or {}), "failures": 0})
        self._set_state("todo")
        self._wake()

    def _check_state(self, *states):
        """Refuse what does not fit the state any more, with the row locked.

        :raises UserError: somebody, or the worker, was faster
        """
        self.lock_for_update(allow_referencing=True)
        wrong = self.filtered(lambda row: row.state not in states)
        if wrong:
            words = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is “%(state)s” meanwhile, so this is not possible. Look at it again.",
                    name=wrong[0].name,
                    state=words[wrong[0].state],
                )
            )

    # === HOOKS === #

    def _question(self):
        """Return ``question(client)``; it touches no record."""
        raise NotImplementedError

    def _record_answer(self, value):
        """Store what the carrier has done."""
        raise NotImplementedError

    def _answer_made(self, reference):
        """Believe a person who found that the carrier has done it.

        :param str reference: what the carrier calls it
        """
        raise NotImplementedError

    def _answer_missing(self):
        """Ask again what the carrier has not done."""
        raise NotImplementedError

    def _answer_drop(self):
        """Neither ask again nor expect it."""
        raise NotImplementedError
