from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers import carrier_info, carriers, get_client
from ..carriers.api import Capability
from ..carriers.errors import CarrierAuthError, CarrierError
from .carrier_words import error_text

SECRET_GROUPS = "order_cycle.group_order_cycle_admin"
# Whoever writes one of these wants to ship from this very database, and at once.
ARMING_FIELDS = {
    "account_number",
    "api_key",
    "base_url",
    "carrier_code",
    "environment",
    "password",
    "username",
}


class OrderCycleCarrierAccount(models.Model):
    """How one company reaches one carrier: environment, address, credentials."""

    _name = "order.cycle.carrier.account"
    _inherit = [
        "order.cycle.carrier.credentials",
        "order.cycle.carrier.health",
        "order.cycle.carrier.token",
        "order.cycle.carrier.question",
        "order.cycle.carrier.offer",
        "order.cycle.carrier.cutoff",
    ]
    _description = "Carrier Account"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    carrier_code = fields.Selection(
        selection=lambda self: [(info.code, info.label) for info in carriers()],
        string="Carrier",
        required=True,
    )
    environment = fields.Selection(
        [("rehearsal", "Rehearsal"), ("test", "Test"), ("live", "Live")],
        required=True,
        default="test",
        help="Rehearsal: a carrier that runs on your own machine and ships nothing.\n"
        "Test: the carrier's sandbox. Live: real shipments that cost money.",
    )
    needs_address = fields.Boolean(compute="_compute_carrier_facts")
    deadline_s = fields.Integer(
        string="Deadline",
        default=30,
        help="Seconds for one call, from the first byte to the last. A booking without an answer "
        "by then has an unknown outcome, which the worker or a person finds out.",
    )
    mode = fields.Char(string="Carries", compute="_compute_carrier_facts")
    recovery = fields.Char(string="After a Lost Answer", compute="_compute_carrier_facts")
    delivery_ids = fields.One2many(
        "delivery.carrier", "cycle_account_id", string="Delivery Methods"
    )
    check_ids = fields.One2many("order.cycle.carrier.check", "account_id", string="Rehearsal")
    checked_at = fields.Datetime(string="Rehearsed at", compute="_compute_check_state")
    check_state = fields.Selection(
        [
            ("open", "Not finished"),
            ("passed", "Passed"),
            ("different", "Differences"),
            ("failed", "Did not work"),
        ],
        string="Rehearsal Result",
        compute="_compute_check_state",
        help="Differences are no fault: people have to know them, or do by hand what is named.",
    )
    armed_for = fields.Char(
        groups=SECRET_GROUPS,
        copy=False,
        readonly=True,
        exportable=False,
        help="The database in which the account was set up. A copy of it does not ship.",
    )
    is_of_other_database = fields.Boolean(compute="_compute_is_of_other_database")

    _deadline_in_range = models.Constraint(
        "CHECK(deadline_s BETWEEN 1 AND 60)",
        "The deadline of a carrier call is between 1 and 60 seconds: a worker that waits longer "
        "is stopped by Odoo.",
    )

    @api.depends("carrier_code", "environment")
    @api.depends_context("lang")
    def _compute_carrier_facts(self):
        modes = {"parcel": self.env._("Parcels"), "freight": self.env._("Freight on pallets")}
        recoveries = {
            "key": self.env._("The same booking is sent again; the carrier recognises it"),
            "lookup": self.env._("The carrier is asked for our reference"),
            "none": self.env._("A person has to ask the carrier"),
        }
        for account in self:
            info = account.carrier_code and carrier_info(account.carrier_code)
            account.mode = info and modes[info.mode]
            account.recovery = info and recoveries[info.recovery.value]
            account.needs_address = bool(
                info and not info.environments.get(account.environment, "")
            )

    @api.depends("armed_for")
    def _compute_is_of_other_database(self):
        here = self._database_identity()
        # sudo: everybody may know that nothing is sent
        for account in self.sudo():
            account.is_of_other_database = account.armed_for != here

    @api.depends("check_ids.state", "check_ids.checked_at")
    def _compute_check_state(self):
        for account in self:
            states = set(account.check_ids.mapped("state"))
            worst = [state for state in ("failed", "waiting", "different") if state in states]
            account.check_state = bool(states) and (
                {"waiting": "open"}.get(worst[0], worst[0]) if worst else "passed"
            )
            account.checked_at = max(
                (check.checked_at for check in account.check_ids if check.checked_at),
                default=False,
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._arm()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if ARMING_FIELDS & vals.keys():
            self._arm()
        return result

    # === ACTION METHODS === #

    def action_confirm_database(self):
        """Say that this copy of a database is the one that ships from now on."""
        self.check_access("write")
        self._arm()
        return True

    def action_check(self):
        """Ask the carrier whether address and credentials are right, and say so."""
        self.ensure_one()
        self.check_access("write")
        try:
            self._test_connection()
        except CarrierError as error:
            raise UserError(
                self.env._(
                    "%(account)s does not answer as it should: %(reason)s",
                    account=self.name,
                    reason=error_text(self.env, error),
                )
            ) from None
        self._apart(
            lambda account: account.sudo().write({"paused_until": False, "resting_until": False})
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(account)s answers.", account=self.name),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_rehearse(self):
        """Open the window that walks a test shipment through the carrier's sandbox."""
        self.ensure_one()
        self.check_access("write")
        if not self.delivery_ids:
            raise UserError(
                self.env._(
                    "Give this account a delivery method first: the rehearsal tries its service."
                )
            )
        return self.env["order.cycle.go.live"]._open_for(self)

    def _test_connection(self):
        """Return if the carrier takes the credentials.

        :raises CarrierError: it does not, or does not answer
        """
        capabilities = self._info().capabilities
        if not capabilities & {Capability.SIGN_IN, Capability.CHECK_ACCOUNT}:
            raise UserError(
                self.env._(
                    "%(carrier)s offers nothing by which an account can be tested. Rehearse on its "
                    "sandbox instead.",
                    carrier=self._info().label,
                )
            )
        if Capability.SIGN_IN in capabilities:
            # A token that is still good says nothing of the credentials.
            self._apart(lambda account: account._forget_token(account.sudo().access_token))
            self._current_token(is_fresh=True)
        if Capability.CHECK_ACCOUNT in capabilities:
            self._ask_now(lambda client: client.check_account())

    # === MAY IT BE CALLED? === #

    def _arm(self):
        """Tie the accounts to this database, and forget what the carrier said to older settings."""
        # sudo: none of these can be seen by everybody who may write an account
        self.sudo().write(
            {
                "armed_for": self._database_identity(),
                "paused_until": False,
                "resting_until": False,
                **self._prepare_no_token_vals(),
            }
        )

    @api.model
    def _database_identity(self):
        """Return what tells this database from a copy of it, however the copy was made."""
        self.env.cr.execute(
            "SELECT datname, oid, has_function_privilege('pg_control_system()', 'execute')"
            "  FROM pg_database WHERE datname = current_database()"
        )
        name, oid, may_ask = self.env.cr.fetchone()
        cluster = ""
        if may_ask:
            # Two servers number their databases alike; this number is drawn when one is made.
            self.env.cr.execute("SELECT system_identifier FROM pg_control_system()")
            [cluster] = self.env.cr.fetchone()
        # sudo: system parameter
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid", "")
        return f"{name}/{oid}/{cluster}/{uuid}"

    def _check_database(self):
        """Refuse to reach a carrier from a copy: its shipments are those of the original.

        :raises CarrierAuthError: nothing is sent
        """
        # sudo: system parameter
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            raise CarrierAuthError(
                "This database is neutralized: it does not reach any carrier.",
                code="database_neutralized",
            )
        if self.is_of_other_database:
            raise CarrierAuthError(
                f"This database is a copy of the one in which the account {self.name} was set up, "
                "so nothing was sent. If the copy is to ship, an administrator confirms that on "
                "the account.",
                code="database_copy",
            )

    # === BUSINESS METHODS === #

    def _info(self):
        """Return the `CarrierInfo` of this account's carrier."""
        self.ensure_one()
        return carrier_info(self.carrier_code)

    def _client(self, on_exchange=None, deadline_s=None, token=None):
        """Return a `CarrierClient` for this account. It needs no cursor once it is made.

        :param on_exchange: called with the redacted `Exchange` of every network call
        :param float deadline_s: seconds for a call, if less than the account's own
        :param str token: the access token to use; by default the one that is kept
        :raises CarrierAuthError: the account is incomplete, or belongs to another database
        """
        self.ensure_one()
        self._check_database()
        settings = self._carrier_settings(deadline_s, token)
        return get_client(self.carrier_code, settings, on_exchange)

    @api.model
    def _service_selection(self):
        """Return every service of every carrier as [("carrier:service", label)]."""
        return [
            (f"{info.code}:{service.code}", f"{info.label}: {service.label}")
            for info in carriers()
            for service in info.services
        ]
