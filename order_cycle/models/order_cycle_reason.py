from odoo import api, fields, models
from odoo.tools import format_date

# So many missing products are named; the others are counted.
NAMED = 3


class OrderCycleReason(models.AbstractModel):
    """Why an order stands where it stands, in one sentence and in the reader's language."""

    _name = "order.cycle.reason"
    _description = "Reason of an Order's Stage"

    cycle_reason = fields.Char(
        string="Waiting For",
        compute="_compute_cycle_reason",
        compute_sudo=True,
        help="What the order needs next, and from whom.",
    )

    @api.depends("cycle_stage", "cycle_exception_ids.state", "cycle_shortage_line_ids.state")
    @api.depends_context("lang")
    def _compute_cycle_reason(self):
        for order in self:
            order.cycle_reason = order._cycle_missing_text()

    def _cycle_missing_text(self):
        """Return what this order needs next, in the reader's language, or False when complete."""
        self.ensure_one()
        exception = self.cycle_exception_ids.filtered("is_open")[:1]
        if exception:
            return exception.cause.partition("\n")[0]
        texts = {
            "captured": self._captured_text,
            "to_pay": self._to_pay_text,
            "short": self._short_text,
            "to_ship": self._to_ship_text,
            "booking": self._booking_text,
            "to_invoice": self._to_invoice_text,
            "to_collect": self._to_collect_text,
            "complete": self._complete_text,
            "cancelled": lambda: self.env._("Cancelled."),
        }
        return texts[self.cycle_stage]() if self.cycle_stage else False

    def _complete_text(self):
        if self.cycle_track_delivery in ("booked", "in_transit", "incident"):
            return self.env._("Sent and paid.")
        return self.env._("Delivered and paid.")

    def _captured_text(self):
        if self.cycle_policy_id and not self.cycle_policy_id.auto_confirm:
            return self.env._("Somebody has to confirm it: the policy leaves that to people.")
        return self.env._("The worker confirms it next.")

    def _to_pay_text(self):
        return self.env._("Waits for the payment of %(amount)s.", amount=self._cycle_due_text())

    def _short_text(self):
        lines = self.cycle_shortage_line_ids.filtered("is_open")
        goods = self._missing_text(lines)
        dates = [date for date in lines.shortage_id.mapped("promised_date") if date]
        if dates and len(dates) == len(lines.shortage_id):
            return self.env._(
                "Missing %(goods)s, expected %(date)s.",
                goods=goods,
                date=format_date(self.env, max(dates)),
            )
        buyers = ", ".join(lines.shortage_id.buyer_id.mapped("name"))
        return self.env._(
            "Missing %(goods)s. To answer: %(buyer)s.", goods=goods, buyer=buyers or "-"
        )

    def _missing_text(self, lines):
        """Return what is missing in few words: the first products, and how many more there are."""
        by_product = lines.grouped("product_id")
        texts = [
            f"{sum(rows.mapped('missing_qty')):g} × {product.display_name}"
            for product, rows in by_product.items()
        ]
        if len(texts) <= NAMED:
            return ", ".join(texts)
        return self.env._(
            "%(goods)s and %(count)s more products",
            goods=", ".join(texts[:NAMED]),
            count=len(texts) - NAMED,
        )

    def _to_ship_text(self):
        if self._cycle_needs_choice() and self._cycle_may_be_asked_for():
            return self.env._("Waits for the carriers' prices.")
        if self.cycle_track_stock == "waiting":
            return self.env._("Waits for its goods to be reserved.")
        if self.cycle_track_stock == "closed":
            return self._cycle_closed_text()
        return self.env._("The warehouse has to validate the delivery.")

    def _booking_text(self):
        if self.cycle_track_delivery == "waiting":
            return self.env._("The delivery has left without being handed over to its carrier.")
        return self.env._("Waits for the carrier's answer.")

    def _cycle_closed_text(self):
        """Return what was ordered, did not leave, and is on its way no more."""
        lines = self._cycle_goods_lines().filtered(lambda line: line._cycle_is_closed())
        goods = ", ".join(
            self.env._(
                "%(delivered)s of %(ordered)s × %(product)s",
                delivered=f"{line.qty_delivered:g}",
                ordered=f"{line.product_uom_qty:g}",
                product=line.product_id.display_name,
            )
            for line in lines
        )
        return self.env._(
            "Delivered in the end: %(goods)s. Nothing more is on its way.", goods=goods
        )

    def _to_invoice_text(self):
        if self.cycle_track_accounts == "draft":
            return self.env._("A draft invoice waits to be posted.")
        if self.cycle_track_accounts == "credit":
            return self.env._("More was invoiced than ordered: somebody has to make a credit note.")
        if not self.cycle_policy_id.auto_invoice:
            return self.env._("Somebody has to invoice it: the policy leaves that to people.")
        if not self._cycle_invoiceable_lines():
            return self.env._("Waits for what is invoiced only once it is delivered.")
        return self.env._("The invoice is made next.")

    def _to_collect_text(self):
        invoices = self._cycle_posted_invoices().filtered("amount_residual")
        refunds = invoices.filtered(lambda move: move.move_type == "out_refund")
        if refunds == invoices:
            amount = self.currency_id.format(sum(refunds.mapped("amount_residual")))
            return self.env._("%(amount)s have to be given back.", amount=amount)
        due = [date for date in invoices.mapped("invoice_date_due") if date]
        return self.env._(
            "Open receivable of %(amount)s, due %(date)s.",
            amount=self._cycle_due_text(),
            date=format_date(self.env, min(due)) if due else "–",
        )

    def _cycle_due_text(self):
        residual = self._cycle_residual() if self._cycle_posted_invoices() else self.amount_total
        return self.currency_id.format(residual)
