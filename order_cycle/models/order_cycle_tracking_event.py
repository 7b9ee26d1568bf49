import hashlib
from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..carriers.storable import TEXT_MAX, printable

KEEP_DAYS = 365
VACUUM_BATCH = 1000

CODES = [
    ("announced", "Announced"),
    ("collected", "Collected"),
    ("in_transit", "In transit"),
    ("out_for_delivery", "Out for delivery"),
    ("delivered", "Delivered"),
    ("delivery_failed", "Delivery failed"),
    ("held", "Held at the depot"),
    ("refused", "Not taken by the receiver"),
    ("damaged", "Damaged"),
    ("lost", "Lost"),
    ("incident", "Incident"),
    ("returning", "On its way back"),
    ("returned", "Returned to us"),
    ("cancelled", "Cancelled by the carrier"),
    ("other", "Other news"),
]


class OrderCycleTrackingEvent(models.Model):
    """One scan of a carrier, as it was told. Scans are only ever added."""

    _name = "order.cycle.tracking.event"
    _description = "Tracking Event"
    _order = "happened_at desc, id desc"
    _rec_name = "text"
    _log_access = False

    consignment_id = fields.Many2one(
        "order.cycle.consignment", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    parcel_id = fields.Many2one("order.cycle.parcel", ondelete="set null", index="btree_not_null")
    tracking_ref = fields.Char(
        string="Tracking Number", help="The piece it is about. Empty: the whole shipment."
    )
    code = fields.Selection(CODES, string="What Happened", required=True)
    carrier_code = fields.Char(help="The carrier's own code.")
    text = fields.Char(string="Carrier's Words")
    location = fields.Char(string="Place")
    signed_by = fields.Char(string="Received by")
    happened_at = fields.Datetime(string="Happened", required=True)
    received_at = fields.Datetime(string="Known to Us", required=True)
    source = fields.Selection(
        [("poll", "We asked"), ("webhook", "The carrier told us")],
        string="From",
        required=True,
    )
    event_key = fields.Char(required=True)

    _one_row_per_event = models.UniqueIndex(
        "(consignment_id, event_key)", "This event is known already."
    )

    @api.model
    def _keep(self, consignment, events, source):
        """Keep those of `events` that are not known yet; the database tells which.

        :param consignment: order.cycle.consignment singleton
        :param events: `TrackingEvent` values of the carrier package
        :param str source: a value of the field `source`
        :return: whether there was anything new
        """
        if not events:
            return False
        parcels = {row.tracking_ref: row.id for row in consignment.parcel_ids if row.tracking_ref}
        rows = [
            self._prepare_row(consignment, parcels.get(event.tracking_ref), event, source)
            for event in events
        ]
        consignment.parcel_ids.flush_recordset()
        consignment.flush_recordset()
        fresh = self.env.execute_query(
            SQL(
                "INSERT INTO order_cycle_tracking_event (%s) VALUES %s"
                " ON CONFLICT DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(name) for name in rows[0]),
                SQL(", ").join(tuple(row.values()) for row in rows),
            )
        )
        consignment.invalidate_recordset(["event_ids"])
        return bool(fresh)

    def _prepare_row(self, consignment, parcel_id, event, source):
        """Return {column: value} of one event."""
        happened_at = event.happened_at.astimezone(UTC).replace(tzinfo=None)
        return {
            "consignment_id": consignment.id,
            "company_id": consignment.company_id.id,
            "parcel_id": parcel_id or None,
            "tracking_ref": event.tracking_ref or None,
            "code": event.code,
            "carrier_code": _text(event.carrier_code),
            "text": _text(event.text),
            "location": _text(event.location),
            "signed_by": _text(event.signed_by),
            "happened_at": happened_at,
            "received_at": fields.Datetime.now(),
            "source": source,
            "event_key": _key(event, happened_at),
        }

    @api.autovacuum
    def _vacuum_old_events(self):
        """Forget old scans and the names in them. A delivery keeps its proof."""
        days = int(
            self.env["ir.config_parameter"].sudo().get_param("order_cycle.event_days", KEEP_DAYS)
        )
        limit = fields.Datetime.now() - timedelta(days=days)
        domain = [("received_at", "<", limit), ("code", "!=", "delivered")]
        old = self.search(domain, limit=VACUUM_BATCH)
        old.unlink()
        return len(old), self.search_count(domain, limit=VACUUM_BATCH)


def _text(value):
    """Return a carrier's words as a database takes them."""
    return printable(value)[:TEXT_MAX] or None


def _key(event, happened_at):
    """Return what tells one scan of a shipment from another, however it became known.

    The carrier's own number of the scan where it has one; it may be told for several pieces.
    """
    own = (event.event_ref,)
    facts = (event.carrier_code, happened_at.isoformat(), event.text)
    parts = (event.tracking_ref, *(own if event.event_ref else facts))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
