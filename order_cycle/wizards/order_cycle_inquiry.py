from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCycleInquiry(models.TransientModel):
    """Asks several vendors for what is missing; one of them gets the order."""

    _name = "order.cycle.inquiry"
    _description = "Ask Several Vendors"

    shortage_id = fields.Many2one("order.cycle.shortage", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="shortage_id.company_id")
    product_id = fields.Many2one(related="shortage_id.product_id")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Vendors",
        compute="_compute_partner_ids",
        store=True,
        readonly=False,
        help="Each gets a request for quotation of their own. Those who sell this product are "
        "chosen already.",
    )
    quantity = fields.Float(
        string="How Many",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        digits="Product Unit",
        help="What is missing and not on order. Each vendor's minimum and packages are kept.",
    )
    has_link = fields.Boolean(
        string="Send a Link",
        help="Mail each vendor a link by which they answer how many and when, once and without an "
        "account.",
    )

    @api.depends("shortage_id")
    def _compute_partner_ids(self):
        for wizard in self:
            product = wizard.product_id.with_company(wizard.company_id)
            wizard.partner_ids = product._prepare_sellers().partner_id

    @api.depends("shortage_id")
    def _compute_quantity(self):
        for wizard in self:
            # sudo: what is on the way is counted, not shown
            shortage = wizard.shortage_id.sudo()
            coming = sum(quantity for _date, quantity in shortage._on_the_way()[shortage])
            wizard.quantity = max(shortage.missing_qty - coming, 0.0)

    def action_ask(self):
        """Make the requests, and show them."""
        self.ensure_one()
        if self.uom_id.compare(self.quantity, 0) <= 0:
            raise UserError(self.env._("Say how many to ask for: a number above zero."))
        requests = self.shortage_id._ask_several(
            self.partner_ids, self.quantity, send=self.has_link
        )
        return requests._get_records_action(name=self.env._("Requests for Quotation"))
