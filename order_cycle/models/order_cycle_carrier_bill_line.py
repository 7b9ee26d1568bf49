from odoo import api, fields, models
from odoo.exceptions import UserError

OPEN_STATES = ("different", "unmatched", "unpriced", "twice")


class OrderCycleCarrierBillLine(models.Model):
    """One row of a carrier's bill. A shipment may have several: its price and its surcharges."""

    _name = "order.cycle.carrier.bill.line"
    _description = "Carrier Bill Line"
    _order = "bill_id desc, sequence, id"
    _rec_name = "waybill_ref"

    bill_id = fields.Many2one(
        "order.cycle.carrier.bill", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(related="bill_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="bill_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    sequence = fields.Integer(string="Row", readonly=True)
    waybill_ref = fields.Char(string="Waybill", required=True, index=True)
    description = fields.Char()
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    amount_company = fields.Monetary(
        string="Billed", currency_field="company_currency_id", compute="_compute_amount_company",
        store=True,
    )  # fmt: skip
    consignment_id = fields.Many2one(
        "order.cycle.consignment", index="btree_not_null", ondelete="set null"
    )
    expected = fields.Monetary(
        string="Expected Cost",
        currency_field="company_currency_id",
        readonly=True,
        help="What was charged at booking or, without that, quoted. Of a shipment with several "
        "rows it stands in the first one.",
    )
    difference = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What all rows of this shipment come to, less what was expected.",
    )
    state = fields.Selection(
        [
            ("matched", "As expected"),
            ("different", "Different"),
            ("unpriced", "No price to compare"),
            ("unmatched", "No consignment of ours"),
            ("twice", "Billed before"),
            ("accepted", "Accepted"),
        ],
        required=True,
        default="unmatched",
        index=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open")
    note = fields.Char(help="Why it was accepted, or what was agreed with the carrier.")

    @api.depends("amount", "currency_id", "bill_id.date")
    def _compute_amount_company(self):
        for line in self:
            company = line.company_id or self.env.company
            line.amount_company = line.currency_id and line.currency_id._convert(
                line.amount, company.currency_id, company, line.bill_id.date
            )

    @api.depends("state")
    def _compute_is_open(self):
        for line in self:
            line.is_open = line.state in OPEN_STATES

    # === ACTION METHODS === #

    def action_accept(self):
        """Say that these rows may be paid as they are."""
        self.check_access("write")
        if any(not line.is_open for line in self):
            raise UserError(self.env._("Only what differs can be accepted; the rest is fine."))
        self.write({"state": "accepted"})
        return True

    def action_open_consignment(self):
        self.ensure_one()
        if not self.consignment_id:
            raise UserError(
                self.env._(
                    "No consignment of ours has the waybill %(waybill)s. Ask the carrier what it "
                    "is, or enter the right waybill here and match again.",
                    waybill=self.waybill_ref,
                )
            )
        return self.consignment_id._get_records_action()

    # === BUSINESS METHODS === #

    def _match(self):
        """Find the consignments of the rows of one bill, and compare. May be repeated.

        What a person has accepted stays accepted.
        """
        rows = self.filtered(lambda line: line.state != "accepted")
        found = rows._find_consignments()
        for line in rows:
            line.consignment_id = found.get(line.waybill_ref)
        for consignment, own in rows.grouped("consignment_id").items():
            if consignment:
                own._compare(consignment)
            else:
                own.write({"state": "unmatched", "expected": 0.0, "difference": 0.0})

    def _find_consignments(self):
        """Return {waybill: consignment} for the waybills of these rows: of it, or of a piece."""
        account = self.bill_id.account_id
        waybills = self.mapped("waybill_ref")
        # sudo: whoever checks bills need not see every order
        consignments = self.env["order.cycle.consignment"].sudo().search(
            [
                ("account_id", "=", account.id),
                "|",
                ("waybill_ref", "in", waybills),
                ("parcel_ids.tracking_ref", "in", waybills),
            ]
        )  # fmt: skip
        found = {}
        for consignment in consignments.sudo(False):
            pieces = consignment.sudo().parcel_ids
            for number in [consignment.sudo().waybill_ref, *pieces.mapped("tracking_ref")]:
                if number:
                    found.setdefault(number, consignment)
        return found

    def _compare(self, consignment):
        """Say of all rows of one shipment whether they come to what was expected."""
        bill, currency = self.bill_id, self.company_currency_id
        expected = consignment.sudo()._expected_cost()
        difference = sum(self.mapped("amount_company")) - expected
        elsewhere = consignment.sudo().bill_line_ids.filtered(lambda line: line.bill_id != bill)
        tolerance = max(bill.tolerance_amount, abs(expected) * bill.tolerance_percent / 100)
        if elsewhere:
            state = "twice"
        elif not expected:
            state = "unpriced"
        elif currency.compare_amounts(abs(difference), tolerance) > 0:
            state = "different"
        else:
            state = "matched"
        self.write({"state": state, "expected": 0.0, "difference": difference})
        self[:1].expected = expected
