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
    order_id = fields.Many2one(
        related="order_line_id.order_id", store=True, index=True, ondelete="cascade"
    )
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
    def _propose(self, plans, changes):
        """Open, renew or withdraw the proposals of order lines whose goods come as planned now.

        :param dict plans: {sale.order.line: [part]}, see `order.cycle.promise._record`; no part:
            nobody can say
        :param dict changes: {sale.order.line: the `order.cycle.supply.change` that made somebody
            look}
        """
        lines = self.env["sale.order.line"].union(*plans)
        dates = {
            line: max((part["promised_date"] for part in parts), default=False)
            for line, parts in plans.items()
        }
        seen, earlier = self._last_seen(lines), lines._cycle_may_come_earlier(dates)
        kept = (lines - earlier).filtered(
            lambda line: dates[line] and self._slip(line, dates[line]) <= 0
        )
        self._open_of(kept)._close("withdrawn")
        news = (lines - kept).filtered(lambda line: self._is_news(seen[line], line, dates[line]))
        before = self._open_of(news)
        before._write_state("withdrawn")
        # The database allows one open proposal a line, and is asked at the insertion already.
        before.flush_recordset(["state"])
        proposals = self.create(
            [self._prepare_vals(line, plans[line], dates[line], changes[line]) for line in news]
        )
        late = proposals.filtered(lambda one: one.slip_days >= 0)
        self._cure_exceptions((proposals - late).order_id)
        for proposal in late:
            proposal._raise_slip()

    def _prepare_vals(self, line, parts, date, change):
        return {
            "order_line_id": line.id,
            "promised_date": line.cycle_promise_date,
            "proposed_date": date,
            "slip_days": self._slip(line, date),
            "parts": [
                {**part, "promised_date": fields.Datetime.to_string(part["promised_date"])}
                for part in parts
            ],
            "cause": change.cause,
            "source_name": change.source_name,
        }

    def _slip(self, line, date):
        """Return how many days later than promised `date` is; 0 where nobody can say."""
        return (date.date() - line.cycle_promise_date.date()).days if date else 0

    def _open_of(self, lines):
        return self.search([("order_line_id", "in", lines.ids), ("state", "=", "open")])

    def _last_seen(self, lines):
        """Return {line: the last proposal that is open, or was declined; may be none}."""
        rows = self.search(
            [("order_line_id", "in", lines.ids), ("state", "in", ("open", "kept"))]
        ).grouped("order_line_id")
        return {line: rows.get(line, self)[:1] for line in lines}

    def _is_news(self, last, line, date):
        """Return whether nobody has seen, and not declined, this very day yet."""
        if not last or last.promised_date != line.cycle_promise_date:
            return True
        return (last.proposed_date and last.proposed_date.date()) != (date and date.date())

    def _raise_slip(self):
        facts = {
            "product": self.product_id.display_name,
            "promised": format_date(self.env, self.promised_date),
            "reason": self.source_name or "",
        }
        if self.proposed_date:
            text = self.env._(
                "%(product)s was promised for %(promised)s and comes on %(date)s, %(days)s days "
                "later: %(reason)s.",
                date=format_date(self.env, self.proposed_date),
                days=self.slip_days,
                **facts,
            )
        else:
            text = self.env._(
                "%(product)s was promised for %(promised)s, and nobody can say when it comes: "
                "%(reason)s.",
                **facts,
            )
        self.env["order.cycle.exception"]._raise(self.order_id, "promise", "promise_slips", text)

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
