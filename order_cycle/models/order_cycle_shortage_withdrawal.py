from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError

ACTIVITY = "order_cycle.activity_withdrawal"


class OrderCycleShortageWithdrawal(models.AbstractModel):
    """Orders that want less than was bought for them: the buyer decides what becomes of it.

    Part of `order.cycle.shortage`.
    """

    _name = "order.cycle.shortage.withdrawal"
    _description = "Withdrawn Demand"

    withdrawn_qty = fields.Float(
        string="Not Wanted Any More",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="Bought for orders that were cancelled or reduced since. Cancel it with the vendor, "
        "keep it in stock, or hand it over to the next short order.",
    )

    def _withdraw(self, line, quantity):
        """Note that the order of `line` wants `quantity` less, if it is on its way already."""
        self.ensure_one()
        on_the_way = sum(amount for _date, amount in self._on_the_way()[self])
        gone = min(quantity, on_the_way - self.withdrawn_qty)
        if self.product_id.uom_id.compare(gone, 0) <= 0:
            return
        self.withdrawn_qty += gone
        text = self.env._(
            "%(order)s wants %(quantity)s %(unit)s of %(product)s less, and they are on order. "
            "Cancel them, keep them in stock, or hand them over to the next short order.",
            order=line.order_id.name,
            quantity=f"{gone:g}",
            unit=self.uom_id.name,
            product=self.product_id.display_name,
        )
        self.message_post(body=text)
        self.activity_schedule(ACTIVITY, note=text, user_id=self.buyer_id.id)

    # === ACTION METHODS === #

    def action_withdrawn_cancel(self):
        """Take the withdrawn quantity off the purchase lines, the youngest first."""
        self._check_withdrawn()
        left = self.withdrawn_qty
        unit = self.product_id.uom_id
        taken = []
        for line in self.purchase_line_ids.sorted("id", reverse=True):
            if line.state == "cancel" or unit.compare(left, 0) <= 0:
                continue
            gone, words = line._cycle_take_off(left, unit)
            left -= gone
            taken += words
        if not taken:
            raise UserError(
                self.env._(
                    "Nothing of it can be cancelled any more: it has arrived, or it comes from "
                    "another warehouse. Keep it in stock, or hand it over."
                )
            )
        return self._settle_withdrawal(
            self.env._("Cancelled with the vendor: %(lines)s", lines=", ".join(taken))
        )

    def action_withdrawn_keep(self):
        """The goods come all the same, for nobody in particular."""
        self._check_withdrawn()
        return self._settle_withdrawal(self.env._("Kept: the goods come into stock."))

    def action_withdrawn_hand_over(self):
        """Promise the goods to those who wait for the same product and have no answer yet."""
        self._check_withdrawn()
        heir = self.sudo().search(
            [
                ("product_id", "=", self.product_id.id),
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "=", "open"),
            ],
            limit=1,
        )
        if not heir:
            raise UserError(
                self.env._(
                    "No other order waits for %(product)s without an answer. Cancel the goods "
                    "or keep them in stock.",
                    product=self.product_id.display_name,
                )
            )
        heir._inherit_supply(self.sudo())
        return self._settle_withdrawal(
            self.env._(
                "Handed over to %(orders)s.",
                orders=", ".join(heir.line_ids.filtered("is_open").order_id.mapped("name")),
            )
        )

    def _check_withdrawn(self):
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("purchase.group_purchase_user"):
            raise AccessError(
                self.env._(
                    "Only who buys decides about goods on order. Ask %(buyer)s.",
                    buyer=self.buyer_id.name or "-",
                )
            )
        self.lock_for_update(allow_referencing=True)
        if self.product_id.uom_id.compare(self.withdrawn_qty, 0) <= 0:
            raise UserError(self.env._("This has been decided already."))

    def _settle_withdrawal(self, text):
        self.withdrawn_qty = 0
        self.message_post(body=text)
        self.activity_feedback([ACTIVITY], feedback=text)
        return True

    def _inherit_supply(self, other):
        """Take over what is on its way for `other`; answered, if that is enough."""
        self.ensure_one()
        purchase_lines = other.purchase_line_ids.filtered(lambda line: line.state != "cancel")
        for line in purchase_lines:
            self._link_purchase_line(line)
            references = self.line_ids.filtered("is_open").order_id.stock_reference_ids
            line.order_id.reference_ids = [Command.link(row.id) for row in references]
        self.transfer_move_ids |= other.transfer_move_ids
        arrivals = self._on_the_way()[self]
        self._promise_by(arrivals)
        covered = sum(quantity for _date, quantity in arrivals)
        if self.product_id.uom_id.compare(covered, self.missing_qty) >= 0:
            self._close_answer(arrivals[-1][0], self.env._("Taken over from a withdrawn order."))
