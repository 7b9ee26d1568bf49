import logging
from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..carriers.dto import TrackingEvent
from ..carriers.storable import TEXT_MAX, printable
from ..tools import come_back, transact
from .order_cycle_tracking_event import CODES

_logger = logging.getLogger(__name__)

BATCH = 100
KEEP_DAYS = 30
VACUUM_BATCH = 1000
# A notice may overtake the answer to the booking; after a day nobody here knows the shipment.
PATIENCE = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=30)


class OrderCycleNotice(models.Model):
    """What a carrier told us by itself: kept as it came, looked at later, then forgotten."""

    _name = "order.cycle.notice"
    _description = "Carrier Notice"
    _order = "id desc"
    _rec_name = "notice_ref"
    _log_access = False

    account_id = fields.Many2one(
        "order.cycle.carrier.account", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    notice_ref = fields.Char(string="Number", required=True, readonly=True)
    received_at = fields.Datetime(string="Received", required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("new", "To be read"),
            ("done", "Applied"),
            ("unmatched", "Not ours"),
            ("failed", "Unreadable"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    message = fields.Text(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True)
    consignment_id = fields.Many2one(
        "order.cycle.consignment", ondelete="cascade", readonly=True, index="btree_not_null"
    )
    waybill_ref = fields.Char(string="Waybill", readonly=True)
    request_ref = fields.Char(string="Our Reference", readonly=True)
    tracking_ref = fields.Char(string="Tracking Number", readonly=True)
    event_ref = fields.Char(readonly=True)
    code = fields.Selection(CODES, string="What Happened", readonly=True)
    carrier_code = fields.Char(readonly=True)
    text = fields.Char(string="Carrier's Words", readonly=True)
    location = fields.Char(string="Place", readonly=True)
    signed_by = fields.Char(string="Received by", readonly=True)
    happened_at = fields.Datetime(string="Happened", readonly=True)
    raw_text = fields.Text(
        string="As It Came", readonly=True, help="Without secrets; kept for 30 days."
    )

    _one_row_per_notice = models.UniqueIndex(
        "(account_id, notice_ref)", "This notice is known already."
    )
    _to_be_read = models.Index("(next_try_at) WHERE state = 'new'")

    # === THE DOOR === #

    @api.model
    def _prepare_rows(self, account, notices, raw_text):
        """Return the rows of what a call says.

        :param account: order.cycle.carrier.account singleton
        :param notices: `Notice` values of the carrier package
        :param str raw_text: the call as it came, without secrets
        """
        return [
            {**self._prepare_row(account, notice.notice_ref, raw_text), **_columns(notice)}
            for notice in notices
        ]

    @api.model
    def _prepare_unreadable(self, account, notice_ref, raw_text, message):
        """Return the row of a call that was signed rightly and says nothing we understand."""
        row = self._prepare_row(account, notice_ref, raw_text)
        return {**row, "state": "failed", "message": message}

    def _prepare_row(self, account, notice_ref, raw_text):
        now = fields.Datetime.now()
        return {
            "account_id": account.id,
            "company_id": account.company_id.id,
            "notice_ref": printable(notice_ref)[:TEXT_MAX],
            "received_at": now,
            "next_try_at": now,
            "tries": 0,
            "state": "new",
            "raw_text": raw_text,
        }

    @api.model
    def _store(self, rows):
        """Insert what is not there yet and wake the worker. No business is done here.

        The database keeps a notice that comes twice out.
        """
        if not rows:
            return
        fresh = self.env.execute_query(
            SQL(
                "INSERT INTO order_cycle_notice (%s) VALUES %s ON CONFLICT DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(name) for name in rows[0]),
                SQL(", ").join(tuple(row.values()) for row in rows),
            )
        )
        if fresh:
            self.env.ref("order_cycle.cron_notices").sudo()._trigger()

    # === THE WORKER === #

    @api.model
    def _cron_read(self):
        """Apply the notices that wait, those that came first first."""
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(self._due_domain()))
        while rows := self.search(self._due_domain(), order="id", limit=BATCH):
            for row in rows:
                row._read_apart()
            if not cron._commit_progress(len(rows)):
                come_back(self.env, "order_cycle.cron_notices")
                return

    @api.model
    def _due_domain(self):
        return [("state", "=", "new"), ("next_try_at", "<=", fields.Datetime.now())]

    def _read_apart(self):
        """Apply one notice in a transaction of its own; a bad one never stops the others."""
        try:
            transact(self.env, self._apply)
        except Exception as error:  # noqa: BLE001  whatever goes wrong is shown on the notice
            self.env.cr.rollback()
            _logger.exception("%s cannot be applied", self)
            message = f"{type(error).__name__}: {error}"
            transact(self.env, lambda: self._read_later(message))

    def _apply(self):
        self.invalidate_recordset()
        if self.state != "new":
            return
        row = self._find_consignment()
        if not row:
            self._read_later(self.env._("No shipment of ours has this number."))
            return
        row._in_its_company()._take_events((self._event(),), "webhook")
        self.write({"state": "done", "consignment_id": row.id, "message": False})

    def _find_consignment(self):
        """Return the consignment this is about, of this very account."""
        Consignment = self.env["order.cycle.consignment"].with_context(active_test=False)
        own = [("account_id", "=", self.account_id.id), ("company_id", "=", self.company_id.id)]
        for name, value in (
            ("waybill_ref", self.waybill_ref),
            ("request_ref", self.request_ref),
            ("parcel_ids.tracking_ref", self.tracking_ref),
        ):
            found = value and Consignment.search([*own, (name, "=", value)], limit=1)
            if found:
                return found
        return Consignment

    def _read_later(self, message):
        """Look again later; give up when nobody here has known it for long."""
        now = fields.Datetime.now()
        tries = self.tries + 1
        is_over = now - self.received_at > PATIENCE
        self.write(
            {
                "state": "unmatched" if is_over else "new",
                "message": message,
                "tries": tries,
                "next_try_at": now + FIRST_PAUSE * 2 ** min(tries - 1, 10),
            }
        )

    def _event(self):
        """Return the `TrackingEvent` that was told."""
        return TrackingEvent(
            code=self.code,
            carrier_code=self.carrier_code or "",
            text=self.text or "",
            happened_at=self.happened_at.replace(tzinfo=UTC),
            location=self.location or "",
            tracking_ref=self.tracking_ref or "",
            event_ref=self.event_ref or "",
            signed_by=self.signed_by or "",
        )

    @api.autovacuum
    def _vacuum_old_notices(self):
        """Forget what carriers told, names and all; the scans stay longer."""
        days = int(
            self.env["ir.config_parameter"].sudo().get_param("order_cycle.notice_days", KEEP_DAYS)
        )
        domain = [("received_at", "<", fields.Datetime.now() - timedelta(days=days))]
        old = self.search(domain, limit=VACUUM_BATCH)
        old.unlink()
        return len(old), self.search_count(domain, limit=VACUUM_BATCH)


def _columns(notice):
    """Return {column: value} of what a `Notice` says."""
    event = notice.event
    texts = {
        "waybill_ref": notice.waybill_ref,
        "request_ref": notice.request_ref,
        "tracking_ref": event.tracking_ref,
        "event_ref": event.event_ref,
        "carrier_code": event.carrier_code,
        "text": event.text,
        "location": event.location,
        "signed_by": event.signed_by,
    }
    return {
        "code": event.code,
        "happened_at": event.happened_at.astimezone(UTC).replace(tzinfo=None),
        **{name: printable(value)[:TEXT_MAX] or None for name, value in texts.items()},
    }
