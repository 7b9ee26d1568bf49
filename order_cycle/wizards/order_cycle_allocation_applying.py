from odoo import models
from odoo.exceptions import AccessError, UserError

from ..models.order_cycle_reserving import MUST_RESERVE
from ..models.order_cycle_turn import IN_TURN

# Who may take goods of one order for another: the groups of the remedy “Reassign”.
DECIDERS = "order_cycle.group_order_cycle_operator,purchase.group_purchase_user"


class OrderCycleAllocationApplying(models.AbstractModel):
    """Moves reserved goods between orders as it was simulated: all of it or nothing, and once."""

    _name = "order.cycle.allocation.applying"
    _description = "Applying an Allocation"

    def action_apply(self):
        """Take from those who lose, give to those who win, and tell both owners.

        :raises UserError: nothing would change, no reason was given, or the goods or the orders
            have changed since it was simulated; nothing moves then
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_groups(DECIDERS):
            raise AccessError(
                self.env._("Only operators and buyers take goods of one order for another.")
            )
        self._check_worth_it()
        self.env["order.cycle.gate"].sudo()._pass({(self.product_id.id, self.warehouse_id.id)})
        plan = self._plan()
        plan.moves.lock_for_update(allow_referencing=True)
        self._check_as_simulated(plan)
        gains = [share for share in plan.shares if self._change(share) > 0]
        losses = [share for share in plan.shares if self._change(share) < 0]
        self._move_goods(plan, gains, losses)
        self._tell(plan, gains, losses)
        self.sudo().is_applied = True
        return {"type": "ir.actions.act_window_close"}

    # === CHECKS === #

    def _check_worth_it(self):
        if self.is_applied:
            raise UserError(self.env._("This was applied already: close the window."))
        if not any(row.change for row in self.line_ids):
            raise UserError(self.env._("The rule changes nothing here: there is nothing to apply."))
        if self.loser_count and not self.reason:
            raise UserError(
                self.env._("Say why: the reason is shown to the owners of the orders that lose.")
            )

    def _check_as_simulated(self, plan):
        seen = [(row.move_id.id, row.has_qty, row.gets_qty) for row in self.line_ids]
        now = [(share.move.id, share.demand.has, share.gets) for share in plan.shares]
        compare = self.uom_id.compare
        is_same = len(seen) == len(now) and all(
            old[0] == new[0] and not compare(old[1], new[1]) and not compare(old[2], new[2])
            for old, new in zip(seen, now, strict=True)
        )
        if not is_same:
            raise UserError(
                self.env._(
                    "The goods or the orders have changed since this was simulated. Press "
                    "“Simulate” to see what the rule does now."
                )
            )

    def _change(self, share):
        return self.uom_id.round(share.gets - share.demand.has)

    # === APPLYING === #

    def _move_goods(self, plan, gains, losses):
        reassign = self.env["order.cycle.remedy.reassign"].sudo()
        for share in losses:
            reassign._release(share.move, -self._change(share))
        winners = plan.env["stock.move"].concat(*(share.move for share in gains))
        winners.with_context(**{MUST_RESERVE: True, IN_TURN: True})._action_assign()
        for share in gains + losses:
            if self.uom_id.compare(share.move._cycle_reserved_qty(), share.gets):
                raise UserError(
                    self.env._(
                        "%(order)s cannot have %(quantity)s %(unit)s of %(product)s: the goods lie "
                        "in another place, or their lots or packages are not the same. Nothing was "
                        "moved. Change the reservations by hand.",
                        order=share.move.sale_line_id.order_id.name,
                        quantity=f"{share.gets:g}",
                        unit=self.uom_id.name,
                        product=self.product_id.display_name,
                    )
                )

    def _tell(self, plan, gains, losses):
        """Tell both owners, promise those anew who lose, and have the worker look at all."""
        lines = plan.moves.browse([share.move.id for share in gains + losses]).sale_line_id
        document = self.env._(
            "%(orders)s, by the allocation rule %(rule)s",
            orders=", ".join(share.move.sale_line_id.order_id.name for share in gains) or "-",
            rule=plan.rule.name,
        )
        for share in losses:
            share.move._cycle_lose(-self._change(share), document, self.reason)
        reassign = self.env["order.cycle.remedy.reassign"].sudo()
        for share in gains:
            order = share.move.sale_line_id.order_id
            reassign._tell(order, self._won(plan, share, losses))
        plan.env["order.cycle.shortage"]._match_need(lines)
        plan.env["order.cycle.signal"]._emit(lines.order_id, "supply")

    def _won(self, plan, share, losses):
        return self.env._(
            "%(quantity)s %(unit)s of %(product)s more are reserved here, by the allocation rule "
            "%(rule)s. Taken from: %(orders)s. Decided by %(user)s. Reason: %(reason)s.",
            quantity=f"{self._change(share):g}",
            unit=self.uom_id.name,
            product=self.product_id.display_name,
            rule=plan.rule.name,
            orders=", ".join(one.move.sale_line_id.order_id.name for one in losses) or "-",
            user=self.env.user.name,
            reason=self.reason or "-",
        )
