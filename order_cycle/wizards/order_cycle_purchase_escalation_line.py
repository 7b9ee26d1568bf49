from datetime import timedelta

from odoo import api, fields, models

from .order_cycle_remedy import GIVING_UP
from .remedy_facts import Facts


class OrderCyclePurchaseEscalationLine(models.TransientModel):
    """One shortage, what could be done about it, and what is decided."""

    _name = "order.cycle.purchase.escalation.line"
    _inherit = ["order.cycle.escalation.decision"]
    _description = "Purchasing Escalation Line"

    wizard_id = fields.Many2one(
        "order.cycle.purchase.escalation", required=True, ondelete="cascade"
    )
    shortage_id = fields.Many2one("order.cycle.shortage", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="shortage_id.company_id")
    product_id = fields.Many2one(related="shortage_id.product_id")
    product_tmpl_id = fields.Many2one(related="product_id.product_tmpl_id")
    warehouse_id = fields.Many2one(related="shortage_id.warehouse_id")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    missing_qty = fields.Float(related="shortage_id.missing_qty")
    order_count = fields.Integer(related="shortage_id.order_count")

    # What was found when the window was opened
    seen_qty = fields.Float(readonly=True, digits="Product Unit")
    to_answer_qty = fields.Float(
        string="To Answer",
        readonly=True,
        digits="Product Unit",
        help="What is missing and not on order for these orders already.",
    )
    needs = fields.Json(readonly=True)
    coming = fields.Json(readonly=True)
    incoming_qty = fields.Float(
        string="Incoming",
        readonly=True,
        digits="Product Unit",
        help="Already on its way to this warehouse, for whomever.",
    )
    incoming_date = fields.Datetime(string="Next Arrival", readonly=True)
    elsewhere_qty = fields.Float(
        string="Elsewhere",
        readonly=True,
        digits="Product Unit",
        help="Free in other warehouses of the company.",
    )
    offers = fields.Text(string="All Offers", readonly=True)
    proposal_ids = fields.One2many(
        "order.cycle.purchase.escalation.proposal", "line_id", string="Remedies"
    )

    # What is decided
    proposal_id = fields.Many2one(
        "order.cycle.purchase.escalation.proposal",
        string="Chosen Remedy",
        domain="[('line_id', '=', id)]",
    )
    decision = fields.Selection(
        selection=lambda self: [*self._remedy_selection(), ("wait", self.env._("Leave open"))],
        compute="_compute_decision",
        store=True,
        readonly=False,
        help="What is done about it. The best remedy for the promises is chosen already.",
    )
    has_consent = fields.Boolean(
        string="Customer Agreed", help="The customer was asked and takes the substitute."
    )
    seller_id = fields.Many2one(
        "product.supplierinfo",
        string="Offer",
        compute="_compute_seller_id",
        store=True,
        readonly=False,
        domain="['|', ('product_id', '=', product_id), '&', ('product_id', '=', False), "
        "('product_tmpl_id', '=', product_tmpl_id)]",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Vendor", compute="_compute_offer", store=True, readonly=False
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_offer", store=True)
    price_unit = fields.Float(
        string="Unit Price",
        compute="_compute_offer",
        store=True,
        readonly=False,
        digits="Product Price",
    )
    delay = fields.Integer(
        string="Lead Time (days)", compute="_compute_offer", store=True, readonly=False
    )
    min_qty = fields.Float(
        string="Minimum", compute="_compute_offer", store=True, digits="Product Unit"
    )
    quantity = fields.Float(
        string="To Buy",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        digits="Product Unit",
        help="At least the vendor's minimum, in whole packages of the vendor.",
    )
    promised_date = fields.Datetime(
        string="Expected",
        compute="_compute_promised_date",
        store=True,
        readonly=False,
        help="When the goods are in the warehouse. Every order is promised this day plus its own "
        "lead time.",
    )

    @api.model
    def _remedy_selection(self):
        return [
            ("incoming", self.env._("Wait for what is on order")),
            ("buy", self.env._("Buy")),
            ("faster", self.env._("Buy faster")),
            ("split", self.env._("From several sources")),
            ("transfer", self.env._("Transfer")),
            ("reassign", self.env._("Reassign from a later order")),
            ("substitute", self.env._("Substitute")),
            ("make", self.env._("Make")),
            ("dropship", self.env._("Drop-ship")),
            ("partial", self.env._("Ship what there is")),
            ("cancel", self.env._("Cancel the rest")),
        ]

    # === COMPUTE METHODS === #

    @api.depends("proposal_id")
    def _compute_decision(self):
        for line in self:
            line.decision = line.proposal_id.kind or "wait"

    @api.depends("proposal_id", "decision")
    def _compute_seller_id(self):
        for line in self:
            line.seller_id = line._chosen().seller_id or line.seller_id

    @api.depends("seller_id")
    def _compute_offer(self):
        for line in self:
            seller = line.seller_id
            line.partner_id = seller.partner_id or line.partner_id
            line.currency_id = seller.currency_id or line.company_id.currency_id
            unit = seller.product_uom_id or line.uom_id
            line.price_unit = seller.price_discounted
            line.min_qty = unit._compute_quantity(seller.min_qty, line.uom_id)
            line.delay = seller.delay

    @api.depends("to_answer_qty", "seller_id")
    def _compute_quantity(self):
        buy = self.env["order.cycle.remedy.buy"]
        for line in self:
            line.quantity = buy._rounded(line.product_id, line.seller_id, line.to_answer_qty)

    @api.depends("delay", "seller_id", "proposal_id", "decision")
    def _compute_promised_date(self):
        now = fields.Datetime.now()
        for line in self:
            chosen = line._chosen()
            is_of_chosen = not line._is_bought() or chosen.seller_id == line.seller_id
            planned = is_of_chosen and chosen.expected_at
            line.promised_date = planned or now + timedelta(days=line.delay)

    # === LOOKING UP === #

    @api.model_create_multi
    def create(self, vals_list):
        """Look up what can be done about each shortage, and choose the best."""
        lines = super().create(vals_list)
        # What is looked up is read with all rights: only for a shortage this user may see.
        lines.shortage_id.check_access("read")
        lines._look_up()
        return lines

    def _look_up(self):
        facts = Facts(self)
        for case in facts.cases:
            case.line.sudo().write(self._prepare_found(facts, case))
        proposals = self.env["order.cycle.purchase.escalation.proposal"]._propose(facts)
        for case in facts.cases:
            line, found = case.line, proposals.get(case.line)
            wanted = found and found.filtered(lambda row: row.kind not in GIVING_UP)
            line.proposal_id = wanted and wanted.sorted("rank")[:1]
            if case.shortage.asked_values:
                line.write(line._restored(case.shortage.asked_values))

    @api.model
    def _prepare_found(self, facts, case):
        incoming = facts.incoming[case.product, case.warehouse]
        buy = self.env["order.cycle.remedy.buy"].sudo()
        offers = buy._offers(facts, case, case.to_answer)
        usual = offers[:1]
        texts = [buy._offer_proposal(facts, case, offer, usual[0])["text"] for offer in offers]
        return {
            "seen_qty": case.missing,
            "to_answer_qty": case.to_answer,
            "needs": [
                [
                    need.key,
                    need.order,
                    need.missing,
                    need.promised and fields.Datetime.to_string(need.promised),
                    need.lead,
                ]
                for need in case.needs
            ],
            "coming": [[fields.Datetime.to_string(date), amount] for date, amount in case.coming],
            "incoming_qty": sum(amount for _date, amount in incoming),
            "incoming_date": min((date for date, _amount in incoming), default=False),
            "elsewhere_qty": sum(free for _warehouse, free in facts.elsewhere(case)),
            "offers": "\n".join(texts),
        }

    def _restored(self, asked):
        """Return what somebody proposed, as values of this line."""
        proposals = self.proposal_ids.filtered(lambda row: row.kind == asked["decision"])
        same = proposals.filtered(
            lambda row: all(
                row[name].id == asked.get(name)
                for name in ("seller_id", "warehouse_id", "substitute_id")
            )
        )
        values = {name: asked[name] for name in ("has_consent",) if name in asked}
        if same or proposals:
            values["proposal_id"] = (same or proposals)[:1].id
        return values
