from odoo import fields, models

from ..tools import isolate


class OrderCycleHandover(models.AbstractModel):
    """What a carrier said, brought to Odoo's own fields of a delivery. Part of `stock.picking`."""

    _name = "order.cycle.handover"
    _description = "Handover of a Delivery"

    def _cycle_booked(self, numbers, price, currency, labels):
        """Bring a carrier's answer to Odoo's own fields of this delivery and its chain.

        May be repeated, and labels may come later than the rest.

        :param list[str] numbers: one tracking number per parcel
        :param price: what the carrier charges in `currency`, which may be empty
        :param labels: ir.attachment recordset
        """
        self.ensure_one()
        is_new = not set(numbers) <= set(self._cycle_tracking_numbers())
        for picking in self | self._cycle_chain():
            known = picking._cycle_tracking_numbers()
            known += [number for number in numbers if number not in known]
            picking.carrier_tracking_ref = ",".join(known)
        if is_new and currency:
            self._cycle_charge(price, currency)
        labels -= self._cycle_posted_labels(labels)
        if is_new or labels:
            self.message_post(
                body=self.env._(
                    "Booked with %(carrier)s: %(numbers)s",
                    carrier=self.carrier_id.name,
                    numbers=", ".join(numbers),
                ),
                attachment_ids=labels.copy({"res_model": self._name, "res_id": self.id}).ids,
            )

    def _cycle_unbooked(self, numbers):
        """Take back what a carrier had said, here and in the chain. May be repeated."""
        for picking in self | self._cycle_chain():
            left = [one for one in picking._cycle_tracking_numbers() if one not in numbers]
            if left != picking._cycle_tracking_numbers():
                picking.carrier_tracking_ref = ",".join(left)

    def _cycle_tracking_numbers(self):
        return [one for one in (self.carrier_tracking_ref or "").split(",") if one]

    def _cycle_posted_labels(self, labels):
        """Return those of `labels` that were posted on this delivery before."""
        posted = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("name", "in", labels.mapped("name")),
            ]
        )
        return labels.filtered(lambda label: label.name in posted.mapped("name"))

    def _cycle_charge(self, price, currency):
        """Put the carrier's price where Odoo wants it; never at the cost of label and number."""
        carrier, order = self.carrier_id, self.sale_id
        target = order.currency_id or self.company_id.currency_id
        price = currency._convert(price, target, self.company_id, fields.Date.context_today(self))
        if carrier.free_over and order:
            amount = order._compute_amount_total_without_delivery()
            if carrier._compute_currency(order, amount, "pricelist_to_company") >= carrier.amount:
                price = 0.0
        self.carrier_price = carrier._apply_margins(price, order)
        isolate(
            self,
            lambda picking: picking._add_delivery_cost_to_so(),
            lambda picking, error: picking._cycle_tell_of_charge(error),
        )

    def _cycle_tell_of_charge(self, error):
        """Say on the order that the price of its shipping has to be added by hand."""
        order = self.sale_id
        order.message_post(
            body=self.env._(
                "The shipping of %(delivery)s costs %(price)s, which could not be added to this "
                "order: %(reason)s Add it by hand.",
                delivery=self.name,
                price=order.currency_id.format(self.carrier_price),
                reason=str(error),
            )
        )

    def _cycle_chain(self):
        """Return the steps before and after these in a multi-step warehouse, not those beside.

        What was shipped earlier out of the same packing is another delivery.
        """
        return self._cycle_steps("move_orig_ids") | self._cycle_steps("move_dest_ids")

    def _cycle_steps(self, direction):
        moves, seen = self.move_ids[direction], self.move_ids
        pickings = self.browse()
        while moves:
            pickings |= moves.picking_id
            seen |= moves
            moves = moves[direction] - seen
        return pickings
