from collections import defaultdict

from odoo import models

# The orders that goods were bought or made for, while these arrive: ids of stock.reference.
ARRIVED_FOR = "order_cycle__arrived_for"
# Set where the moves are in their order already.
IN_TURN = "order_cycle__in_turn"


class Turn(models.Model):
    """Moves that want the same goods are reserved in the order of the allocation rule.

    Odoo reserves one move after the other, in the order of the recordset: what arrives by priority
    and date (`_trigger_assign`), the scheduler likewise. Here the moves of sales orders change
    places among themselves, and those of other documents keep theirs.
    """

    _inherit = "stock.move"

    def _trigger_assign(self):
        """Remember for which orders the goods arrive: they come first, as Odoo wants it."""
        moves = self.with_context(**{ARRIVED_FOR: self.reference_ids.ids})
        return super(Turn, moves)._trigger_assign()

    def _action_assign(self, force_qty=False):
        moves = self if self.env.context.get(IN_TURN) else self._cycle_in_turn()
        return super(Turn, moves)._action_assign(force_qty=force_qty)

    def _cycle_in_turn(self):
        """Return these moves in the order in which they are served."""
        rules = {
            company: rule
            for company in self.company_id
            if (rule := self.env["order.cycle.allocation.rule"]._reserving(company))
        }
        if len(self) < 2 or not rules:
            return self
        ids, places = list(self.ids), defaultdict(list)
        # sudo: who receives goods reads neither the orders they are for nor the rules
        for position, move in enumerate(self.sudo()):
            if move.sale_line_id and move.company_id in rules and move._cycle_waits_for_stock():
                key = move.product_id, move.location_id.warehouse_id
                places[key].append((position, move))
        for rows in places.values():
            ordered = sorted(
                (move for _position, move in rows),
                key=lambda move: move._cycle_turn(rules[move.company_id].sudo()),
            )
            for (position, _move), move in zip(rows, ordered, strict=True):
                ids[position] = move.id
        return self.browse(ids)

    def _cycle_turn(self, rule):
        arrived = self.env.context.get(ARRIVED_FOR) or ()
        is_meant = any(reference in arrived for reference in self.reference_ids.ids)
        return (not is_meant, -int(self.priority), rule._turn(self))
