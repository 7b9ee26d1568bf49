from odoo import api, fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    cycle_hold_ids = fields.One2many("order.cycle.hold", "transaction_id", string="Held Goods")

    @api.model_create_multi
    def create(self, vals_list):
        """Hold the goods while the customer pays, where the channel wants that."""
        transactions = super().create(vals_list)
        # sudo: a visitor who pays holds what they pay for
        for transaction in transactions.sudo():
            transaction.sale_order_ids._cycle_hold_while_paying(transaction)
        return transactions

    def _set_canceled(self, *args, **kwargs):
        """Who gives up paying gives the goods back."""
        transactions = super()._set_canceled(*args, **kwargs)
        transactions._cycle_give_back()
        return transactions

    def _set_error(self, *args, **kwargs):
        """Whose payment fails gives the goods back; paying again holds them again."""
        transactions = super()._set_error(*args, **kwargs)
        transactions._cycle_give_back()
        return transactions

    def _cycle_give_back(self):
        """End what is held for these payments, unless the same order is being paid otherwise."""
        # sudo: a provider that tells of a failure has no right on anything
        for transaction in self.sudo():
            others = transaction.sale_order_ids.transaction_ids - transaction
            if not any(other.state in ("pending", "authorized", "done") for other in others):
                transaction.cycle_hold_ids._end()
