import base64
import hashlib
import logging
import secrets
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..carriers.api import Capability, WebhookCall
from ..carriers.redact import Redactor
from ..carriers.registry import get_webhook
from ..carriers.storable import printable

_logger = logging.getLogger(__name__)

SECRET_GROUPS = "order_cycle.group_order_cycle_admin"
PATH = "/order_cycle/webhook/"
# The path names the account with 128 random bits, so that nothing a call says has to be believed.
REF_BYTES = 16
SECRET_BYTES = 24
# A carrier that was silent for longer may have been told another address.
STILL_TELLING = timedelta(days=2)


class OrderCycleWebhook(models.Model):
    """The door through which a carrier tells us what happened. Shut until there is a secret."""

    _inherit = "order.cycle.carrier.account"

    can_webhook = fields.Boolean(
        compute="_compute_can_webhook", help="The carrier can tell what happened by itself."
    )
    webhook_ref = fields.Char(groups=SECRET_GROUPS, copy=False, readonly=True, exportable=False)
    webhook_url = fields.Char(
        string="Address for Notices",
        compute="_compute_webhook_url",
        compute_sudo=True,
        groups=SECRET_GROUPS,
        exportable=False,
        help="Enter it with the carrier, as the address of your webhook.",
    )
    webhook_secret = fields.Char(
        string="Secret for Notices",
        groups=SECRET_GROUPS,
        copy=False,
        exportable=False,
        help="The carrier signs its notices with it. Enter the carrier's own if it gives you one, "
        "or make a new one here and enter it with the carrier.",
    )
    webhook_secret_before = fields.Char(
        string="Secret Before",
        groups=SECRET_GROUPS,
        copy=False,
        exportable=False,
        readonly=True,
        help="Still believed, until you say that the carrier uses the new one.",
    )
    webhook_refused = fields.Integer(
        string="Notices Refused",
        copy=False,
        readonly=True,
        help="Calls to this address whose signature was wrong or too old.",
    )
    webhook_last_at = fields.Datetime(string="Last Notice", compute="_compute_webhook_last_at")

    _webhook_ref_uniq = models.UniqueIndex(
        "(webhook_ref) WHERE webhook_ref IS NOT NULL", "This address is taken."
    )

    @api.depends("carrier_code")
    def _compute_can_webhook(self):
        for account in self:
            account.can_webhook = account._takes_notices()

    @api.depends("webhook_ref")
    def _compute_webhook_url(self):
        for account in self:
            ref = account.webhook_ref
            account.webhook_url = ref and f"{account.get_base_url()}{PATH}{ref}"

    def _compute_webhook_last_at(self):
        # sudo: whoever sees the account may know when the carrier spoke last
        Notice = self.env["order.cycle.notice"].sudo()
        for account in self:
            last = Notice.search(
                [("account_id", "=", account.id)], order="received_at desc", limit=1
            )
            account.webhook_last_at = last.received_at

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._open_door()
        return accounts

    def write(self, vals):
        """A secret that is replaced is believed for a while longer."""
        if vals.get("webhook_secret") and "webhook_secret_before" not in vals:
            # sudo: only administrators write a secret; `super` refuses all others
            for account in self.sudo().filtered("webhook_secret"):
                if account.webhook_secret != vals["webhook_secret"]:
                    account.webhook_secret_before = account.webhook_secret
        result = super().write(vals)
        if vals.get("webhook_secret"):
            self._open_door()
        return result

    def _open_door(self):
        """Give accounts with a secret an address."""
        # sudo: the address is nobody's to write
        for account in self.sudo():
            if account.webhook_secret and not account.webhook_ref:
                account.webhook_ref = secrets.token_hex(REF_BYTES)

    # === ACTION METHODS === #

    def action_new_webhook_secret(self):
        """Make a new secret and show it once; the one before stays good until it is dropped."""
        self.ensure_one()
        self.check_access("write")
        if not self._takes_notices():
            raise UserError(self.env._("%(carrier)s sends no notices.", carrier=self._info().label))
        secret = f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
        self.webhook_secret = secret
        return self._show_webhook(
            self.env._("Enter this secret with the carrier now: %(secret)s", secret=secret)
        )

    def action_new_webhook_address(self):
        """Make a new address; calls to the one before find nobody."""
        self.ensure_one()
        self.check_access("write")
        # sudo: the address is read-only, and only administrators write accounts
        self.sudo().write({"webhook_ref": secrets.token_hex(REF_BYTES), "webhook_refused": 0})
        return self._show_webhook(
            self.env._("Enter the new address with the carrier; the old one is dead.")
        )

    def action_drop_webhook_secret_before(self):
        """Believe the newest secret only."""
        self.check_access("write")
        # sudo: the field is read-only, and only administrators write accounts
        self.sudo().webhook_secret_before = False
        return True

    def _show_webhook(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS === #

    def _takes_notices(self):
        """Return whether this account's carrier calls its customers."""
        return bool(self.carrier_code) and Capability.WEBHOOK in self._info().capabilities

    def _sends_notices(self):
        """Return whether the carrier tells us of what happens: then it is asked less often."""
        last = self.webhook_last_at
        # sudo: see the fields
        has_door = bool(self.sudo().webhook_secret)
        return bool(has_door and last and fields.Datetime.now() - last < STILL_TELLING)

    @api.model
    def _by_webhook_ref(self, ref):
        """Return the account behind an address that takes notices now, or none."""
        account = self.search([("webhook_ref", "=", ref)], limit=1)
        is_open = account and account.webhook_secret and account._takes_notices()
        return account if is_open else self.browse()

    def _take_call(self, headers, body):
        """Store what a carrier says, if it is the carrier; return whether it was believed.

        :param headers: {name in lower case: value}
        :param bytes body: as it arrived
        """
        self.ensure_one()
        call = WebhookCall(headers=headers, body=body)
        if not self._is_authentic(call):
            self._count_refusal()
            return False
        Notice = self.env["order.cycle.notice"]
        text = self._webhook_redactor().text(printable(body.decode("utf-8", "replace")))
        try:
            rows = Notice._prepare_rows(self, get_webhook(self.carrier_code).read(call), text)
        except Exception as error:  # noqa: BLE001  it is the carrier: what it says is kept
            message = getattr(error, "message", type(error).__name__)
            notice_ref = f"sha256:{hashlib.sha256(body).hexdigest()}"
            rows = [Notice._prepare_unreadable(self, notice_ref, text, message)]
        Notice._store(rows)
        return True

    def _is_authentic(self, call):
        keys = [key for key in (self.webhook_secret, self.webhook_secret_before) if key]
        try:
            return get_webhook(self.carrier_code).is_authentic(call, keys, datetime.now(UTC))
        except Exception:  # noqa: BLE001  what cannot be checked is not believed
            _logger.exception("A signature could not be checked")
            return False

    def _webhook_redactor(self):
        own = self._carrier_settings().secrets()
        return Redactor([*own, self.webhook_secret, self.webhook_secret_before or ""])

    def _count_refusal(self):
        """Count; a row that somebody else holds is not waited for."""
        self.env.cr.execute(
            SQL(
                """UPDATE order_cycle_carrier_account
                      SET webhook_refused = COALESCE(webhook_refused, 0) + 1
                    WHERE id IN (SELECT id FROM order_cycle_carrier_account
                                  WHERE id = %s FOR UPDATE SKIP LOCKED)""",
                self.id,
            )
        )
        self.invalidate_recordset(["webhook_refused"])
