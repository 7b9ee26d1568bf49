from odoo import fields, models
from odoo.tools.misc import format_date


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
        if any(move._cycle_is_open() for move in self.move_orig_ids):
            return False
        return self.state in ("confirmed", "partially_available")

    def _cycle_reserves_by_itself(self):
        """Return whether the warehouse wants goods reserved for this move by now."""
        self.ensure_one()
        method = self.picking_type_id.reservation_method
        if method == "by_date":
            return bool(self.reservation_date) and self.reservation_date <= fields.Date.today()
        return method != "manual"

    def _action_cancel(self):
        """Whatever keeps goods from leaving for good: their order has to be looked at."""
        result = super()._action_cancel()
        if not self.env.context.get("order_cycle__advancing"):
            # sudo: a packer cancels what belongs to orders that are not theirs to read
            self.env["order.cycle.signal"]._emit(self.sudo().sale_line_id.order_id, "stopped")
        return result

    # === GOODS THAT OTHERS TAKE === #

    def _cycle_reserved_qty(self):
        """Return what is reserved for this move, in the product's unit."""
        return sum(self.move_line_ids.mapped("quantity_product_uom"))

    def _cycle_is_of_the_same(self, other):
        """Return whether both moves are of one delivery or of one order."""
        return self == other or bool(
            (self.picking_id and self.picking_id == other.picking_id)
            or (self.sale_line_id and self.sale_line_id.order_id == other.sale_line_id.order_id)
        )

    def _cycle_victim_text(self, loss):
        """Say whose goods these are, and what they were promised."""
        line = self.sale_line_id
        promised = line.cycle_promise_date or line.order_id.commitment_date
        return self.env._(
            "%(quantity)s %(unit)s of %(product)s: %(document)s, %(partner)s, promised %(date)s",
            quantity=f"{loss:g}",
            unit=self.product_id.uom_id.name,
            product=self.product_id.display_name,
            document=line.order_id.name or self.picking_id.name or self.reference or "",
            partner=line.order_id.partner_id.name or self.picking_id.partner_id.name or "-",
            date=format_date(self.env, promised) if promised else self.env._("no date"),
        )

    def _cycle_lose(self, loss, document, reason):
        """Tell the order whose goods were taken: a new promise, one exception, the worker.

        :param float loss: in the product's unit
        :param str document: what took them
        :param str reason: why, or None
        """
        # sudo: whoever takes goods takes them from orders that are not theirs to write
        move = self.sudo()
        line = move.sale_line_id
        before, after = line._cycle_promise_again() if line else (False, False)
        text = move.env._(
            "%(user)s took %(quantity)s %(unit)s of %(product)s that were reserved here, for "
            "%(document)s. Reason: %(reason)s. Promised before: %(before)s, now: %(after)s.",
            user=self.env.user.name,
            quantity=f"{loss:g}",
            unit=move.product_id.uom_id.name,
            product=move.product_id.display_name,
            document=document or "-",
            reason=reason or "-",
            before=format_date(move.env, before) if before else move.env._("no date"),
            after=format_date(move.env, after) if after else move.env._("no date"),
        )
        if line:
            move.env["order.cycle.exception"]._tell_of_taken(line.order_id, move.picking_id, text)
            move.env["order.cycle.signal"]._emit(line.order_id, "supply")
        elif move.picking_id:
            move.picking_id.message_post(body=text)
