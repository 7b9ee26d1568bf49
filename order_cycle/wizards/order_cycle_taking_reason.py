from odoo import api, fields, models
from odoo.tools.misc import clean_context

from ..models.order_cycle_taking import REASON


class OrderCycleTakingReason(models.TransientModel):
    """Says whose goods a transfer would take, and asks why."""

    _name = "order.cycle.taking.reason"
    _description = "Take Reserved Goods"

    picking_ids = fields.Many2many("stock.picking", string="Transfers", readonly=True)
    victims = fields.Text(string="Reserved for", readonly=True)
    reason = fields.Char(help="Shown to the salesperson whose order loses the goods.")

    @api.model
    def _open_for(self, pickings, victims):
        """Return the action that asks why `pickings` take the goods of `victims`."""
        wizard = self.create({"picking_ids": pickings.ids, "victims": victims})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Reserved Goods"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            # What was answered already in Odoo's own windows (no backorder, ...) stays answered.
            "context": clean_context(self.env.context),
        }

    def action_take(self):
        """Validate the transfers with this reason."""
        self.ensure_one()
        self.picking_ids.check_access("write")
        return self.picking_ids.with_context(**{REASON: self.reason}).button_validate()
