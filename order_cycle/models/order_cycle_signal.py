from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class OrderCycleSignal(models.Model):
    """Something happened to an order: the worker should look at it again.

    Signals are only ever inserted and deleted: two events never wait for each other here, and the
    order in which they come does not matter.
    """

    _name = "order.cycle.signal"
    _description = "Order Signal"
    _order = "wake_at, id"
    _rec_name = "reason"
    _log_access = False

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True)
    reason = fields.Selection(
        [
            ("captured", "Order captured"),
            ("confirmed", "Order confirmed or cancelled"),
            ("supply", "Goods became available"),
            ("choice", "Carrier chosen, or to be chosen anew"),
            ("shipped", "Goods left"),
            ("stopped", "Goods will not leave"),
            ("booked", "Carrier answered"),
            ("tracked", "Goods moved on"),
            ("invoiced", "Invoice posted"),
            ("paid", "Payment recorded"),
            ("retry", "Somebody asked to try again"),
            ("backoff", "Tried again after a failure"),
            ("clock", "Regular look"),
        ],
        required=True,
    )
    wake_at = fields.Datetime(required=True, index=True, default=fields.Datetime.now)

    @api.model
    def _emit(self, orders, reason, delay_s=0):
        """Ask the worker to look at those of `orders` that travel the cycle.

        :param orders: sale.order recordset
        :param str reason: a value of the field `reason`
        :param float delay_s: seconds from now
        """
        orders = orders.sudo().filtered("cycle_captured_at")
        if not orders:
            return
        wake_at = fields.Datetime.now() + timedelta(seconds=delay_s)
        # sudo: whoever causes an event may do so without any right on the queue
        self.sudo().create(
            [{"order_id": order.id, "reason": reason, "wake_at": wake_at} for order in orders]
        )
        cron = self.env.ref("order_cycle.cron_advance", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(at=wake_at)

    @api.model
    def _due_domain(self):
        return [("wake_at", "<=", fields.Datetime.now())]

    @api.model
    def _next_orders(self, limit, leave_out=()):
        """Return the orders that have waited longest, at most `limit`, without `leave_out`."""
        domain = [*self._due_domain(), ("order_id", "not in", list(leave_out))]
        groups = self._read_group(domain, ["order_id"], ["id:min"], limit=limit, order="id:min")
        return self.env["sale.order"].union(*(order for order, _first in groups))

    @api.model
    def _count_orders(self):
        [[count]] = self._read_group(self._due_domain(), [], ["order_id:count_distinct"])
        return count

    @api.model
    def _cron_clock(self):
        """Have every open order without a signal looked at once, whatever events were missed."""
        self.env["sale.order"].flush_model(["cycle_stage"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_cycle_signal (order_id, reason, wake_at)
                     SELECT so.id, 'clock', now() AT TIME ZONE 'UTC'
                       FROM sale_order so
                      WHERE so.cycle_stage IN %s
                        AND NOT EXISTS (
                                SELECT 1 FROM order_cycle_signal s WHERE s.order_id = so.id)
                """,
                self.env["sale.order"]._cycle_open_stages(),
            )
        )
        self.env.ref("order_cycle.cron_advance")._trigger()
