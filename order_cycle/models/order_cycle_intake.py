import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

MAX_ORDERS_PER_CALL = 500
OPERATOR = "order_cycle.group_order_cycle_operator"


class OrderCycleIntake(models.Model):
    """An order as a channel sent it: kept as it came, taken in once.

    How it comes in and what a person does about it is here. How each reference is taken in once
    is in `order.cycle.intake.register`, how orders are made in `order.cycle.intake.processing`.
    What cannot be read stays here, with its errors.
    """

    _name = "order.cycle.intake"
    _inherit = "order.cycle.intake.processing"
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
            row.write(self._identity(row.payload))
        rows.write({"state": "pending", "errors": False})
        rows.sudo()._process()
        return True

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()
