from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from .order_cycle_foreign_call import run_for


class ForeignDelivery(models.Model):
    """A delivery that another connector books, through the outbox."""

    _inherit = "stock.picking"

    cycle_foreign_ids = fields.One2many(
        "order.cycle.foreign.booking", "picking_id", string="Bookings of Other Connectors"
    )
    cycle_foreign_count = fields.Integer(compute="_compute_cycle_foreign_count")

    def _compute_cycle_foreign_count(self):
        counts = dict(
            self.env["order.cycle.foreign.booking"]._read_group(
                [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
            )
        )
        for picking in self:
            picking.cycle_foreign_count = counts.get(picking, 0)

    @api.depends("cycle_foreign_ids.state")
    def _compute_cycle_waits_for_carrier(self):
        result = super()._compute_cycle_waits_for_carrier()
        for picking in self:
            if "todo" in picking.cycle_foreign_ids.mapped("state"):
                picking.cycle_waits_for_carrier = True
        return result

    # === ACTION METHODS === #

    def action_view_cycle_foreign(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_foreign")
        action["domain"] = [("picking_id", "in", self.ids)]
        return action

    def action_cycle_book_now(self):
        """Book what waits for another connector, too."""
        waiting = self.cycle_foreign_ids.filtered(lambda row: row.state == "todo")
        if not waiting:
            return super().action_cycle_book_now()
        self.check_access("write")
        return waiting.action_book_now()

    # === ODOO'S OWN DOORS === #

    def send_to_shipper(self):
        """Write a booking instead of entering a connector inside this transaction."""
        if run_for(self) or not self.carrier_id._cycle_goes_through_outbox():
            return super().send_to_shipper()
        self.ensure_one()
        # What follows runs with all rights: whoever only reads deliveries has nothing booked.
        self.check_access("write")
        self._cycle_queue_foreign(self.carrier_id)
        return None

    def action_cancel(self):
        """A delivery that will not leave must not be booked."""
        result = super().action_cancel()
        # sudo: whoever may cancel a delivery may have its booking withdrawn
        self.sudo().cycle_foreign_ids._take_back()
        return result

    # === BUSINESS METHODS === #

    def _cycle_queue_foreign(self, carrier):
        """Write the booking of each delivery that has none; the worker does the rest.

        What was refused is asked for again, with the data as they are now.

        :param carrier: delivery.carrier that is asked
        :raises UserError: a delivery goes by another method
        """
        for picking in self:
            if picking.carrier_id != carrier:
                raise UserError(
                    self.env._(
                        "%(delivery)s does not go by %(method)s. Set the method on the delivery "
                        "first.",
                        delivery=picking.name,
                        method=carrier.name,
                    )
                )
            if picking._cycle_has_a_carrier():
                continue
            # sudo: whoever may validate a delivery may have it booked
            # pylint: disable-next=context-overridden
            rows = picking.sudo().with_context(clean_context(self.env.context)).cycle_foreign_ids
            refused = rows.filtered(lambda row: row.state == "refused")[:1]
            if refused:
                refused._requeue()
            else:
                rows.create(picking._prepare_cycle_foreign_vals())

    def _prepare_cycle_foreign_vals(self):
        return {
            "picking_id": self.id,
            "company_id": self.company_id.id,
            "carrier_id": self.carrier_id.id,
            "leg": 1 + len(self.cycle_foreign_ids),
        }

    def _cycle_has_a_carrier(self):
        """Return whether these goods are booked, or about to be, by whatever connector."""
        live = self._cycle_live_foreign() or self._cycle_live_consignments()
        return bool(live or self.carrier_tracking_ref)

    def _cycle_live_foreign(self):
        """Return what other connectors have of these goods, whichever step handed them over."""
        # sudo: the steps of one delivery may be the business of different people
        rows = (self | self._cycle_chain()).sudo().cycle_foreign_ids
        return rows.filtered(lambda row: row.state not in ("refused", "cancelled")).sudo(False)

    def _cycle_foreign_to_cancel(self, carrier):
        """Return the bookings that cancelling this delivery's shipment with `carrier` settles."""
        # sudo: see `_cycle_live_foreign`
        refused = self.sudo().cycle_foreign_ids.filtered(lambda row: row.state == "refused")
        rows = self._cycle_live_foreign() | refused.sudo(False)
        return rows.filtered(lambda row: row.sudo().carrier_id == carrier)

    def _cycle_hand_over(self):
        """Goods that another connector has are not booked once more by ours."""
        free = self.filtered(lambda picking: not picking._cycle_live_foreign())
        return super(ForeignDelivery, free)._cycle_hand_over()

    def _cycle_is_handed_over(self):
        if super()._cycle_is_handed_over():
            return True
        rows = (self | self._cycle_chain()).cycle_foreign_ids
        return bool(rows.filtered(lambda row: row.track != "cancelled"))
