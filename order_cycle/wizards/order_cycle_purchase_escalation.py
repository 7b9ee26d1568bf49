from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from .order_cycle_remedy import SERVICES
from .remedy_facts import Need, judge


class OrderCyclePurchaseEscalation(models.TransientModel):
    """Answers shortages: which remedy for each, what it costs, and what customers are promised."""

    _name = "order.cycle.purchase.escalation"
    _description = "Purchasing Escalation"

    line_ids = fields.One2many("order.cycle.purchase.escalation.line", "wizard_id")
    proposal_ids = fields.One2many("order.cycle.purchase.escalation.proposal", "wizard_id")
    decision_for_all = fields.Selection(
        selection=lambda self: self.env["order.cycle.purchase.escalation.line"]._remedy_selection(),
        string="For All Lines",
        help="Take this remedy wherever it is possible. Lines where it is not keep theirs.",
    )
    confirm_purchases = fields.Boolean(
        string="Confirm the Purchases",
        help="Turn the requests for quotation into purchase orders at once, where your rights and "
        "the approval limit allow it.",
    )
    preview = fields.Text(
        compute="_compute_preview",
        help="What becomes of the promises with these decisions. Nothing is written yet.",
    )
    is_allowed = fields.Boolean(compute="_compute_preview")
    is_partly_allowed = fields.Boolean(
        compute="_compute_preview", help="Some of it this user may do, some others have to."
    )
    has_substitute = fields.Boolean(compute="_compute_preview")
    has_several_places = fields.Boolean(string="Several Warehouses", compute="_compute_preview")

    # === COMPUTE METHODS === #

    @api.depends(
        "line_ids.decision",
        "line_ids.proposal_id",
        "line_ids.promised_date",
        "line_ids.quantity",
        "line_ids.price_unit",
        "line_ids.seller_id",
    )
    def _compute_preview(self):
        for wizard in self:
            lines = wizard._decided_lines()
            lacking = lines.filtered(lambda line: line._lacks())
            wizard.is_allowed = not lacking
            wizard.is_partly_allowed = bool(lacking) and lacking != lines
            wizard.has_substitute = "substitute" in lines.mapped("decision")
            wizard.has_several_places = len(wizard.line_ids.warehouse_id) > 1
            wizard.preview = wizard._preview_of(lines)

    def _preview_of(self, lines):
        """Say which promises are kept and broken, what is spent, what it earns."""
        served = self.env["order.cycle.shortage"]._served
        kept, broken, late, cost, margin = [], [], 0, 0.0, 0.0
        for line in lines:
            needs = [
                Need(key, order, missing, fields.Datetime.to_datetime(promised), lead, 0.0, True)
                for key, order, missing, promised, lead in line.needs or []
            ]
            verdict = judge(needs, line._arrivals(), served)
            kept += verdict["kept"]
            broken += [*verdict["broken"], *(line._chosen().hurt or [])]
            late += verdict["late"]
            cost += line._spends()
            margin += line._chosen().margin
        currency = self.env.company.currency_id
        kept = [order for order in dict.fromkeys(kept) if order not in broken]
        text = [
            self.env._("Promises kept: %(count)s", count=len(kept)),
            self.env._(
                "Promises broken: %(count)s %(orders)s",
                count=len(dict.fromkeys(broken)),
                orders=f"({', '.join(dict.fromkeys(broken))})" if broken else "",
            ).strip(),
            self.env._("Days late, all together: %(days)s", days=late),
            self.env._("Spent: %(amount)s", amount=currency.format(cost)),
            self.env._("Margin effect: %(amount)s", amount=currency.format(margin)),
        ]
        last = max((line.promised_date for line in lines if line.promised_date), default=None)
        if last:
            text.append(self.env._("Last goods on %(date)s", date=format_date(self.env, last)))
        return "  ·  ".join(text)

    @api.onchange("decision_for_all")
    def _onchange_decision_for_all(self):
        for line in self.line_ids:
            same = line.proposal_ids.filtered(lambda row: row.kind == self.decision_for_all)
            if same:
                line.proposal_id = same.sorted("rank")[:1]

    # === ACTION METHODS === #

    def action_apply(self):
        """Do what was decided, promise the orders their dates, and show what was made.

        All or nothing: a shortage that somebody else answered meanwhile stops the whole.
        """
        self.ensure_one()
        lines = self._decided_lines()
        lines._check_complete()
        return self._apply_lines(lines)

    def action_ask(self):
        """Propose the decisions that somebody else has to take; apply nothing."""
        self.ensure_one()
        lines = self._decided_lines()
        lines._check_complete()
        self._ask_lines(lines.filtered(lambda line: line._lacks()))
        return {"type": "ir.actions.act_window_close"}

    def action_apply_and_ask(self):
        """Do what this user may do, and propose the rest to whoever decides; all or nothing."""
        self.ensure_one()
        lines = self._decided_lines()
        lines._check_complete()
        asked = lines.filtered(lambda line: line._lacks())
        self._ask_lines(asked)
        return self._apply_lines(lines - asked)

    def _decided_lines(self):
        return self.line_ids.filtered(lambda line: line.decision not in (False, "wait"))

    def _apply_lines(self, lines):
        lines._check_allowed()
        self._lock(lines)
        purchases = self.env["purchase.order"]
        for model, group in lines.grouped(lambda line: SERVICES[line.decision]).items():
            purchases |= self._apply_kind(model, group)
        lines._answer()
        if self.confirm_purchases:
            purchases.button_confirm()
        if purchases:
            return purchases._get_records_action(name=self.env._("Requests for Quotation"))
        return {"type": "ir.actions.act_window_close"}

    def _ask_lines(self, asked):
        if not asked:
            raise UserError(self.env._("You may apply this yourself: press Apply."))
        self._lock(asked)
        for line in asked:
            # sudo: whoever sees a shortage may propose; the answer needs the rights
            shortage = line.shortage_id.sudo()
            needs = line._lacks()
            text = self.env._(
                "%(user)s proposes: %(remedy)s",
                user=self.env.user.name,
                remedy=line._answer_text(),
            )
            shortage._ask(needs, line._remember(), text, shortage._deciders(needs))

    def _lock(self, lines):
        """Hold the shortages until the end of the transaction, still open and as they were seen.

        :raises UserError: says which are not
        """
        shortages = lines.shortage_id.sudo()
        shortages.lock_for_update(allow_referencing=True)
        answered = shortages.filtered(lambda shortage: shortage.state != "open")
        if answered:
            raise UserError(
                self.env._(
                    "Somebody has answered %(shortages)s already. Close this window and open it "
                    "again to see what is left.",
                    shortages=", ".join(answered.mapped("name")),
                )
            )
        changed = lines.filtered(
            lambda line: line.uom_id.compare(line.seen_qty, line.shortage_id.sudo().missing_qty)
        )
        if changed:
            raise UserError(
                self.env._(
                    "The orders that wait for %(shortages)s have changed since you opened this "
                    "window. Close it and open it again to see what is missing now.",
                    shortages=", ".join(changed.shortage_id.mapped("name")),
                )
            )

    def _apply_kind(self, model, lines):
        """Apply one kind of remedy; a failure names the products it is about."""
        try:
            purchases = self.env[model]._apply(lines)
            self.env.flush_all()
        except AccessError:
            raise
        except UserError as error:
            raise UserError(
                self.env._(
                    "%(products)s: %(error)s\n\nNothing was done, for the other lines neither.",
                    products=", ".join(lines.product_id.mapped("display_name")),
                    error=error.args[0],
                )
            ) from error
        return purchases

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Purchasing Escalation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
