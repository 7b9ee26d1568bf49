import time
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers.api import Capability
from ..carriers.dto import ShipmentRequest
from ..carriers.errors import REFUSED, CarrierError
from ..models.carrier_words import error_text

# No step is begun after this: Odoo ends a request after two minutes. The rest is done by
# pressing the button again.
LAST_START_S = 40.0
DEADLINE_S = 30.0


class OrderCycleGoLive(models.TransientModel):
    """Walks a test shipment through the carrier's sandbox, and says what differs from the usual.

    Nothing of it is an order or a delivery: the request is made up here, and sent to the sandbox
    only.
    """

    _name = "order.cycle.go.live"
    _description = "Rehearse on the Sandbox"

    account_id = fields.Many2one("order.cycle.carrier.account", required=True, ondelete="cascade")
    environment = fields.Selection(related="account_id.environment")
    method_id = fields.Many2one(
        "delivery.carrier",
        string="Delivery Method",
        required=True,
        domain="[('cycle_account_id', '=', account_id)]",
        help="Its service, extra services and standard piece are tried.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Receiver",
        required=True,
        help="An address such as your customers have. Nothing is sent there.",
    )
    weight = fields.Float(digits="Stock Weight", default=1.0, required=True)
    value = fields.Float(string="Value of the Goods", default=10.0)
    request_ref = fields.Char(readonly=True)
    idempotency_key = fields.Char(readonly=True)
    waybill_ref = fields.Char(readonly=True)
    quoted = fields.Char(readonly=True)
    check_ids = fields.One2many(related="account_id.check_ids")
    is_over = fields.Boolean(compute="_compute_is_over")
    is_begun = fields.Boolean(compute="_compute_is_over")

    @api.depends("check_ids.state")
    def _compute_is_over(self):
        for wizard in self:
            states = wizard.account_id.check_ids.mapped("state")
            wizard.is_over = bool(states) and "waiting" not in states
            wizard.is_begun = any(state != "waiting" for state in states)

    @api.model
    def _open_for(self, account):
        """Begin a new rehearsal of `account` and return the action that opens it."""
        key = str(uuid.uuid4())
        wizard = self.create(
            {
                "account_id": account.id,
                "method_id": account.delivery_ids[:1].id,
                "partner_id": account.company_id.partner_id.id,
                "request_ref": f"TEST-{key[:8]}",
                "idempotency_key": key,
            }
        )
        self.env["order.cycle.carrier.check"]._start(account)
        return wizard._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rehearse on the Sandbox"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === ACTION METHODS === #

    def action_run(self):
        """Do the steps that wait, as many as fit into one request, and show what came of them."""
        self.ensure_one()
        self.account_id.check_access("write")
        started = time.monotonic()
        for check in self.account_id.check_ids.filtered(lambda one: one.state == "waiting"):
            if time.monotonic() - started > LAST_START_S:
                break
            self._do(check)
        return self._reopen()

    # === THE STEPS === #

    def _do(self, check):
        """Do one step and record what came of it."""
        if self.account_id.environment == "live":
            raise UserError(
                self.env._(
                    "%(account)s is live: a rehearsal would book real shipments. Set it to its "
                    "test environment first.",
                    account=self.account_id.name,
                )
            )
        started = time.monotonic()
        try:
            state, message = getattr(self, f"_try_{check.step}")(check)
        except CarrierError as error:
            state, message = "failed", self._failure_text(check, error)
        check._record(state, message, time.monotonic() - started)

    def _failure_text(self, check, error):
        reason = error_text(self.env, error)
        if check.step != "book" or error.outcome == REFUSED:
            return reason
        return self.env._(
            "%(reason)s Whether the test shipment exists only the carrier can tell: our reference "
            "is %(reference)s.",
            reason=reason,
            reference=self.request_ref,
        )

    def _has(self, capability):
        return capability in self.account_id._info().capabilities

    def _ask(self, question):
        return self.account_id._ask_now(question, DEADLINE_S)

    def _nothing_booked(self):
        return "skipped", self.env._("There is no test shipment to try it with.")

    def _try_quote(self, _check):
        if not self._has(Capability.QUOTE):
            return "skipped", self.env._(
                "This carrier names no price before it is booked: give its delivery methods a "
                "fixed price."
            )
        request = self._request()
        quotes = self._ask(lambda client: client.quote(request))
        own = [quote for quote in quotes if quote.service == request.service]
        if not own:
            return "different", self.env._(
                "No price for the service of %(method)s. Offered: %(services)s.",
                method=self.method_id.name,
                services=", ".join(sorted({quote.service for quote in quotes})) or "-",
            )
        self.quoted = self._money_text(own[0].price)
        if not own[0].price.amount:
            return "different", self.env._("The price is zero: ask the carrier for your rates.")
        return "passed", self.quoted

    def _try_book(self, check):
        request = self._request()
        booking = self._ask(lambda client: client.book(request))
        self.waybill_ref = booking.waybill_ref
        if booking.documents:
            label = check.account_id.check_ids.filtered(lambda one: one.step == "label")
            label._keep_label(booking.documents[0])
        told = self.env._("Booked as %(waybill)s.", waybill=booking.waybill_ref)
        differences = self._differences(request, booking)
        if differences:
            return "different", "\n".join([told, *differences])
        return "passed", f"{told} {booking.price and self._money_text(booking.price) or ''}".strip()

    def _differences(self, request, booking):
        """Return what the answer to a booking lacks, in words."""
        found = [problem.text for problem in booking.warnings]
        pieces = len(request.parcels or request.handling_units)
        numbers = [parcel for parcel in booking.parcels if parcel.tracking_ref]
        if request.parcels and len(numbers) < pieces:
            found.append(
                self.env._(
                    "%(numbers)s tracking numbers for %(pieces)s pieces.",
                    numbers=len(numbers),
                    pieces=pieces,
                )
            )
        if self.quoted and booking.price and self._money_text(booking.price) != self.quoted:
            found.append(
                self.env._(
                    "The price is %(price)s; %(quoted)s was quoted.",
                    price=self._money_text(booking.price),
                    quoted=self.quoted,
                )
            )
        if not booking.price:
            found.append(
                self.env._("No price comes with a booking: compare the carrier's bill instead.")
            )
        return found

    def _try_label(self, check):
        if not self.waybill_ref:
            return self._nothing_booked()
        waybill = self.waybill_ref
        if self._has(Capability.PRINT_AGAIN):
            documents = self._ask(lambda client: client.print_again(waybill))
            if documents:
                if not check.label_id:
                    check._keep_label(documents[0])
                return "passed", self.env._("Look at it, and print it on the label printer.")
        if check.label_id:
            return "different", self.env._(
                "It came with the booking, but cannot be had again: a lost label has to be "
                "printed in the carrier's portal."
            )
        return "different", self.env._("No label: print it in the carrier's portal.")

    def _try_track(self, _check):
        if not self.waybill_ref:
            return self._nothing_booked()
        if not self._has(Capability.TRACK):
            return "skipped", self.env._("This carrier cannot be asked where goods are.")
        waybill = self.waybill_ref
        events = self._ask(lambda client: client.track(waybill))
        if not events:
            return "passed", self.env._("It is known, and was not scanned yet.")
        return "passed", events[-1].text

    def _try_cancel(self, _check):
        if not self.waybill_ref:
            return self._nothing_booked()
        waybill = self.waybill_ref
        if not self._has(Capability.CANCEL):
            return "different", self.env._(
                "This carrier cannot be told to cancel. Cancel %(waybill)s by hand in its portal, "
                "as you will have to with real shipments.",
                waybill=waybill,
            )
        self._ask(lambda client: client.cancel(waybill))
        return "passed", self.env._("%(waybill)s is cancelled.", waybill=waybill)

    # === THE TEST SHIPMENT === #

    def _request(self):
        """Return the test shipment: always the same, so that a second try is not a second one."""
        method, company = self.method_id, self.account_id.company_id
        mode = self.account_id._info().mode
        return ShipmentRequest(
            request_ref=self.request_ref,
            idempotency_key=self.idempotency_key,
            ship_date=fields.Date.context_today(self),
            instructions="TEST",
            contents_type="sample",
            goods_value=method._cycle_money(self.value, company.currency_id),
            **method._cycle_method_values(),
            **method._cycle_parties(company.partner_id, self.partner_id),
            **method._cycle_pieces_of(
                method._cycle_loose_measures(self.weight), mode, method.product_id
            ),
        )

    def _money_text(self, money):
        return f"{money.amount:.2f} {money.currency}"
