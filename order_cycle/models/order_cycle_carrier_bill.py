from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCycleCarrierBill(models.Model):
    """A carrier's bill, line by line beside what was expected of it."""

    _name = "order.cycle.carrier.bill"
    _inherit = ["mail.thread"]
    _description = "Carrier Bill"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", required=True)
    account_id = fields.Many2one(
        "order.cycle.carrier.account",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    file_hash = fields.Char(
        readonly=True, copy=False, help="The same file is not taken in a second time."
    )
    tolerance_amount = fields.Monetary(
        string="Accepted Difference",
        default=0.5,
        help="A shipment may be billed this much more or less than expected, in the company's "
        "currency, before it is shown as different.",
    )
    tolerance_percent = fields.Float(
        string="Accepted Difference (%)", default=1.0, help="The larger of the two counts."
    )
    line_ids = fields.One2many("order.cycle.carrier.bill.line", "bill_id", string="Lines")
    amount_total = fields.Monetary(string="Billed", compute="_compute_totals", store=True)
    expected_total = fields.Monetary(string="Expected Cost", compute="_compute_totals", store=True)
    difference_total = fields.Monetary(string="Difference", compute="_compute_totals", store=True)
    open_count = fields.Integer(
        string="To Look At",
        compute="_compute_totals",
        store=True,
        help="Lines that differ, were billed before, or belong to no consignment of ours.",
    )
    state = fields.Selection(
        [("open", "To Look At"), ("checked", "Checked")],
        compute="_compute_totals",
        store=True,
    )

    _name_uniq = models.UniqueIndex(
        "(account_id, name)", "This bill was imported already: a number is there only once."
    )
    _file_uniq = models.UniqueIndex(
        "(account_id, file_hash) WHERE file_hash IS NOT NULL", "This file was imported already."
    )

    @api.depends("line_ids.amount_company", "line_ids.expected", "line_ids.state")
    def _compute_totals(self):
        for bill in self:
            lines = bill.line_ids
            bill.amount_total = sum(lines.mapped("amount_company"))
            bill.expected_total = sum(lines.mapped("expected"))
            bill.difference_total = bill.amount_total - bill.expected_total
            bill.open_count = len(lines.filtered("is_open"))
            bill.state = "open" if bill.open_count else "checked"

    # === ACTION METHODS === #

    def action_match(self):
        """Look for the consignments of these bills again, e.g. after a waybill was corrected."""
        self.check_access("write")
        for bill in self:
            bill.line_ids._match()
        return True

    def action_view_open(self):
        """Open the lines that somebody has to look at."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_cycle.action_carrier_bill_lines"
        )
        action["domain"] = [("bill_id", "=", self.id)]
        action["context"] = {"search_default_open": 1, "create": False}
        return action

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_accepted(self):
        if any(line.state == "accepted" for line in self.line_ids):
            raise UserError(
                self.env._(
                    "Somebody has accepted a difference of this bill, which would be forgotten "
                    "with it. Keep the bill."
                )
            )
