from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class OrderCycleForeignBooking(models.Model):
    """A delivery that another connector books, entered by the worker, not by whoever ships."""

    _name = "order.cycle.foreign.booking"
    _inherit = ["order.cycle.foreign.effects", "mail.thread", "mail.activity.mixin"]
    _description = "Booking of Another Connector"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, copy=False, default="/", index=True)
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    order_id = fields.Many2one(related="picking_id.sale_id", store=True, index=True, string="Order")
    partner_id = fields.Many2one(related="picking_id.partner_id", string="Receiver")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Delivery Method",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    leg = fields.Integer(
        default=1, readonly=True, help="One delivery may be handed over more than once."
    )
    track = fields.Selection(
        [
            ("booking", "Being booked"),
            ("booked", "Booked"),
            ("refused", "Refused"),
            ("unknown", "Outcome unknown"),
            ("cancelled", "Cancelled"),
        ],
        default="booking",
        required=True,
        readonly=True,
        copy=False,
        help="What the order shows of this booking. It follows the state after the answer is safe "
        "in the database, so that a busy order can never cost us an answer.",
    )
    tracking_ref = fields.Char(string="Tracking Reference", readonly=True, copy=False, index=True)
    price = fields.Float(
        string="Price of the Connector",
        readonly=True,
        copy=False,
        help="As the connector gives it, before margins. Odoo's contract names no currency; Odoo "
        "takes it for that of the order.",
    )
    answered_at = fields.Datetime(
        readonly=True, copy=False, help="When it was known that the carrier has the shipment."
    )
    is_noted = fields.Boolean(
        readonly=True, copy=False, help="Odoo's own fields of the delivery say it."
    )

    # Whatever the code does, the database keeps a second live booking of the same goods out.
    _one_live_per_delivery = models.UniqueIndex(
        "(picking_id) WHERE state NOT IN ('refused', 'cancelled')",
        "This delivery is being handed over to a carrier already.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code("order.cycle.foreign.booking")
        bookings = super().create(vals_list)
        bookings._wake()
        return bookings

    def write(self, vals):
        """Keep what happened from being rewritten: a row that is armed again books again."""
        guarded = vals.keys() - self.env["order.cycle.consignment"]._cycle_mail_fields()
        if guarded and not self.env.su:
            raise AccessError(
                self.env._("What a connector was asked cannot be written. Use the buttons instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known_to_carrier(self):
        if any(row.attempt for row in self):
            raise UserError(
                self.env._("A booking that a carrier was told of cannot be deleted. Cancel it.")
            )

    # === ACTION METHODS === #

    def action_book_now(self):
        """Book before returning, for a packer who needs the label at once; see consignments."""
        self.check_access("write")
        with self.env.registry.cursor() as cursor:
            # sudo: the access was checked; the protocol's fields are nobody's to write
            rows = self.with_env(self.env(cr=cursor)).sudo()
            rows._work_now()
            return rows._after_book_now()

    def action_book_again(self):
        """Queue refused bookings again, with the data as they are now."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        self.sudo()._requeue()
        return True

    def action_withdraw(self):
        """Cancel bookings that no carrier was told of, or that it refused."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        for row in self.sudo():
            row._check_state("todo", "refused")
            row._set_state("cancelled")
        self._wake()
        return True

    def action_open_next(self):
        """Open what a person has to do next about this booking."""
        self.ensure_one()
        if self.state in ("unknown", "human"):
            return self.env["order.cycle.foreign.outcome"]._open_for(self)
        return self._get_records_action()

    def _after_book_now(self):
        """Return what became of the bookings, in words."""
        words = dict(self._fields["state"]._description_selection(self.env))
        open_rows = self.filtered(lambda row: row.state != "done")
        lines = [
            " ".join(filter(None, (row.name, words[row.state], row.state_message)))
            for row in open_rows
        ]
        count = self.env._("%(count)s booked.", count=len(self - open_rows))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if lines else "success",
                "sticky": bool(lines),
                "message": "\n".join([count, *lines]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === WHAT PEOPLE DO === #

    def _requeue(self):
        """Ask the connector anew, by the method that the delivery has now."""
        for row in self:
            row._check_state("refused")
            row.write(
                {
                    "carrier_id": row.picking_id.carrier_id.id or row.carrier_id.id,
                    "tracking_ref": False,
                    "price": 0.0,
                    "answered_at": False,
                    "is_noted": False,
                    "failures": 0,
                }
            )
            row._set_state("todo")
        self._wake()

    def _check_state(self, *states):
        """Refuse what does not fit the state any more, with the row locked.

        :raises UserError: somebody, or the worker, was faster
        """
        self.lock_for_update(allow_referencing=True)
        wrong = self.filtered(lambda row: row.state not in states)
        if wrong:
            words = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is “%(state)s” meanwhile, so this is not possible. Look at it again.",
                    name=wrong[0].name,
                    state=words[wrong[0].state],
                )
            )

    def _cancel_with(self, cancel):
        """Have the connector cancel these bookings, one delivery at a time.

        :param cancel: callable taking a booking; raises if the carrier has not cancelled
        :raises UserError: nobody knows whether there is something to cancel
        """
        for row in self:
            row._check_state("todo", "refused", "done")
            if row.state == "done":
                cancel(row)
            row._set_state("cancelled")
        self._wake()
