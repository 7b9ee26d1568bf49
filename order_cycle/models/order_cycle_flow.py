import logging

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import groupby

from ..exceptions import CycleError
from ..tools import isolate

_logger = logging.getLogger(__name__)

# What the automatic run does not write: change-by-change notes in the chatter of documents whose
# stage, tracks and exceptions say the same, and a mail for each activity. Journal entries keep
# their notes where the law wants them (`_cycle_audited`).
QUIET = {
    "tracking_disable": True,
    "mail_activity_quick_update": True,
    "order_cycle__advancing": True,
}


class OrderCycleFlow(models.AbstractModel):
    """The way of an order: `_advance` runs its steps in the order of the business.

    Part of `sale.order`. What each step asks and does is in `order.cycle.steps` and, for the
    accounts (invoice, collect), in `order.cycle.accounts`.
    """

    _name = "order.cycle.flow"
    _description = "Flow of an Order"

    def _advance(self):
        """Bring each order as far as its policy and the facts allow.

        Each step asks which orders lack what it provides, provides it to all of them together by
        Odoo's own methods, and so changes what it asks for: it may be repeated at any time. An
        order that fails a step becomes an exception and the others go on.

        :raises psycopg2.OperationalError: another transaction got in the way; the caller rolls
            back and tries again
        """
        for company, group in groupby(self, lambda order: order.company_id):
            orders = self.browse(order.id for order in group)._cycle_env(company)
            self.env["order.cycle.policy"]._assign(orders)
            orders._run_step("confirm", orders._lacks_confirmation(), "_step_confirm")
            orders._run_step("promise", orders._lacks_promise(), "_step_promise")
            orders._run_step("reserve", orders._lacks_reservation(), "_step_reserve")
            orders._run_step("escalate", orders._lacks_escalation(), "_step_escalate")
            orders._run_step("choose", orders._lacks_choice(), "_step_choose")
            orders._run_step("ship", orders._lacks_shipping(), "_step_ship")
            orders._run_step("invoice", orders._lacks_invoice(), "_step_invoice")
            orders._run_step("collect", orders._lacks_collection(), "_step_collect")
            orders._run_step("complete", orders._lacks_completion(), "_step_complete")
            self.env["order.cycle.exception"]._cure(orders, "advance")

    def _run_step(self, step, orders, method):
        """Call `method` on those of `orders` that nothing keeps from `step`, bad ones apart.

        :param self: all orders that are looked at; those that do not lack `step` (any more) have
            no open exception of it
        """
        passing = orders.filtered(lambda order: order._cycle_may_pass(step))
        done = isolate(
            passing,
            lambda batch: getattr(batch, method)(),
            lambda order, error: order._cycle_fail(step, error),
        )
        self.env["order.cycle.exception"]._cure((self - orders) | done, step)

    def _cycle_may_pass(self, step):
        """Return whether nothing that can be seen beforehand keeps this order from `step`.

        What is known to fail is not tried: a failure in a batch makes the others start again.
        """
        self.ensure_one()
        if self._cycle_is_blocked(step):
            return False
        try:
            problem = self._cycle_problem(step)
        except psycopg2.Error:
            raise
        except Exception as error:  # noqa: BLE001  one order never stops the others
            problem = error
        if problem:
            self._cycle_fail(step, problem)
        return not problem

    def _cycle_problem(self, step):
        """Return a `CycleError` with what keeps this order from `step`, or None."""
        if step == "confirm" and not self.cycle_policy_id:
            text = self.env._(
                "No policy fits order %(order)s, so nobody has said what may happen to it by "
                "itself.",
                order=self.name,
            )
            return CycleError("no_policy", text)
        if step == "choose":
            return self._cycle_choice_problem()
        if step == "ship" and self.cycle_track_stock == "closed":
            return CycleError("short_closed", self._cycle_closed_text())
        if step == "ship":
            return self._cycle_ready_pickings()._cycle_shipment_problem()
        if step == "invoice" and (moves := self._cycle_corrected_moves()):
            text = self.env._(
                "%(documents)s took back what was billed for order %(order)s, so nothing more is "
                "billed by itself.",
                documents=", ".join(moves.mapped("display_name")),
                order=self.name,
            )
            return CycleError("credited", text)
        if step == "collect" and self._cycle_amount_to_collect() > 0:
            return self._cycle_journal_problem()
        return None

    # === HOOKS OF THE FLOW === #

    @api.model
    def _cycle_step_selection(self):
        return [
            ("advance", self.env._("Look at the order")),
            ("capture", self.env._("Capture")),
            ("confirm", self.env._("Confirm")),
            ("promise", self.env._("Promise")),
            ("reserve", self.env._("Reserve")),
            ("escalate", self.env._("Escalate")),
            ("choose", self.env._("Choose the carrier")),
            ("ship", self.env._("Ship")),
            ("book", self.env._("Book")),
            ("deliver", self.env._("Deliver")),
            ("invoice", self.env._("Invoice")),
            ("send", self.env._("Send the invoice")),
            ("collect", self.env._("Collect")),
            ("complete", self.env._("Complete")),
        ]

    def _cycle_env(self, company):
        """Return these orders as the worker sees them: their company, its language, no noise."""
        lang = company.partner_id.lang or self.env.user.lang
        return self.with_company(company).with_context(lang=lang, **QUIET)

    def _cycle_is_blocked(self, step):
        return any(
            exception.is_blocking and exception.step == step and exception.is_open
            for exception in self.cycle_exception_ids
        )

    def _cycle_fail(self, step, error):
        """Show on the order why `step` could not be done."""
        kind, cause = getattr(error, "cycle_kind", "failed"), str(error)
        if not isinstance(error, UserError):
            _logger.error("Order %s, step %s", self.id, step, exc_info=error)
            kind, cause = "crashed", f"{type(error).__name__}: {error}"
        Exception_ = self.env["order.cycle.exception"]
        Exception_._cure(self, step, except_kind=kind)
        exception = Exception_._raise(self, step, kind, cause)
        if kind == "crashed":
            self.env["order.cycle.signal"]._emit(self, "backoff", exception._backoff_s())

    def _cycle_exception_owner(self):
        """Return who looks after an exception of this order."""
        self.ensure_one()
        return (
            self.user_id
            or self.cycle_channel_id.user_id
            or self.cycle_policy_id.user_id
            or self.create_uid
        )
