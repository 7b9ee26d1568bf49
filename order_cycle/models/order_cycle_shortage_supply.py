from odoo import fields, models

LIVE_PURCHASE = ("draft", "sent", "to approve", "purchase")


class OrderCycleShortageSupply(models.AbstractModel):
    """What is on its way for a shortage already. Part of `order.cycle.shortage`."""

    _name = "order.cycle.shortage.supply"
    _description = "Supply of a Shortage"

    transfer_move_ids = fields.Many2many(
        "stock.move",
        "order_cycle_shortage_move_rel",
        "shortage_id",
        "move_id",
        string="Transfers",
        readonly=True,
        copy=False,
        help="Goods that come from other warehouses for these orders.",
    )

    def _on_the_way(self):
        """Return what was bought or sent for each of these shortages and has not arrived.

        :return: {shortage: [(naive UTC datetime, quantity in the product's unit)]}, soonest first
        """
        return {
            shortage: sorted([*shortage._bought(), *shortage._transferred()]) for shortage in self
        }

    def _bought(self):
        self.ensure_one()
        for line in self.purchase_line_ids:
            left = line.product_qty - line.qty_received
            if line.state in LIVE_PURCHASE and line.product_uom_id.compare(left, 0) > 0:
                unit = self.product_id.uom_id
                quantity = line.product_uom_id._compute_quantity(left, unit, round=False)
                # A date that has passed is no date to promise: not before now.
                yield (
                    max(line.date_planned or fields.Datetime.now(), fields.Datetime.now()),
                    quantity,
                )

    def _transferred(self):
        self.ensure_one()
        for move in self.transfer_move_ids:
            if move.state not in ("done", "cancel"):
                yield max(move.date, fields.Datetime.now()), move.product_qty

    def _link_purchase_line(self, purchase_line):
        """Note, on both sides, that `purchase_line` saves the orders that wait here."""
        self.purchase_line_ids |= purchase_line
        lines = self.line_ids.filtered("is_open")
        lines.purchase_line_ids |= purchase_line
