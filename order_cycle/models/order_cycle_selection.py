from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.best_offer import Offer, best_offer
from .order_cycle_policy_travel import CARRIER_CHOICES
from .selection_worker import SelectionWorker

# All carriers are asked side by side and each has seconds; a worker that has not told by then died.
LEASE = timedelta(minutes=3)
# An order waits that long for its choice; then its policy's fixed method counts, or people.
PATIENCE = timedelta(minutes=15)
LIVE = ("todo", "asking")


class OrderCycleSelection(models.Model):
    """The program's question which carrier takes an order, and what came of it.

    The flow writes the row and goes on; a worker claims it and commits, asks without a transaction,
    and records the choice after. A question may be asked twice, so a worker that dies in between
    leaves no more than a lease that runs out.
    """

    _name = "order.cycle.selection"
    _description = "Choice by the Program"
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("todo", "To Ask"),
            ("asking", "Being Asked"),
            ("done", "Chosen"),
            ("failed", "Nobody Chosen"),
            ("dropped", "Out of Date"),
        ],
        required=True,
        default="todo",
        index=True,
    )
    rule = fields.Selection(
        CARRIER_CHOICES, string="Chosen by", help="What the policy said when carriers were asked."
    )
    asked_at = fields.Datetime(string="Asked")
    deadline = fields.Datetime(
        required=True,
        default=lambda self: fields.Datetime.now() + PATIENCE,
        help="From then on the order waits for no answer any more.",
    )
    lease_until = fields.Datetime()
    attempt = fields.Integer()
    question = fields.Char(help="A fingerprint of the address and the goods that were asked for.")
    offers = fields.Text(string="What Each Carrier Said")
    method_id = fields.Many2one("delivery.carrier", string="Delivery Method")
    price = fields.Monetary()
    reason = fields.Char()

    _one_live_per_order = models.UniqueIndex(
        "(order_id) WHERE state IN ('todo', 'asking')",
        "The carriers of this order are being asked already.",
    )

    # === THE WORKER === #

    @api.model
    def _due_domain(self):
        """Return the rows whose carriers have to be asked now."""
        return [
            "|",
            ("state", "=", "todo"),
            "&",
            ("state", "=", "asking"),
            ("lease_until", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _cron_choose(self):
        """Ask the carriers of every order that waits for its choice."""
        SelectionWorker(self).run()

    @api.model
    def _wake(self):
        # sudo: whoever has an order looked at may have its carriers asked
        self.env.ref("order_cycle.cron_choose").sudo()._trigger()

    def _claim(self):
        """Say that from now on these are asked, what for, and by which rule."""
        now = fields.Datetime.now()
        for row in self:
            order = row.order_id
            if not order._cycle_needs_choice():
                row._drop()
                continue
            row.write(
                {
                    "state": "asking",
                    "asked_at": now,
                    "lease_until": now + LEASE,
                    "attempt": row.attempt + 1,
                    "question": order._cycle_question(),
                    "rule": order.cycle_policy_id.carrier_choice,
                }
            )

    def _in_its_company(self):
        """Return this row as its company sees it, and speaking its language."""
        order = self.order_id._cycle_env(self.company_id)
        return self.with_env(order.env)

    def _record(self, offers, attempt):
        """Choose, if this row still waits for the question number `attempt`.

        :param list[dict] offers: what `_cycle_offer` makes of each answer
        """
        if self.state != "asking" or self.attempt != attempt:
            return
        self.offers = "\n".join(self._offer_text(offer) for offer in offers)
        order = self.order_id
        if not order._cycle_needs_choice():
            # Somebody chose meanwhile, or nothing has to travel any more.
            self._drop()
        elif order._cycle_question() != self.question:
            self.write({"state": "todo", "lease_until": False})
            self._wake()
        else:
            self._decide(offers)

    def _record_failure(self, error):
        """Show that a choice could not be written down.

        :param Exception error: what went wrong
        """
        if self.state in LIVE:
            self._fail(self.env._("The choice could not be kept: %(error)s", error=error))

    # === THE CHOICE === #

    def _decide(self, offers):
        Method = self.env["delivery.carrier"]
        answers = [offer for offer in offers if offer.get("is_answer")]
        choice = best_offer(
            [
                Offer(
                    key=offer["method_id"],
                    price=offer["price"],
                    arrives_on=offer["arrives_on"] or None,
                    sequence=Method.browse(offer["method_id"]).sequence,
                )
                for offer in answers
            ],
            self.rule,
            self.order_id._cycle_promised_on(),
        )
        if not choice:
            self._fall_back(self._nobody_text(offers))
            return
        reason = self._reason(choice, [one for one in offers if not one.get("is_answer")])
        self._choose(Method.browse(choice.offer.key), reason, choice.offer.price)

    def _choose(self, method, reason, price=0.0):
        self.order_id._cycle_choose(method, reason, price)
        self.write(
            {"state": "done", "method_id": method.id, "reason": reason, "price": price}
            | {"lease_until": False}
        )

    def _fall_back(self, why):
        """Take the policy's fixed method, or leave the choice to a person.

        :param str why: why no carrier was chosen by its offer
        """
        order = self.order_id
        method = order.cycle_policy_id._carrier_for(order)
        if method:
            text = self.env._("%(why)s Taken is the policy's fixed method.", why=why)
            self._choose(method, text)
        else:
            self._fail(why)

    def _fail(self, why):
        """Have the flow show the order to a person, who compares and chooses."""
        self.write({"state": "failed", "reason": why, "lease_until": False})
        self.env["order.cycle.signal"]._emit(self.order_id, "choice")

    def _give_up(self):
        """Wait no longer for an answer; the order's policy has a fixed method."""
        self.question = self.order_id._cycle_question()
        self._fall_back(self._overdue_text())

    @api.model
    def _settle_for(self, policies):
        """Give what waits for a choice of `policies` their fixed method: nobody chooses any more.

        :param policies: order.cycle.policy recordset
        """
        rows = self.search(
            [
                ("order_id.cycle_policy_id", "in", policies.ids),
                ("state", "in", (*LIVE, "failed")),
            ]
        )
        for row in rows:
            order = row.order_id
            method = not order.carrier_id and order.cycle_policy_id._carrier_for(order)
            if method:
                row._choose(method, self.env._("The policy's fixed method."))
            else:
                row._drop()
        self.env["order.cycle.signal"]._emit(rows.order_id, "choice")

    def _drop(self):
        """Forget what is out of date: the order has, or needs, another choice."""
        self.filtered(lambda row: row.state != "dropped").write(
            {"state": "dropped", "lease_until": False}
        )

    def _is_pending(self):
        return self.state in LIVE and self.deadline > fields.Datetime.now()

    def _is_overdue(self):
        return self.state in LIVE and not self._is_pending()

    # === IN WORDS === #

    def _reason(self, choice, silent):
        """Return in words why this offer: what it was the best of, price, day, who is missing."""
        parts = [self.company_id.currency_id.format(choice.offer.price)]
        if choice.offer.arrives_on:
            parts.append(self._arrival_text(choice.offer.arrives_on))
        text = f"{self._merit_text(choice)}: {', '.join(parts)}"
        if silent:
            names = self.env["delivery.carrier"].browse(one["method_id"] for one in silent)
            missing = self.env._("no price from %(names)s", names=", ".join(names.mapped("name")))
            text = f"{text}; {missing}"
        return text

    def _merit_text(self, choice):
        texts = {
            "cheapest": self.env._("cheapest of %(count)s", count=choice.count),
            "fastest": self.env._("fastest of %(count)s", count=choice.count),
            "in_time": self.env._("cheapest of %(count)s in time", count=choice.count),
            "late": self.env._(
                "nobody keeps the promise, fastest of %(count)s, %(days)s days late",
                count=choice.count,
                days=choice.days_late,
            ),
            "undated": self.env._("cheapest of %(count)s, nobody names a day", count=choice.count),
            "unpromised": self.env._(
                "cheapest of %(count)s, no day was promised", count=choice.count
            ),
        }
        return texts[choice.merit]

    def _arrival_text(self, day):
        return self.env._("arrives %(day)s", day=format_date(self.env, day, date_format="d MMM"))

    def _offer_text(self, offer):
        """Return one line of what a carrier said."""
        method = self.env["delivery.carrier"].browse(offer["method_id"])
        if not offer.get("is_answer"):
            return f"{method.name}: {offer['message']}"
        parts = [self.company_id.currency_id.format(offer["price"])]
        if offer["arrives_on"]:
            parts.append(self._arrival_text(offer["arrives_on"]))
        return f"{method.name}: {', '.join(parts)}"

    def _nobody_text(self, offers):
        if offers:
            return self.env._("None of %(count)s carriers named a price.", count=len(offers))
        return self.env._("None of the policy's carriers can take these goods to this address.")

    def _overdue_text(self):
        return self.env._("No carrier was chosen in time: the carriers' answers are overdue.")
