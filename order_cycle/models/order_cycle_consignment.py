import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OPERATOR = "order_cycle.group_order_cycle_operator"
# What people may write on a consignment; all else is what happened, and is written by what happens.
OPEN_FIELDS = {"partner_id", "parcel_ids"}


class OrderCycleConsignment(models.Model):
    """One handover of goods to a carrier. The row exists before the carrier is called."""

    _name = "order.cycle.consignment"
    _inherit = [
        "order.cycle.incident",
        "order.cycle.polling",
        "order.cycle.tracking",
        "order.cycle.return",
        "order.cycle.papers",
        "order.cycle.departure",
        "order.cycle.effects",
        "order.cycle.cost",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Consignment"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, copy=False, default="/", index=True)
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    order_id = fields.Many2one(related="picking_id.sale_id", store=True, index=True, string="Order")
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one("res.partner", string="Receiver", required=True)
    carrier_id = fields.Many2one(
        "delivery.carrier", string="Delivery Method", required=True, check_company=True
    )
    account_id = fields.Many2one(
        "order.cycle.carrier.account",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        help="The account that is asked to book. It stays when the delivery method gets another "
        "one: what one account may have booked, no other one can tell.",
    )
    environment = fields.Selection(related="account_id.environment")
    leg = fields.Integer(default=1, help="One delivery may be handed over more than once.")
    parcel_ids = fields.One2many("order.cycle.parcel", "consignment_id", string="Parcels")
    parcel_count = fields.Integer(compute="_compute_parcel_count")
    can_cancel = fields.Boolean(
        compute="_compute_can_cancel", help="The carrier takes cancellations from a program."
    )
    can_hand_over = fields.Boolean(compute="_compute_can_hand_over")
    call_ids = fields.One2many("order.cycle.call", "consignment_id", string="Calls")
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
        help="What the order shows of this consignment. It follows the state after the answer "
        "is safe in the database, so that a busy order can never cost us an answer.",
    )
    waybill_ref = fields.Char(string="Waybill", readonly=True, copy=False, index=True)
    tracking_url = fields.Char(string="Tracking Page", readonly=True, copy=False)
    currency_id = fields.Many2one("res.currency", readonly=True, copy=False)
    price = fields.Monetary(string="Carrier Price", readonly=True, copy=False)
    booked_at = fields.Datetime(readonly=True, copy=False)

    # Whatever the code does, the database keeps a second live booking of the same goods out.
    _one_live_per_leg = models.UniqueIndex(
        "(picking_id, leg) WHERE state NOT IN ('refused', 'cancelled')",
        "This delivery is being handed over to a carrier already.",
    )
    _request_ref_uniq = models.UniqueIndex(
        "(request_ref) WHERE request_ref IS NOT NULL", "This reference was used already."
    )

    @api.depends("parcel_ids")
    def _compute_parcel_count(self):
        for consignment in self:
            consignment.parcel_count = len(consignment.parcel_ids)

    @api.depends("account_id")
    def _compute_can_cancel(self):
        for row in self:
            row.can_cancel = row._can_cancel()

    @api.depends("state", "picking_id.cycle_consignment_ids.state")
    def _compute_can_hand_over(self):
        """A delivery that left, and that no carrier has any more, can be handed over again."""
        for row in self:
            picking = row.picking_id
            row.can_hand_over = (
                row.state == "cancelled"
                and picking.state == "done"
                and not picking._cycle_live_consignments()
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            name = self.env["ir.sequence"].next_by_code("order.cycle.consignment")
            vals.update(name=name, **self._new_identity(name))
            carrier = self.env["delivery.carrier"].browse(vals.get("carrier_id"))
            vals.setdefault("account_id", carrier.cycle_account_id.id)
        consignments = super().create(vals_list)
        consignments._wake()
        return consignments

    def write(self, vals):
        """Keep what happened from being rewritten: a row that is armed again books again."""
        guarded = vals.keys() - OPEN_FIELDS - self._cycle_mail_fields()
        if guarded and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(fields)s of a consignment say what happened and cannot be written. Use its "
                    "buttons instead.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in sorted(guarded)
                    ),
                )
            )
        return super().write(vals)

    @api.model
    def _cycle_mail_fields(self):
        """Return the names of the fields that conversations and activities bring along."""
        mixins = ("mail.thread", "mail.activity.mixin")
        return {name for mixin in mixins for name in self.env[mixin]._fields}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known_to_carrier(self):
        if any(row.attempt for row in self):
            raise UserError(
                self.env._(
                    "A consignment that a carrier was told of cannot be deleted. Cancel it instead."
                )
            )

    # === ACTION METHODS === #

    def action_book_again(self):
        """Queue refused consignments again, with the data as they are now."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        self.sudo()._requeue()
        return True

    def action_withdraw(self):
        """Cancel consignments that no carrier was told of, or that it refused."""
        self.check_access("write")
        for row in self:
            if row.state not in ("todo", "refused"):
                raise UserError(
                    self.env._(
                        "Consignment %(name)s may be at the carrier already. Cancel it with the "
                        "carrier first.",
                        name=row.name,
                    )
                )
        # sudo: the access was checked; the protocol's fields are nobody's to write
        self.sudo()._set_each("cancelled")
        self._wake()
        return True

    def action_cancel_shipment(self):
        """Have the worker cancel booked shipments at the carrier."""
        self._check_operator()
        self.check_access("write")
        booked = self.filtered(lambda row: row.state == "done")
        if not booked:
            raise UserError(
                self.env._("Only a booked shipment can be cancelled at the carrier; choose one.")
            )
        # sudo: the access was checked; the protocol's fields are nobody's to write
        booked.sudo()._cancel_at_carrier()
        return True

    def action_book_now(self):
        """Book these consignments before returning, for a packer who needs the labels at once.

        The same rows go through the same worker, on a cursor of its own: what a carrier was told
        is in the database even if this request fails afterwards.
        """
        self.check_access("write")
        with self.env.registry.cursor() as cursor:
            # sudo: the access was checked; the protocol's fields are nobody's to write
            rows = self.with_env(self.env(cr=cursor)).sudo()
            rows._work_now()
            return rows._after_book_now()

    def _after_book_now(self):
        """Return what the packer sees: the labels, or what became of the bookings, in words."""
        booked = self.filtered(lambda row: row.state == "done")
        if booked and booked == self and len(self) == 1 and self.label_ids:
            return self.action_open_label()
        words = dict(self._fields["state"]._description_selection(self.env))
        lines = [
            " ".join(filter(None, (row.name, words[row.state], row.state_message)))
            for row in self - booked
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if lines else "success",
                "sticky": bool(lines),
                "message": "\n".join([self.env._("%(count)s booked.", count=len(booked)), *lines]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_cancelled_at_carrier(self):
        """Believe a person who has cancelled booked shipments at the carrier."""
        self._check_operator()
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        for row in self.sudo():
            row.lock_for_update(allow_referencing=True)
            if row.state != "done":
                raise UserError(
                    self.env._(
                        "Consignment %(name)s is not booked, so there is nothing to cancel at the "
                        "carrier.",
                        name=row.name,
                    )
                )
            row._set_state("cancelled")
            row.wants_label = row.cancel_wanted = False
            row.message_post(
                body=self.env._(
                    "%(user)s says that %(waybill)s was cancelled at the carrier.",
                    user=self.env.user.name,
                    waybill=row.waybill_ref,
                )
            )
        self._wake()
        return True

    def action_hand_over_again(self):
        """Book a delivery that left, and that no carrier has any more, once more."""
        self.ensure_one()
        self.check_access("write")
        # sudo: whoever may write consignments may have goods booked that have left
        picking = self.sudo().picking_id
        picking._cycle_hand_over()
        return picking._cycle_live_consignments().sudo(False)[:1]._get_records_action()

    def action_get_label(self):
        """Have the worker ask the carrier for the labels once more."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        booked = self.sudo().filtered(lambda row: row.state == "done" and row._can_print_again())
        if not booked:
            raise UserError(
                self.env._("The carrier cannot be asked for this label again; print it there.")
            )
        booked.write({"wants_label": True, "failures": 0, "next_try_at": fields.Datetime.now()})
        self._wake()
        return True

    def action_open_next(self):
        """Open what a person has to do next about this consignment."""
        self.ensure_one()
        if self.state in ("unknown", "human"):
            return self.env["order.cycle.outcome"]._open_for(self)
        if self.state == "refused":
            return self.partner_id._get_records_action()
        return self._get_records_action()

    def action_open_tracking(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.tracking_url, "target": "new"}

    def _check_operator(self):
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only an operator cancels shipments that a carrier has."))

    # === BUSINESS METHODS === #

    def _requeue(self):
        """Book refused rows anew: other data, so another reference and another key."""
        for row in self.filtered(lambda row: row.state == "refused"):
            row.write(row._new_payload_vals())
            row.account_id = row.carrier_id._cycle_account_for(row.company_id)
            row._set_state("todo")
        self._wake()

    def _sender(self):
        """Return the address the goods leave from."""
        self.ensure_one()
        if self.is_return:
            return self.picking_id.partner_id
        warehouse = self.picking_id.picking_type_id.warehouse_id
        return warehouse.partner_id or self.company_id.partner_id

    def _tracking_link(self):
        """Return one tracking page, Odoo's JSON list of several, or False."""
        booked = self.filtered(lambda row: row.state == "done")
        pages = [
            (parcel.tracking_ref, parcel.tracking_url)
            for parcel in booked.parcel_ids
            if parcel.tracking_url
        ]
        if len(pages) > 1:
            return json.dumps(pages)
        return pages[0][1] if pages else booked[:1].tracking_url
