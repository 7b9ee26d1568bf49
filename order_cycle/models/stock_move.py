from odoo import fields, models
from odoo.tools import SQL


class StockMove(models.Model):
    _inherit = "stock.move"

    def _cycle_is_open(self):
        self.ensure_one()
        return self.state not in ("done", "cancel")

    def _cycle_waits_for_stock(self):
        """Return whether this move still needs goods that nobody has reserved or ordered for it.

        A move that waits for another one has its goods on order there.
        """
        self.ensure_one()
        if self.state == "waiting":
            return self.procure_method == "make_to_stock" and not self.move_orig_ids
        return self.state in ("confirmed", "partially_available")

    def _cycle_reserves_by_itself(self):
        """Return whether the warehouse wants goods reserved for this move by now."""
        self.ensure_one()
        method = self.picking_type_id.reservation_method
        if method == "by_date":
            return bool(self.reservation_date) and self.reservation_date <= fields.Date.today()
        return method != "manual"

    def _action_assign(self, force_qty=False):
        """Reserve each unit once, and tell the orders that got goods."""
        self._cycle_lock_quants()
        result = super()._action_assign(force_qty=force_qty)
        if not self.env.context.get("order_cycle__advancing"):
            served = self.filtered(lambda move: move.state in ("assigned", "partially_available"))
            # sudo: whoever receives goods may serve orders that are not theirs to read
            self.env["order.cycle.signal"]._emit(served.sudo().sale_line_id.order_id, "supply")
        return result

    def _action_cancel(self):
        """Whatever keeps goods from leaving for good: their order has to be looked at."""
        result = super()._action_cancel()
        if not self.env.context.get("order_cycle__advancing"):
            # sudo: a packer cancels what belongs to orders that are not theirs to read
            self.env["order.cycle.signal"]._emit(self.sudo().sale_line_id.order_id, "stopped")
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
