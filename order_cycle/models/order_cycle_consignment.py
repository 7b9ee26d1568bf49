import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# An unknown outcome that the machine has not found out by then is shown to a person.
PATIENCE = timedelta(minutes=15)


class OrderCycleConsignment(models.Model):
    """One handover of goods to a carrier. The row exists before the carrier is called."""

    _name = "order.cycle.consignment"
    _inherit = ["order.cycle.booking", "mail.thread", "mail.activity.mixin"]
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
    account_id = fields.Many2one(related="carrier_id.cycle_account_id", store=True, index=True)
    environment = fields.Selection(related="account_id.environment")
    leg = fields.Integer(default=1, help="One delivery may be handed over more than once.")
    parcel_ids = fields.One2many("order.cycle.parcel", "consignment_id", string="Parcels")
    parcel_count = fields.Integer(compute="_compute_parcel_count")
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
    label_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        domain=[("res_model", "=", "order.cycle.consignment")],
        string="Documents",
    )

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

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            name = self.env["ir.sequence"].next_by_code("order.cycle.consignment")
            vals.update(name=name, **self._new_identity(name))
        consignments = super().create(vals_list)
        consignments._wake()
        return consignments

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
        self._requeue()
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
        self._set_state("cancelled")
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

    def action_open_label(self):
        """Open all labels of these consignments: one page each, as the carrier made them."""
        labels = self.label_ids
        if not labels:
            raise UserError(self.env._("There is no label yet: the carrier has not answered."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{labels[0].id}",
            "target": "new",
        }

    # === BUSINESS METHODS === #

    def _requeue(self):
        """Book refused rows anew: other data, so another reference and another key."""
        for row in self.filtered(lambda row: row.state == "refused"):
            row.write({**row._new_identity(row.name), "payload": False, "payload_hash": False})
            row.write({"first_sent_at": False, "last_sent_at": False, "lookups": 0})
            row._set_state("todo")
        self._wake()

    def _sender(self):
        """Return the address the goods leave from."""
        self.ensure_one()
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

    # === WHAT FOLLOWS FROM THE STATE === #

    def _finish(self):
        """Carry the state to the delivery, the order and the people. May be repeated."""
        self.write({"effects_pending": False, "track": self._track_of_state()})
        if self.state == "done":
            self._finish_booked()
        elif self.state == "refused":
            self._raise_exception(self._refusal_kind(), self.state_message)
        elif self.state == "human" or self._is_long_unknown():
            self._raise_exception("unknown", self.state_message)
        elif self.state == "todo" and self.account_id.paused_until and self.state_message:
            self._raise_exception("account", self.state_message)
        if self.state in ("done", "cancelled"):
            self._solve_exceptions()
        self.env["order.cycle.signal"]._emit(self.order_id, "booked")

    def _track_of_state(self):
        return {
            "done": "booked",
            "refused": "refused",
            "unknown": "unknown",
            "human": "unknown",
            "cancelled": "cancelled",
        }.get(self.state, "booking")

    def _is_long_unknown(self):
        return (
            self.state == "unknown"
            and self.last_sent_at
            and fields.Datetime.now() - self.last_sent_at > PATIENCE
        )

    def _refusal_kind(self):
        """Tell data of ours that were never sent from what a carrier said no to."""
        return "refused" if self.call_ids else "shipment"

    def _finish_booked(self):
        numbers = [parcel.tracking_ref for parcel in self.parcel_ids if parcel.tracking_ref]
        self.picking_id._cycle_booked(
            numbers or [self.waybill_ref], self._price_in_company_currency(), self.label_ids
        )

    def _price_in_company_currency(self):
        if not self.currency_id:
            return None
        return self.currency_id._convert(
            self.price, self.company_id.currency_id, self.company_id, fields.Date.today()
        )

    def _raise_exception(self, kind, cause):
        self.env["order.cycle.exception"]._raise(
            self.order_id,
            "book",
            kind,
            cause or self.env._("The carrier gave no reason."),
            consignment_id=self.id,
            picking_id=self.picking_id.id,
            company_id=self.company_id.id,
        )

    def _solve_exceptions(self):
        self.env["order.cycle.exception"].search(
            [("consignment_id", "=", self.id), ("state", "=", "open")]
        )._close("solved")
