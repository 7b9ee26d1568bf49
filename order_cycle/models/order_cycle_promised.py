from datetime import timedelta

from odoo import fields, models

# An order is opened by more people than those who may read what was promised.
READERS = (
    "order_cycle.group_order_cycle_user,sales_team.group_sale_salesman,"
    "purchase.group_purchase_user,stock.group_stock_user"
)


class OrderCyclePromised(models.AbstractModel):
    """What an order's customer was promised, and how a date comes about. Part of `sale.order`."""

    _name = "order.cycle.promised"
    _description = "Promises of an Order"

    cycle_promise_ids = fields.One2many(
        "order.cycle.promise", "order_id", string="Promises", groups=READERS
    )
    cycle_proposal_ids = fields.One2many(
        "order.cycle.promise.proposal", "order_id", string="Proposed Dates", groups=READERS
    )

    def _cycle_promise_by_hand(self):
        lines = self.filtered(lambda order: order.state == "sale")._cycle_goods_lines()
        self.env["order.cycle.promise"]._record(
            {
                line: [line._cycle_manual_part(line.order_id.commitment_date)]
                for line in lines
                if line._cycle_open_qty() > 0
            }
        )

    def _cycle_adopt_dates(self):
        """Put on record the dates of order or lines that were set before the order was confirmed.

        Only where nothing is on record yet: an order may be set back and confirmed again.
        """
        lines = self.filtered(lambda order: order.state == "sale")._cycle_goods_lines()
        dated = lines.filtered(
            lambda line: (
                (line.cycle_promise_date or line.order_id.commitment_date)
                and line._cycle_open_qty() > 0
            )
        )
        known = dated and self.env["order.cycle.promise"]._last_revisions(dated.ids)
        self.env["order.cycle.promise"]._record(
            {
                line: [
                    line._cycle_manual_part(
                        line.cycle_promise_date or line.order_id.commitment_date
                    )
                ]
                for line in dated
                if not known[line.id]
            }
        )

    def _cycle_drop_proposals(self):
        """Withdraw the proposals of orders that are cancelled, and of lines all delivered."""
        waiting = self.env["order.cycle.promise.proposal"].search(
            [("order_id", "in", self.ids), ("state", "=", "open")]
        )
        waiting.filtered(lambda proposal: not proposal._is_needed())._close("withdrawn")

    def _cycle_mirror_promise(self):
        """Show on the orders when the last of their goods is promised."""
        for order in self.with_context(order_cycle__ledger=True):
            dates = order._cycle_goods_lines().mapped("cycle_promise_date")
            if dates and all(dates):
                wanted = order.cycle_requested_date
                promise = max([*dates, *([wanted] if wanted else [])])
                if order.commitment_date != promise:
                    order.commitment_date = promise

    # === FROM GOODS READY TO GOODS THERE === #

    def _cycle_arrival_of(self, ready, warehouse=None):
        """Return when goods that are ready at `ready` (naive UTC) reach the customer.

        After the warehouse's cut-off, or on a day off, they leave on its next working day; then
        the delivery method needs its days.

        :param warehouse: where they leave from, if not from the order's own warehouse
        """
        self.ensure_one()
        leaves = (warehouse or self.warehouse_id)._cycle_leaves(ready)
        return leaves + timedelta(days=self.carrier_id.cycle_transit_days)

    # === ACTION METHODS === #

    def action_cycle_tell_promise(self):
        """Open a mail to the customer with the dates in force; sending it marks them as told."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tell the Customer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "sale.order",
                "default_res_ids": self.ids,
                "default_template_id": self.env.ref("order_cycle.mail_template_promise").id,
                "default_composition_mode": "comment",
                "order_cycle__tells_promise": True,
            },
        }
