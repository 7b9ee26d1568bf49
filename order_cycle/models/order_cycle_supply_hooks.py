"""Where Odoo changes supply: each place notes it, and does no more."""

from odoo import models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def button_cancel(self):
        lines = {order: order.order_line for order in self if order.state != "cancel"}
        result = super().button_cancel()
        for order, gone in lines.items():
            self.env["order.cycle.supply.change"]._note(gone, "cancelled", order.name)
        return result


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"date_planned", "product_qty"}:
            for order, lines in self.grouped("order_id").items():
                self.env["order.cycle.supply.change"]._note(lines, "vendor", order.name)
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"date", "product_uom_qty"}:
            self.filtered(
                lambda move: move.state not in ("draft", "done", "cancel")
            )._cycle_note_supply("receipt")
        return result

    def _action_confirm(self, *args, **kwargs):
        moves = super()._action_confirm(*args, **kwargs)
        moves._cycle_note_supply("receipt")
        return moves

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._cycle_note_supply("supply")
        # sudo: who moves goods may not read what was promised
        done.sudo().sale_line_id.order_id._cycle_drop_proposals()
        return done

    def _action_cancel(self):
        result = super()._action_cancel()
        self._cycle_note_supply("cancelled")
        return result

    def _do_unreserve(self):
        # sudo: who moves goods may not read what was sold
        held = self.filtered(lambda move: move.quantity and move.sudo().sale_line_id)
        result = super()._do_unreserve()
        if held:
            self.env["order.cycle.supply.change"]._note(held, "taken", held[:1].display_name)
        return result

    def _cycle_note_supply(self, cause):
        """Note those of these moves that are no delivery of an order: the others use supply."""
        moves = self.filtered(
            lambda move: (
                not move.sudo().sale_line_id
                and (
                    (move.location_id.usage == "internal")
                    != (move.location_dest_id.usage == "internal")
                    # Goods may be moved straight from one warehouse to another.
                    or move.location_id.warehouse_id != move.location_dest_id.warehouse_id
                )
            )
        )
        for picking, group in moves.grouped("picking_id").items():
            name = picking.name or group[:1].reference or group[:1].display_name
            self.env["order.cycle.supply.change"]._note(group, cause, name)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _free_reservation(self, product_id, location_id, quantity, *args, **kwargs):
        """Goods that are forced out of a location may have been promised to somebody."""
        result = super()._free_reservation(product_id, location_id, quantity, *args, **kwargs)
        self.env["order.cycle.supply.change"]._note(
            self.move_id.filtered(lambda move: move.product_id == product_id),
            "taken",
            self.picking_id[:1].name,
        )
        return result
