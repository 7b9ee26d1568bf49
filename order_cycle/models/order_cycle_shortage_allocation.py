from odoo import models


class ShortageAllocation(models.Model):
    """The goods of a shortage may be shared out otherwise."""

    _inherit = "order.cycle.shortage"

    def action_simulate_allocation(self):
        """Open who has these goods today, and who would have them by the allocation rule."""
        self.ensure_one()
        return self.env["order.cycle.allocation"]._open_for(self.product_id, self.warehouse_id)
