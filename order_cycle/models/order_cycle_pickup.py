from datetime import time

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers import pickup_from_json, pickup_to_json
from ..carriers.dto import HandlingUnit, PickupRequest

# What people wish for, and what a refused change goes back to.
WISH_FIELDS = ("pickup_date", "ready_from", "closes_at", "location", "instructions")
# So many pieces are described one by one; no contract wants more.
UNITS_MAX = 50


class OrderCyclePickup(models.Model):
    """A driver who is asked to come for goods.

    One row for one visit. What the carrier is asked about it, to come, to come at another time, not
    to come, are calls of the same row one after the other.
    """

    _name = "order.cycle.pickup"
    _inherit = ["order.cycle.errand"]
    _description = "Pickup"
    _order = "pickup_date desc, id desc"
    _check_company_auto = True

    state = fields.Selection(
        [
            ("todo", "To Send"),
            ("sending", "Being Sent"),
            ("unknown", "Outcome Unknown"),
            ("human", "Ask the Carrier"),
            ("done", "Ordered"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ]
    )
    verb = fields.Selection(
        [("book", "Order"), ("change", "Change"), ("cancel", "Cancel")],
        string="Asked For",
        required=True,
        default="book",
        readonly=True,
        copy=False,
    )
    partner_id = fields.Many2one("res.partner", string="Address", required=True, readonly=True)
    pickup_date = fields.Date(string="Day", required=True, readonly=True)
    ready_from = fields.Float(required=True, readonly=True, help="Local time of the place.")
    closes_at = fields.Float(required=True, readonly=True, help="Until when somebody is there.")
    location = fields.Char(string="Where", readonly=True, help="At the address, e.g. Gate 3.")
    instructions = fields.Char(string="Note to the Driver", readonly=True)
    consignment_ids = fields.One2many("order.cycle.consignment", "pickup_id", readonly=True)
    pieces = fields.Integer(required=True, readonly=True)
    weight = fields.Float(
        digits="Stock Weight", required=True, readonly=True, help="In the database's weight unit."
    )
    pickup_ref = fields.Char(string="Pickup Number", readonly=True, copy=False)
    accepted = fields.Text(
        readonly=True, copy=False, help="The request as the carrier last accepted it."
    )
    currency_id = fields.Many2one("res.currency", readonly=True, copy=False)
    price = fields.Monetary(string="Price of the Pickup", readonly=True, copy=False)
    carrier_message = fields.Char(string="What the Carrier Says", readonly=True, copy=False)
    call_ids = fields.One2many("order.cycle.call", "pickup_id", string="Calls")
    can_change = fields.Boolean(compute="_compute_can")
    can_cancel = fields.Boolean(compute="_compute_can")

    @api.depends("state", "account_id")
    def _compute_can(self):
        for pickup in self:
            is_ordered = pickup.state == "done"
            pickup.can_change = is_ordered and pickup.account_id.changes_pickups
            pickup.can_cancel = is_ordered and pickup.account_id.cancels_pickups

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            name = self.env["ir.sequence"].next_by_code("order.cycle.pickup")
            vals.update(name=name, **self._new_identity(name))
        pickups = super().create(vals_list)
        pickups._wake()
        return pickups

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if any(pickup.attempt for pickup in self):
            raise UserError(
                self.env._("A pickup that a carrier was told of cannot be deleted. Cancel it.")
            )

    # === ACTION METHODS === #

    def action_change(self):
        """Open the window in which a pickup is changed, or a refused one is put right."""
        self.ensure_one()
        return self.env["order.cycle.pickup.order"]._open_for(self)

    def action_cancel(self):
        """Have the carrier told that no driver is needed; forget what it was never told of."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        for pickup in self.sudo():
            pickup._check_state("todo", "refused", "done")
            if pickup.accepted:
                pickup._cancel_at_carrier()
            else:
                pickup._answer_drop()
        return True

    def _cancel_at_carrier(self):
        if not self.account_id.cancels_pickups:
            raise UserError(
                self.env._(
                    "%(carrier)s takes no cancellation of a pickup from a program. Call it, and "
                    "tell it the number %(number)s.",
                    carrier=self.account_id.name,
                    number=self.pickup_ref or self.name,
                )
            )
        self._send_again({"verb": "cancel"})

    # === THE CALL === #

    def _worker_cron(self):
        return self.env.ref("order_cycle.cron_pickups")

    def _call_field(self):
        return "pickup_id"

    def _question(self):
        reference = self.pickup_ref
        if self.verb == "cancel":
            last = pickup_from_json(self.accepted)
            return lambda client: client.cancel_pickup(reference, last)
        request = self._request()
        self.payload = pickup_to_json(request)
        if self.verb == "change":
            return lambda client: client.change_pickup(reference, request)
        return lambda client: client.book_pickup(request)

    def _request(self):
        """Return the `PickupRequest` as the record says it now."""
        method = self.consignment_ids.carrier_id[:1]
        rows = self.consignment_ids
        countries = rows.partner_id.mapped("country_id.code")
        return PickupRequest(
            request_ref=self.request_ref,
            pickup_date=self.pickup_date,
            ready_from=_clock(self.ready_from),
            closes_at=_clock(self.closes_at),
            address=self.env["delivery.carrier"]._cycle_address(self.partner_id),
            pieces=self.pieces,
            weight_grams=self.env["delivery.carrier"]._cycle_grams(self.weight),
            waybill_refs=tuple(rows.filtered("waybill_ref").mapped("waybill_ref")),
            handling_units=self._units(),
            service=method._cycle_service_code() if method else "",
            destination_country=max(set(countries), key=countries.count) if countries else "",
            location=self.location or "",
            instructions=self.instructions or "",
        )

    def _units(self):
        """Return the pallets, for carriers that send a truck with room for them."""
        if self.account_id._info().mode != "freight":
            return ()
        parcels = self.consignment_ids.parcel_ids[:UNITS_MAX]
        return tuple(
            HandlingUnit(
                description=parcel.content or "",
                **parcel.consignment_id.carrier_id._cycle_measures(parcel),
            )
            for parcel in parcels
        )

    def _record_answer(self, value):
        if self.verb == "cancel":
            self._settle_cancelled()
            return
        currency = value.price and self._currency(value.price.currency)
        self.write(
            {
                "pickup_ref": value.pickup_ref,
                "carrier_message": value.message,
                "price": currency and float(value.price.amount),
                "currency_id": currency and currency.id,
            }
        )
        self._settle_accepted()

    def _record_refusal(self, message):
        """A driver who was ordered still comes if a change or a cancellation is refused."""
        if not self.accepted:
            self._set_state("refused", message)
            return
        verbs = dict(self._fields["verb"]._description_selection(self.env))
        text = self.env._(
            "“%(verb)s” was refused, so the pickup stands as it was: %(message)s",
            verb=verbs[self.verb],
            message=message,
        )
        self.message_post(body=text)
        self._restore()
        self._set_state("done", text)
        self._ask_a_person()

    def _settle_accepted(self):
        self.write({"accepted": self.payload, "verb": "book"})
        self._set_state("done")

    def _settle_cancelled(self):
        self.consignment_ids.pickup_id = False
        self._set_state("cancelled")

    def _restore(self):
        """Go back to what the carrier has accepted."""
        last = pickup_from_json(self.accepted)
        self.write(
            {
                **{name: getattr(last, name) for name in WISH_FIELDS},
                "ready_from": _hours(last.ready_from),
                "closes_at": _hours(last.closes_at),
                "pieces": last.pieces,
                "verb": "book",
            }
        )

    def _currency(self, code):
        return (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)], limit=1)
        )

    def _finish(self):
        had_refusal = self.state == "done" and self.state_message
        if had_refusal:
            # The person is to see that the change was refused; the activity stays.
            self.effects_pending = False
            return
        super()._finish()

    # === WHAT A PERSON FOUND OUT === #

    def _answer_made(self, reference):
        if self.verb == "cancel":
            self._settle_cancelled()
            return
        self.pickup_ref = reference or self.pickup_ref
        self._settle_accepted()

    def _answer_missing(self):
        self._send_again()

    def _answer_drop(self):
        if self.accepted:
            self._restore()
            self._set_state("done")
        else:
            self._settle_cancelled()


def _clock(hours):
    """Return 16.5 as half past four in the afternoon."""
    minutes = min(round(hours * 60), 24 * 60 - 1)
    return time(minutes // 60, minutes % 60)


def _hours(clock):
    return clock.hour + clock.minute / 60
