import logging
from functools import partial

import psycopg2

from odoo import api, models
from odoo.tools import SQL

from ..tools import come_back, is_concurrency_error, transact

_logger = logging.getLogger(__name__)


class OrderCycleWorker(models.AbstractModel):
    """The worker that advances the orders with signals, batch by batch. Part of `sale.order`."""

    _name = "order.cycle.worker"
    _description = "Worker of the Flow"

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
            orders._cycle_pass_gates()
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

    def _cycle_pass_gates(self):
        """Have nobody else promise or reserve the goods that these orders still want.

        Once for all of them, so that two workers never wait in a circle, and before anything is
        read: the less time has gone by since this transaction began, the less was taken meanwhile.

        :raises psycopg2.errors.SerializationFailure: others did so since this transaction began
        """
        if self:
            self.env["order.cycle.gate"]._pass(self._cycle_gates())

    def _cycle_gates(self):
        """Return the gates of the goods that these orders still want: see `_pass`."""
        self.env.cr.execute(
            SQL(
                """SELECT move.product_id, place.warehouse_id
                     FROM sale_order_line line
                     JOIN stock_move move ON move.sale_line_id = line.id
                     JOIN stock_location place ON place.id = move.location_id
                    WHERE line.order_id IN %(orders)s AND place.usage = 'internal'
                      AND move.state IN ('waiting', 'confirmed', 'partially_available')
                    UNION
                   SELECT line.product_id, cycle_order.warehouse_id
                     FROM sale_order_line line
                     JOIN sale_order cycle_order ON cycle_order.id = line.order_id
                     JOIN product_product product ON product.id = line.product_id
                     JOIN product_template template ON template.id = product.product_tmpl_id
                    WHERE line.order_id IN %(orders)s AND template.is_storable
                      AND cycle_order.state IN ('draft', 'sent')""",
                orders=tuple(self.ids),
            )
        )
        return set(self.env.cr.fetchall())

    def _put_aside(self, error):
        """Show that this order cannot even be looked at; it is tried again later."""
        self.env["order.cycle.signal"].search([("order_id", "=", self.id)]).unlink()
        self._cycle_fail("advance", error)
        return self
