from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

BOUGHT = ("buy", "faster")
# Who applies a remedy: who changes the order, or who finds the goods.
SALES = ("substitute", "dropship", "partial", "cancel")
STOCK = ("transfer", "reassign", "incoming")


class OrderCycleEscalationDecision(models.AbstractModel):
    """What was decided for one shortage: is it complete, may it be done, what will it bring.

    Part of `order.cycle.purchase.escalation.line`.
    """

    _name = "order.cycle.escalation.decision"
    _description = "Decision about a Shortage"

    def _chosen(self):
        """Return the proposal that is applied: the chosen one, or the best of the chosen kind."""
        self.ensure_one()
        if self.proposal_id.kind == self.decision:
            return self.proposal_id
        same = self.proposal_ids.filtered(lambda row: row.kind == self.decision)
        return same.sorted("rank")[:1]

    def _is_bought(self):
        self.ensure_one()
        return self.decision in BOUGHT

    def _arrivals(self):
        """Return what comes for these orders by this decision: (naive UTC datetime, quantity)."""
        self.ensure_one()
        coming = [(fields.Datetime.to_datetime(date), amount) for date, amount in self.coming or []]
        if self._is_bought():
            return [*coming, (self.promised_date, self.quantity)]
        chosen = self._chosen()
        return [
            *coming,
            *(
                (fields.Datetime.to_datetime(date), amount)
                for date, amount in chosen.arrivals or []
            ),
        ]

    def _spends(self):
        """Return what this decision costs, in the company's currency."""
        self.ensure_one()
        if not self._is_bought():
            return self._chosen().cost
        company = self.company_id
        return self.currency_id._convert(
            self.price_unit * self.quantity,
            company.currency_id,
            company,
            fields.Date.context_today(self),
        )

    def _own_rows(self):
        """Return the waiting order lines of this shortage that this user may change.

        :raises UserError: none of them
        """
        self.ensure_one()
        rows = self.env["order.cycle.shortage.line"].search(
            [("shortage_id", "=", self.shortage_id.id), ("state", "=", "open")]
        )
        mine = rows.order_id._filtered_access("write")
        rows = rows.filtered(lambda row: row.order_id in mine)
        if not rows:
            raise UserError(
                self.env._(
                    "None of the orders that wait for %(product)s is yours to change. Press "
                    "“Ask” and their salespeople decide.",
                    product=self.product_id.display_name,
                )
            )
        return rows

    # === CHECKS === #

    def _check_complete(self):
        if not self:
            raise UserError(self.env._("Nothing is marked to buy."))
        for line in self:
            if line._is_bought():
                line._check_purchase()
            elif not line._chosen():
                labels = dict(line._fields["decision"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "“%(remedy)s” is not possible for %(product)s now. The page with all "
                        "remedies shows what is.",
                        remedy=labels[line.decision],
                        product=line.product_id.display_name,
                    )
                )

    def _check_purchase(self):
        self.ensure_one()
        product = self.product_id.display_name
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(product)s has no vendor. Choose one, or leave this shortage open.",
                    product=product,
                )
            )
        if self.uom_id.compare(self.quantity, 0) <= 0:
            raise UserError(self.env._("Say how many of %(product)s to buy.", product=product))
        if self.uom_id.compare(self.quantity, self.to_answer_qty) < 0:
            raise UserError(
                self.env._(
                    "%(missing)s of %(product)s are missing and only %(quantity)s would be "
                    "bought. Buy more, or choose “From several sources”.",
                    missing=f"{self.to_answer_qty:g}",
                    quantity=f"{self.quantity:g}",
                    product=product,
                )
            )

    def _lacks(self):
        """Return who has to say yes besides this user: a key of `asked_for`, or None."""
        self.ensure_one()
        user = self.env.user
        if self.env.su:
            return None
        if self.decision in SALES:
            return None if user.has_group("sales_team.group_sale_salesman") else "sales"
        if not self._is_of(user):
            return "purchase"
        # sudo: the limit is on the policies of orders a buyer may not read
        policies = self.shortage_id.sudo().line_ids.filtered("is_open").order_id.cycle_policy_id
        limit = policies._approval_limit()
        if (
            limit
            and self.company_id.currency_id.compare_amounts(self._spends(), limit) > 0
            and not user.has_group("purchase.group_purchase_manager")
        ):
            return "approval"
        return None

    def _is_of(self, user):
        """Return whether goods are found by this decision in a way that `user` works in."""
        if user.has_group("purchase.group_purchase_user"):
            return True
        if self.decision == "make":
            return "mrp.production" in self.env and user.has_group("mrp.group_mrp_user")
        return self.decision in STOCK and user.has_group("order_cycle.group_order_cycle_operator")

    def _check_allowed(self):
        """Refuse what somebody else has to decide.

        :raises UserError: says who
        """
        words = {
            "sales": self.env._("a salesperson"),
            "purchase": self.env._("purchasing"),
            "approval": self.env._("a purchase administrator, for it is above the limit"),
        }
        for line in self:
            needs = line._lacks()
            if needs:
                raise UserError(
                    self.env._(
                        "%(product)s: this has to be decided by %(who)s. Press “Ask”: they get "
                        "an activity with your proposal.",
                        product=line.product_id.display_name,
                        who=words[needs],
                    )
                )

    # === AFTERWARDS === #

    def _answer(self):
        """Mark the shortages as answered and promise their orders the new dates."""
        before, answers = {}, {}
        for line in self:
            # sudo: the answer reaches orders that whoever answers may not edit
            shortage = line.shortage_id.sudo()
            text = line._answer_text()
            if line.decision in SALES:
                shortage.write(shortage._nothing_asked())
                shortage.message_post(body=text)
                continue
            before |= {row: row.promise_date for row in shortage.line_ids.filtered("is_open")}
            answers[shortage] = text
            arrivals = line._arrivals()
            shortage._promise_by(arrivals)
            shortage._close_answer(max(date for date, _amount in arrivals), text)
            shortage.message_post(body=text)
        self.env["order.cycle.shortage"].sudo()._tell_new_dates(before, answers)

    def _answer_text(self):
        self.ensure_one()
        labels = dict(self._fields["decision"]._description_selection(self.env))
        if self._is_bought():
            return self.env._(
                "%(quantity)s asked from %(vendor)s, expected %(date)s",
                quantity=f"{self.quantity:g}",
                vendor=self.partner_id.name,
                date=format_date(self.env, self.promised_date),
            )
        return f"{labels[self.decision]}: {self._chosen().text}"

    def _remember(self):
        """Return this decision as values that fill the window in again."""
        self.ensure_one()
        chosen = self._chosen()
        return {
            "decision": self.decision,
            "has_consent": self.has_consent,
            "seller_id": chosen.seller_id.id,
            "warehouse_id": chosen.warehouse_id.id,
            "substitute_id": chosen.substitute_id.id,
        }
