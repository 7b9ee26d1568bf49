from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCycleEscalating(models.AbstractModel):
    """What a delivery waits for, and the way from there to a remedy. Part of stock.picking."""

    _name = "order.cycle.escalating"
    _description = "Delivery that Waits for Goods"

    cycle_shortage_count = fields.Integer(
        compute="_compute_cycle_shortages",
        compute_sudo=True,
        help="Products this delivery waits for, because its order cannot be served.",
    )
    cycle_unanswered_count = fields.Integer(
        compute="_compute_cycle_shortages",
        compute_sudo=True,
        help="Those of them that no buyer has answered yet.",
    )

    @api.depends("state", "sale_id", "move_ids.product_id")
    def _compute_cycle_shortages(self):
        # Every list and form of deliveries reads this: two queries for all of them.
        waiting = self.filtered(lambda picking: picking.state not in ("done", "cancel"))
        by_picking = waiting._cycle_shortages()
        for picking in self:
            shortages = by_picking.get(picking, self.env["order.cycle.shortage"])
            picking.cycle_shortage_count = len(shortages)
            picking.cycle_unanswered_count = len(
                shortages.filtered(lambda shortage: shortage.state == "open")
            )

    # === ACTION METHODS === #

    def action_escalate_shortages(self):
        """Open the purchasing escalation wizard on what these deliveries wait for."""
        shortages = self._cycle_all_shortages()
        if not shortages:
            raise UserError(
                self.env._("Nothing is missing for this delivery: every product of it is there.")
            )
        return shortages.action_escalate()

    def action_view_cycle_shortages(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_shortages")
        ids = self._cycle_all_shortages().ids
        action["domain"] = [("id", "in", ids)]
        action["context"] = {}
        if len(ids) == 1:
            action.update(res_id=ids[0], views=[(False, "form")], view_mode="form")
        return action

    # === BUSINESS METHODS === #

    def _cycle_all_shortages(self):
        # sudo: only to find out which they are; whoever opens them needs rights of their own
        found = self.sudo()._cycle_shortages().values()
        return self.env["order.cycle.shortage"].union(*found).sudo(self.env.su)

    def _cycle_shortages(self):
        """Return {delivery: shortages of its order's products that are not solved}."""
        lines = self.env["order.cycle.shortage.line"].search(
            [("state", "=", "open"), ("order_id", "in", self.sale_id.ids)]
        )
        by_order = lines.grouped("order_id")
        found = {}
        for picking in self:
            own = by_order.get(picking.sale_id, lines.browse())
            found[picking] = own.shortage_id.filtered(
                lambda shortage, goods=picking.move_ids.product_id: shortage.product_id in goods
            )
        return found
