import base64
import csv
import io
import json

from odoo import fields, models
from odoo.exceptions import UserError

# More than this is read by the scheduled action, so that the screen never waits.
READ_AT_ONCE = 100


class OrderCycleImport(models.TransientModel):
    """Reads a file of orders of one channel: JSON as the interface takes it, or CSV.

    In CSV each row is an order line; the header names the field (``customer.name``,
    ``lines.sku``); rows with the same ``external_ref`` that follow each other are one order.
    """

    _name = "order.cycle.import"
    _description = "Import Orders"

    channel_id = fields.Many2one("order.cycle.channel", required=True)
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()

    def action_import(self):
        """Take in the file and show what became of each of its orders."""
        self.ensure_one()
        Intake = self.env["order.cycle.intake"]
        Intake._check_may_receive()
        payloads, lines = self._read_file()
        # sudo: as for the interface, orders are made through the intake only
        rows = Intake.sudo()._take_in(self.channel_id, payloads, self.file_name or "", lines)
        rows = Intake.sudo().union(*(row for row, _known in rows))
        rows[:READ_AT_ONCE]._process()
        if len(rows) > READ_AT_ONCE:
            self.env.ref("order_cycle.cron_intake").sudo()._trigger()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_intake")
        return {**action, "domain": [("id", "in", rows.ids)], "context": {}}

    # === FILES === #

    def _read_file(self):
        """Return (payloads, first line of each in the file)."""
        raw = base64.b64decode(self.file)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UserError(
                self.env._("The file is not UTF-8 text. Save it again with the encoding UTF-8.")
            ) from error
        is_json = text.lstrip()[:1] in ("[", "{")
        payloads, lines = self._read_json(text) if is_json else self._read_csv(text)
        if not payloads:
            raise UserError(self.env._("There is no order in this file."))
        return payloads, lines

    def _read_json(self, text):
        try:
            content = json.loads(text)
        except ValueError as error:
            raise UserError(
                self.env._("The file is not valid JSON: %(error)s", error=error)
            ) from error
        orders = content.get("orders", [content]) if isinstance(content, dict) else content
        if not isinstance(orders, list):
            raise UserError(self.env._("“orders” must be a list of orders."))
        return orders, [0] * len(orders)

    def _read_csv(self, text):
        reader = csv.DictReader(io.StringIO(text), delimiter=self._delimiter(text))
        if "external_ref" not in (reader.fieldnames or []):
            raise UserError(
                self.env._(
                    "The first row must name the columns, and “external_ref” must be one of them."
                )
            )
        payloads, lines = [], []
        for row in reader:
            reference = (row.get("external_ref") or "").strip()
            if not any(value for value in row.values() if isinstance(value, str)):
                continue
            if not payloads or payloads[-1].get("external_ref") != reference or not reference:
                payloads.append(self._order_of(row))
                lines.append(reader.line_num)
            payloads[-1]["lines"].append(self._line_of(row))
        return payloads, lines

    def _delimiter(self, text):
        header = text.partition("\n")[0]
        return max((",", ";", "\t"), key=header.count)

    def _order_of(self, row):
        """Return the fields of an order: ``customer.name`` is the name inside ``customer``."""
        order = {"lines": []}
        for column, value in row.items():
            if not column or column.startswith("lines.") or not (value or "").strip():
                continue
            holder, _dot, name = column.strip().rpartition(".")
            target = order.setdefault(holder, {}) if holder else order
            target[name] = value.strip()
        order.setdefault("external_ref", "")
        return order

    def _line_of(self, row):
        return {
            column.removeprefix("lines."): value.strip()
            for column, value in row.items()
            if column and column.startswith("lines.") and (value or "").strip()
        }
