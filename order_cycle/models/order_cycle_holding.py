from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class Holding(models.Model):
    """Quotations hold goods until a time; confirming makes them the order's own."""

    _inherit = "sale.order"

    cycle_hold_ids = fields.One2many("order.cycle.hold", "order_id", string="Held Goods")
    cycle_can_hold = fields.Boolean(
        compute="_compute_cycle_holding", help="A quotation with goods that are kept in stock."
    )
    cycle_is_holding = fields.Boolean(
        compute="_compute_cycle_holding", help="Goods are held for this quotation now."
    )

    @api.depends("state", "order_line.product_uom_qty", "cycle_hold_ids.ended_at")
    def _compute_cycle_holding(self):
        for order in self:
            is_open = order.state in ("draft", "sent")
            order.cycle_can_hold = is_open and bool(order._cycle_lines_to_hold())
            # sudo: whoever sees the quotation sees what is held for it
            order.cycle_is_holding = is_open and bool(order.sudo()._cycle_live_holds())

    # === ACTION METHODS === #

    def action_cycle_hold(self):
        """Hold all goods of these quotations, from now on for the channel's time."""
        self.check_access("write")
        for order in self:
            if not order.cycle_can_hold:
                raise UserError(
                    self.env._(
                        "Nothing of %(order)s can be held: only quotations hold goods, and only "
                        "goods that are kept in stock.",
                        order=order.name,
                    )
                )
            # sudo: the access to the quotation was checked; holds are nobody's to write
            order.sudo()._cycle_hold()
        return True

    def action_cycle_release(self):
        """Give the goods of these quotations back to everybody."""
        self.check_access("write")
        # sudo: see above
        self.sudo()._cycle_live_holds()._end()
        return True

    # === BUSINESS METHODS === #

    def _cycle_hold(self, *, as_far_as_possible=False):
        """Hold the goods of this quotation instead of what was held for it before.

        :raises UserError: more is wanted than is free (not if `as_far_as_possible`)
        """
        self.ensure_one()
        self._cycle_live_holds()._end()
        channel = self.cycle_channel_id
        minutes = channel.hold_minutes or channel.DEFAULT_HOLD_MINUTES
        basis = {
            "warehouse_id": self.warehouse_id.id,
            "channel_id": channel.id,
            "reference": self.name,
            "expires_at": fields.Datetime.now() + timedelta(minutes=minutes),
        }
        return self.env["order.cycle.hold"]._hold(
            [
                {**basis, **hold}
                for line in self._cycle_lines_to_hold()
                for hold in line._prepare_holds()
            ],
            as_far_as_possible=as_far_as_possible,
        )

    def _cycle_hold_by_itself(self):
        """Hold what there is for quotations of channels that want it; never an error."""
        for order in self._cycle_held_by_themselves():
            # sudo: the channel's setting decides, not the rights of who sends the quotation
            order.sudo()._cycle_hold(as_far_as_possible=True)

    def _cycle_hold_while_paying(self, transaction):
        """Hold what there is for the customer who starts to pay; never an error.

        What somebody else held for them before goes on, as that person's, when they give up.

        :param transaction: the payment.transaction, with all rights
        """
        for order in self._cycle_held_by_themselves():
            person = order._cycle_live_holds().filtered(lambda hold: not hold.transaction_id)
            holds = order._cycle_hold(as_far_as_possible=True)
            if person:
                holds.user_id = person[0].user_id
            else:
                holds.transaction_id = transaction

    def _cycle_held_by_themselves(self):
        """Return the quotations whose channel wants their goods held without being asked."""
        return self.filtered(
            lambda order: (
                order.cycle_channel_id.hold_minutes
                and order.state in ("draft", "sent")
                and order._cycle_lines_to_hold()
            )
        )

    def _cycle_lines_to_hold(self):
        hold, lines = self.env["order.cycle.hold"], self.order_line
        goods = {
            company: hold._holdable(some.product_id, company)
            for company, some in lines.grouped("company_id").items()
        }
        return lines.filtered(
            lambda line: (
                line.product_id in goods[line.company_id]
                and not line.display_type
                and line.product_uom_id.compare(line.product_uom_qty, 0) > 0
            )
        )

    def _cycle_live_holds(self):
        """Return what is held for these quotations, and for the carts they come from."""
        refs = [ref for ref in self.mapped("cycle_external_ref") if ref]
        carts = {
            (order.company_id, order.cycle_channel_id, order.cycle_external_ref) for order in self
        }
        held = self.env["order.cycle.hold"].search(
            Domain("state", "=", "held")
            & (Domain("order_id", "in", self.ids) | Domain("reference", "in", refs))
        )
        return held.filtered(
            lambda hold: (
                hold.order_id in self or (hold.company_id, hold.channel_id, hold.reference) in carts
            )
        )

    # === ODOO'S OWN DOORS === #

    def write(self, vals):
        """Hold goods when a quotation is sent, where its channel wants that."""
        result = super().write(vals)
        if vals.get("state") == "sent":
            self._cycle_hold_by_itself()
        return result

    def _action_confirm(self):
        """What was held becomes the order's own demand."""
        # sudo: whoever confirms, the goods were held for this order
        self.sudo()._cycle_live_holds()._end(was_sold=True)
        return super()._action_confirm()

    def _action_cancel(self):
        """A quotation that nobody wants holds nothing."""
        result = super()._action_cancel()
        # sudo: see above
        self.sudo()._cycle_live_holds()._end()
        return result
