from odoo import fields, models


class OrderCycleReturnDelivery(models.AbstractModel):
    """Part of `stock.picking`: what went out with a delivery comes back with a label of ours."""

    _name = "order.cycle.return.delivery"
    _description = "Return Label of a Delivery"

    cycle_return_ids = fields.One2many(
        "order.cycle.consignment",
        "picking_id",
        string="Return Shipments",
        domain=[("is_return", "=", True)],
    )
    cycle_can_return = fields.Boolean(compute="_compute_cycle_can_return")

    def _compute_cycle_can_return(self):
        for picking in self:
            picking.cycle_can_return = (
                picking.state == "done"
                and picking.picking_type_code == "outgoing"
                and picking.carrier_id.delivery_type == "order_cycle"
                and picking.carrier_id.can_generate_return
            )

    # === ACTION METHODS === #

    def action_cycle_return_label(self):
        """Have the carrier make a label for the way back, and show what becomes of it."""
        self.ensure_one()
        self.check_access("write")
        self._cycle_book_return()
        # sudo: whoever ships may have the goods fetched back
        return self.sudo()._cycle_live_returns().sudo(False)[:1]._get_records_action()

    # === BUSINESS METHODS === #

    def _cycle_book_return(self):
        """Write the return of each delivery that has none; the worker does the rest.

        What the carrier refused is sent again, with the data as they are now.

        :raises UserError: the carrier takes no returns
        """
        for picking in self:
            picking.carrier_id._cycle_check_takes_returns()
            # sudo: whoever ships may have the goods fetched back
            own = picking.sudo()
            if own._cycle_live_returns():
                continue
            refused = own.cycle_return_ids.filtered(lambda row: row.state == "refused")
            if refused:
                refused[:1]._requeue()
            else:
                own.env["order.cycle.consignment"].create(own._prepare_cycle_return_vals())

    def _cycle_live_returns(self):
        return self.cycle_return_ids.filtered(lambda row: row.state not in ("refused", "cancelled"))

    def _prepare_cycle_return_vals(self):
        """Return the values of a consignment from the customer to our warehouse."""
        vals = self._prepare_cycle_consignment_vals()
        warehouse = self.picking_type_id.warehouse_id
        for _command, _number, piece in vals["parcel_ids"]:
            # The pieces are others than those that went out, even if they look the same.
            piece.update(reference=f"R{piece['reference']}", package_id=False)
        return {
            **vals,
            "is_return": True,
            "partner_id": (warehouse.partner_id or self.company_id.partner_id).id,
        }

    def _cycle_return_at_once(self):
        """Make the return label with the delivery, where Odoo's own setting says so."""
        for picking in self:
            carrier = picking.carrier_id
            wants_one = carrier.return_label_on_delivery and carrier.can_generate_return
            if wants_one and not picking.cycle_return_ids:
                picking._cycle_book_return()

    def _cycle_open_to_portal(self):
        """Let customers fetch their return labels, where Odoo's own setting says so."""
        open_ones = self.filtered(lambda picking: picking.carrier_id.get_return_label_from_portal)
        open_ones.return_label_ids.generate_access_token()
