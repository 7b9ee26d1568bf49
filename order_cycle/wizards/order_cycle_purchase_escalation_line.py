from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class OrderCyclePurchaseEscalationLine(models.TransientModel):
    """One shortage, what each vendor offers for it, and what the buyer decides."""

    _name = "order.cycle.purchase.escalation.line"
    _description = "Purchasing Escalation Line"

    wizard_id = fields.Many2one(
        "order.cycle.purchase.escalation", required=True, ondelete="cascade"
    )
    shortage_id = fields.Many2one("order.cycle.shortage", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="shortage_id.company_id")
    product_id = fields.Many2one(related="shortage_id.product_id")
    product_tmpl_id = fields.Many2one(related="product_id.product_tmpl_id")
    warehouse_id = fields.Many2one(related="shortage_id.warehouse_id")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    missing_qty = fields.Float(related="shortage_id.missing_qty")
    order_count = fields.Integer(related="shortage_id.order_count")
    incoming_qty = fields.Float(
        string="Incoming",
        compute="_compute_supply",
        digits="Product Unit",
        help="Already on its way to this warehouse, for whomever.",
    )
    elsewhere_qty = fields.Float(
        string="Elsewhere",
        compute="_compute_supply",
        digits="Product Unit",
        help="Free in other warehouses of the company.",
    )
    decision = fields.Selection(
        [("buy", "Buy"), ("wait", "Leave open")],
        compute="_compute_decision",
        store=True,
        readonly=False,
        help="A product that no vendor offers is left open until you name a vendor.",
    )
    seller_id = fields.Many2one(
        "product.supplierinfo",
        string="Offer",
        compute="_compute_seller_id",
        store=True,
        readonly=False,
        domain="['|', ('product_id', '=', product_id), '&', ('product_id', '=', False), "
        "('product_tmpl_id', '=', product_tmpl_id)]",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Vendor", compute="_compute_offer", store=True, readonly=False
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_offer", store=True)
    price_unit = fields.Float(
        string="Unit Price",
        compute="_compute_offer",
        store=True,
        readonly=False,
        digits="Product Price",
    )
    delay = fields.Integer(
        string="Lead Time (days)", compute="_compute_offer", store=True, readonly=False
    )
    min_qty = fields.Float(
        string="Minimum", compute="_compute_offer", store=True, digits="Product Unit"
    )
    offers = fields.Text(string="All Offers", compute="_compute_offers")
    quantity = fields.Float(
        string="To Buy",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        digits="Product Unit",
    )
    promised_date = fields.Datetime(
        string="Expected",
        compute="_compute_promised_date",
        store=True,
        readonly=False,
        help="When the goods arrive. Every order of the shortage is promised this day plus its "
        "own lead time.",
    )

    # === COMPUTE METHODS === #

    @api.depends("shortage_id")
    def _compute_supply(self):
        for line in self:
            product = line.product_id
            here = product.with_context(warehouse_id=line.warehouse_id.id)
            everywhere = product.with_context(allowed_company_ids=line.company_id.ids)
            line.incoming_qty = here.incoming_qty
            line.elsewhere_qty = max(everywhere.free_qty - here.free_qty, 0)

    @api.depends("shortage_id")
    def _compute_seller_id(self):
        for line in self:
            line.seller_id = line.shortage_id._best_seller()

    @api.depends("partner_id")
    def _compute_decision(self):
        for line in self:
            line.decision = "buy" if line.partner_id else "wait"

    @api.depends("seller_id")
    def _compute_offer(self):
        for line in self:
            seller = line.seller_id
            line.partner_id = seller.partner_id or line.partner_id
            line.currency_id = seller.currency_id or line.company_id.currency_id
            unit = seller.product_uom_id or line.uom_id
            line.price_unit = unit._compute_price(seller.price, line.uom_id)
            line.min_qty = unit._compute_quantity(seller.min_qty, line.uom_id)
            line.delay = seller.delay

    @api.depends("shortage_id")
    def _compute_offers(self):
        for line in self:
            sellers = line.product_id.with_company(line.company_id)._prepare_sellers()
            line.offers = "\n".join(line._offer_text(seller) for seller in sellers)

    def _offer_text(self, seller):
        return self.env._(
            "%(vendor)s: %(price)s, %(days)s days, from %(minimum)s %(unit)s",
            vendor=seller.partner_id.name,
            price=seller.currency_id.format(seller.price),
            days=seller.delay,
            minimum=seller.min_qty,
            unit=seller.product_uom_id.name,
        )

    @api.depends("missing_qty", "min_qty")
    def _compute_quantity(self):
        for line in self:
            line.quantity = max(line.missing_qty, line.min_qty)

    @api.depends("delay")
    def _compute_promised_date(self):
        now = fields.Datetime.now()
        for line in self:
            line.promised_date = now + timedelta(days=line.delay)

    # === BUSINESS METHODS === #

    def _check_complete(self):
        if not self:
            raise UserError(self.env._("Nothing is marked to buy."))
        for line in self:
            if not line.partner_id:
                raise UserError(
                    self.env._(
                        "%(product)s has no vendor. Choose one, or leave this shortage open.",
                        product=line.product_id.display_name,
                    )
                )
            if line.uom_id.compare(line.quantity, 0) <= 0:
                raise UserError(
                    self.env._(
                        "Say how many of %(product)s to buy.",
                        product=line.product_id.display_name,
                    )
                )

    def _purchase_key(self):
        """Return what lines must share to be on one request for quotation."""
        return self.partner_id, self.warehouse_id, self.currency_id

    def _create_purchase(self, vendor, warehouse, currency):
        """Create one request for quotation, linked to the orders it saves."""
        orders = self.shortage_id.sudo().line_ids.filtered("is_open").order_id
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": vendor.id,
                "company_id": warehouse.company_id.id,
                "currency_id": currency.id,
                "picking_type_id": warehouse.in_type_id.id,
                "user_id": self.env.uid,
                "origin": ", ".join(orders.mapped("name"))[:200],
                # Odoo's own link between sale and purchase; it also gives the goods to these
                # orders first when they arrive.
                "reference_ids": [Command.set(orders.stock_reference_ids.ids)],
            }
        )
        for line in self:
            line._create_purchase_line(purchase)
        return purchase

    def _create_purchase_line(self, purchase):
        PurchaseLine = self.env["purchase.order.line"]
        vals = PurchaseLine._prepare_purchase_order_line(
            self.product_id,
            self.quantity,
            self.uom_id,
            self.company_id,
            self.partner_id,
            purchase,
        )
        purchase_line = PurchaseLine.create(
            {**vals, "price_unit": self.price_unit, "date_planned": self.promised_date}
        )
        # sudo: a buyer answers a shortage without rights on its orders
        self.shortage_id.sudo().purchase_line_ids = [Command.link(purchase_line.id)]

    def _answer(self):
        """Mark the shortages as ordered and promise their orders the new date."""
        for line in self:
            # sudo: the buyer's answer reaches orders the buyer may not edit
            shortage = line.shortage_id.sudo()
            shortage.write({"state": "ordered", "promised_date": line.promised_date})
            shortage.line_ids.filtered("is_open")._promise(line.promised_date)
            shortage.activity_feedback(
                ["order_cycle.activity_shortage"],
                feedback=self.env._(
                    "%(quantity)s asked from %(vendor)s, expected %(date)s",
                    quantity=line.quantity,
                    vendor=line.partner_id.name,
                    date=fields.Date.to_string(line.promised_date),
                ),
            )
