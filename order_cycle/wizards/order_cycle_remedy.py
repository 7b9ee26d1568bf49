from odoo import api, fields, models

# Where promises come out the same, the first of these is the best: what disturbs nobody before
# what costs money, that before what concerns another customer, and giving up last.
TIERS = {
    "incoming": 0,
    "transfer": 0,
    "buy": 1,
    "faster": 1,
    "split": 1,
    "make": 1,
    "dropship": 1,
    "reassign": 2,
    "substitute": 3,
    "partial": 4,
    "cancel": 5,
}
# Never chosen by itself.
GIVING_UP = ("partial", "cancel")
SERVICES = {
    "incoming": "order.cycle.remedy.incoming",
    "buy": "order.cycle.remedy.buy",
    "faster": "order.cycle.remedy.buy",
    "split": "order.cycle.remedy.split",
    "transfer": "order.cycle.remedy.transfer",
    "reassign": "order.cycle.remedy.reassign",
    "substitute": "order.cycle.remedy.substitute",
    "make": "order.cycle.remedy.make",
    "dropship": "order.cycle.remedy.dropship",
    "partial": "order.cycle.remedy.partial",
    "cancel": "order.cycle.remedy.cancel",
}


class OrderCycleRemedy(models.AbstractModel):
    """One kind of answer to a shortage: what it would do, and doing it.

    Each kind is a model of its own that extends `_propose` and `_apply`. Proposing reads the facts
    only and writes nothing; applying uses Odoo's own methods and may raise, which undoes all.
    """

    _name = "order.cycle.remedy"
    _description = "Remedy for a Shortage"

    @api.model
    def _propose(self, facts, case):
        """Return the proposals for `case`: dictionaries made by `_proposal`.

        :param facts: remedy_facts.Facts
        :param case: remedy_facts.Case
        """
        return []

    @api.model
    def _apply(self, lines):
        """Do what `lines` (order.cycle.purchase.escalation.line) have chosen; all or nothing.

        :raises UserError: it cannot be done, in words
        """
        raise NotImplementedError

    @api.model
    def _proposal(self, kind, case, arrivals, text, cost=0.0, margin=0.0, **values):
        """Return the values of one proposal.

        :param list arrivals: (naive UTC datetime, quantity) in the order's warehouse, besides what
            is on the way already
        :param float cost: money spent, company currency
        :param float margin: change of the orders' margin, company currency
        """
        stored = [[fields.Datetime.to_string(date), quantity] for date, quantity in arrivals]
        return {
            "kind": kind,
            "arrivals": stored,
            "expected_at": max((date for date, _quantity in arrivals), default=False),
            "quantity": sum(quantity for _date, quantity in arrivals),
            "cost": cost,
            "margin": margin,
            "text": text,
            **values,
        }


class OrderCycleRemedyIncoming(models.AbstractModel):
    """What is on the way for these orders is enough: they wait for it."""

    _name = "order.cycle.remedy.incoming"
    _inherit = "order.cycle.remedy"
    _description = "Wait for What Is on Order"

    @api.model
    def _propose(self, facts, case):
        if not case.coming or case.product.uom_id.compare(case.to_answer, 0) > 0:
            return []
        text = self.env._("What is on order already is enough for everybody")
        proposal = self._proposal("incoming", case, [], text)
        return [{**proposal, "expected_at": case.coming[-1][0]}]

    @api.model
    def _apply(self, lines):
        return self.env["purchase.order"]
