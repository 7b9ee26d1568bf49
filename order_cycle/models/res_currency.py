from odoo import api, models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.model
    def _cycle_in_use(self, codes, company):
        """Return the currencies of `codes` that amounts of `company` can be converted from.

        Odoo takes a currency without any rate for worth as much as the company's own.
        """
        found = self.search([("name", "in", list(codes))])
        # sudo: whoever converts need not be able to read rates
        rates = (
            self.env["res.currency.rate"]
            .sudo()
            .search(
                [
                    ("currency_id", "in", found.ids),
                    ("company_id", "in", (False, company.root_id.id)),
                ]
            )
        )
        return found & (rates.currency_id.sudo(False) | company.currency_id)
