import base64
import binascii
import hashlib

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.table_file import decimal_mark, read_table, to_decimal

# How columns are often called, in lower case: what is shown first is a guess, for people to mend.
USUAL_NAMES = {
    "waybill": ("waybill", "tracking", "shipment", "awb", "lettera di vettura", "ldv", "pro"),
    "amount": ("net amount", "amount", "charge", "importo", "total", "price", "prezzo"),
    "currency": ("currency", "valuta", "curr"),
    "description": ("description", "service", "product", "descrizione", "servizio"),
}
PREVIEW_ROWS = 5
LARGEST_FILE = 20 * 1024 * 1024


class OrderCycleBillImport(models.TransientModel):
    """Reads a carrier's bill from a CSV file; people say which column is what."""

    _name = "order.cycle.bill.import"
    _description = "Import a Carrier Bill"

    account_id = fields.Many2one(
        "order.cycle.carrier.account", string="Carrier Account", required=True
    )
    number = fields.Char(string="Number of the Bill", required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    waybill_column = fields.Char(required=True, help="Holds the waybill, or a tracking number.")
    amount_column = fields.Char(required=True, help="Holds what is billed, without taxes.")
    currency_column = fields.Char(help="Empty: all is in the currency below.")
    description_column = fields.Char(help="Says what is billed. May be left empty.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    mark = fields.Selection(
        [(".", "1,234.56"), (",", "1.234,56")], string="Numbers Look Like", required=True,
        default=".",
    )  # fmt: skip
    columns = fields.Char(string="Columns in the File", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=True)

    @api.onchange("file")
    def _onchange_file(self):
        """Guess which column is what."""
        try:
            names, rows = self._read()
        except UserError:
            return
        for field, usual in USUAL_NAMES.items():
            self[f"{field}_column"] = _guess(names, usual)
        self.mark = decimal_mark(row.get(self.amount_column or "", "") for row in rows)
        self.number = self.number or (self.file_name or "").rpartition(".")[0]

    @api.depends(
        "file", "waybill_column", "amount_column", "currency_column", "mark", "currency_id"
    )
    def _compute_preview(self):
        for wizard in self:
            wizard.columns = wizard.preview = False
            if wizard.file:
                wizard.columns, wizard.preview = wizard._preview()

    def _preview(self):
        try:
            names, rows = self._read()
        except UserError as error:
            return False, Markup("<p class='text-danger'>%s</p>") % str(error)
        columns = ", ".join(names)
        if not self.waybill_column or not self.amount_column:
            return columns, False
        try:
            lines = self._lines(names, rows)
        except UserError as error:
            return columns, Markup("<p class='text-danger'>%s</p>") % str(error)
        cells = Markup("").join(
            Markup("<tr><td>%s</td><td class='text-end'>%s</td><td>%s</td></tr>")
            % (line["waybill_ref"], f"{line['amount']:.2f}", self._currency_name(line))
            for line in lines[:PREVIEW_ROWS]
        )
        count = self.env._("%(count)s rows are read like this:", count=len(lines))
        return columns, Markup("<p>%s</p><table class='table table-sm'>%s</table>") % (count, cells)

    def _currency_name(self, line):
        return self.env["res.currency"].browse(line["currency_id"]).name

    # === ACTION METHODS === #

    def action_import(self):
        """Make the bill of the file and open it; the same file again opens the one there is."""
        self.ensure_one()
        Bill = self.env["order.cycle.carrier.bill"]
        Bill.check_access("create")
        file_hash = hashlib.sha256(self._raw()).hexdigest()
        mine = [("account_id", "=", self.account_id.id)]
        known = Bill.search([*mine, ("file_hash", "=", file_hash)], limit=1)
        if known:
            return known._get_records_action()
        if Bill.search_count([*mine, ("name", "=", self.number)], limit=1):
            raise UserError(
                self.env._(
                    "Bill %(number)s of %(account)s was imported from another file. Delete that "
                    "one first, or correct the number.",
                    number=self.number,
                    account=self.account_id.name,
                )
            )
        bill = Bill.create(
            {
                "name": self.number,
                "account_id": self.account_id.id,
                "date": self.date,
                "file_hash": file_hash,
                "line_ids": [Command.create(vals) for vals in self._lines(*self._read())],
            }
        )
        bill.action_match()
        return bill._get_records_action()

    # === THE FILE === #

    def _raw(self):
        try:
            raw = base64.b64decode(self.file or b"")
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file cannot be read. Choose it again.")) from error
        if len(raw) > LARGEST_FILE:
            raise UserError(self.env._("The file is too large. Divide it into several."))
        return raw

    def _read(self):
        """Return (names of the columns, rows)."""
        try:
            return read_table(self._raw())
        except ValueError as error:
            raise UserError(
                self.env._(
                    "There is no table in this file. It must be CSV, and its first row must name "
                    "the columns."
                )
            ) from error

    def _lines(self, names, rows):
        """Return the values of the bill's lines."""
        self._check_columns(names)
        currencies = self._currencies(rows)
        lines = []
        for number, row in enumerate(rows, start=2):
            waybill = row.get(self.waybill_column, "")
            amount = row.get(self.amount_column, "")
            # A total at the end has no waybill; what is billed without one is no shipment.
            if waybill and amount:
                lines.append(
                    {
                        "sequence": number,
                        "waybill_ref": waybill,
                        "amount": float(self._amount(number, amount)),
                        "currency_id": currencies[row.get(self.currency_column or "", "")].id,
                        "description": row.get(self.description_column or "", ""),
                    }
                )
        if not lines:
            raise UserError(
                self.env._(
                    "No row has a value in both “%(waybill)s” and “%(amount)s”. Choose other "
                    "columns.",
                    waybill=self.waybill_column,
                    amount=self.amount_column,
                )
            )
        return lines

    def _check_columns(self, names):
        chosen = (
            self.waybill_column,
            self.amount_column,
            self.currency_column,
            self.description_column,
        )
        missing = [name for name in chosen if name and name not in names]
        if missing:
            raise UserError(
                self.env._(
                    "The file has no column “%(missing)s”. Its columns are: %(names)s.",
                    missing="”, “".join(missing),
                    names=", ".join(names),
                )
            )

    def _amount(self, number, text):
        try:
            return to_decimal(text, self.mark)
        except ValueError as error:
            raise UserError(
                self.env._("Row %(number)s: “%(text)s” is no amount.", number=number, text=text)
            ) from error

    def _currencies(self, rows):
        """Return {what stands in the column: currency}."""
        codes = {row.get(self.currency_column or "", "") for row in rows}
        company = self.account_id.company_id or self.env.company
        names = [code.upper() for code in codes]
        found = self.env["res.currency"]._cycle_in_use(names, company)
        by_name = found.grouped("name")
        currencies = {
            code: by_name.get(code.upper()) if code else self.currency_id for code in codes
        }
        unknown = sorted(code for code, currency in currencies.items() if not currency)
        if unknown:
            raise UserError(
                self.env._(
                    "The currency %(codes)s is not in use here. Activate it and give it a rate.",
                    codes=", ".join(unknown),
                )
            )
        return currencies


def _guess(names, usual):
    """Return the first column that is called as usual, the most telling name first, or False."""
    for word in usual:
        for name in names:
            if word in name.lower():
                return name
    return False
