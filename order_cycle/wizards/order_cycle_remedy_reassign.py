from odoo import api, models
from odoo.exceptions import UserError


class OrderCycleRemedyReassign(models.AbstractModel):
    """Give these orders what is reserved for others that were promised later."""

    _name = "order.cycle.remedy.reassign"
    _inherit = "order.cycle.remedy"
    _description = "Reassign"

    @api.model
    def _propose(self, facts, case):
        unit, left, taken = case.product.uom_id, case.to_answer, []
        if unit.compare(left, 0) <= 0:
            return []
        dates = [need.promised for need in case.needs if need.promised]
        if not dates:
            return []
        for move in self._later(facts, case, max(dates)):
            quantity = min(sum(move.move_line_ids.mapped("quantity_product_uom")), left)
            if unit.compare(quantity, 0) > 0:
                taken.append((move, quantity))
                left = unit.round(left - quantity)
        if unit.compare(left, 0) > 0 or not taken:
            return []
        again = self.env["order.cycle.remedy.buy"]._offers(facts, case, case.to_answer)
        resupply = min((offer["expected"] for offer in again), default=None)
        hurt = [
            move.sale_line_id.order_id.name
            for move, _quantity in taken
            if not resupply or resupply > self._promise_of(move)
        ]
        text = self.env._(
            "Reserved for %(orders)s, promised later",
            orders=", ".join(
                f"{move.sale_line_id.order_id.name} ({quantity:g})" for move, quantity in taken
            ),
        )
        sources = [{"move": move.id, "quantity": quantity} for move, quantity in taken]
        return [
            self._proposal(
                "reassign", case, [(facts.now, case.to_answer)], text, sources=sources, hurt=hurt
            )
        ]

    @api.model
    def _promise_of(self, move):
        line = move.sale_line_id
        return line.cycle_promise_date or line.order_id.commitment_date

    @api.model
    def _later(self, facts, case, promised):
        """Return the moves whose orders were promised after `promised`, the latest first."""
        moves = facts.reserved.get((case.product, case.warehouse), facts.env["stock.move"])
        own = case.shortage.line_ids.order_line_id
        later = moves.filtered(
            lambda move: (
                move.sale_line_id not in own
                and self._promise_of(move)
                and self._promise_of(move).date() > promised.date()
            )
        )
        return later.sorted(lambda move: (self._promise_of(move), move.id), reverse=True)

    @api.model
    def _apply(self, lines):
        for line in lines:
            self._take(line, line._chosen().sources)
        return self.env["purchase.order"]

    @api.model
    def _take(self, line, sources):
        """Unreserve for the later orders, reserve for those that wait, and tell both owners."""
        # sudo: whoever purchasing lets decide takes goods from orders that are not theirs
        shortage = line.shortage_id.sudo()
        waiting = shortage.line_ids.filtered("is_open").order_line_id
        names = ", ".join(waiting.order_id.mapped("name"))
        losers, given = shortage.env["sale.order"], []
        for source in sources:
            move = shortage.env["stock.move"].browse(source["move"])
            self._check_there(move, source["quantity"])
            self._release(move, source["quantity"])
            given.append((move, source["quantity"]))
            losers |= move.sale_line_id.order_id
        moves = waiting._cycle_moves_waiting(shortage.warehouse_id)
        moves._action_assign()
        # Only now: who loses goods is promised what the others left.
        reason = shortage.env._("They were promised earlier")
        for move, quantity in given:
            move.with_user(self.env.user)._cycle_lose(quantity, names, reason)
        for order in waiting.order_id:
            self._tell(
                order,
                shortage.env._(
                    "The missing %(product)s come from %(orders)s, promised later.",
                    product=shortage.product_id.display_name,
                    orders=", ".join(losers.mapped("name")),
                ),
            )
        shortage.env["order.cycle.signal"]._emit(losers | waiting.order_id, "supply")

    @api.model
    def _check_there(self, move, quantity):
        reserved = sum(move.move_line_ids.mapped("quantity_product_uom"))
        if (
            move.state in ("done", "cancel")
            or move.product_id.uom_id.compare(reserved, quantity) < 0
        ):
            raise UserError(
                self.env._(
                    "%(order)s does not hold these goods of %(product)s any more. Close this "
                    "window and open it again to see what can be done now.",
                    order=move.sale_line_id.order_id.name,
                    product=move.product_id.display_name,
                )
            )

    @api.model
    def _release(self, move, quantity):
        """Take `quantity` off what is reserved for `move`, and keep the rest."""
        unit = move.product_id.uom_id
        for row in move.move_line_ids.filtered(lambda row: not row.picked):
            gone = min(row.quantity_product_uom, quantity)
            if unit.compare(gone, 0) <= 0:
                continue
            left = unit.round(row.quantity_product_uom - gone)
            quantity = unit.round(quantity - gone)
            if unit.is_zero(left):
                row.unlink()
            else:
                row.quantity = unit._compute_quantity(left, row.product_uom_id)
        move._recompute_state()

    @api.model
    def _tell(self, order, text):
        order.message_post(body=text, partner_ids=order._cycle_exception_owner().partner_id.ids)
