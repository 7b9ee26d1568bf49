from odoo import fields, models

from ..tools import isolate

# Scales differ by so much; carriers do not mind.
WEIGHT_TOLERANCE = 0.01


class OrderCycleHandover(models.AbstractModel):
    """What a carrier said, brought to Odoo's own fields of a delivery. Part of `stock.picking`."""

    _name = "order.cycle.handover"
    _description = "Handover of a Delivery"

    def _cycle_booked(self, rows):
        """Bring carriers' answers to Odoo's own fields of these deliveries and their chains.

        May be repeated, and labels may come later than the rest.

        :param rows: booked order.cycle.consignment recordset, all of these deliveries
        """
        news = {row: row.picking_id._cycle_note_numbers(row._numbers()) for row in rows}
        for row, is_new in news.items():
            if is_new and row.currency_id:
                row.picking_id._cycle_charge(row.price, row.currency_id)
        labels = rows._labels_not_posted()
        told = rows.filtered(lambda row: news[row] or row in labels)
        told._post_booked(labels)

    def _cycle_note_numbers(self, numbers):
        """Add tracking numbers here and in the chain; return whether one was new here."""
        self.ensure_one()
        is_new = not set(numbers) <= set(self._cycle_tracking_numbers())
        # A union of two forgets whom it was read with.
        chain = (self | self._cycle_chain()).with_prefetch(self._prefetch_ids)
        for picking in chain:
            known = picking._cycle_tracking_numbers()
            fresh = [number for number in numbers if number not in known]
            if fresh:
                picking.carrier_tracking_ref = ",".join(known + fresh)
        return is_new

    def _cycle_check_booked_goods(self):
        """Have people told of goods that leave other than they were booked, e.g. in packing."""
        for picking in self.filtered(lambda one: one.picking_type_code == "outgoing"):
            # sudo: whoever validates a delivery need not see what the carrier was told
            rows = picking._cycle_live_consignments().sudo()
            for row in rows.filtered("payload"):
                if row.picking_id != picking:
                    picking._cycle_compare_goods(row)

    def _cycle_compare_goods(self, row):
        told, now = row.parcel_ids, self._prepare_cycle_parcels()
        weight_told, weight_now = sum(told.mapped("weight")), sum(vals["weight"] for vals in now)
        is_same = abs(weight_told - weight_now) <= WEIGHT_TOLERANCE * max(weight_told, weight_now)
        if is_same and len(told) == len(now):
            return
        row._raise_exception(
            "changed",
            self.env._(
                "%(delivery)s leaves with %(count)s pieces of %(weight).2f in all; %(carrier)s was "
                "told %(count_told)s of %(weight_told).2f under %(waybill)s.",
                delivery=self.name,
                count=len(now),
                weight=weight_now,
                carrier=row.carrier_id.name,
                count_told=len(told),
                weight_told=weight_told,
                waybill=row.waybill_ref or row.request_ref,
            ),
        )

    def _cycle_unbooked(self, numbers):
        """Take back what a carrier had said, here and in the chain. May be repeated."""
        for picking in self | self._cycle_chain():
            left = [one for one in picking._cycle_tracking_numbers() if one not in numbers]
            if left != picking._cycle_tracking_numbers():
                picking.carrier_tracking_ref = ",".join(left)

    def _cycle_tracking_numbers(self):
        return [one for one in (self.carrier_tracking_ref or "").split(",") if one]

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
        if not order or carrier.invoice_policy != "real":
            # Odoo has nothing to add then, and a savepoint is dear.
            return
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
