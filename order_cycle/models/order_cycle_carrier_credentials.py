from odoo import Command, api, fields, models

from ..carriers import carrier_info
from ..carriers.dto import CarrierSettings

SECRET_GROUPS = "order_cycle.group_order_cycle_admin"
# Asked of most carriers, so they are fields; all else is a row of `order.cycle.carrier.setting`.
STANDARD_FIELDS = ("base_url", "account_number", "username", "password", "api_key")


class OrderCycleCarrierCredentials(models.AbstractModel):
    """What a carrier wants to know of its customer. Shown as far as this carrier asks for it."""

    _name = "order.cycle.carrier.credentials"
    _description = "Credentials of a Carrier Account"

    base_url = fields.Char(
        string="Address",
        help="Only for carriers without a fixed address, such as the rehearsal carriers.",
    )
    username = fields.Char(groups=SECRET_GROUPS, copy=False)
    password = fields.Char(groups=SECRET_GROUPS, copy=False, exportable=False)
    api_key = fields.Char(string="API Key", groups=SECRET_GROUPS, copy=False, exportable=False)
    account_number = fields.Char(copy=False)
    # What the carrier itself calls these; empty: it does not ask for it.
    account_number_label = fields.Char(compute="_compute_labels")
    username_label = fields.Char(compute="_compute_labels")
    password_label = fields.Char(compute="_compute_labels")
    api_key_label = fields.Char(compute="_compute_labels")
    setting_ids = fields.One2many(
        "order.cycle.carrier.setting", "account_id", string="Settings", copy=True
    )
    missing_text = fields.Char(string="Missing", compute="_compute_missing_text")

    @api.depends("carrier_code")
    def _compute_labels(self):
        for account in self:
            specs = account._specs()
            for name in STANDARD_FIELDS[1:]:
                account[f"{name}_label"] = specs[name].label if name in specs else False

    @api.depends("carrier_code", "setting_ids.is_missing", *STANDARD_FIELDS)
    def _compute_missing_text(self):
        # sudo: everybody may know that a secret is missing
        for account in self.sudo():
            names = [
                spec.label
                for name, spec in account._specs().items()
                if name in STANDARD_FIELDS[1:] and account._lacks(spec)
            ]
            names += account.setting_ids.filtered("is_missing").mapped("label")
            account.missing_text = ", ".join(names)

    def _lacks(self, spec):
        return spec.is_required and not spec.default and not self[spec.name]

    @api.onchange("carrier_code")
    def _onchange_carrier_code(self):
        self.setting_ids = [
            Command.clear(),
            *(Command.create(vals) for vals in self._prepare_setting_vals()),
        ]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._sync_settings()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if "carrier_code" in vals:
            self._sync_settings()
        return result

    # === BUSINESS METHODS === #

    def _specs(self):
        """Return {name: `AccountField`} of all this account's carrier asks for."""
        if not self.carrier_code:
            return {}
        return {spec.name: spec for spec in carrier_info(self.carrier_code).account_fields}

    def _own_specs(self):
        """Return those that are rows of their own."""
        specs = self._specs().items()
        return {name: spec for name, spec in specs if name not in STANDARD_FIELDS}

    def _prepare_setting_vals(self):
        return [
            {"code": code, "sequence": number}
            for number, code in enumerate(self._own_specs(), start=1)
        ]

    def _sync_settings(self):
        """Have one row for each setting of the carrier, and none of another carrier's."""
        for account in self:
            specs = account._own_specs()
            account.setting_ids.filtered(lambda row, specs=specs: row.code not in specs).unlink()
            known = account.setting_ids.mapped("code")
            account.setting_ids = [
                Command.create(vals)
                for vals in account._prepare_setting_vals()
                if vals["code"] not in known
            ]

    @api.model
    def _sync_all_settings(self):
        """A new release may ask for more, or less."""
        self.with_context(active_test=False).search([])._sync_settings()

    def _carrier_settings(self, deadline_s=None, token=None):
        """Return the `CarrierSettings` of this account, secrets and all.

        :param float deadline_s: seconds for a call, if less than the account's own
        :param str token: the access token to use; by default the one that is kept
        """
        # sudo: the worker and a packer may book without being able to read the credentials
        account = self.sudo()
        own = account.setting_ids
        return CarrierSettings(
            environment=account.environment,
            # The carrier's own address, if it has one: what a person typed is for the others.
            base_url=account._info().environments.get(account.environment)
            or account.base_url
            or "",
            username=account.username or "",
            password=account.password or "",
            api_key=account.api_key or "",
            account_number=account.account_number or "",
            deadline_s=min(float(account.deadline_s), deadline_s or float(account.deadline_s)),
            extra={row.code: row.value for row in own if row.value and not row.is_secret},
            extra_secrets={row.code: row.secret for row in own if row.secret and row.is_secret},
            access_token=(account.access_token if token is None else token) or "",
        )
