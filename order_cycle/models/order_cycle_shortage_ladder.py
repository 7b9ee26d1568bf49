from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

STEPS = ("buyer", "manager", "sales")
ACTIVITY = "order_cycle.activity_shortage"


class OrderCycleShortageLadder(models.AbstractModel):
    """Who holds a shortage and until when: the buyer, then the purchasing manager, then sales.

    Part of `order.cycle.shortage`. Each step has a clock that runs in the working hours of the
    company's calendar, holidays left out. Whoever lets it run out keeps the shortage in their
    list, and the next one is called too.
    """

    _name = "order.cycle.shortage.ladder"
    _description = "Ladder of a Shortage"

    step = fields.Selection(
        [("buyer", "Buyer"), ("manager", "Purchasing Manager"), ("sales", "Salesperson")],
        string="Ladder Step",
        required=True,
        default="buyer",
        index=True,
        tracking=True,
        group_expand=True,
        help="Who has to answer now. It climbs when nobody answers in time; the times are on the "
        "order policy.",
    )
    step_due_at = fields.Datetime(
        string="Climbs At",
        index=True,
        readonly=True,
        help="When the next one is called, if nobody has answered by then. Counted in working "
        "hours. Empty on the last step.",
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Whose Turn",
        index=True,
        readonly=True,
        help="Whose turn it is on this step of the ladder.",
    )

    # === CLOCK === #

    @api.model
    def _after_working_hours(self, company, hours, start=None):
        """Return when `hours` of work of `company` have passed since `start` (naive UTC).

        Without a working calendar, or in one without hours, the clock on the wall counts.
        """
        start = start or fields.Datetime.now()
        calendar = company.resource_calendar_id
        planned = calendar and calendar.plan_hours(hours, start, compute_leaves=True)
        return planned or start + timedelta(hours=hours)

    def _step_hours(self, step):
        """Return the shortest time that the policies of the waiting orders leave for `step`."""
        policies = self.line_ids.filtered("is_open").order_id.cycle_policy_id
        return policies._shortage_hours(step)

    def _start_clock(self):
        """Give the shortage to its buyer, with the clock at the beginning."""
        for shortage in self:
            due = self._after_working_hours(shortage.company_id, shortage._step_hours("buyer"))
            shortage.write(
                {
                    "step": "buyer",
                    "owner_id": shortage.buyer_id.id,
                    "due_at": due,
                    "step_due_at": due,
                }
            )
            shortage._wake_at(due)

    @api.model
    def _wake_at(self, due):
        self.env.ref("order_cycle.cron_shortage_ladder").sudo()._trigger(at=due)

    # === CLIMBING === #

    @api.model
    def _cron_climb(self):
        """Call the next one for each open shortage whose step has run out; one at a time."""
        late = self.search(
            [("state", "=", "open"), ("step_due_at", "<=", fields.Datetime.now())],
            order="step_due_at, id",
        )
        self.env["order.cycle.supply.change"]._note_elsewhere()
        self.env["ir.cron"]._commit_progress(remaining=len(late))
        for number in late.ids:
            # Whoever answers it at this moment has it; it is looked at again the next time.
            shortage = self.browse(number).try_lock_for_update()
            if shortage.state == "open":
                shortage._climb()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _climb(self):
        """Go one step up: another owner, another clock, and a message why."""
        self.ensure_one()
        step = STEPS[STEPS.index(self.step) + 1]
        is_last = step == STEPS[-1]
        due = False
        if not is_last:
            due = self._after_working_hours(self.company_id, self._step_hours(step))
            self._wake_at(due)
        owner = self._owner_of(step) or self.owner_id
        before = self.owner_id
        self.write({"step": step, "step_due_at": due, "owner_id": owner.id})
        labels = dict(self._fields["step"]._description_selection(self.env))
        self.message_post(
            body=self.env._(
                "%(before)s did not answer in time: now it is the turn of %(owner)s "
                "(%(step)s). %(quantity)s %(unit)s are missing for %(orders)s.",
                before=before.name or "-",
                owner=owner.name or "-",
                step=labels[step],
                quantity=f"{self.missing_qty:g}",
                unit=self.uom_id.name,
                orders=", ".join(self.line_ids.filtered("is_open").order_id.mapped("name")),
            ),
            partner_ids=owner.partner_id.ids,
        )
        self._call_step(step, owner)

    def _owner_of(self, step):
        """Return who answers on `step`; nobody found is an empty recordset."""
        self.ensure_one()
        orders = self.line_ids.filtered("is_open").order_id
        if step == "buyer":
            return self.buyer_id
        if step == "sales":
            return orders[:1]._cycle_exception_owner() if orders else self.owner_id
        chosen = orders.cycle_policy_id.purchase_manager_id.filtered(
            lambda user: self.company_id in user.company_ids
        )
        return chosen[:1] or self._purchasing_managers()[:1]

    def _purchasing_managers(self):
        group = self.env.ref("purchase.group_purchase_manager")
        people = group.sudo().all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and user._is_internal()
                and self.company_id in user.company_ids
                and user != self.env.ref("base.user_root")
            )
        )
        return people.sorted("id")

    def _call_step(self, step, owner):
        """Give whoever answers now an activity: on the shortage, or on their own orders."""
        if step != "sales":
            self._call(owner, self.step_due_at)
            return
        orders = self.line_ids.filtered("is_open").order_id
        by_person = defaultdict(lambda: self.env["sale.order"])
        for order in orders:
            by_person[order._cycle_exception_owner()] |= order
        for person, theirs in by_person.items():
            self._call(person, fields.Datetime.now())
            for order in theirs:
                order.activity_schedule(
                    ACTIVITY,
                    fields.Date.context_today(order),
                    summary=self.env._("Nobody answered for %(product)s", product=self.name),
                    note=self.env._(
                        "Purchasing has no answer yet. Talk to the customer: another product, "
                        "what there is now, or less. Open the shortage and choose."
                    ),
                    user_id=person.id,
                )

    def _call(self, person, due):
        """Put an activity on these shortages for `person`, once."""
        for shortage in self:
            if person in shortage.activity_ids.user_id:
                continue
            shortage.activity_schedule(
                ACTIVITY,
                fields.Datetime.context_timestamp(shortage, due).date(),
                summary=self.env._("Missing: %(product)s", product=shortage.name),
                user_id=person.id,
            )
