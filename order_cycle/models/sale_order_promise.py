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

    def _action_confirm(self):
        """A date that was set while this was a quotation is a promise from now on."""
        result = super()._action_confirm()
        # sudo: a customer who confirms on the portal keeps no ledger
        self.sudo()._cycle_adopt_dates()
        return result

    def _action_cancel(self):
        """Nobody has to decide about the dates of an order that is cancelled."""
        result = super()._action_cancel()
        self.sudo()._cycle_drop_proposals()
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """Whoever sends the customer a mail with the date has told them."""
        context = self.env.context
        tells = context.get("order_cycle__tells_promise") or context.get("mark_so_as_sent")
        if tells and not (message.is_internal or message.subtype_id.internal):
            self.sudo().cycle_promise_ids._in_force()._mark_told()
        return super()._message_post_after_hook(message, msg_vals)
