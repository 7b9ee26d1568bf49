from odoo import api, fields, models
from odoo.exceptions import ValidationError

CRITERIA_FIELDS = ("first", "second", "third", "fourth")


class OrderCycleCriteria(models.AbstractModel):
    """A rule of criteria that are compared one after the other.

    The second decides only where the first one tells two apart in nothing. A model that is made
    of this says which criteria there are (`_criteria`).
    """

    _name = "order.cycle.criteria"
    _description = "Criteria of a Rule"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty for a rule that serves every company."
    )
    first = fields.Selection(
        selection=lambda self: self._criteria(),
        string="First Criterion",
        required=True,
        default=lambda self: self._criterion(0),
        help="What decides. The next criterion counts only where this one is the same.",
    )
    second = fields.Selection(
        selection=lambda self: self._criteria(),
        string="Second Criterion",
        default=lambda self: self._criterion(1),
    )
    third = fields.Selection(
        selection=lambda self: self._criteria(),
        string="Third Criterion",
        default=lambda self: self._criterion(2),
    )
    fourth = fields.Selection(
        selection=lambda self: self._criteria(),
        string="Fourth Criterion",
        default=lambda self: self._criterion(3),
    )

    @api.model
    def _criteria(self):
        """Return the criteria as a selection, in the sequence that is proposed."""
        return []

    @api.model
    def _criterion(self, place):
        return self._criteria()[place][0]

    @api.constrains(*CRITERIA_FIELDS)
    def _check_criteria(self):
        for rule in self:
            named = rule._in_order()
            if len(named) != len(set(named)):
                raise ValidationError(
                    self.env._(
                        "Rule %(rule)s names a criterion twice. Choose another one, or leave the "
                        "second place empty.",
                        rule=rule.name,
                    )
                )

    def _in_order(self):
        """Return the names of the criteria, the most important first."""
        return [self[name] for name in CRITERIA_FIELDS if self[name]]
