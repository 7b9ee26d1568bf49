from odoo import models


class SaleOrder(models.Model):
    """What Odoo's own doors do to a promise; the promise itself is in `order.cycle.promised`."""

    _inherit = "sale.order"

    def write(self, vals):
        """A date that a person sets is a promise with an author."""
        result = super().write(vals)
        if vals.get("commitment_date") and not self.env.context.get("order_cycle__ledger"):
            self._cycle_promise_by_hand()
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """Whoever sends the customer a mail with the date has told them."""
        context = self.env.context
        if context.get("order_cycle__tells_promise") or context.get("mark_so_as_sent"):
            self.sudo().cycle_promise_ids._in_force()._mark_told()
        return super()._message_post_after_hook(message, msg_vals)
