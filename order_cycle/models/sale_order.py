from odoo import api, fields, models
from odoo.exceptions import AccessError

OPERATOR = "order_cycle.group_order_cycle_operator"
MANAGER = "order_cycle.group_order_cycle_manager"

# What decides about money: the worker acts on it with all rights, so not everybody who may edit
# an order may write it. Channels write it through the intake.
GUARDED_FIELDS = {
    "cycle_policy_id": OPERATOR,
    "cycle_paid_amount": MANAGER,
    "cycle_paid_reference": MANAGER,
    "cycle_paid_on": MANAGER,
    "cycle_payment_ids": MANAGER,
}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "sale.order",
        "order.cycle.worker",
        "order.cycle.flow",
        "order.cycle.steps",
        "order.cycle.choosing",
        "order.cycle.accounts",
        "order.cycle.tracks",
        "order.cycle.reason",
        "order.cycle.choice",
        "order.cycle.promised",
    ]

    cycle_channel_id = fields.Many2one(
        "order.cycle.channel", string="Channel", index=True, check_company=True, copy=True
    )
    cycle_external_ref = fields.Char(
        string="Channel Reference",
        copy=False,
        index="btree_not_null",
        help="The number of this order in the channel it came from.",
    )
    cycle_policy_id = fields.Many2one(
        "order.cycle.policy",
        string="Order Policy",
        check_company=True,
        copy=False,
        index="btree_not_null",
        help="What happens by itself with this order. Chosen when the order is captured.",
    )
    cycle_captured_at = fields.Datetime(
        string="Captured",
        copy=False,
        readonly=True,
        help="Since when the order travels the cycle. Empty: an ordinary quotation.",
    )
    cycle_completed_at = fields.Datetime(string="Completed", copy=False, readonly=True)
    cycle_requested_date = fields.Datetime(
        string="Requested Date", copy=False, help="When the customer wants the goods."
    )
    cycle_intake_ids = fields.One2many("order.cycle.intake", "order_id", string="Received As")
    cycle_exception_ids = fields.One2many("order.cycle.exception", "order_id", string="Exceptions")
    cycle_selection_ids = fields.One2many(
        "order.cycle.selection", "order_id", groups="order_cycle.group_order_cycle_user"
    )
    cycle_shortage_line_ids = fields.One2many(
        "order.cycle.shortage.line", "order_id", string="Shortages"
    )
    cycle_consignment_ids = fields.One2many(
        "order.cycle.consignment",
        "order_id",
        string="Consignments",
        domain=[("is_return", "=", False)],
    )
    # With all rights: whoever may read an order sees where it stands.
    cycle_exception_count = fields.Integer(compute="_compute_cycle_counts", compute_sudo=True)
    cycle_shortage_count = fields.Integer(compute="_compute_cycle_counts", compute_sudo=True)
    cycle_consignment_count = fields.Integer(compute="_compute_cycle_counts", compute_sudo=True)
    cycle_intake_count = fields.Integer(compute="_compute_cycle_counts", compute_sudo=True)
    cycle_unanswered_count = fields.Integer(
        compute="_compute_cycle_counts",
        compute_sudo=True,
        help="Shortages that no buyer has answered yet.",
    )

    # What the channel says was paid, and what the cycle recorded of it
    cycle_paid_amount = fields.Monetary(
        string="Paid at the Channel",
        copy=False,
        help="What the channel says the customer has paid, in the order's currency.",
    )
    cycle_paid_reference = fields.Char(
        string="Payment Reference",
        copy=False,
        help="The number of the payment at the shop, the bank or the till.",
    )
    cycle_paid_on = fields.Date(string="Paid On", copy=False)
    cycle_payment_ids = fields.Many2many(
        "account.payment",
        "order_cycle_order_payment_rel",
        "order_id",
        "payment_id",
        string="Payments of the Cycle",
        copy=False,
        help="Payments that the cycle recorded for this order.",
    )

    # What is remembered of the customer, shown where the order is taken
    cycle_customer_orders = fields.Integer(
        related="partner_id.cycle_order_count", string="Orders so Far"
    )
    cycle_customer_volume = fields.Monetary(
        related="partner_id.cycle_order_volume", currency_field="cycle_company_currency_id"
    )
    cycle_customer_last_order = fields.Datetime(related="partner_id.cycle_last_order_date")
    cycle_customer_preference = fields.Selection(related="partner_id.cycle_payment_preference")
    cycle_company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )

    # === COMPUTE METHODS === #

    def _compute_cycle_counts(self):
        counts = {
            "cycle_exception_count": ("order.cycle.exception", [("state", "=", "open")]),
            "cycle_shortage_count": ("order.cycle.shortage.line", [("state", "=", "open")]),
            "cycle_consignment_count": ("order.cycle.consignment", []),
            "cycle_intake_count": ("order.cycle.intake", []),
            "cycle_unanswered_count": (
                "order.cycle.shortage.line",
                [("state", "=", "open"), ("shortage_id.state", "=", "open")],
            ),
        }
        for name, (model, domain) in counts.items():
            number = "shortage_id:count_distinct" if "shortage" in model else "__count"
            found = dict(
                self.env[model]._read_group(
                    [("order_id", "in", self.ids), *domain], ["order_id"], [number]
                )
            )
            for order in self:
                order[name] = found.get(order, 0)

    def _get_invoiced(self):
        """Let whoever packs open an order: Odoo counts its invoices as the reader, who may not."""
        may_read = self.env["account.move.line"].has_access("read")
        # sudo: numbers only; the invoices stay closed to whoever may not read them
        return super(SaleOrder, self if may_read else self.sudo())._get_invoiced()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Take team, salesperson, warehouse and pricelist from the channel, where not given."""
        channels = self.env["order.cycle.channel"].browse(
            vals["cycle_channel_id"] for vals in vals_list if vals.get("cycle_channel_id")
        )
        defaults = {channel.id: channel._prepare_order_vals() for channel in channels}
        for vals in vals_list:
            self._cycle_check_guarded(vals)
        return super().create(
            [{**defaults.get(vals.get("cycle_channel_id"), {}), **vals} for vals in vals_list]
        )

    def write(self, vals):
        """Let only those decide about money who may."""
        self._cycle_check_guarded(vals)
        result = super().write(vals)
        if vals.keys() & {"partner_shipping_id", "order_line", "carrier_id"}:
            self._cycle_look_at_choice()
        return result

    @api.model
    def _cycle_check_guarded(self, vals):
        if self.env.su:
            return
        for name, group in GUARDED_FIELDS.items():
            if vals.get(name) and not self.env.user.has_group(group):
                raise AccessError(
                    self.env._(
                        "“%(field)s” decides about money: only the group %(group)s may set it. Ask "
                        "one of them, or leave it to the channel.",
                        field=self._fields[name]._description_string(self.env),
                        # sudo: the name of a group is no secret
                        group=self.env.ref(group).sudo().full_name,
                    )
                )

    @api.onchange("cycle_channel_id")
    def _onchange_cycle_channel_id(self):
        self.update(self.cycle_channel_id._prepare_order_vals())

    # === ACTION METHODS === #

    def action_take_order(self):
        """Hand a quotation taken by phone or at the desk to the cycle."""
        self.check_access("write")
        self._capture()
        return True

    def action_cycle_advance(self):
        """Have the worker look at these orders now."""
        self.check_access("write")
        self._capture()
        self.env["order.cycle.signal"]._emit(self, "retry")
        return True

    def action_view_cycle_exceptions(self):
        return self._cycle_related_action("order_cycle.action_exceptions")

    def action_view_cycle_consignments(self):
        return self._cycle_related_action("order_cycle.action_consignments")

    def action_view_cycle_intakes(self):
        return self._cycle_related_action("order_cycle.action_intake")

    def action_view_cycle_shortages(self):
        return self._cycle_related_action("order_cycle.action_shortages", "line_ids.order_id")

    def _cycle_related_action(self, xmlid, path="order_id"):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [(path, "in", self.ids)]
        action["context"] = {"create": False}
        return action

    def action_escalate_shortages(self):
        """Open the purchasing escalation wizard on what these orders are short of."""
        return self._cycle_open_shortage_lines().shortage_id.action_escalate()

    # === BUSINESS METHODS: INTO THE CYCLE === #

    def _capture(self):
        """Let these orders travel the cycle. Orders that do so already stay as they are."""
        new = self.filtered(lambda order: not order.cycle_captured_at)
        new.write({"cycle_captured_at": fields.Datetime.now()})
        self.env["order.cycle.signal"]._emit(new, "captured")

    def _action_confirm(self):
        """Whoever confirms, by whatever door, the order travels the cycle from here."""
        if not self.env.context.get("order_cycle__advancing"):
            # sudo: the policy is the company's decision, not the confirming person's
            for company, orders in self.sudo().grouped("company_id").items():
                self.env["order.cycle.policy"].sudo()._assign(orders.with_company(company))
            self.sudo()._cycle_fill_from_policy()
        result = super()._action_confirm()
        self.filtered(lambda order: not order.cycle_captured_at).write(
            {"cycle_captured_at": fields.Datetime.now()}
        )
        if not self.env.context.get("order_cycle__advancing"):
            self.env["order.cycle.signal"]._emit(self, "confirmed")
        return result

    def action_draft(self):
        """A person takes the order back into their hands: it leaves the cycle until taken again."""
        result = super().action_draft()
        self.write({"cycle_captured_at": False, "cycle_completed_at": False})
        return result

    def _action_cancel(self):
        """Take bookings back; what a machine cannot take back, or was paid, is told to a person."""
        result = super()._action_cancel()
        for order in self.sudo():
            order._cycle_tell_of_money()
        # sudo: whoever may cancel an order may have its bookings taken back
        self.cycle_consignment_ids.sudo()._take_back()
        self.picking_ids.sudo().cycle_foreign_ids._take_back()
        self.env["order.cycle.signal"]._emit(self, "confirmed")
        return result

    def _cycle_tell_of_money(self):
        """Show a cancelled order whose customer has paid or holds an invoice."""
        self.ensure_one()
        billed = self._cycle_billed_amount()
        paid = max(self._cycle_recorded_amount(), self.cycle_paid_amount)
        if self.currency_id.is_zero(billed) and self.currency_id.is_zero(paid):
            return
        self.env["order.cycle.exception"]._raise(
            self,
            "collect",
            "refund",
            self.env._(
                "Order %(order)s was cancelled; %(billed)s of it are invoiced and %(paid)s paid.",
                order=self.name,
                billed=self.currency_id.format(billed),
                paid=self.currency_id.format(paid),
            ),
        )

    # === BUSINESS METHODS: HOW IT TRAVELS === #

    def _cycle_has_freight_units(self):
        """Return whether goods are sold by the pallet, or another unit no parcel carrier takes."""
        self.ensure_one()
        units = self._cycle_goods_lines().product_uom_id
        return any(unit.package_type_id.cycle_unit_kind for unit in units)

    def _cycle_chosen(self, method):
        """Have the open deliveries travel by `method`, too; the price charged is out of date."""
        if self.delivery_set:
            self.recompute_delivery_price = True
        # sudo: whoever sells decides how, and need not be able to write deliveries
        self.sudo().picking_ids.filtered(
            lambda one: one.picking_type_code == "outgoing" and one.state not in ("done", "cancel")
        ).carrier_id = method
        # sudo: what the program asks or has chosen is out of date now
        self.sudo().cycle_selection_ids._drop()
        self.env["order.cycle.signal"]._emit(self, "choice")
