from odoo import fields, models

DEFAULT_HOURS = {"buyer": 8.0, "manager": 4.0}


class OrderCyclePolicy(models.Model):
    """What a policy says about goods that are missing: clocks, limits, customers."""

    _inherit = "order.cycle.policy"

    shortage_hours = fields.Float(
        string="Time to Answer a Shortage",
        default=DEFAULT_HOURS["buyer"],
        help="Working hours the buyer has to answer a shortage. Then the purchasing manager is "
        "called. Holidays and nights of the company's calendar do not count.",
    )
    manager_hours = fields.Float(
        string="Time for the Manager",
        default=DEFAULT_HOURS["manager"],
        help="Working hours the purchasing manager has after the buyer. Then the salesperson is "
        "called, who talks to the customer.",
    )
    purchase_manager_id = fields.Many2one(
        "res.users",
        string="Late Shortages go to",
        help="Who is called when a buyer does not answer in time. Empty: the first purchase "
        "administrator of the company.",
    )
    approval_amount = fields.Monetary(
        string="Remedies up to",
        help="What a buyer may spend on one shortage without asking, in the company's currency. "
        "Above it a purchase administrator has to apply the remedy. 0: no limit.",
    )
    substitute_price = fields.Selection(
        [("keep", "The price of what was ordered"), ("pricelist", "The substitute's own price")],
        string="Price of Substitutes",
        required=True,
        default="keep",
        help="What the customer pays for another product that replaces the missing one.",
    )
    tell_customer = fields.Boolean(
        string="Tell Customers New Dates",
        help="Send the customer a message when the answer to a shortage changes the promised day.",
    )

    _hours_positive = models.Constraint(
        "CHECK(shortage_hours >= 0)", "The time to answer a shortage cannot be negative."
    )
    _manager_hours_positive = models.Constraint(
        "CHECK(manager_hours >= 0)", "The time for the purchasing manager cannot be negative."
    )

    def _shortage_hours(self, step):
        """Return the shortest time these policies leave for `step` (buyer or manager)."""
        field = {"buyer": "shortage_hours", "manager": "manager_hours"}[step]
        return min(self.mapped(field), default=DEFAULT_HOURS[step])

    def _approval_limit(self):
        """Return the lowest limit among these policies, 0.0 for none."""
        return min((policy.approval_amount for policy in self if policy.approval_amount), default=0)
