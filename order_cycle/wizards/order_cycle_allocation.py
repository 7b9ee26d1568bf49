from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .allocation_plan import AllocationPlan


class OrderCycleAllocation(models.TransientModel):
    """Who has the goods of a product today, and who would have them by a rule.

    Simulating writes nothing but the window. Applying moves what is reserved.
    """

    _name = "order.cycle.allocation"
    _inherit = ["order.cycle.allocation.applying"]
    _description = "Simulate Allocation"

    product_id = fields.Many2one(
        "product.product", required=True, domain="[('is_storable', '=', True)]"
    )
    warehouse_id = fields.Many2one("stock.warehouse", required=True)
    company_id = fields.Many2one(related="warehouse_id.company_id")
    rule_id = fields.Many2one(
        "order.cycle.allocation.rule",
        string="By Rule",
        required=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    pool_qty = fields.Float(
        string="To Share Out",
        readonly=True,
        digits="Product Unit",
        help="What orders have reserved, and what is free: without what is held for quotations.",
    )
    reason = fields.Char(help="Shown to the salespeople whose orders lose goods.")
    line_ids = fields.One2many("order.cycle.allocation.line", "window_id", readonly=True)
    winner_count = fields.Integer(string="Orders That Win", compute="_compute_counts")
    loser_count = fields.Integer(string="Orders That Lose", compute="_compute_counts")
    moved_qty = fields.Float(
        string="Goods That Move", compute="_compute_counts", digits="Product Unit"
    )
    is_applied = fields.Boolean(readonly=True)

    @api.depends("line_ids.change")
    def _compute_counts(self):
        for window in self:
            winners = window.line_ids.filtered(lambda row: row.change > 0)
            losers = window.line_ids.filtered(lambda row: row.change < 0)
            window.winner_count = len(winners.order_id)
            window.loser_count = len(losers.order_id)
            window.moved_qty = -sum(losers.mapped("change"))

    # === OPENING === #

    @api.model
    def _open_for(self, product, warehouse):
        """Return the action that shows what the company's rule would change."""
        rule = self.env["order.cycle.allocation.rule"]._for(warehouse.company_id)
        if not rule:
            raise UserError(
                self.env._(
                    "There is no allocation rule for %(company)s. A manager makes one under "
                    "Configuration, Allocation Rules.",
                    company=warehouse.company_id.name,
                )
            )
        window = self.create(
            {"product_id": product.id, "warehouse_id": warehouse.id, "rule_id": rule.id}
        )
        window._simulate()
        return window._action()

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulate Allocation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_simulate(self):
        """Look again, with the product, the warehouse and the rule that are chosen now."""
        self.ensure_one()
        self.check_access("write")
        self._simulate()
        return self._action()

    def _plan(self):
        self.product_id.check_access("read")
        self.warehouse_id.check_access("read")
        return AllocationPlan(self.rule_id, self.product_id, self.warehouse_id)

    def _simulate(self):
        plan = self._plan()
        self.write(
            {
                "pool_qty": plan.pool,
                "line_ids": [
                    Command.clear(),
                    *(Command.create(self._prepare_line(share)) for share in plan.shares),
                ],
            }
        )

    @api.model
    def _prepare_line(self, share):
        return {
            "move_id": share.move.id,
            "order_id": share.move.sale_line_id.order_id.id,
            "promised_on": share.demand.promised,
            "points": share.demand.points,
            "value": share.demand.value,
            "placed_at": share.demand.placed_at,
            "is_kept": share.demand.is_kept,
            "wanted_qty": share.demand.wanted,
            "has_qty": share.demand.has,
            "gets_qty": share.gets,
            "today_at": share.today,
            "then_at": share.then,
        }
