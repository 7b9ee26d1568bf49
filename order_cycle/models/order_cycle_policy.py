from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class OrderCyclePolicy(models.Model):
    """What happens by itself, and for which orders.

    The first policy (by sequence) whose conditions an order meets is the order's policy. It is
    chosen once, when the order is captured; later changes of the policy apply to its open orders.
    """

    _name = "order.cycle.policy"
    _inherit = ["order.cycle.policy.travel"]
    _description = "Order Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty for a policy that serves every company."
    )
    order_count = fields.Integer(string="Open Orders", compute="_compute_order_count")

    # For whom
    channel_ids = fields.Many2many(
        "order.cycle.channel",
        string="Channels",
        help="Only orders of these channels. Empty: any channel.",
    )
    team_ids = fields.Many2many(
        "crm.team", string="Sales Teams", help="Only orders of these teams. Empty: any team."
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        help="Only orders of these customers, of their people and addresses. Empty: any customer.",
    )
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Tags",
        help="Only customers with one of these tags. Empty: any customer.",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Delivery Countries",
        help="Only orders delivered to these countries. Empty: any country.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount_min = fields.Monetary(
        string="From Amount",
        help="Only orders of at least this total, in the company's currency. 0: no limit.",
    )
    amount_max = fields.Monetary(
        string="Up to Amount",
        help="Only orders of at most this total, in the company's currency. 0: no limit.",
    )

    # Money
    settlement = fields.Selection(
        [
            ("cash", "Cash sale: invoice and payment in one step"),
            ("prepaid", "Prepaid: paid before it ships"),
            ("credit", "Credit terms: shipped first, paid when due"),
        ],
        required=True,
        default="credit",
        help="Cash sale: the customer pays at the counter; invoice and payment are recorded "
        "together.\nPrepaid: goods leave when the payment told by the channel is recorded.\n"
        "Credit terms: the invoice stays open until its due date.",
    )
    invoice_on = fields.Selection(
        [("confirm", "The order is confirmed"), ("ship", "All goods have left")],
        string="Invoice When",
        required=True,
        default="ship",
        help="Prepaid orders and cash sales are normally invoiced at confirmation, credit "
        "customers when the goods have left.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Payment Journal",
        company_dependent=True,
        domain="[('type', 'in', ('cash', 'bank', 'credit'))]",
        help="Where cash sales and prepaid orders are paid into. Empty: the company's first cash "
        "journal for cash sales, its first bank journal for prepaid orders.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        check_company=True,
        help="Given to orders whose customer has no payment terms of their own.",
    )

    # What happens by itself
    auto_confirm = fields.Boolean(
        string="Confirm Orders",
        default=True,
        help="Confirm what arrives through a channel without asking anybody.",
    )
    auto_ship = fields.Boolean(
        string="Validate Deliveries",
        help="Validate a delivery as soon as all its goods are reserved. Leave it off where "
        "people pick and pack: they validate the delivery themselves.",
    )
    ship_partial = fields.Boolean(
        string="Ship in Parts",
        help="Ship what is there and keep the rest as a backorder. Off: wait for everything.",
    )
    auto_invoice = fields.Boolean(
        string="Create and Post Invoices", default=True, help="Invoice at the event chosen above."
    )
    auto_send = fields.Boolean(
        string="Send Invoices",
        default=True,
        help="Send the posted invoice by the customer's preferred way, in the background.",
    )

    keeps_goods = fields.Boolean(
        string="Keep Reserved Goods",
        help="Nobody takes goods that are reserved for these orders, with or without a reason.",
    )

    # Who looks after it
    user_id = fields.Many2one(
        "res.users",
        string="Exceptions go to",
        help="Owner of exceptions of orders that have no salesperson.",
    )
    buyer_id = fields.Many2one(
        "res.users",
        string="Shortages go to",
        help="Buyer of products whose vendor has no buyer and that have no responsible.",
    )

    _amounts_in_order = models.Constraint(
        "CHECK(amount_max = 0 OR amount_max >= amount_min)",
        "The highest amount of a policy cannot be below its lowest amount.",
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            policy.currency_id = (policy.company_id or self.env.company).currency_id

    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                [("cycle_policy_id", "in", self.ids), *self.env["sale.order"]._cycle_open_domain()],
                ["cycle_policy_id"],
                ["__count"],
            )
        )
        for policy in self:
            policy.order_count = counts.get(policy, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("settlement", "invoice_on")
    def _check_paid_is_invoiced(self):
        """Money that is taken before the goods leave needs its invoice by then."""
        for policy in self:
            if policy.settlement != "credit" and policy.invoice_on != "confirm":
                raise ValidationError(
                    self.env._(
                        "Policy %(policy)s takes the money before the goods leave, so its "
                        "invoice must be made when the order is confirmed. Choose "
                        "“The order is confirmed” or credit terms.",
                        policy=policy.name,
                    )
                )

    # === ACTION METHODS === #

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_orders")
        action["domain"] = [("cycle_policy_id", "=", self.id)]
        action["context"] = {"search_default_open": 1}
        return action

    # === BUSINESS METHODS === #

    @api.model
    def _assign(self, orders):
        """Give each order of `orders` without a policy the first one that fits.

        :param orders: sale.order recordset of one company
        """
        policies = self.search(self._company_domain(orders.company_id))
        undecided = orders.filtered(lambda order: not order.cycle_policy_id)
        for policy in policies:
            fitting = undecided.filtered(policy._fits)
            fitting.cycle_policy_id = policy
            undecided -= fitting

    @api.model
    def _company_domain(self, companies):
        return Domain("company_id", "in", [*companies.ids, False])

    def _fits(self, order):
        """Return whether `order` meets every condition of this policy."""
        self.ensure_one()
        # A condition whose only channel was archived is still a condition: it fits nobody.
        policy = self.with_context(active_test=False)
        customers = policy.partner_ids.commercial_partner_id
        return (
            (not policy.channel_ids or order.cycle_channel_id in policy.channel_ids)
            and (not policy.team_ids or order.team_id in policy.team_ids)
            and (not policy.country_ids or order.partner_shipping_id.country_id in self.country_ids)
            and (not customers or order.partner_id.commercial_partner_id in customers)
            and (
                not policy.partner_category_ids
                or bool(order.partner_id._cycle_categories() & policy.partner_category_ids)
            )
            and self._fits_amount(order)
        )

    def _fits_amount(self, order):
        if not self.amount_min and not self.amount_max:
            return True
        currency = order.company_id.currency_id
        amount = order.currency_id._convert(
            order.amount_total, currency, order.company_id, order.date_order
        )
        too_small = currency.compare_amounts(amount, self.amount_min) < 0
        too_big = self.amount_max and currency.compare_amounts(amount, self.amount_max) > 0
        return not too_small and not too_big

    def _payment_journal(self, company):
        """Return the journal that money of this policy is paid into, in `company`.

        Empty when the company has no fitting journal.
        """
        self.ensure_one()
        chosen = self.with_company(company).journal_id
        if chosen:
            return chosen
        wanted = "cash" if self.settlement == "cash" else "bank"
        return self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(company), ("type", "=", wanted)],
            limit=1,
        )
