import logging

import psycopg2

from odoo import models
from odoo.tools import SQL

from ..tools import is_concurrency_error

_logger = logging.getLogger(__name__)

# Set where whoever takes goods has passed their gates already.
AT_THE_GATE = "order_cycle__at_the_gate"
# Set where a person waits for goods to be reserved now, and not in a moment.
MUST_RESERVE = "order_cycle__must_reserve"
# What is held for others where goods are reserved: {(product id, warehouse id): quantity}.
HELD = "order_cycle__held"


class Reserving(models.Model):
    """Each unit is reserved once, and nobody reserves what is held for another one.

    Whoever reserves passes the gate of the product and warehouse (`order.cycle.gate`). Who comes
    second has seen stock that is out of date. Starting again would heal that, but Odoo tries five
    times only, and sleeps for seconds between: in a queue at a product that everybody wants, the
    last ones would be told of an error, after paying perhaps. So an order that is being confirmed
    goes on without goods, and the worker reserves for it a moment later, in a transaction of its
    own: it has its goods then, or is short with a date.
    """

    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        """Reserve each unit once, and tell the orders that got goods."""
        places = self._cycle_places(force_qty)
        if not places or not self._cycle_may_come_later():
            self.env["order.cycle.gate"]._pass(places)
        elif not self._cycle_pass_if_free(places):
            # sudo: a customer who pays has goods reserved, and knows no queue
            self.env["order.cycle.signal"]._emit(self.sudo().sale_line_id.order_id, "supply")
            return None
        held = self.env["order.cycle.hold"]._held(places)
        if held:
            self._cycle_look_again_when_free(held)
        moves = self.with_context(**{AT_THE_GATE: True, HELD: held})
        result = super(Reserving, moves)._action_assign(force_qty=force_qty)
        if not self.env.context.get("order_cycle__advancing"):
            served = self.filtered(lambda move: move.state in ("assigned", "partially_available"))
            # sudo: whoever receives goods may serve orders that are not theirs to read
            self.env["order.cycle.signal"]._emit(served.sudo().sale_line_id.order_id, "supply")
        return result

    def _cycle_pass_if_free(self, places):
        """Pass the gates unless somebody else takes, or ships, the same goods; return whether.

        Nothing but locks is taken in the savepoint, so that no record has to be written before.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                self.env["order.cycle.gate"]._pass(places, wait=False)
                self._cycle_lock_quants(places)
        except psycopg2.OperationalError as error:
            if not is_concurrency_error(error):
                raise
            _logger.info("Moves %s: others take the same goods, the worker reserves", self.ids)
            return False
        return True

    def _cycle_lock_quants(self, places):
        """Lock what is in the shelves, or fail: who ships goods changes them without a gate."""
        self.env.cr.execute(
            SQL(
                """SELECT quant.id
                     FROM stock_quant quant
                     JOIN stock_location place ON place.id = quant.location_id
                    WHERE quant.product_id IN %s AND place.warehouse_id IN %s
                 ORDER BY quant.id
                      FOR NO KEY UPDATE OF quant NOWAIT""",
                tuple({product for product, _warehouse in places}),
                tuple({warehouse or None for _product, warehouse in places}),
            )
        )

    def _update_reserved_quantity(self, need, location_id, **which):
        """Leave what is held for others."""
        held = self.env.context.get(HELD)
        if held:
            need = min(need, self._cycle_free_of_holds(held))
            if self.product_id.uom_id.compare(need, 0) <= 0:
                return 0
        return super()._update_reserved_quantity(need, location_id, **which)

    def _cycle_free_of_holds(self, held):
        """Return what nobody has reserved and nobody holds in this move's warehouse."""
        # sudo: a customer who confirms on the portal reserves goods, but reads no locations
        move = self.sudo()
        warehouse = move.location_id.warehouse_id
        quantity = held.get((move.product_id.id, warehouse.id))
        if not quantity:
            return float("inf")
        place = warehouse.view_location_id or move.location_id
        free = self.env["stock.quant"].sudo()._get_available_quantity(move.product_id, place)
        return free - quantity

    def _cycle_look_again_when_free(self, held):
        """Have the worker look at these orders when the holds on their goods may have ended."""
        # sudo: see above
        moves = self.sudo().filtered(
            lambda move: (move.product_id.id, move.location_id.warehouse_id.id) in held
        )
        orders = moves.sale_line_id.order_id
        if orders:
            delay = self.env["order.cycle.hold"]._seconds_to_next_end(moves.product_id)
            self.env["order.cycle.signal"]._emit(orders, "supply", delay)

    def _cycle_places(self, force_qty=False):
        """Return the gates that these moves pass: {(product id, warehouse id or False)}."""
        moves = self.filtered(
            lambda move: (
                (force_qty or move._cycle_waits_for_stock())
                and not move._should_bypass_reservation()
            )
        )
        # sudo: a customer who confirms on the portal reserves goods, but reads no locations
        return {(move.product_id.id, move.location_id.warehouse_id.id) for move in moves.sudo()}

    def _cycle_may_come_later(self):
        """Return whether the worker comes by for each of these moves, and nobody waits for it."""
        if self.env.context.get("order_cycle__advancing") or self.env.context.get(MUST_RESERVE):
            return False
        # sudo: see above
        return all(move.sale_line_id for move in self.sudo())
