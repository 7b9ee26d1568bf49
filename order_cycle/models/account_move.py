import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import CycleError
from ..tools import come_back, transact

_logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(hours=1)


class AccountMove(models.Model):
    _inherit = "account.move"

    cycle_send_at = fields.Datetime(
        string="To Send From",
        index="btree_not_null",
        copy=False,
        readonly=True,
        help="The cycle sends this invoice to the customer from this time on. Empty: it was sent, "
        "or nobody asked for it.",
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        self._cycle_signal(posted, "invoiced")
        return posted

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._cycle_signal(self, "paid")
        return result

    def _cycle_signal(self, moves, reason):
        if not self.env.context.get("order_cycle__advancing"):
            invoices = moves.filtered(lambda move: move.is_sale_document())
            # sudo: an accountant posts invoices of orders that are not theirs to read
            orders = invoices.sudo().line_ids.sale_line_ids.order_id
            self.env["order.cycle.signal"]._emit(orders, reason)

    # === SENDING === #

    def _cycle_queue_sending(self):
        """Have posted invoices sent in the background.

        Odoo's own queue makes the PDFs of ten invoices in one go: one that fails keeps the other
        nine from being sent, and Debian's wkhtmltopdf refuses more than one at a time.
        """
        if self:
            self.cycle_send_at = fields.Datetime.now()
            self.env.ref("order_cycle.cron_send").sudo()._trigger()

    @api.model
    def _cron_cycle_send(self):
        """Send what is queued, one invoice per transaction."""
        progress = self.env["ir.cron"]._commit_progress
        queued = self.search(self._cycle_to_send_domain(), order="cycle_send_at, id")
        seconds_left = progress(remaining=len(queued))
        handled = self.browse()
        for invoice_id in queued.ids:
            if not seconds_left:
                break
            # Alone, so that a commit does not make Odoo read the whole queue again.
            done = transact(self.env, self.browse(invoice_id)._cycle_send_if_due)
            handled += done
            seconds_left = progress(len(done))
        if not seconds_left:
            come_back(self.env, "order_cycle.cron_send")
        if handled:
            # Orders whose invoices were being sent could not advance meanwhile.
            come_back(self.env, "order_cycle.cron_advance")

    @api.model
    def _cycle_wake_sending(self):
        """Have the queue looked at, if there is something in it."""
        if self.search_count(self._cycle_to_send_domain(), limit=1):
            come_back(self.env, "order_cycle.cron_send")

    @api.model
    def _cycle_to_send_domain(self):
        return [("cycle_send_at", "<=", fields.Datetime.now()), ("state", "=", "posted")]

    def _cycle_is_busy(self):
        """Lock the orders of this invoice; return whether somebody else works on one of them.

        The worker that advances orders writes on their invoices too: whoever came second would
        have to throw away the work of a whole batch.
        """
        orders = self.line_ids.sale_line_ids.order_id
        return len(orders.try_lock_for_update(allow_referencing=True)) < len(orders)

    def _cycle_send_if_due(self):
        """Send this invoice, unless others work on it; return it if it was dealt with."""
        if self._cycle_is_busy():
            return self.browse()
        due = self.try_lock_for_update().filtered_domain(self._cycle_to_send_domain())
        if due:
            due._cycle_try_to_send()
        return due

    def _cycle_try_to_send(self):
        """Send, or show why not. No savepoint: a channel such as Peppol commits on its way."""
        try:
            self._cycle_send()
            self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  one invoice never stops the others
            self.env.cr.rollback()
            if not isinstance(error, UserError):
                _logger.exception("Invoice %s cannot be sent", self.id)
            self._cycle_sending_failed(error)

    def _cycle_send(self):
        """Make the PDF and send it the way the customer prefers."""
        self.ensure_one()
        company = self.company_id
        move = self.with_company(company).with_context(lang=company.partner_id.lang)
        partner = move.partner_id
        method = partner.commercial_partner_id.invoice_sending_method
        if method in (False, "email") and not partner.email:
            raise CycleError(
                "not_sent",
                self.env._(
                    "Invoice %(invoice)s cannot be sent: %(customer)s has no e-mail address.",
                    invoice=self.name,
                    customer=partner.display_name,
                ),
            )
        author = self.invoice_user_id or self.env.user
        self.env["account.move.send"]._generate_and_send_invoices(
            move, author_user_id=author.id, author_partner_id=author.partner_id.id
        )
        self.cycle_send_at = False
        self._cycle_sending_exceptions()._close("solved")

    def _cycle_sending_failed(self, error):
        """Try again later, and show it on the order."""
        self.cycle_send_at = fields.Datetime.now() + RETRY_AFTER
        for order in self.line_ids.sale_line_ids.order_id:
            self.env["order.cycle.exception"]._raise(order, "send", "not_sent", str(error))

    def _cycle_sending_exceptions(self):
        exceptions = self.line_ids.sale_line_ids.order_id.cycle_exception_ids
        return exceptions.filtered(lambda row: row.is_open and row.kind == "not_sent")
