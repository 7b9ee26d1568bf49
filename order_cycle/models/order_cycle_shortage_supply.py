from odoo import api, fields, models

from ..tools import isolate


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
        now, unit = fields.Datetime.now(), self.product_id.uom_id
        for line in self.purchase_line_ids:
            quantity = line._cycle_left(unit)
            if unit.compare(quantity, 0) > 0:
                # A date that has passed is no date to promise: not before now.
                yield max(line.date_planned or now, now), quantity

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

    # === FOLLOWING === #

    @api.model
    def _follow(self, changes, company):
        """Look again at the answered shortages whose own purchases or transfers changed.

        :param changes: order.cycle.supply.change, of one `company`
        """
        changed = set(changes.mapped("source_name"))
        answered = self.search(
            [
                ("product_id", "in", changes.product_id.ids),
                ("company_id", "=", company.id),
                ("state", "=", "ordered"),
            ]
        )
        isolate(
            answered.filtered(
                lambda shortage: changed & {*shortage._documents(), *shortage._receipts()}
            ),
            lambda batch: [shortage._count_again() for shortage in batch],
            lambda shortage, error: [
                order._cycle_fail("promise", error) for order in shortage.line_ids.order_id
            ],
        )

    def _documents(self):
        """Return the names of the documents that were to answer this shortage."""
        self.ensure_one()
        return {
            *self.purchase_line_ids.order_id.mapped("name"),
            *self.transfer_move_ids.picking_id.mapped("name"),
        }

    def _receipts(self):
        return self.purchase_line_ids.move_ids.picking_id.mapped("name")

    def _there(self):
        """Return what arrived for these orders, or is free by now, and not reserved yet."""
        self.ensure_one()
        lines = self.line_ids.filtered("is_open").order_line_id
        free = self.env["order.cycle.availability"]._available(
            self.product_id, self.warehouse_id, without_lines=lines
        )
        reserved = sum(
            line._cycle_reserved_of(self.product_id, self.warehouse_id) for line in lines
        )
        return max(free[self.product_id.id, self.warehouse_id.id] - reserved, 0.0)

    def _count_again(self):
        """Say when the goods come now; too few of them are no answer any more."""
        self.ensure_one()
        self._match_need(self.line_ids.filtered("is_open").order_line_id)
        if self.state != "ordered":
            return
        arrivals = self._on_the_way()[self]
        self.promised_date = arrivals[-1][0] if arrivals else False
        covered = self._there() + sum(quantity for _date, quantity in arrivals)
        if self.uom_id.compare(covered, self.missing_qty) >= 0:
            return
        self.message_post(
            body=self.env._(
                "%(documents)s changed: of %(missing)s %(unit)s that are missing, %(quantity)s "
                "have come or are on their way. The rest needs an answer again.",
                documents=", ".join(sorted(self._documents())),
                missing=f"{self.missing_qty:g}",
                unit=self.uom_id.name,
                quantity=f"{covered:g}",
            )
        )
        self._reopen_for_more()
