from odoo import api, fields, models


class OrderCycleReturn(models.AbstractModel):
    """Goods that come back with a label of ours: a consignment from the customer to the warehouse.

    It is booked by the same protocol as any other. What follows differs: the order's own shipment
    is not touched, neither its numbers nor its price nor its stage.
    """

    _name = "order.cycle.return"
    _description = "Return of a Consignment"

    is_return = fields.Boolean(
        string="Return",
        readonly=True,
        copy=False,
        help="The customer sends these goods back with our label; our account pays.",
    )

    can_return = fields.Boolean(compute="_compute_can_return")

    @api.depends("state", "is_return", "picking_id.state")
    def _compute_can_return(self):
        for row in self:
            row.can_return = (
                row.state == "done" and not row.is_return and row.picking_id.cycle_can_return
            )

    def action_return_label(self):
        """Have the carrier make a label for the way back of what this consignment brought."""
        self.ensure_one()
        return self.picking_id.action_cycle_return_label()

    def _split_returns(self):
        """Return (what goes out, what comes back)."""
        returns = self.filtered("is_return")
        return self - returns, returns

    def _finish_booked(self):
        outgoing, returns = self._split_returns()
        result = super(OrderCycleReturn, outgoing)._finish_booked() if outgoing else None
        outgoing.picking_id._cycle_return_at_once()
        if returns:
            returns._finish_returns_booked()
        return result

    def _finish_returns_booked(self):
        self._solve_exceptions()
        labels = self._labels_not_posted()
        rows = self.filtered(lambda row: row in labels)
        rows._post_booked(labels)
        rows.picking_id._cycle_open_to_portal()
        for row in self.filtered(lambda row: row._label_is_lost()):
            row._raise_exception(
                "failed",
                self.env._(
                    "The return %(name)s is booked, but its label could not be had: %(message)s "
                    "Get the label again, or print it at the carrier.",
                    name=row.name,
                    message=row.state_message or "",
                ),
            )

    def _booked_text(self):
        if not self.is_return:
            return super()._booked_text()
        return self.env._(
            "Return label of %(carrier)s: %(numbers)s",
            carrier=self.carrier_id.name,
            numbers=", ".join(self._numbers()),
        )

    def _finish_cancelled(self):
        outgoing, returns = self._split_returns()
        result = super(OrderCycleReturn, outgoing)._finish_cancelled() if outgoing else None
        if returns:
            returns._solve_exceptions(with_recall=True)
        return result

    def _solve_exceptions(self, with_recall=False):
        """Of a return, close what is open about itself; the delivery's own are another matter."""
        outgoing, returns = self._split_returns()
        result = None
        if outgoing:
            result = super(OrderCycleReturn, outgoing)._solve_exceptions(with_recall)
        exceptions = self.env["order.cycle.exception"].search(
            [("consignment_id", "in", returns.ids), ("state", "=", "open")]
        )
        if not with_recall:
            exceptions = exceptions.filtered(lambda one: one.kind != "recall")
        exceptions._close("solved")
        return result
