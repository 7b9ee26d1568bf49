from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL


class OrderCycleIntakeRegister(models.AbstractModel):
    """Each reference of a channel is taken in once, whoever sends it again. Part of the intake.

    The unique index on channel and reference decides which of two equal messages makes the order;
    the other one is told about it.
    """

    _name = "order.cycle.intake.register"
    _inherit = "order.cycle.intake.conflict"
    _description = "Register of Received Orders"

    @api.model
    def _take_in(self, channel, payloads, source, source_lines=None):
        """Write one row per payload, or find the row that was there before.

        :param channel: order.cycle.channel singleton
        :param list payloads: orders as they came
        :param str source: file name or interface
        :param list[int] source_lines: where each order starts in its file
        :return: list of pairs (row, whether it was known), in the sequence of `payloads`
        """
        source_lines = source_lines or [0] * len(payloads)
        return [
            self._take_in_one(channel, payload, {"source": source, "source_line": line})
            for payload, line in zip(payloads, source_lines, strict=True)
        ]

    @api.model
    def _take_in_one(self, channel, payload, extra):
        payload = self.env["order.cycle.intake.document"]._storable(payload)
        vals = {
            "channel_id": channel.id,
            "company_id": self.env.company.id,
            "payload": payload,
            **self._identity(payload),
            **extra,
        }
        if not vals["external_ref"]:
            return self.create({**vals, "state": "rejected", "errors": self._no_reference()}), False
        row = self._insert_once(vals)
        if row:
            # A corrected version has come: what was rejected before is no work any more.
            row._same_reference("rejected").state = "replaced"
            return row, False
        known = self._find_live(channel, vals["external_ref"])
        if known.fingerprint == vals["fingerprint"]:
            return known, True
        return self._take_in_conflict(known, vals), False

    @api.model
    def _identity(self, payload):
        """Return what a message is known by: its reference, and a hash of what it says."""
        document = self.env["order.cycle.intake.document"]
        return {
            "external_ref": self._reference_of(payload),
            "fingerprint": document._fingerprint(payload),
        }

    def _reference_of(self, payload):
        reference = payload.get("external_ref") if isinstance(payload, dict) else None
        is_text = isinstance(reference, str | int) and not isinstance(reference, bool)
        return str(reference).strip()[:100] if is_text else ""

    def _no_reference(self):
        text = self.env._("An order needs a reference of its own, so that it is taken in once.")
        return [{"line": None, "field": "external_ref", "message": text}]

    @api.model
    def _insert_once(self, vals):
        """Insert a pending row unless the reference is taken; return it, or nothing.

        PostgreSQL decides: of two transactions at the same moment one waits for the other and is
        then run again by Odoo (serialization failure), and finds the row.
        """
        self.flush_model(["state"])
        self.env.cr.execute(
            SQL(
                """INSERT INTO order_cycle_intake
                          (channel_id, company_id, external_ref, fingerprint, payload, source,
                           source_line, state, create_uid, write_uid, create_date, write_date)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, 'pending', %s, %s,
                           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')
              ON CONFLICT DO NOTHING
                RETURNING id""",
                vals["channel_id"],
                vals["company_id"],
                vals["external_ref"],
                vals["fingerprint"],
                Json(vals["payload"]),
                vals["source"],
                vals["source_line"],
                self.env.uid,
                self.env.uid,
            )
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _find_live(self, channel, reference):
        return self.search(
            [
                ("channel_id", "=", channel.id),
                ("company_id", "=", self.env.company.id),
                ("external_ref", "=", reference),
                ("state", "in", ("pending", "accepted")),
            ],
            limit=1,
        )

    def _same_reference(self, state):
        """Return the other messages of this channel with this reference, in `state`."""
        return self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("company_id", "=", self.company_id.id),
                ("external_ref", "=", self.external_ref),
                ("state", "=", state),
            ]
        )
