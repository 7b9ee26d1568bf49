from odoo import api, fields, models
from odoo.exceptions import ValidationError

SECRET_GROUPS = "order_cycle.group_order_cycle_admin"


class OrderCycleCarrierSetting(models.Model):
    """What only one carrier wants to know of an account: one row for each such setting.

    Rows come and go with the carrier of the account; people fill them in.
    """

    _name = "order.cycle.carrier.setting"
    _description = "Carrier Setting"
    _order = "account_id, sequence, id"
    _rec_name = "code"

    account_id = fields.Many2one(
        "order.cycle.carrier.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    label = fields.Char(string="Setting", compute="_compute_facts")
    help_text = fields.Char(string="What it is", compute="_compute_facts")
    is_required = fields.Boolean(compute="_compute_facts")
    is_secret = fields.Boolean(compute="_compute_facts")
    is_missing = fields.Boolean(compute="_compute_is_missing")
    value = fields.Char(copy=True)
    secret = fields.Char(groups=SECRET_GROUPS, copy=False, exportable=False)

    _code_uniq = models.UniqueIndex(
        "(account_id, code)", "A carrier account has each setting only once."
    )

    @api.depends("code", "account_id.carrier_code")
    @api.depends_context("lang")
    def _compute_facts(self):
        for row in self:
            spec = row._spec()
            row.label = spec.label if spec else row.code
            row.help_text = spec and row._help_of(spec)
            row.is_required = bool(spec and spec.is_required and not spec.default)
            row.is_secret = bool(spec and spec.is_secret)

    @api.depends("value", "secret", "is_required")
    def _compute_is_missing(self):
        # sudo: everybody may know that a secret is missing
        for row in self.sudo():
            row.is_missing = row.is_required and not (row.secret if row.is_secret else row.value)

    @api.constrains("code", "value")
    def _check_value(self):
        for row in self:
            spec = row._spec()
            if not spec:
                raise ValidationError(
                    self.env._(
                        "The carrier of %(account)s has no setting “%(code)s”.",
                        account=row.account_id.name,
                        code=row.code,
                    )
                )
            if spec.is_secret and row.value:
                raise ValidationError(
                    self.env._(
                        "“%(label)s” is a secret. Fill it into the column for secrets.",
                        label=spec.label,
                    )
                )
            codes = [choice.code for choice in spec.choices]
            if row.value and codes and row.value not in codes:
                raise ValidationError(
                    self.env._(
                        "“%(label)s” of %(account)s cannot be “%(value)s”. Choose one of: "
                        "%(choices)s.",
                        label=spec.label,
                        account=row.account_id.name,
                        value=row.value,
                        choices=", ".join(codes),
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"value", "secret"} & vals.keys():
            self.account_id._arm()
        return result

    # === BUSINESS METHODS === #

    def _spec(self):
        """Return the `AccountField` this row is about, or None if its carrier has none such."""
        return self.account_id._own_specs().get(self.code)

    def _help_of(self, spec):
        """Return what the setting does, what it may be, and what it is if nothing is filled in."""
        parts = [spec.help]
        if spec.choices:
            choices = ", ".join(f"{choice.code} ({choice.label})" for choice in spec.choices)
            parts.append(self.env._("One of: %(choices)s.", choices=choices))
        if spec.default:
            parts.append(self.env._("If empty: %(default)s.", default=spec.default))
        return " ".join(filter(None, parts))
