from odoo import fields, models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def button_approve(self, force=False):
        """Whoever of several vendors gets the order is the answer to the shortage."""
        result = super().button_approve(force=force)
        confirmed = self.filtered(lambda order: order.state == "purchase")
        # sudo: a buyer answers a shortage without rights on its orders
        for line in confirmed.order_line.sudo():
            for shortage in line.cycle_inquiry_ids:
                shortage._take_winner(line)
        return result


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    cycle_inquiry_ids = fields.Many2many(
        "order.cycle.shortage",
        "order_cycle_shortage_inquiry_rel",
        "purchase_line_id",
        "shortage_id",
        string="Asked For Shortages",
        readonly=True,
        copy=False,
        help="Several vendors were asked for these goods; one of them gets the order.",
    )
