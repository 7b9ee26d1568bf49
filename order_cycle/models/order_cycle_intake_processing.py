import logging

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import come_back, isolate, transact

_logger = logging.getLogger(__name__)


class OrderCycleIntakeProcessing(models.AbstractModel):
    """Makes orders of what can be read; what cannot is rejected, with its errors.

    Part of the intake. Reading and building are with `order.cycle.intake.document` and
    `order.cycle.order.builder`.
    """

    _name = "order.cycle.intake.processing"
    _inherit = "order.cycle.intake.register"
    _description = "Processing of Received Orders"

    def _process(self):
        """Make orders of the pending rows; a bad one is rejected, the others go on."""
        pending = self.filtered(lambda row: row.state == "pending")
        for company, rows in pending.grouped("company_id").items():
            rows.with_company(company)._process_company()

    def _process_company(self):
        reader = self.env["order.cycle.intake.document"]
        builder = self.env["order.cycle.order.builder"]
        documents, errors = {}, {}
        for row in self:
            try:
                documents[row], errors[row] = reader._read(row.payload)
            except Exception as error:  # noqa: BLE001  one order never stops the others
                row._reject_error(error)
        readable = self.filtered(lambda row: row in documents)
        # Everything that is wrong is named at once, also what only the database knows.
        for row, more in builder._find_errors(documents).items():
            errors[row] += more
        wrong = readable.filtered(lambda row: errors[row])
        for row in wrong:
            row._reject(errors[row])
        isolate(
            readable - wrong,
            lambda rows: builder._build(rows, documents),
            lambda row, error: row._reject_error(error),
        )

    def _accept(self, order):
        self.write({"state": "accepted", "order_id": order.id, "errors": False})
        conflicts = self._same_reference("conflict").filtered(lambda row: not row.order_id)
        conflicts.order_id = order
        conflicts._tell_conflict()

    def _reject(self, errors):
        self.write({"state": "rejected", "errors": errors})

    def _reject_error(self, error):
        if not isinstance(error, UserError):
            _logger.error("Received order %s", self.id, exc_info=error)
        self._reject([{"line": None, "field": "", "message": str(error)}])

    # === CRON === #

    @api.model
    def _cron_process(self, batch_size=50):
        """Make orders of what large files left to be done."""
        progress = self.env["ir.cron"]._commit_progress
        domain = [("state", "=", "pending")]
        seconds_left = progress(remaining=self.search_count(domain))
        while seconds_left:
            done = transact(self.env, lambda: self._process_next(domain, batch_size))
            if not done:
                break
            seconds_left = progress(done)
        if not seconds_left:
            come_back(self.env, "order_cycle.cron_intake")

    @api.model
    def _process_next(self, domain, limit):
        """Make orders of the oldest rows that nobody else works on; return how many."""
        rows = self.search(domain, limit=limit, order="id").try_lock_for_update()
        rows._process()
        return len(rows)
