from collections import defaultdict

from odoo import Command, fields, models

from ..exceptions import CycleError


class OrderCycleAccounts(models.AbstractModel):
    """The accounts track of an order: invoice, payment, ledger."""

    _name = "order.cycle.accounts"
    _description = "Accounts Track of an Order"

    # invoice: at the event the policy names, posted and handed to Odoo's sending queue
    def _lacks_invoice(self):
        return self.filtered(
            lambda order: (
                order.state == "sale"
                and order.cycle_policy_id.auto_invoice
                and order.cycle_track_accounts in ("waiting", "partial")
                and order._cycle_invoice_event_reached()
                and order._cycle_invoiceable_lines()
            )
        )

    def _cycle_invoiceable_lines(self):
        """Return the lines of which something can be invoiced now."""
        self.ensure_one()
        is_early = self.cycle_policy_id.invoice_on == "confirm"
        return self._cycle_billable_lines().filtered(
            lambda line: (
                not line.product_uom_id.is_zero(
                    line.product_uom_qty - line.qty_invoiced if is_early else line.qty_to_invoice
                )
            )
        )

    def _cycle_corrected_moves(self):
        """Return cancelled invoices and posted credit notes: a person has decided there."""
        return self.order_line.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "cancel"
                or (move.state == "posted" and move.move_type == "out_refund")
            )
        )

    def _cycle_invoice_event_reached(self):
        self.ensure_one()
        if self.cycle_policy_id.invoice_on == "confirm":
            return True
        return self.cycle_track_stock in ("shipped", "none")

    def _step_invoice(self):
        early = self.filtered(lambda order: order.cycle_policy_id.invoice_on == "confirm")
        early._force_lines_to_invoice_policy_order()
        # `final` takes down payments and negative lines off what is billed.
        invoices = self._cycle_audited()._create_invoices(grouped=True, final=True)
        invoices.action_post()
        self._cycle_tell_of_provider()
        to_send = self.filtered(lambda order: order.cycle_policy_id.auto_send)
        to_send.order_line.invoice_lines.move_id.filtered(
            lambda move: move in invoices
        )._cycle_queue_sending()

    def _cycle_tell_of_provider(self):
        """Open the next steps for orders whose invoice is paid as soon as it is posted.

        Odoo sets what a payment provider has taken off against the invoice at once; nothing is
        left to collect then, and nobody else says that the money is there.
        """
        paid = self.filtered(
            lambda order: (
                order.cycle_policy_id.settlement == "prepaid"
                and order.cycle_track_accounts == "paid"
            )
        )
        self.env["order.cycle.signal"]._emit(paid, "paid")

    def _cycle_audited(self):
        """Keep the change log of journal entries where the company's law asks for it."""
        if any(company.restrictive_audit_trail for company in self.company_id):
            return self.with_context(tracking_disable=False)
        return self

    # collect: money that is there already, of cash sales and prepaid orders
    def _lacks_collection(self):
        return self.filtered(
            lambda order: order._cycle_amount_to_collect() > 0 or order._cycle_payment_gap_is_news()
        )

    def _cycle_amount_to_collect(self):
        """Return the money at hand that is not recorded yet, in the order's currency."""
        self.ensure_one()
        settlement = self.cycle_policy_id.settlement
        if self.cycle_track_accounts not in ("open", "partial") or self._cycle_shares_invoices():
            return 0.0
        if settlement == "cash":
            # Never more than was billed, whatever keeps a payment from settling its invoice.
            unrecorded = self._cycle_billed_amount() - self._cycle_recorded_amount()
            return max(self.currency_id.round(min(self._cycle_residual(), unrecorded)), 0.0)
        if settlement == "prepaid" and self.cycle_paid_amount:
            return self.currency_id.round(self.cycle_paid_amount - self._cycle_recorded_amount())
        return 0.0

    def _cycle_shares_invoices(self):
        """Return whether an invoice bills other orders too: then a person records its payment."""
        return bool(self._cycle_posted_invoices().line_ids.sale_line_ids.order_id - self)

    def _cycle_recorded_amount(self):
        live = self.cycle_payment_ids.filtered(
            lambda payment: payment.state not in ("canceled", "rejected")
        )
        return sum(live.mapped("amount"))

    def _cycle_billed_amount(self):
        """Return what the posted invoices of this order come to, less its credit notes."""
        return sum(
            move.amount_total if move.move_type == "out_invoice" else -move.amount_total
            for move in self._cycle_posted_invoices()
        )

    def _cycle_residual(self):
        invoices = self._cycle_posted_invoices().filtered(
            lambda move: move.move_type == "out_invoice"
        )
        return sum(invoices.mapped("amount_residual"))

    def _cycle_open_amount(self):
        """Return what the customer has still to pay of the whole order, billed or not."""
        self.ensure_one()
        paid = max(
            self._cycle_billed_amount() - self._cycle_residual(), self._cycle_recorded_amount()
        )
        return max(self.currency_id.round(self.amount_total - paid), 0.0)

    def _step_collect(self):
        self.filtered(lambda order: order._cycle_amount_to_collect() > 0)._cycle_record_payments()
        for order in self.filtered(lambda order: order._cycle_payment_gap_is_news()):
            gap = order._cycle_payment_gap_text()
            if gap:
                self.env["order.cycle.exception"]._raise(order, "collect", "payment", gap)
            else:
                order._cycle_payment_gap_exceptions()._close("solved")

    def _cycle_record_payments(self):
        payments = self.env["account.payment"].create(
            [order._prepare_cycle_payment_vals() for order in self]
        )
        payments.action_post()
        for order, payment in zip(self, payments, strict=True):
            order.cycle_payment_ids = [Command.link(payment.id)]
        self._cycle_reconcile(payments)
        paid = self.filtered(lambda order: order.cycle_policy_id.settlement == "prepaid")
        # Recorded money opens the next steps for orders that waited for it.
        self.env["order.cycle.signal"]._emit(paid, "paid")

    def _cycle_journal_problem(self):
        """Return a `CycleError` when there is no journal to pay into, else None."""
        if self.cycle_policy_id._payment_journal(self.company_id):
            return None
        text = self.env._(
            "Policy %(policy)s takes money, but company %(company)s has no journal to pay it into.",
            policy=self.cycle_policy_id.name,
            company=self.company_id.name,
        )
        return CycleError("no_journal", text)

    def _prepare_cycle_payment_vals(self):
        self.ensure_one()
        invoice = self._cycle_posted_invoices()[:1]
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).account_id[:1]
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "amount": self._cycle_amount_to_collect(),
            "currency_id": self.currency_id.id,
            "date": self.cycle_paid_on or fields.Date.context_today(self),
            "journal_id": self.cycle_policy_id._payment_journal(self.company_id).id,
            "company_id": self.company_id.id,
            "memo": self.cycle_paid_reference or invoice.name,
            # A fiscal position may have moved the invoice to another receivable account.
            "destination_account_id": receivable.id,
        }

    def _cycle_reconcile(self, payments):
        """Match each payment with the open receivables of its order, all in one plan."""
        plan, matched = [], defaultdict(lambda: self.env["account.payment"])
        for order, payment in zip(self, payments, strict=True):
            invoices = order._cycle_posted_invoices()
            lines = (invoices + payment.move_id).line_ids.filtered(
                lambda line, account=payment.destination_account_id: (
                    line.account_id == account
                    and line.parent_state == "posted"
                    and not line.reconciled
                )
            )
            if len(lines) > 1:
                plan.append(lines)
            for invoice in invoices:
                matched[invoice] |= payment
        self.env["account.move.line"]._reconcile_plan(plan)
        for invoice, invoice_payments in matched.items():
            invoice.matched_payment_ids += invoice_payments

    # a payment that is not what is due is shown to a person, once
    def _cycle_payment_gap_text(self):
        """Return how the money at hand differs from what is due, or False."""
        self.ensure_one()
        if self.cycle_track_accounts not in ("open", "paid"):
            return False
        settlement, residual = self.cycle_policy_id.settlement, self._cycle_residual()
        due, recorded = self._cycle_billed_amount(), self._cycle_recorded_amount()
        if settlement == "cash" and recorded and residual:
            return self.env._(
                "Payments of %(paid)s are recorded for a cash sale of %(due)s, but %(open)s of its "
                "invoice is still open.",
                paid=self.currency_id.format(recorded),
                due=self.currency_id.format(due),
                open=self.currency_id.format(residual),
            )
        if settlement != "prepaid" or not self.cycle_paid_amount:
            return False
        is_over = self.currency_id.compare_amounts(self.cycle_paid_amount, due) > 0
        if not residual and not is_over:
            return False
        return self.env._(
            "The channel reported a payment of %(paid)s for an invoice of %(due)s; %(open)s of it "
            "is still open.",
            paid=self.currency_id.format(self.cycle_paid_amount),
            due=self.currency_id.format(due),
            open=self.currency_id.format(residual),
        )

    def _cycle_payment_gap_is_news(self):
        """Return whether a gap has opened that nobody was told of, or one has closed."""
        self.ensure_one()
        if self.cycle_policy_id.settlement == "credit" or self._cycle_amount_to_collect() > 0:
            return False
        told = self._cycle_payment_gap_exceptions()
        if self._cycle_payment_gap_text():
            return not told
        return any(told.mapped("is_open"))

    def _cycle_payment_gap_exceptions(self):
        return self.cycle_exception_ids.filtered(
            lambda exception: exception.kind == "payment" and exception.state != "solved"
        )
