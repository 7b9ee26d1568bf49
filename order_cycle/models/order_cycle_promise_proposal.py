from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from .order_cycle_promise import CAUSES


class OrderCyclePromiseProposal(models.Model):
    """A new date for an order line, after its supply changed. A person accepts or declines it."""

    _name = "order.cycle.promise.proposal"
    _description = "Proposed Promise"
    _order = "is_open desc, id desc"
    _rec_name = "order_line_id"
    _check_company_auto = True

    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(related="order_line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    product_id = fields.Many2one(related="order_line_id.product_id")
    promised_date = fields.Datetime(
        string="Promised", readonly=True, help="The date in force when this was proposed."
    )
    proposed_date = fields.Datetime(
        string="Proposed", readonly=True, help="Empty: nobody can say when the goods come."
    )
    slip_days = fields.Integer(
        string="Days Later", readonly=True, help="Below zero: the goods come earlier."
    )
    parts = fields.Json(readonly=True)
    cause = fields.Selection(
        CAUSES,
        required=True,
        readonly=True,
    )
    source_name = fields.Char(string="Because Of", readonly=True)
    state = fields.Selection(
        [
            ("open", "To Decide"),
            ("accepted", "Accepted"),
            ("kept", "Old Date Kept"),
            ("withdrawn", "Not Needed Any More"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True, index=True)

    _one_open_per_line = models.UniqueIndex(
        "(order_line_id) WHERE state = 'open'", "This order line has an open proposal already."
    )

    @api.depends("state")
    def _compute_is_open(self):
        for proposal in self:
            proposal.is_open = proposal.state == "open"

    # === ACTION METHODS === #

    def action_accept(self):
        """Promise the customer the proposed dates."""
        self.check_access("write")
        waiting = self.filtered("is_open")
        over = waiting.filtered(lambda proposal: not proposal._is_needed())
        over._close("withdrawn")
        waiting -= over
        if not all(proposal.proposed_date for proposal in waiting):
            raise UserError(
                self.env._(
                    "Nobody can say when these goods come, so there is no date to accept. Find "
                    "a vendor for them, or set a date on the order."
                )
            )
        self.env["order.cycle.promise"]._record(
            {proposal.order_line_id: proposal._read_parts() for proposal in waiting}
        )
        waiting._close("accepted")
        return True

    def action_keep(self):
        """Leave the customer the old date; the same proposal does not come again."""
        self.check_access("write")
        self.filtered("is_open")._close("kept")
        return True

    def action_open_order(self):
        return self.order_id._get_records_action()

    # === BUSINESS METHODS === #

    def _is_needed(self):
        """Return whether something of the line is still to come."""
        self.ensure_one()
        # sudo: who decides about dates may not read the whole order
        line = self.sudo().order_line_id
        return line.state == "sale" and line._cycle_open_qty() > 0

    @api.model
    def _propose(self, line, parts, change):
        """Open, renew or withdraw the proposal of `line`, whose goods come as `parts` say.

        :param list parts: see `order.cycle.promise._record`; empty: nobody can say
        :param change: the `order.cycle.supply.change` that made somebody look
        """
        date = max((part["promised_date"] for part in parts), default=False)
        slip = (date.date() - line.cycle_promise_date.date()).days if date else 0
        known = self.search([("order_line_id", "=", line.id), ("state", "=", "open")])
        if date and slip <= 0 and not (slip < 0 and line._cycle_may_come_earlier(date)):
            return known._close("withdrawn")
        if not self._is_news(line, date):
            return None
        known._write_state("withdrawn")
        # The database allows one open proposal a line, and is asked at the insertion already.
        known.flush_recordset(["state"])
        self.create(
            {
                "order_line_id": line.id,
                "promised_date": line.cycle_promise_date,
                "proposed_date": date,
                "slip_days": slip,
                "parts": [
                    {**part, "promised_date": fields.Datetime.to_string(part["promised_date"])}
                    for part in parts
                ],
                "cause": change.cause,
                "source_name": change.source_name,
            }
        )
        if slip < 0:
            return self._cure_exceptions(line.order_id)
        return self._raise_slip(line, date, slip, change)

    def _is_news(self, line, date):
        """Return whether nobody has seen, and not declined, this very day yet."""
        last = self.search(
            [("order_line_id", "=", line.id), ("state", "in", ("open", "kept"))], limit=1
        )
        if not last or last.promised_date != line.cycle_promise_date:
            return True
        return (last.proposed_date and last.proposed_date.date()) != (date and date.date())

    def _raise_slip(self, line, date, slip, change):
        if date:
            text = self.env._(
                "%(product)s was promised for %(promised)s and comes on %(date)s, %(days)s days "
                "later: %(reason)s.",
                product=line.product_id.display_name,
                promised=format_date(self.env, line.cycle_promise_date),
                date=format_date(self.env, date),
                days=slip,
                reason=change.source_name or "",
            )
        else:
            text = self.env._(
                "%(product)s was promised for %(promised)s, and nobody can say when it comes: "
                "%(reason)s.",
                product=line.product_id.display_name,
                promised=format_date(self.env, line.cycle_promise_date),
                reason=change.source_name or "",
            )
        self.env["order.cycle.exception"]._raise(line.order_id, "promise", "promise_slips", text)

    def _read_parts(self):
        return [
            {**part, "promised_date": fields.Datetime.to_datetime(part["promised_date"])}
            for part in self.parts
        ]

    def _write_state(self, state):
        self.sudo().write({"state": state})

    def _close(self, state):
        self._write_state(state)
        self._cure_exceptions(self.order_id)

    @api.model
    def _cure_exceptions(self, orders):
        """Solve the exceptions of orders none of whose lines slips any more."""
        slipping = self.sudo().search(
            [
                ("order_id", "in", orders.ids),
                ("state", "=", "open"),
                "|",
                ("slip_days", ">", 0),
                ("proposed_date", "=", False),
            ]
        )
        self.env["order.cycle.exception"].sudo().search(
            [
                ("order_id", "in", (orders - slipping.order_id).ids),
                ("kind", "=", "promise_slips"),
                ("state", "=", "open"),
            ]
        )._close("solved")
