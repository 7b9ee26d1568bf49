import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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
        "order.cycle.consignment.actions",
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
                and not picking._cycle_live_foreign()
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
