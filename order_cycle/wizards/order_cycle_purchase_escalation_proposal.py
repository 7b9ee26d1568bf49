from odoo import api, fields, models

from .order_cycle_remedy import GIVING_UP, SERVICES, TIERS
from .remedy_facts import judge


class OrderCyclePurchaseEscalationProposal(models.TransientModel):
    """One remedy for one shortage: what it brings, costs, keeps and breaks."""

    _name = "order.cycle.purchase.escalation.proposal"
    _description = "Proposed Remedy"
    _order = "line_id, rank, id"
    _rec_name = "text"

    line_id = fields.Many2one(
        "order.cycle.purchase.escalation.line", required=True, ondelete="cascade", index=True
    )
    wizard_id = fields.Many2one(
        "order.cycle.purchase.escalation", required=True, ondelete="cascade", index=True
    )
    product_id = fields.Many2one("product.product", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    kind = fields.Selection(
        lambda self: self.env["order.cycle.purchase.escalation.line"]._remedy_selection(),
        string="Remedy",
        required=True,
        readonly=True,
    )
    rank = fields.Integer(readonly=True, help="1: the best for the promises, then for the money.")
    text = fields.Char(string="How", readonly=True)
    expected_at = fields.Datetime(string="Goods On", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    cost = fields.Monetary(readonly=True, help="Money spent for it.")
    margin = fields.Monetary(
        string="Margin Effect", readonly=True, help="What the orders earn more or less by it."
    )
    kept = fields.Integer(readonly=True, help="Orders whose promise is kept.")
    broken = fields.Integer(
        readonly=True, help="Orders whose promise is broken, here or elsewhere."
    )
    days_late = fields.Integer(readonly=True, help="Days late of all orders together.")
    arrivals = fields.Json(readonly=True)
    sources = fields.Json(readonly=True)
    hurt = fields.Json(readonly=True)
    seller_id = fields.Many2one("product.supplierinfo", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    substitute_id = fields.Many2one("order.cycle.substitute", readonly=True)

    def action_choose(self):
        """Take this remedy for its line, and show the window again."""
        self.ensure_one()
        self.line_id.write({"proposal_id": self.id})
        return self.wizard_id._reopen()

    # === PROPOSING === #

    @api.model
    def _propose(self, facts):
        """Create the proposals for every case of `facts`, the best of each first.

        :return: {wizard line: its proposals}
        """
        vals_list = []
        for case in facts.cases:
            found = []
            for model in dict.fromkeys(SERVICES.values()):
                if model in self.env:
                    # sudo: what is proposed names goods and orders of others, in numbers only
                    found += self.env[model].sudo()._propose(facts, case)
            ranked = self._ranked(case, found)
            if best := next((vals for vals in ranked if vals["kind"] not in GIVING_UP), None):
                facts.take(case, best)
            vals_list += ranked
        proposals = self.sudo().create(vals_list).sudo(self.env.su)
        return proposals.grouped("line_id")

    @api.model
    def _ranked(self, case, found):
        """Complete what the remedies say with what it means for promises; the best first."""
        served = self.env["order.cycle.shortage"]._served
        for vals in found:
            arrivals = [
                *case.coming,
                *((fields.Datetime.to_datetime(date), amount) for date, amount in vals["arrivals"]),
            ]
            verdict = judge(case.needs, arrivals, served)
            vals |= {
                "line_id": case.line.id,
                "wizard_id": case.line.wizard_id.id,
                "product_id": case.product.id,
                "currency_id": case.shortage.company_id.currency_id.id,
                "kept": len(verdict["kept"]),
                "broken": len(verdict["broken"]) + len(vals.get("hurt") or []),
                "days_late": verdict["late"],
                "is_complete": verdict["is_complete"],
            }
        found.sort(key=self._rank_key)
        for rank, vals in enumerate(found, start=1):
            vals["rank"] = rank
            del vals["is_complete"]
        return found

    @api.model
    def _rank_key(self, vals):
        """Promises first, then who is disturbed, then money, then the number of shipments."""
        return (
            not vals["is_complete"],
            vals["broken"],
            vals["days_late"],
            TIERS[vals["kind"]],
            round(vals["cost"], 2),
            -round(vals["margin"], 2),
            len(vals["arrivals"]),
            str(vals["expected_at"]),
        )
