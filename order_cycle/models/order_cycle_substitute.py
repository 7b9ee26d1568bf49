from odoo import fields, models


class OrderCycleSubstitute(models.Model):
    """A product that may be sent in the place of another one."""

    _name = "order.cycle.substitute"
    _description = "Substitute"
    _order = "product_id, sequence, id"
    _rec_name = "substitute_id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        string="Missing Product",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    substitute_id = fields.Many2one(
        "product.product",
        string="Replaced By",
        required=True,
        ondelete="cascade",
        domain="[('id', '!=', product_id), ('sale_ok', '=', True)]",
        check_company=True,
    )
    ratio = fields.Float(
        default=1.0,
        digits="Product Unit",
        help="How many of the substitute replace one of the missing product, each in its own "
        "unit. 2: two small bottles for a large one.",
    )
    needs_consent = fields.Boolean(
        string="Ask the Customer",
        default=True,
        help="Off: everybody takes it, and nobody has to be asked.",
    )
    note = fields.Char(help="What to tell the customer about the difference.")
    company_id = fields.Many2one(
        "res.company", help="Leave empty for a substitute that serves every company."
    )
    active = fields.Boolean(default=True)

    _ratio_positive = models.Constraint(
        "CHECK(ratio > 0)", "At least a part of the substitute has to replace the missing product."
    )
    _not_itself = models.Constraint(
        "CHECK(product_id != substitute_id)", "A product cannot replace itself."
    )
    _once = models.UniqueIndex(
        "(product_id, substitute_id, COALESCE(company_id, 0)) WHERE active",
        "This substitute is listed already.",
    )
