from odoo import api, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        """Hold the goods while the customer pays, where the channel wants that."""
        transactions = super().create(vals_list)
        # sudo: a visitor who pays holds what they pay for
        transactions.sudo().sale_order_ids._cycle_hold_by_itself()
        return transactions
