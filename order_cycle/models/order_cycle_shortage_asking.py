from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.misc import format_date


class OrderCycleShortageAsking(models.AbstractModel):
    """The answer to a shortage: given, or proposed to somebody who may give it.

    Part of `order.cycle.shortage`.
    """

    _name = "order.cycle.shortage.asking"
    _description = "Answer to a Shortage"

    asked_for = fields.Selection(
        [
            ("approval", "Approval of the purchasing manager"),
            ("purchase", "Purchasing"),
            ("sales", "The salesperson"),
        ],
        string="Waits For",
        readonly=True,
        copy=False,
        tracking=True,
        help="A remedy was chosen by somebody who may not apply it alone. Open the wizard: it is "
        "filled in, and Apply is your yes.",
    )
    asked_values = fields.Json(readonly=True, copy=False)
    asked_text = fields.Char(string="Proposed Remedy", readonly=True, copy=False)
    asked_by_id = fields.Many2one("res.users", string="Proposed By", readonly=True, copy=False)

    def _ask(self, needs, values, text, people):
        """Propose a remedy to `people`, who have an activity until they apply one.

        :param str needs: key of `asked_for`
        :param dict values: what the wizard writes on its line when they open it
        """
        self.ensure_one()
        self.write(
            {
                "asked_for": needs,
                "asked_values": values,
                "asked_text": text,
                "asked_by_id": self.env.uid,
            }
        )
        self.message_post(body=text, partner_ids=people.partner_id.ids)
        for person in people:
            self.activity_schedule(
                "order_cycle.activity_shortage",
                summary=self.env._("Say yes or choose: %(product)s", product=self.name),
                note=text,
                user_id=person.id,
            )

    def _close_answer(self, expected, text):
        """Mark these shortages as answered: `expected` (naive UTC) is when the last goods come."""
        self.write(
            {
                "state": "ordered",
                "promised_date": expected,
                "step_due_at": False,
                **self._nothing_asked(),
            }
        )
        self.activity_feedback(["order_cycle.activity_shortage"], feedback=text)

    def _deciders(self, needs):
        """Return the users who may say yes to what needs `needs` (a key of `asked_for`)."""
        self.ensure_one()
        if needs == "sales":
            people = self.env["res.users"]
            for order in self.line_ids.filtered("is_open").order_id:
                people |= order._cycle_exception_owner()
            return people
        return self._owner_of("manager" if needs == "approval" else "buyer")

    @api.model
    def _tell_new_dates(self, before, answers):
        """Tell who sells, and the customer where the policy says so, what is promised now.

        One message for each order, however many of its products were answered.

        :param dict before: {shortage line: what was promised}
        :param dict answers: {shortage: what was decided, for people}
        """
        changed = self.env["order.cycle.shortage.line"].concat(
            *(line for line, date in before.items() if line.promise_date != date)
        )
        for order, lines in changed.grouped("order_id").items():
            texts = [
                self.env._(
                    "Missing %(product)s: %(answer)s.",
                    product=shortage.product_id.display_name,
                    answer=answers[shortage],
                )
                for shortage in lines.shortage_id
            ]
            texts.append(
                self.env._(
                    "Promised now: %(date)s.",
                    date=format_date(self.env, order.commitment_date or False) or "-",
                )
            )
            order.message_post(
                body=Markup("<br/>").join(texts),
                partner_ids=order._cycle_exception_owner().partner_id.ids,
            )
            if order.cycle_policy_id.tell_customer and order.commitment_date:
                self._tell_customer(order)

    @api.model
    def _tell_customer(self, order):
        customer = order.partner_id
        words = self.with_context(lang=customer.lang or self.env.lang).env
        order.message_post(
            body=words._(
                "Some goods of your order %(order)s come later than planned. We now expect to "
                "deliver on %(date)s.",
                order=order.name,
                date=format_date(words, order.commitment_date),
            ),
            partner_ids=customer.ids,
            subtype_xmlid="mail.mt_comment",
        )

    @api.model
    def _nothing_asked(self):
        return {
            "asked_for": False,
            "asked_values": False,
            "asked_text": False,
            "asked_by_id": False,
        }

    def _promise_by(self, arrivals):
        """Promise each waiting order the day by which its goods are complete.

        :param list arrivals: (naive UTC datetime, quantity), what comes for this shortage
        """
        self.ensure_one()
        waiting = self.line_ids.filtered("is_open")
        needs = [
            (line.id, line.missing_qty, line.promise_date or line.original_date) for line in waiting
        ]
        for number, date in self._served(needs, arrivals).items():
            if date:
                waiting.browse(number)._promise(date)

    @api.model
    def _served(self, needs, arrivals):
        """Return when each need is complete, those served first that were promised first.

        :param list needs: (key, quantity, promised or None)
        :param list arrivals: (naive UTC datetime, quantity)
        :return: {key: datetime, or None if the goods do not suffice}
        """
        left = [[date, quantity] for date, quantity in sorted(arrivals)]
        found = {}
        for key, quantity, _promised in sorted(
            needs, key=lambda need: (need[2] is None or not need[2], need[2] or 0, need[0])
        ):
            last = None
            while quantity > 1e-9 and left:
                taken = min(quantity, left[0][1])
                quantity -= taken
                left[0][1] -= taken
                last = left[0][0]
                if left[0][1] <= 1e-9:
                    left.pop(0)
            found[key] = last if quantity <= 1e-9 else None
        return found
