from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..carriers.api import Capability
from ..carriers.errors import CarrierError
from .carrier_words import error_text


class OrderCycleCarrierOffer(models.AbstractModel):
    """What can be asked for with a carrier account: its services and extra services."""

    _name = "order.cycle.carrier.offer"
    _description = "Services of a Carrier Account"

    option_ids = fields.One2many(
        "order.cycle.carrier.option", "account_id", string="Services and Extra Services"
    )
    service_ids = fields.One2many(
        "order.cycle.carrier.option",
        "account_id",
        string="Services",
        domain=[("kind", "=", "service")],
    )
    service_is_free = fields.Boolean(
        string="Services of its Own",
        compute="_compute_offer",
        help="The services of this carrier depend on the account.",
    )
    can_fetch_services = fields.Boolean(compute="_compute_offer")

    @api.depends("carrier_code")
    def _compute_offer(self):
        for account in self:
            info = account.carrier_code and account._info()
            capabilities = info.capabilities if info else ()
            account.service_is_free = bool(info and info.service_is_free)
            account.can_fetch_services = Capability.LIST_SERVICES in capabilities

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._sync_accessorials()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if "carrier_code" in vals:
            self._sync_accessorials()
        return result

    # === ACTION METHODS === #

    def action_fetch_services(self):
        """Ask the carrier which services this account has, and keep them."""
        self.ensure_one()
        self.check_access("write")
        try:
            services = self._ask_now(lambda client: client.list_services())
        except CarrierError as error:
            raise UserError(
                self.env._(
                    "The services of %(account)s could not be fetched: %(reason)s",
                    account=self.name,
                    reason=error_text(self.env, error),
                )
            ) from None
        self._keep_services(services)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s services fetched.", count=len(services)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_services(self):
        """Open the services of this account as a list, where they can be imported, too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_carrier_options")
        action["domain"] = [("account_id", "=", self.id)]
        action["context"] = {"default_account_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _sync_accessorials(self):
        """Have one row for each extra service of the carrier; archive those of another one."""
        for account in self:
            choices = account._info().accessorials
            account._keep_options("accessorial", choices)

    @api.model
    def _sync_all_accessorials(self):
        """A new release may know more, or less."""
        self.with_context(active_test=False).search([])._sync_accessorials()

    def _keep_services(self, services):
        """Keep what the carrier offers; what it does not offer any more is archived."""
        self._keep_options("service", services)

    def _keep_options(self, kind, choices):
        """Make the rows of one kind those of `choices`.

        :param choices: `Choice` values of the carrier package, in the order in which to show them
        """
        known = self.with_context(active_test=False).option_ids.filtered(
            lambda option: option.kind == kind
        )
        by_code = known.grouped("code")
        wanted = {choice.code: choice.label for choice in choices}
        known.filtered(lambda option: option.code not in wanted).active = False
        for number, (code, label) in enumerate(wanted.items(), start=1):
            vals = {"name": label, "sequence": number, "active": True}
            if code in by_code:
                by_code[code].write(vals)
            else:
                self.option_ids = [Command.create({"kind": kind, "code": code, **vals})]
