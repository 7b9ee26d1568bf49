from odoo import api, fields, models
from odoo.tools import ormcache

from ..tools.allocation import Demand, turn


class OrderCycleAllocationRule(models.Model):
    """Which order gets goods first that are not enough for all.

    Where all criteria are the same, the older order comes first.
    """

    _name = "order.cycle.allocation.rule"
    _inherit = ["order.cycle.criteria"]
    _description = "Allocation Rule"
    _order = "sequence, id"

    orders_reservations = fields.Boolean(
        string="Reserve by This Rule",
        help="Goods that arrive, and those the worker reserves, go to whom this rule puts first. "
        "Starred transfers and the orders goods were bought for come first all the same. Off: "
        "Odoo's own order, by priority and date.",
    )

    @api.model
    def _criteria(self):
        return [
            ("promise", self.env._("Promised first")),
            ("class", self.env._("Customer class")),
            ("value", self.env._("Order value")),
            ("age", self.env._("Age of the order")),
        ]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Have every process see the new rules."""
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        """Have every process see what changed."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Have every process forget these rules."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === ACTION METHODS === #

    def action_simulate(self):
        """Open the window that shows what this rule would change."""
        self.ensure_one()
        return {
            **self.env["order.cycle.allocation"]._action(),
            "context": {"default_rule_id": self.id, "dialog_size": "extra-large"},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _for(self, company):
        """Return the first rule for `company`."""
        return self.search([("company_id", "in", [company.id, False])], limit=1)

    @api.model
    def _reserving(self, company):
        """Return the rule by which goods of `company` are reserved, or an empty recordset."""
        return self.browse(self._reserving_id(company.id))

    @api.model
    @ormcache("company_id")
    def _reserving_id(self, company_id):
        # sudo: the rule counts for whoever reserves
        return (
            self.sudo()
            .search(
                [("company_id", "in", [company_id, False]), ("orders_reservations", "=", True)],
                limit=1,
            )
            .id
        )

    @api.model
    def _demand(self, move):
        """Return what a delivery's move wants, as the criteria see it."""
        line = move.sale_line_id
        order = line.order_id
        promised = line.cycle_promise_date or order.commitment_date
        has = move._cycle_reserved_qty()
        return Demand(
            key=move.id,
            # Goods that are reserved by hand or on a later day are not given by a rule.
            wanted=max(move.product_qty, has) if move._cycle_reserves_by_itself() else has,
            has=has,
            is_kept=self._is_kept(move),
            promised=promised.date() if promised else None,
            points=max(order.partner_id._cycle_categories().mapped("cycle_points"), default=0),
            value=order.currency_id._convert(
                order.amount_total, order.company_id.currency_id, order.company_id, order.date_order
            ),
            placed_at=order.date_order,
        )

    @api.model
    def _is_kept(self, move):
        """Return whether nobody may take what this move has: its policy or operation type says."""
        return (
            move.picked
            or move.sale_line_id.order_id.cycle_policy_id.keeps_goods
            or move.picking_type_id.cycle_taking == "forbid"
        )

    def _turn(self, move):
        """Return what moves are sorted by; the smallest is served first."""
        return turn(self._demand(move), self._in_order())
