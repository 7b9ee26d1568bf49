from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    cycle_promise_date = fields.Datetime(
        string="Promised",
        copy=False,
        help="The day the customer was told for this line. Empty: nothing was promised yet.",
    )
    cycle_shortage_line_ids = fields.One2many(
        "order.cycle.shortage.line", "order_line_id", string="Shortage Lines"
    )
    cycle_missing_qty = fields.Float(
        string="Missing",
        compute="_compute_cycle_missing_qty",
        digits="Product Unit",
        help="What this line still needs and has not got reserved, in the line's unit.",
    )

    cycle_hold_ids = fields.One2many("order.cycle.hold", "order_line_id", string="Holds")
    cycle_hold_text = fields.Char(
        string="Held",
        compute="_compute_cycle_hold_text",
        compute_sudo=True,
        groups="base.group_user",
        help="What is held for this line, until when, and by whom.",
    )

    @api.depends("move_ids.state", "move_ids.quantity", "move_ids.product_uom_qty")
    def _compute_cycle_missing_qty(self):
        for line in self:
            line.cycle_missing_qty = line.product_id.uom_id._compute_quantity(
                line._cycle_missing_in_stock_unit(), line.product_uom_id
            )

    @api.depends("cycle_hold_ids.ended_at", "cycle_hold_ids.expires_at")
    def _compute_cycle_hold_text(self):
        for line in self:
            live = line.cycle_hold_ids.filtered(lambda hold: hold.state == "held")
            line.cycle_hold_text = "; ".join(hold._told() for hold in live)

    def _update_line_quantity(self, values):
        """Whoever wants less or more than before: the shortage has to be looked at."""
        result = super()._update_line_quantity(values)
        if not self.env.context.get("order_cycle__advancing"):
            # sudo: a salesperson changes the order, the shortage follows by itself
            waiting = self.sudo().cycle_shortage_line_ids.filtered("is_open").order_id
            self.env["order.cycle.signal"].sudo()._emit(waiting, "stopped")
        return result

    # === BUSINESS METHODS === #

    def _cycle_is_delivered(self):
        self.ensure_one()
        return self.product_uom_id.compare(self.qty_delivered, self.product_uom_qty) >= 0

    def _cycle_is_closed(self):
        """Return whether nothing of this line is on its way any more, by whatever decision."""
        self.ensure_one()
        return bool(self.move_ids) and not any(move._cycle_is_open() for move in self.move_ids)

    def _cycle_is_invoiced(self):
        """Return whether all that was ordered has been on a posted invoice.

        What a credit note took back later stays billed: a person decided that, and nobody wants
        it billed again by itself.
        """
        self.ensure_one()
        billed = self._cycle_billed_qty(("out_invoice",))
        sign = -1 if self.product_uom_qty < 0 else 1
        return self.product_uom_id.compare(sign * billed, sign * self.product_uom_qty) >= 0

    def _cycle_is_overbilled(self):
        """Return whether more is billed, credit notes taken off, than is ordered by now."""
        self.ensure_one()
        billed = self._cycle_billed_qty(("out_invoice", "out_refund"))
        return self.product_uom_qty >= 0 and (
            self.product_uom_id.compare(billed, self.product_uom_qty) > 0
        )

    def _cycle_billed_qty(self, move_types):
        """Return the quantity on posted documents of `move_types`, in the line's unit."""
        self.ensure_one()
        return sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            * (-1 if line.move_id.move_type == "out_refund" else 1)
            for line in self.invoice_lines
            if line.move_id.state == "posted" and line.move_id.move_type in move_types
        )

    def _cycle_accept_delivered(self):
        """Lower what was ordered to what was delivered in the end."""
        for line in self:
            line.product_uom_qty = line.qty_delivered

    def _cycle_short_lines(self):
        """Return the lines that wait for goods nobody has reserved for them."""
        return self.filtered(
            lambda line: (
                line.product_id
                and not line.product_id.uom_id.is_zero(line._cycle_missing_in_stock_unit())
            )
        )

    def _cycle_moves_waiting(self, warehouse=None):
        """Return the moves that wait for goods, in `warehouse` or anywhere."""
        return self.move_ids.filtered(
            lambda move: (
                move._cycle_waits_for_stock()
                and warehouse in (None, move.sale_line_id._cycle_place_of(move))
            )
        )

    def _cycle_missing_in_stock_unit(self, warehouse=None):
        """Return what this line still needs, in the product's unit, in `warehouse` or anywhere.

        Not by way of the line's unit: 14 pieces are 1.17 dozen, and those are 14.04 pieces.
        """
        self.ensure_one()
        unit = self.product_id.uom_id
        missing = sum(
            move.product_uom._compute_quantity(
                move.product_uom_qty - move.quantity, unit, round=False
            )
            for move in self._cycle_moves_waiting(warehouse)
        )
        return unit.round(missing) if missing else 0.0

    def _cycle_wanted_qty(self):
        """Return what the customer wants by now, in the product's unit."""
        self.ensure_one()
        if self.order_id.state == "cancel":
            return 0.0
        return self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id, round=False
        )

    def _prepare_shortage(self):
        """Return the values of one shortage line for each of these order lines."""
        return [
            {
                "order_line_id": line.id,
                "missing_qty": line._cycle_missing_in_stock_unit(),
                "wanted_qty": line._cycle_wanted_qty(),
                "original_date": line.cycle_promise_date or line.order_id.commitment_date,
            }
            for line in self
        ]

    # === PROMISES === #

    @api.model_create_multi
    def create(self, vals_list):
        """A date that comes with a line of a confirmed order is a promise."""
        lines = super().create(vals_list)
        lines.filtered("cycle_promise_date")._cycle_record_by_hand()
        return lines

    def write(self, vals):
        """A date that a person sets is a promise with an author."""
        result = super().write(vals)
        if vals.get("cycle_promise_date"):
            self._cycle_record_by_hand()
        return result

    def _cycle_record_by_hand(self):
        if self.env.context.get("order_cycle__ledger"):
            return
        sold = self.filtered(lambda line: line.state == "sale" and line._cycle_open_qty() > 0)
        self.env["order.cycle.promise"]._record(
            {line: [line._cycle_manual_part(line.cycle_promise_date)] for line in sold}
        )

    def _cycle_promise(self):
        """Promise a day for lines that have none: from stock, or what else brings the goods.

        A line that nothing can serve is promised nothing.
        """
        lines = self.filtered(
            lambda line: (
                line.product_id.type == "consu"
                and not line.display_type
                and not line.cycle_promise_date
            )
        )
        plans = self.env["order.cycle.promise.planner"]._plan(lines)
        self.env["order.cycle.promise"]._record(
            {line: plans[line] for line in lines if line in plans}
        )

    def _cycle_manual_part(self, date):
        return {"quantity": self._cycle_open_qty(), "promised_date": date, "cause": "manual"}

    def _cycle_may_come_earlier(self, dates):
        """Return the lines for which an earlier day is worth proposing: nobody wanted a later one.

        :param dict dates: {line: naive UTC datetime that is possible now, or False}
        """
        rows = self.env["order.cycle.promise"].sudo().search([("order_line_id", "in", self.ids)])
        by_line = rows.grouped("order_line_id")

        def is_worth_it(line):
            date, wanted = dates[line], line.order_id.cycle_requested_date
            if not date or date.date() >= line.cycle_promise_date.date():
                return False
            cause = by_line.get(line, rows.browse())[:1].cause
            return cause not in (False, "manual") and not (wanted and wanted > date)

        return self.filtered(is_worth_it)

    # === HOLDS, AND GOODS THAT ARE TAKEN === #

    def _prepare_hold(self):
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "order_line_id": self.id,
            "quantity": self.product_uom_qty,
            "uom_id": self.product_uom_id.id,
        }

    def _cycle_promise_again(self):
        """Promise this line anew, after others took its goods; return the date before, and now.

        What can still be kept stays as it was. Without a day that stock or a vendor can keep there
        is no new promise: the one in force stays on record, and now is False.
        """
        self.ensure_one()
        before = self.cycle_promise_date or self.order_id.commitment_date
        parts = self.env["order.cycle.promise.planner"]._plan(self).get(self)
        if not parts:
            return before, False
        if before and max(part["promised_date"] for part in parts) <= before:
            self._cycle_count_on(parts)
            return before, before
        self.env["order.cycle.promise"]._record(
            {self: [{**part, "cause": "taken"} for part in parts]}
        )
        return before, self.cycle_promise_date

    # === QUANTITIES === #

    def _cycle_open_qty(self):
        """Return what is still to deliver, in the product's unit."""
        self.ensure_one()
        left = self.product_uom_qty - self.qty_delivered
        return self.product_uom_id._compute_quantity(left, self.product_id.uom_id)

    def _cycle_reserved_qty(self):
        """Return what is reserved for this line, in the product's unit."""
        return self._cycle_reserved_of(self.product_id)
