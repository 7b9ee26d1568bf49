from markupsafe import Markup

from odoo import api, fields, models

from .exception_words import next_action_texts

# Seconds until an unexpected failure is tried again by itself: 5 min, 30 min, 2 h, then 6 h.
BACKOFF_S = (300, 1800, 7200, 21600)

# What a step of the flow raises and solves by itself.
STEP_KINDS = (
    "failed",
    "crashed",
    "no_policy",
    "no_journal",
    "no_carrier",
    "shipment",
    "short_closed",
    "credited",
)


class OrderCycleException(models.Model):
    """Something that stops an order and waits for a person: cause, owner, next action.

    An exception is raised by a step of the flow, by the intake or by a carrier. It is solved by
    the step that succeeds later, or dismissed by a person.
    """

    _name = "order.cycle.exception"
    _description = "Order Exception"
    _order = "is_open desc, create_date desc, id desc"
    _check_company_auto = True

    # sudo: a buyer sees which order is stuck, not the order
    name = fields.Char(compute="_compute_name", compute_sudo=True)
    order_id = fields.Many2one("sale.order", ondelete="cascade", index=True, check_company=True)
    picking_id = fields.Many2one("stock.picking", string="Delivery", ondelete="cascade", index=True)
    consignment_id = fields.Many2one("order.cycle.consignment", ondelete="cascade", index=True)
    foreign_booking_id = fields.Many2one(
        "order.cycle.foreign.booking",
        string="Booking of Another Connector",
        ondelete="cascade",
        index=True,
    )
    intake_id = fields.Many2one("order.cycle.intake", string="Received Order", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    channel_id = fields.Many2one(related="order_id.cycle_channel_id", store=True, index=True)
    cycle_stage = fields.Selection(related="order_id.cycle_stage", string="Order Stage")
    step = fields.Selection(
        selection=lambda self: self.env["sale.order"]._cycle_step_selection(),
        required=True,
        help="The step of the flow that could not be done.",
    )
    kind = fields.Selection(
        [
            ("failed", "A step failed"),
            ("crashed", "Unexpected failure"),
            ("no_policy", "No policy fits"),
            ("price", "Price differs"),
            ("conflict", "Sent again with other content"),
            ("payment", "Payment differs"),
            ("refund", "Money to give back"),
            ("credited", "Invoice taken back"),
            ("short_closed", "Delivered less than ordered"),
            ("no_journal", "No journal to pay into"),
            ("not_sent", "Invoice not sent"),
            ("goods_taken", "Goods taken by others"),
            ("no_carrier", "No carrier chosen"),
            ("shipment", "Shipment data incomplete"),
            ("refused", "Refused by the carrier"),
            ("recall", "Cancelled after booking"),
            ("changed", "Goods changed after booking"),
            ("unknown", "Outcome unknown at the carrier"),
            ("incident", "Goods do not arrive"),
            ("account", "Carrier account refused"),
            ("promise_slips", "Promise cannot be kept"),
        ],
        required=True,
    )
    cause = fields.Text(required=True, help="What happened and why, in words.")
    next_action = fields.Char(compute="_compute_next_action", help="What to do about it.")
    is_blocking = fields.Boolean(
        help="The order does not pass this step until a person solves the exception."
    )
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved"), ("dismissed", "Dismissed")],
        required=True,
        default="open",
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True, index=True)
    user_id = fields.Many2one("res.users", string="Owner", index=True)
    attempts = fields.Integer(default=1, help="How many times the step was tried and failed.")
    last_seen_at = fields.Datetime(default=fields.Datetime.now)
    solved_at = fields.Datetime(readonly=True)
    solved_by_id = fields.Many2one("res.users", string="Solved by", readonly=True)

    _one_open_per_cause = models.UniqueIndex(
        "(order_id, step, kind, COALESCE(consignment_id, 0), COALESCE(foreign_booking_id, 0))"
        " WHERE state = 'open'",
        "This exception is open already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "order_id.name", "picking_id.name", "intake_id.external_ref")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for exception in self:
            document = (
                exception.order_id.name
                or exception.picking_id.name
                or exception.intake_id.external_ref
            )
            exception.name = f"{document or ''}: {labels.get(exception.kind, '')}"

    @api.depends("state")
    def _compute_is_open(self):
        for exception in self:
            exception.is_open = exception.state == "open"

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_next_action(self):
        advice = next_action_texts(self.env)
        for exception in self:
            exception.next_action = advice.get(exception.kind, "")

    # === ACTION METHODS === #

    def action_retry(self):
        """Have the flow (or the carrier worker) try again what failed.

        What waits for a person's consent goes on waiting: see `action_accept`.
        """
        self.check_access("write")
        # sudo: whoever may solve exceptions may have their deliveries and invoices tried again
        consignments = self.sudo().consignment_id.filtered(lambda row: row.state == "refused")
        consignments._requeue()
        foreign = self.sudo().foreign_booking_id.filtered(lambda row: row.state == "refused")
        foreign._requeue()
        unchosen = self.sudo().filtered(lambda exception: exception.kind == "no_carrier").order_id
        unchosen.cycle_selection_ids._drop()
        unsent = self.sudo().filtered(lambda exception: exception.kind == "not_sent").order_id
        unsent.invoice_ids.filtered("cycle_send_at")._cycle_queue_sending()
        self.env["order.cycle.signal"]._emit(self.order_id, "retry")
        return self._notify_action(self.env._("Trying again; the result shows here shortly."))

    def action_accept(self):
        """Let orders go on that were held for a person's consent."""
        self.check_access("write")
        self.filtered("is_blocking")._close("dismissed")
        self.env["order.cycle.signal"]._emit(self.order_id, "retry")
        return True

    def action_accept_delivered(self):
        """Lower what was ordered to what was delivered, where nothing more is on its way."""
        self.check_access("write")
        orders = self.filtered(lambda exception: exception.kind == "short_closed").order_id
        lines = orders._cycle_goods_lines()
        lines.filtered(
            lambda line: line._cycle_is_closed() and not line._cycle_is_delivered()
        )._cycle_accept_delivered()
        self.env["order.cycle.signal"]._emit(orders, "retry")
        return True

    def action_compare_carriers(self):
        """Open what all carriers want for the order, so that a person chooses."""
        self.ensure_one()
        self.check_access("write")
        return self.order_id.action_compare_carriers()

    def action_dismiss(self):
        """Close what a person has dealt with outside the flow."""
        self.check_access("write")
        self._close("dismissed")
        self.env["order.cycle.signal"]._emit(self.order_id, "retry")
        return True

    def action_open_document(self):
        """Open the record on which the exception is mended."""
        self.ensure_one()
        booking = self.consignment_id or self.foreign_booking_id
        if booking:
            # What to do next is a question to those who may answer it; the others only look.
            may_answer = booking.has_access("write")
            return booking.action_open_next() if may_answer else booking._get_records_action()
        if self.kind == "promise_slips":
            return self.order_id.cycle_proposal_ids.filtered("is_open")._get_records_action()
        record = self.order_id or self.picking_id or self.intake_id
        return record._get_records_action()

    def action_assign_to_me(self):
        self.write({"user_id": self.env.uid})
        return True

    def _notify_action(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _raise(self, order, step, kind, cause, **values):
        """Open an exception, or count one more failure of the one that is open already.

        :param order: sale.order singleton, or empty for what has no order
        :param str step: the step that could not be done
        :param str kind: a value of the field `kind`
        :param str cause: what happened, in the words of whoever reads it
        :param values: further field values (`consignment_id`, `is_blocking`...)
        :return: the exception
        """
        known = self._find_open(order, step, kind, values)
        if known:
            known.write(
                {
                    "cause": cause,
                    "attempts": known.attempts + 1,
                    "last_seen_at": fields.Datetime.now(),
                }
            )
            return known
        owner = order._cycle_exception_owner() if order else self.env.user
        exception = self.create(
            {
                "order_id": order.id,
                "company_id": order.company_id.id or self.env.company.id,
                "step": step,
                "kind": kind,
                "cause": cause,
                "user_id": owner.id,
                **values,
            }
        )
        exception._schedule_activity()
        return exception

    def _find_open(self, order, step, kind, values):
        domain = [
            ("order_id", "=", order.id),
            ("step", "=", step),
            ("kind", "=", kind),
            ("consignment_id", "=", values.get("consignment_id", False)),
            ("foreign_booking_id", "=", values.get("foreign_booking_id", False)),
            ("state", "=", "open"),
        ]
        if not order:
            domain += [("intake_id", "=", values.get("intake_id", False))]
        return self.search(domain, limit=1)

    @api.model
    def _cure(self, orders, step, except_kind=False):
        """Solve what earlier runs of `step` left on `orders`, now that it succeeded.

        Exceptions of carriers, of the intake and of money have an end of their own.

        :param str except_kind: what failed this time, if it failed in another way
        """
        self.search(
            [
                ("order_id", "in", orders.ids),
                ("step", "=", step),
                ("kind", "in", [kind for kind in STEP_KINDS if kind != except_kind]),
                ("state", "=", "open"),
            ]
        )._close("solved")

    def _close(self, state):
        still_open = self.filtered("is_open")
        still_open.write(
            {
                "state": state,
                "is_blocking": False,
                "solved_at": fields.Datetime.now(),
                "solved_by_id": self.env.uid,
            }
        )
        still_open._drop_activities()

    def _backoff_s(self):
        """Return the seconds to wait before an unexpected failure is tried again."""
        self.ensure_one()
        return BACKOFF_S[min(self.attempts, len(BACKOFF_S)) - 1]

    # === ACTIVITIES === #

    def _schedule_activity(self):
        for exception in self.filtered("order_id"):
            exception.order_id.activity_schedule(
                "order_cycle.activity_exception",
                fields.Date.context_today(exception),
                summary=exception.name,
                note=Markup("<p>%s</p><p><b>%s</b></p>") % (exception.cause, exception.next_action),
                user_id=exception.user_id.id,
            )

    def _drop_activities(self):
        """Close the activity of orders that have no open exception left."""
        orders = self.order_id
        busy = self.search([("order_id", "in", orders.ids), ("state", "=", "open")]).order_id
        (orders - busy).activity_unlink(["order_cycle.activity_exception"])
