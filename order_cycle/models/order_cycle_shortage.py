from collections import defaultdict

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class OrderCycleShortage(models.Model):
    """Goods that orders wait for and nobody has: one per product and warehouse.

    It opens when an order cannot be served, lists every order it hurts, goes to a buyer with a
    due time, and closes itself when the last of its orders has its goods, by whatever way.
    """

    _name = "order.cycle.shortage"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "order.cycle.shortage.ladder",
        "order.cycle.shortage.supply",
        "order.cycle.shortage.withdrawal",
        "order.cycle.shortage.asking",
        "order.cycle.shortage.vendor",
    ]
    _description = "Shortage"
    _order = "is_solved, due_at, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    product_id = fields.Many2one(
        "product.product", required=True, index=True, check_company=True, ondelete="restrict"
    )
    warehouse_id = fields.Many2one("stock.warehouse", required=True, check_company=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    line_ids = fields.One2many("order.cycle.shortage.line", "shortage_id", string="Orders")
    uom_id = fields.Many2one(related="product_id.uom_id")
    missing_qty = fields.Float(
        string="Missing",
        compute="_compute_missing",
        store=True,
        digits="Product Unit",
        help="What the open orders of this shortage still need, in the product's unit.",
    )
    order_count = fields.Integer(string="Orders Waiting", compute="_compute_missing", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    value = fields.Monetary(
        string="Value at Stake",
        compute="_compute_missing",
        store=True,
        help="What the customers pay, without taxes, for the goods that are missing.",
    )
    days_late = fields.Integer(
        compute="_compute_days_late", help="Of the order that is the furthest behind its promise."
    )
    state = fields.Selection(
        [("open", "To Answer"), ("ordered", "On Order"), ("solved", "Solved")],
        required=True,
        default="open",
        index=True,
        tracking=True,
        group_expand=True,
        help="To answer: the buyer decides. On order: a vendor was asked. Solved: every order "
        "has its goods.",
    )
    is_solved = fields.Boolean(compute="_compute_is_solved", store=True)
    buyer_id = fields.Many2one("res.users", index=True, tracking=True)
    due_at = fields.Datetime(
        string="Answer Due", index=True, help="Until when the buyer should decide what to do."
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    solved_at = fields.Datetime(readonly=True)
    promised_date = fields.Datetime(
        string="Expected", help="When the last of these goods are expected."
    )
    purchase_line_ids = fields.Many2many(
        "purchase.order.line",
        "order_cycle_shortage_purchase_line_rel",
        "shortage_id",
        "purchase_line_id",
        string="Purchase Lines",
        readonly=True,
    )
    vendor_answer_ids = fields.One2many(
        "order.cycle.vendor.answer", "shortage_id", string="Vendor Answers"
    )
    # With all rights: who sells sees that goods were ordered, and from whom, not the purchase.
    purchase_count = fields.Integer(compute="_compute_purchase_count", compute_sudo=True)
    vendor_id = fields.Many2one(
        "res.partner", string="Usual Vendor", compute="_compute_vendor_id", compute_sudo=True
    )

    _one_live_per_product = models.UniqueIndex(
        "(product_id, warehouse_id) WHERE state IN ('open', 'ordered')",
        "There is an open shortage of this product in this warehouse already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id.display_name", "warehouse_id.code")
    def _compute_name(self):
        for shortage in self:
            shortage.name = f"{shortage.product_id.display_name} @ {shortage.warehouse_id.code}"

    @api.depends("line_ids.missing_qty", "line_ids.state", "line_ids.value")
    def _compute_missing(self):
        for shortage in self:
            lines = shortage.line_ids.filtered("is_open")
            shortage.missing_qty = sum(lines.mapped("missing_qty"))
            shortage.order_count = len(lines.order_id)
            shortage.value = sum(lines.mapped("value"))

    @api.depends("line_ids.days_late", "line_ids.state")
    def _compute_days_late(self):
        for shortage in self:
            lines = shortage.line_ids.filtered("is_open")
            shortage.days_late = max(lines.mapped("days_late"), default=0)

    @api.depends("state")
    def _compute_is_solved(self):
        for shortage in self:
            shortage.is_solved = shortage.state == "solved"

    @api.depends("due_at", "state")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for shortage in self:
            shortage.is_overdue = bool(
                shortage.state == "open" and shortage.due_at and shortage.due_at < now
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "open"), ("due_at", "<", fields.Datetime.now())]

    @api.depends("purchase_line_ids")
    def _compute_purchase_count(self):
        for shortage in self:
            shortage.purchase_count = len(shortage.purchase_line_ids.order_id)

    @api.depends("product_id", "company_id")
    def _compute_vendor_id(self):
        for shortage in self:
            shortage.vendor_id = shortage._best_seller().partner_id

    def _best_seller(self):
        """Return the vendor line Odoo would buy from, whatever the quantity."""
        product = self.product_id.with_company(self.company_id)
        return product._select_seller(quantity=None, uom_id=product.uom_id)

    # === ACTION METHODS === #

    def action_escalate(self):
        """Open the purchasing escalation wizard on those of these shortages that are open."""
        if all(shortage.state != "open" for shortage in self):
            raise UserError(
                self.env._("Nothing waits for an answer here: the missing goods are on order.")
            )
        wizard = self.env["order.cycle.purchase.escalation"].create(
            {"line_ids": self.filtered(lambda row: row.state == "open")._prepare_wizard_lines()}
        )
        return wizard._reopen()

    def action_view_orders(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_orders")
        action["domain"] = [("id", "in", self.line_ids.order_id.ids)]
        action["context"] = {}
        return action

    def action_view_purchases(self):
        return self.purchase_line_ids.order_id._get_records_action()

    def _prepare_wizard_lines(self):
        return [Command.create({"shortage_id": shortage.id}) for shortage in self]

    # === BUSINESS METHODS === #

    @api.model
    def _match_need(self, order_lines):
        """Open, update and close shortage lines so that they say what `order_lines` miss now.

        :param order_lines: sale.order.line recordset of one company
        """
        short = order_lines._cycle_short_needs()
        open_lines = order_lines.cycle_shortage_line_ids.filtered("is_open")
        known = {
            (line.order_line_id, line.product_id, line.shortage_id.warehouse_id): line
            for line in open_lines
        }
        for need, line in known.items():
            if need in short:
                line._update_need()
        self._open_for(short - known.keys())
        served = [line.id for need, line in known.items() if need not in short]
        self.env["order.cycle.shortage.line"].browse(served)._solve()

    @api.model
    def _open_for(self, needs):
        """Put each order line on the shortage of what it misses, opened where there is none.

        :param needs: set of (sale.order.line, product.product, stock.warehouse), singletons
        """
        order_lines = self.env["sale.order.line"].union(*(line for line, _what, _where in needs))
        by_place = defaultdict(order_lines.browse)
        for line, product, warehouse in sorted(needs, key=lambda need: [one.id for one in need]):
            by_place[product, warehouse] |= line
        for place, lines in by_place.items():
            known = self._live(*place)
            shortage = known or self._create_for(*place, lines)
            shortage.write(
                {"line_ids": [Command.create(vals) for vals in lines._prepare_shortage_of(*place)]}
            )
            if not known:
                shortage._call_buyer()
            # Goods that were ordered for others do not serve those who come later.
            shortage._reopen_for_more()
        self._tell_salespeople(order_lines.order_id)

    @api.model
    def _live(self, product, warehouse):
        return self.search(
            [
                ("product_id", "=", product.id),
                ("warehouse_id", "=", warehouse.id),
                ("state", "in", ("open", "ordered")),
            ],
            limit=1,
        )

    @api.model
    def _create_for(self, product, warehouse, lines):
        try:
            with self.env.cr.savepoint():
                shortage = self.create(self._prepare_vals(product, warehouse, lines))
        except UniqueViolation as error:
            # Another worker opened it since our snapshot was taken: start again and see it.
            raise SerializationFailure(str(error)) from error
        return shortage

    @api.model
    def _prepare_vals(self, product, warehouse, lines):
        return {
            "product_id": product.id,
            "warehouse_id": warehouse.id,
            "company_id": warehouse.company_id.id,
            "buyer_id": self._find_buyer(product, lines).id,
        }

    @api.model
    def _find_buyer(self, product, lines):
        seller = product._select_seller(quantity=None, uom_id=product.uom_id)
        policies = lines.order_id.cycle_policy_id
        return (
            seller.partner_id.buyer_id
            or product.responsible_id
            or policies.buyer_id[:1]
            or lines.order_id[:1]._cycle_exception_owner()
        )

    def _reopen_for_more(self):
        for shortage in self.filtered(lambda row: row.state == "ordered"):
            shortage.state = "open"
            shortage._call_buyer()

    def _solve_if_served(self):
        """Close the shortages none of whose orders waits any more."""
        served = self.filtered(
            lambda row: row.state != "solved" and not row.line_ids.filtered("is_open")
        )
        served.write({"state": "solved", "solved_at": fields.Datetime.now(), "step_due_at": False})
        served.activity_unlink(["order_cycle.activity_shortage"])

    # === ACTIVITIES === #

    def _call_buyer(self):
        """Start the clock of the first step, and tell the buyer."""
        self._start_clock()
        for shortage in self:
            shortage._call(shortage.buyer_id, shortage.due_at)

    @api.model
    def _tell_salespeople(self, orders):
        """Tell the salesperson of each order, once, that goods are missing."""
        told = orders.filtered(
            lambda order: (
                self.env.ref("order_cycle.activity_shortage") in order.activity_ids.activity_type_id
            )
        )
        texts = defaultdict(list)
        for line in orders.cycle_shortage_line_ids.filtered("is_open"):
            texts[line.order_id].append(line.product_id.display_name)
        for order in orders - told:
            order.activity_schedule(
                "order_cycle.activity_shortage",
                fields.Date.context_today(order),
                summary=self.env._(
                    "Missing: %(product)s", product=", ".join(dict.fromkeys(texts[order]))
                ),
                user_id=order._cycle_exception_owner().id,
            )
