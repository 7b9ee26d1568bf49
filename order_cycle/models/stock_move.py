from odoo import models
from odoo.tools import SQL


class StockMove(models.Model):
    _inherit = "stock.move"

    def _cycle_is_open(self):
        self.ensure_one()
        return self.state not in ("done", "cancel")

    def _cycle_waits_for_stock(self):
        """Return whether this move still needs goods that nobody has reserved for it."""
        self.ensure_one()
        return self.state in ("confirmed", "partially_available", "waiting")

    def _action_assign(self, force_qty=False):
        """Reserve each unit once, and tell the orders that got goods."""
        self._cycle_lock_quants()
        result = super()._action_assign(force_qty=force_qty)
        if not self.env.context.get("order_cycle__advancing"):
            served = self.filtered(lambda move: move.state in ("assigned", "partially_available"))
            self.env["order.cycle.signal"]._emit(served.sale_line_id.order_id, "supply")
        return result

    def _cycle_lock_quants(self):
        """Make whoever reserves the same goods wait for us.

        Odoo takes the quant only if nobody holds it, and writes a second quant with a
        reservation of its own otherwise: two orders then have the last unit. With the rows
        locked here, in one order for everybody, the second transaction waits, is told by
        PostgreSQL that the row has changed, and is run again on what is left.
        """
        moves = self.filtered(
            lambda move: move._cycle_waits_for_stock() and not move._should_bypass_reservation()
        )
        if not moves:
            return
        # sudo: a customer who confirms on the portal reserves goods, but reads no locations
        locations = (
            self.env["stock.location"].sudo().search([("id", "child_of", moves.location_id.ids)])
        )
        self.env["stock.quant"].flush_model(["quantity", "reserved_quantity"])
        self.env.cr.execute(
            SQL(
                """SELECT id FROM stock_quant
                    WHERE product_id IN %s AND location_id IN %s
                 ORDER BY id FOR NO KEY UPDATE""",
                tuple(moves.product_id.ids),
                tuple(locations.ids),
            )
        )
