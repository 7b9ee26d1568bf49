import logging
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import groupby

from ..exceptions import CycleError
from ..tools import come_back, is_concurrency_error, isolate, transact

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
    """The way of an order: `_advance` and its steps, in the order of the business.

    Part of `sale.order`. The steps of the accounts (invoice, collect) are in
    `order.cycle.accounts`.
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

    # confirm: what arrived and may be confirmed without asking anybody
    def _lacks_confirmation(self):
        return self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and (not order.cycle_policy_id or order.cycle_policy_id.auto_confirm)
            )
        )

    def _step_confirm(self):
        self._cycle_fill_from_policy()
        self.action_confirm()

    # promise: a date for everything that stock or a vendor can serve
    def _lacks_promise(self):
        return self.filtered(
            lambda order: (
                order.state == "sale"
                and order.cycle_policy_id
                and not order.commitment_date
                and order._cycle_goods_lines()
            )
        )

    def _step_promise(self):
        self.order_line._cycle_promise()
        for order in self:
            dates = order._cycle_goods_lines().mapped("cycle_promise_date")
            if dates and all(dates):
                wanted = order.cycle_requested_date
                order.commitment_date = max([*dates, *([wanted] if wanted else [])])

    # reserve: goods for deliveries that wait for them
    def _lacks_reservation(self):
        moves = self._cycle_waiting_moves()
        return self & moves.sale_line_id.order_id

    def _step_reserve(self):
        self._cycle_waiting_moves()._action_assign()

    # escalate: what is still missing goes to purchasing, what arrived is taken off the list
    def _lacks_escalation(self):
        return self.filtered(
            lambda order: (
                order._cycle_open_shortage_lines()
                or (
                    order.state == "sale"
                    and not order._cycle_waits_for_money(order.cycle_track_accounts)
                    and order.order_line._cycle_short_lines()
                )
            )
        )

    def _step_escalate(self):
        self.env["order.cycle.shortage"]._match_need(self.order_line)

    # ship: validate deliveries whose goods are all reserved, where the policy says so; what will
    # never leave is shown to a person
    def _lacks_shipping(self):
        return self.filtered(
            lambda order: (
                order.state == "sale"
                and order.cycle_policy_id
                and (
                    order.cycle_track_stock == "closed"
                    or (
                        order.cycle_policy_id.auto_ship
                        and not order._cycle_waits_for_money(order.cycle_track_accounts)
                        and order._cycle_ready_pickings()
                    )
                )
            )
        )

    def _step_ship(self):
        pickings = self._cycle_ready_pickings()
        pickings._cycle_without_questions().button_validate()
        undone = pickings.filtered(lambda picking: picking.state != "done")
        if undone:
            raise UserError(
                self.env._(
                    "Delivery %(delivery)s needs a decision that only a person can take. Open "
                    "it and validate it there.",
                    delivery=", ".join(undone.mapped("name")),
                )
            )
        # In a warehouse of several steps the next transfer may be ready now.
        self.env["order.cycle.signal"]._emit(
            self.filtered(lambda order: order._cycle_ready_pickings()), "shipped"
        )

    # complete: delivered and paid, by quantities and money
    def _lacks_completion(self):
        return self.filtered(
            lambda order: (order.cycle_stage == "complete") != bool(order.cycle_completed_at)
        )

    def _step_complete(self):
        for order in self:
            is_complete = order.cycle_stage == "complete"
            order.cycle_completed_at = is_complete and fields.Datetime.now()

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

    def _cycle_fill_from_policy(self):
        """Give the orders what their policy says and nobody chose: terms and delivery method."""
        for order in self.filtered("cycle_policy_id"):
            policy = order.cycle_policy_id
            if policy.payment_term_id and not order.payment_term_id:
                order.payment_term_id = policy.payment_term_id
            if not order.carrier_id and order._cycle_goods_lines():
                order.carrier_id = policy._carrier_for(order)
            customer = order.partner_id.commercial_partner_id
            if not customer.cycle_payment_preference:
                customer.cycle_payment_preference = policy.settlement

    def _cycle_waiting_moves(self):
        """Return the stock moves of confirmed orders that wait for goods.

        Where the warehouse reserves by hand or on a later day, that is left to it.
        """
        orders = self.filtered(lambda order: order.state == "sale")
        return orders.order_line.move_ids.filtered(
            lambda move: (
                move.state in ("confirmed", "partially_available")
                and move._cycle_reserves_by_itself()
            )
        )

    def _cycle_open_shortage_lines(self):
        return self.cycle_shortage_line_ids.filtered(lambda line: line.state == "open")

    def _cycle_ready_pickings(self):
        """Return the deliveries that may leave: everything reserved, or parts if allowed."""
        pickings = self.picking_ids.filtered(
            lambda picking: (
                picking.state == "assigned"
                and picking.picking_type_code in ("outgoing", "internal")
            )
        )
        return pickings.filtered(
            lambda picking: (
                picking.sale_id.cycle_policy_id.ship_partial
                or all(
                    move.state == "assigned" for move in picking.move_ids if move._cycle_is_open()
                )
            )
        )

    # === CRON === #

    @api.model
    def _cron_advance(self, batch_size=50):
        """Advance every order that has a signal, in batches with a commit each.

        :param int batch_size: orders per transaction
        """
        Signal = self.env["order.cycle.signal"]
        progress = self.env["ir.cron"]._commit_progress
        seconds_left = progress(remaining=Signal._count_orders())
        left_out, has_advanced, full_size = set(), False, batch_size
        while seconds_left and (orders := Signal._next_orders(batch_size, left_out)):
            advanced = orders._advance_signalled()
            if advanced or batch_size == 1:
                left_out.update((orders - advanced).ids)
            batch_size = min(2 * batch_size, full_size) if advanced else max(batch_size // 4, 1)
            has_advanced = has_advanced or bool(advanced)
            seconds_left = progress(len(advanced))
        if not seconds_left:
            come_back(self.env, "order_cycle.cron_advance")
        if has_advanced:
            # Invoices of the orders that were busy here could not be sent meanwhile.
            self.env["account.move"]._cycle_wake_sending()

    def _advance_signalled(self):
        """Advance those of these orders that nobody else holds, and drop their signals.

        :return: the orders advanced; none if another transaction got in the way
        """
        Signal = self.env["order.cycle.signal"]
        try:
            orders = self.try_lock_for_update(allow_referencing=True)
            # Read again under the lock: another worker may just have done them.
            signals = Signal.search([("order_id", "in", orders.ids), *Signal._due_domain()])
            orders = signals.order_id
            # Who took an order back into their hands does not want it to go on.
            orders.filtered("cycle_captured_at")._advance()
            signals.unlink()
            self.env.flush_all()
        except psycopg2.OperationalError as error:
            if not is_concurrency_error(error):
                raise
            _logger.info("Orders %s: another transaction got in the way, later again", self.ids)
            self.env.cr.rollback()
            return self.browse()
        except Exception as error:
            # Not one of the steps, which are isolated: the batch is tried again in smaller ones,
            # until the order that nobody can look at stands alone.
            self.env.cr.rollback()
            if len(self) > 1:
                return self.browse()
            _logger.exception("Order %s cannot be looked at", self.id)
            return transact(self.env, partial(self._put_aside, error))
        return orders

    def _put_aside(self, error):
        """Show that this order cannot even be looked at; it is tried again later."""
        self.env["order.cycle.signal"].search([("order_id", "=", self.id)]).unlink()
        self._cycle_fail("advance", error)
        return self
