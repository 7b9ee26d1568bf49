from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    cycle_shortage_line_ids = fields.Many2many(
        "order.cycle.shortage.line",
        "order_cycle_shortage_line_purchase_rel",
        "purchase_line_id",
        "shortage_line_id",
        string="Waiting Orders",
        readonly=True,
        help="The order lines that wait for these goods.",
    )

    def _cycle_take_off(self, quantity, unit):
        """Order up to `quantity` (in `unit`) less; return how many, and words about it.

        What has arrived stays. Odoo tells the vendor's buyer when the order was confirmed.
        """
        self.ensure_one()
        left = self.product_uom_id._compute_quantity(
            self.product_qty - self.qty_received, unit, round=False
        )
        gone = min(quantity, left)
        if unit.compare(gone, 0) <= 0:
            return 0.0, []
        after = self.product_qty - unit._compute_quantity(gone, self.product_uom_id, round=False)
        order = self.order_id
        self.product_qty = max(after, 0)
        if self.product_uom_id.is_zero(after) and order.state in ("draft", "sent"):
            self.unlink()
            if not order.order_line:
                order.button_cancel()
        return gone, [f"{order.name} -{gone:g}"]

    def _cycle_left(self, unit):
        """Return what is still to come on these lines, in `unit`; cancelled lines bring nothing."""
        return sum(line._cycle_to_come(unit) for line in self if line.state != "cancel")

    def _cycle_to_come(self, unit):
        """Return what is still to come on this line, in `unit`.

        Never more than its receipts wait for: what a vendor did not send, and nobody waits for, is
        ordered still. Nor more than is ordered: of what is ordered less, the receipts know nothing.
        """
        self.ensure_one()
        left = self.product_uom_id._compute_quantity(
            self.product_qty - self.qty_received, unit, round=False
        )
        if self.state != "purchase" or not self.move_ids:
            return left
        coming = sum(
            move.product_qty
            for move in self.move_ids
            if move._cycle_is_open() and move.location_dest_id.usage != "supplier"
        )
        return min(left, self.product_id.uom_id._compute_quantity(coming, unit, round=False))

    def _cycle_hear(self, quantity, expected, unit):
        """Take over what the vendor says: the date always, fewer goods while nothing is signed."""
        self.ensure_one()
        if self.state in ("draft", "sent") and unit.compare(quantity, self._cycle_left(unit)) < 0:
            self.product_qty = unit._compute_quantity(quantity, self.product_uom_id)
        self.date_planned = expected
