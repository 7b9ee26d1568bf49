from odoo import api, fields, models


class OrderCycleSourcingRule(models.Model):
    """From which warehouse the goods of an order are taken that its own warehouse has not got.

    A rule proposes; a person applies it.
    """

    _name = "order.cycle.sourcing.rule"
    _inherit = ["order.cycle.criteria"]
    _description = "Sourcing Rule"
    _order = "sequence, id"

    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        "order_cycle_sourcing_helped_rel",
        "rule_id",
        "warehouse_id",
        string="Warehouses That Are Helped",
        help="Only orders of these warehouses. Empty: of any.",
    )
    helper_ids = fields.Many2many(
        "stock.warehouse",
        "order_cycle_sourcing_helper_rel",
        "rule_id",
        "warehouse_id",
        string="Warehouses That Help",
        help="Only these give goods to others, within their own company. Empty: each warehouse of "
        "the order's company.",
    )
    may_split = fields.Boolean(
        string="Split a Line",
        default=True,
        help="A line may leave from two warehouses. Off: all its missing goods come from one.",
    )
    split_cost = fields.Monetary(
        string="Each Further Shipment",
        help="What it costs to pack and handle one more shipment of the same order, in the "
        "company's currency. The price of the delivery method is added where it is known.",
    )
    transfer_cost = fields.Monetary(
        string="Each Transfer",
        help="What it costs to bring goods from one warehouse to another, in the company's "
        "currency.",
    )

    _costs_positive = models.Constraint(
        "CHECK(split_cost >= 0 AND transfer_cost >= 0)",
        "A shipment or a transfer cannot cost less than nothing: enter 0 or more.",
    )

    @api.model
    def _criteria(self):
        return [
            ("date", self.env._("The earliest date")),
            ("shipments", self.env._("The fewest shipments")),
            ("cost", self.env._("The lowest cost")),
            ("distance", self.env._("The shortest way")),
        ]

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    # === BUSINESS METHODS === #

    @api.model
    def _for(self, order):
        """Return the rule for `order`: of its policy, else the first one of its company."""
        company = order.company_id
        chosen = order.cycle_policy_id.sourcing_rule_id
        if chosen.active and chosen.company_id in (company, company.browse()):
            return chosen
        return self.search([("company_id", "in", [company.id, False])], limit=1)

    def _helpers(self, warehouse):
        """Return the warehouses that may give goods to orders of `warehouse`, in their order."""
        if not self or (self.warehouse_ids and warehouse not in self.warehouse_ids):
            return warehouse.browse()
        company = warehouse.company_id
        found = warehouse.search([("company_id", "=", company.id)])
        # The archived ones and those of another company help nobody, whatever the rule says.
        return (found & self.helper_ids if self.helper_ids else found) - warehouse
