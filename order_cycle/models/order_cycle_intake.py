import json
import logging

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import come_back, isolate, transact

_logger = logging.getLogger(__name__)

MAX_ORDERS_PER_CALL = 500
OPERATOR = "order_cycle.group_order_cycle_operator"


class OrderCycleIntake(models.Model):
    """An order as a channel sent it: kept as it came, taken in once.

    The unique index on channel and reference decides which of two equal messages makes the order;
    the other one is told about it. What cannot be read stays here, with its errors.
    """

    _name = "order.cycle.intake"
    _description = "Received Order"
    _order = "id desc"
    _rec_name = "external_ref"
    _check_company_auto = True

    channel_id = fields.Many2one("order.cycle.channel", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    external_ref = fields.Char(string="Reference", index=True)
    source = fields.Char(help="The file it came in, or the interface.")
    source_line = fields.Integer(string="File Line", help="Where the order starts in its file.")
    state = fields.Selection(
        [
            ("pending", "To Read"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("conflict", "Conflict"),
            ("replaced", "Sent Again"),
        ],
        required=True,
        default="pending",
        index=True,
        group_expand=True,
        help="Rejected: something in it is wrong; see the errors. Conflict: the same reference "
        "came before with other content. Sent again: a corrected version came later.",
    )
    order_id = fields.Many2one("sale.order", ondelete="set null", index=True, check_company=True)
    payload = fields.Json(help="What was sent, unchanged.")
    payload_text = fields.Text(
        string="Content", compute="_compute_payload_text", inverse="_inverse_payload_text"
    )
    fingerprint = fields.Char(index=True)
    errors = fields.Json(string="Errors Found")
    error_text = fields.Text(string="Errors", compute="_compute_error_text")
    difference_text = fields.Text(string="Differences", compute="_compute_difference_text")

    _taken_in_once = models.UniqueIndex(
        "(company_id, channel_id, external_ref) WHERE state IN ('pending', 'accepted')",
        "An order with this reference was received from this channel already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("payload")
    def _compute_payload_text(self):
        for intake in self:
            intake.payload_text = json.dumps(intake.payload, indent=2, ensure_ascii=False)

    def _inverse_payload_text(self):
        for intake in self.filtered(lambda row: row.state == "rejected"):
            try:
                intake.payload = json.loads(intake.payload_text or "null")
            except ValueError as error:
                raise UserError(
                    self.env._("The content is not valid JSON: %(error)s", error=error)
                ) from error

    @api.depends("errors", "source_line")
    def _compute_error_text(self):
        for intake in self:
            intake.error_text = "\n".join(
                intake._error_line(error) for error in intake.errors or []
            )

    def _error_line(self, error):
        """Name the line as the sender counts: of the file for CSV, else of the order."""
        if error.get("line") and self.source_line:
            return self.env._(
                "File line %(line)s, %(field)s: %(message)s",
                line=self.source_line + error["line"] - 1,
                field=error["field"],
                message=error["message"],
            )
        if error.get("line"):
            return self.env._(
                "Line %(line)s, %(field)s: %(message)s",
                line=error["line"],
                field=error["field"],
                message=error["message"],
            )
        return f"{error['field']}: {error['message']}" if error["field"] else error["message"]

    @api.depends("payload", "order_id")
    def _compute_difference_text(self):
        for intake in self:
            first = intake._first_version()
            differences = self._differences(first.payload or {}, intake.payload or {})
            intake.difference_text = "\n".join(differences) if first else False

    def _first_version(self):
        """Return what made the order that this conflict is about."""
        if self.state != "conflict":
            return self.browse()
        return self.order_id.cycle_intake_ids.filtered(lambda row: row.state == "accepted")[:1]

    def _differences(self, old, new, path=""):
        """Return one text per value that differs: ``path: old → new``."""
        if isinstance(old, dict) and isinstance(new, dict):
            names = [*old, *(name for name in new if name not in old)]
            nested = (
                self._differences(old.get(name), new.get(name), f"{path}.{name}" if path else name)
                for name in names
            )
            return [line for lines in nested for line in lines]
        if isinstance(old, list) and isinstance(new, list):
            longest = max(len(old), len(new))
            pad = [None] * longest
            pairs = zip((old + pad)[:longest], (new + pad)[:longest], strict=True)
            nested = (
                self._differences(left, right, f"{path}[{number}]")
                for number, (left, right) in enumerate(pairs, start=1)
            )
            return [line for lines in nested for line in lines]
        if old == new:
            return []
        return [f"{path}: {old if old is not None else '–'} → {new if new is not None else '–'}"]

    # === PUBLIC INTERFACE === #

    @api.model
    def receive(self, channel, orders):
        """Take in orders from another system. Idempotent; see docs/intake.md.

        Over HTTP: ``POST /json/2/order.cycle.intake/receive`` with a bearer key of a user in the
        group *Order Cycle / Channel* and the arguments below as JSON body.

        :param str channel: code of the channel
        :param list[dict] orders: at most 500 orders in the format of docs/intake.md
        :return: one dict per order, in the same sequence::

            {"external_ref": str, "status": "created" | "known" | "conflict" | "rejected",
             "order": str | False, "order_id": int | False,
             "errors": [{"line": int | None, "field": str, "message": str}]}

            *created*: a new order. *known*: the same content came before; this is its order.
            *conflict*: the reference came before with other content; a person will look.
            *rejected*: nothing was created; send it again when the errors are mended.
        :raises odoo.exceptions.AccessError: the user may not send orders
        :raises odoo.exceptions.UserError: unknown channel, or not a list of orders
        """
        self._check_may_receive()
        # sudo: a channel's key makes customers and orders through this door, and only through it
        intake = self.sudo()
        found = intake.env["order.cycle.channel"]._find_by_code(channel, self.env.company)
        if not found:
            raise UserError(
                self.env._(
                    "There is no channel with the code “%(code)s” in %(company)s. Known "
                    "channels are under Order Cycle / Configuration / Channels.",
                    code=channel,
                    company=self.env.company.name,
                )
            )
        self._check_may_send_to(found)
        if not isinstance(orders, list) or len(orders) > MAX_ORDERS_PER_CALL:
            raise UserError(
                self.env._(
                    "Send a list of at most %(limit)s orders at a time.", limit=MAX_ORDERS_PER_CALL
                )
            )
        rows = intake._take_in(found, orders, source="API")
        intake.union(*(row for row, _known in rows))._process()
        return [row._result(known) for row, known in rows]

    @api.model
    def _check_may_receive(self):
        user = self.env.user
        groups = ("order_cycle.group_order_cycle_channel", OPERATOR)
        if not self.env.su and not any(user.has_group(group) for group in groups):
            raise AccessError(
                self.env._(
                    "%(user)s may not send orders. An administrator can add the user to the "
                    "group Order Cycle / Channel.",
                    user=user.name,
                )
            )

    @api.model
    def _check_may_send_to(self, channel):
        """Keep one system's key from sending orders in the name of another channel."""
        is_known = not channel.sender_ids or self.env.user in channel.sender_ids
        if is_known or self.env.su or self.env.user.has_group(OPERATOR):
            return
        raise AccessError(
            self.env._(
                "%(user)s may not send orders of the channel %(channel)s. A manager can add the "
                "user to the channel's field Who Sends.",
                user=self.env.user.name,
                channel=channel.name,
            )
        )

    def _result(self, known):
        """Return what the sender is told about this row; `known`: it was there before."""
        status = {"accepted": "known" if known else "created", "conflict": "conflict"}
        return {
            "external_ref": self.external_ref or "",
            "status": status.get(self.state, "rejected"),
            "order": self.order_id.name,
            "order_id": self.order_id.id,
            "errors": self.errors or [],
        }

    # === ACTION METHODS === #

    def action_retry(self):
        """Read rejected orders again, after what was wrong has been mended."""
        self.check_access("write")
        rows = self.filtered(lambda row: row.state == "rejected")
        for row in rows:
            row._fill_from_payload()
        rows.write({"state": "pending", "errors": False})
        rows.sudo()._process()
        return True

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()

    # === REGISTER: each reference once === #

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
        reference = self._reference_of(payload)
        fingerprint = self.env["order.cycle.intake.document"]._fingerprint(payload)
        vals = {
            "channel_id": channel.id,
            "company_id": self.env.company.id,
            "external_ref": reference,
            "fingerprint": fingerprint,
            "payload": payload,
            **extra,
        }
        if not reference:
            return self.create({**vals, "state": "rejected", "errors": self._no_reference()}), False
        row = self._insert_once(vals)
        if row:
            self._retire_rejected(row)
            return row, False
        known = self._find_live(channel, reference)
        if known.fingerprint == fingerprint:
            return known, True
        return self._take_in_conflict(known, vals), False

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

    def _retire_rejected(self, row):
        """A corrected version has come: what was rejected before is no work any more."""
        row._same_reference("rejected").state = "replaced"

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

    def _take_in_conflict(self, known, vals):
        same = self.search(
            [
                ("order_id", "=", known.order_id.id),
                ("fingerprint", "=", vals["fingerprint"]),
                ("state", "=", "conflict"),
            ],
            limit=1,
        )
        if same:
            return same
        conflict = self.create({**vals, "state": "conflict", "order_id": known.order_id.id})
        # The first version may be waiting to be read: then `_accept` tells about the conflict.
        if known.order_id:
            conflict._tell_conflict()
        return conflict

    def _tell_conflict(self):
        for conflict in self:
            self.env["order.cycle.exception"]._raise(
                conflict.order_id,
                "capture",
                "conflict",
                self.env._(
                    "Order %(reference)s came again with other content:\n%(differences)s",
                    reference=conflict.external_ref,
                    differences=conflict.difference_text,
                ),
                intake_id=conflict.id,
            )

    def _fill_from_payload(self):
        self.external_ref = self._reference_of(self.payload)
        self.fingerprint = self.env["order.cycle.intake.document"]._fingerprint(self.payload)

    # === PROCESS: make orders of what can be read === #

    def _process(self):
        """Make orders of the pending rows; a bad one is rejected, the others go on."""
        pending = self.filtered(lambda row: row.state == "pending")
        for company, rows in pending.grouped("company_id").items():
            rows.with_company(company)._process_company()

    def _process_company(self):
        reader = self.env["order.cycle.intake.document"]
        builder = self.env["order.cycle.order.builder"]
        documents, errors = {}, {}
        for row in self:
            try:
                documents[row], errors[row] = reader._read(row.payload)
            except Exception as error:  # noqa: BLE001  one order never stops the others
                row._reject_error(error)
        readable = self.filtered(lambda row: row in documents)
        # Everything that is wrong is named at once, also what only the database knows.
        for row, more in builder._find_errors(documents).items():
            errors[row] += more
        wrong = readable.filtered(lambda row: errors[row])
        for row in wrong:
            row._reject(errors[row])
        isolate(
            readable - wrong,
            lambda rows: builder._build(rows, documents),
            lambda row, error: row._reject_error(error),
        )

    def _accept(self, order):
        self.write({"state": "accepted", "order_id": order.id, "errors": False})
        conflicts = self._same_reference("conflict").filtered(lambda row: not row.order_id)
        conflicts.order_id = order
        conflicts._tell_conflict()

    def _reject(self, errors):
        self.write({"state": "rejected", "errors": errors})

    def _reject_error(self, error):
        if not isinstance(error, UserError):
            _logger.error("Received order %s", self.id, exc_info=error)
        self._reject([{"line": None, "field": "", "message": str(error)}])

    # === CRON === #

    @api.model
    def _cron_process(self, batch_size=50):
        """Make orders of what large files left to be done."""
        progress = self.env["ir.cron"]._commit_progress
        domain = [("state", "=", "pending")]
        seconds_left = progress(remaining=self.search_count(domain))
        while seconds_left:
            done = transact(self.env, lambda: self._process_next(domain, batch_size))
            if not done:
                break
            seconds_left = progress(done)
        if not seconds_left:
            come_back(self.env, "order_cycle.cron_intake")

    @api.model
    def _process_next(self, domain, limit):
        """Make orders of the oldest rows that nobody else works on; return how many."""
        rows = self.search(domain, limit=limit, order="id").try_lock_for_update()
        rows._process()
        return len(rows)
