from odoo import api, fields, models


class OrderCycleChannel(models.Model):
    """Where orders come from. One channel may serve every company."""

    _name = "order.cycle.channel"
    _description = "Order Channel"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="The name other systems use for this channel when they send orders.",
    )
    kind = fields.Selection(
        [
            ("web", "Web shop"),
            ("store", "Store"),
            ("phone", "Phone or e-mail"),
            ("other", "Another system"),
        ],
        required=True,
        default="other",
        help="Only for people: icon, filters and reports. Rules belong to the policy.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        help="Leave empty for a channel that serves every company.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        check_company=True,
        help="Orders of this channel are given to this team.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        help="Salesperson of the orders of this channel, and owner of what goes wrong with them.",
    )
    sender_ids = fields.Many2many(
        "res.users",
        "order_cycle_channel_sender_rel",
        "channel_id",
        "user_id",
        string="Who Sends",
        help="The users of the other systems that may send orders of this channel over the "
        "interface. Empty: every user of the group Order Cycle / Channel.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Where the goods of this channel leave. Empty: Odoo's default warehouse.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="Prices for lines that arrive without a price. Empty: the customer's own pricelist.",
    )
    hold_minutes = fields.Integer(
        string="Hold Goods for",
        help="Minutes for which the goods of a quotation of this channel are held by themselves "
        "when it is sent, or when its customer starts to pay. 0: only when somebody presses Hold "
        "Goods, for an hour then.",
    )
    order_count = fields.Integer(string="Open Orders", compute="_compute_counts")
    intake_count = fields.Integer(string="Waiting to be Read", compute="_compute_counts")

    # Minutes a hold lasts where the channel does not say.
    DEFAULT_HOLD_MINUTES = 60

    _hold_positive = models.Constraint(
        "CHECK(hold_minutes >= 0)", "Goods cannot be held for less than no time."
    )
    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "Another channel of this company has the same code."
    )

    def _compute_counts(self):
        orders = self.env["sale.order"]._read_group(
            [("cycle_channel_id", "in", self.ids), *self.env["sale.order"]._cycle_open_domain()],
            ["cycle_channel_id"],
            ["__count"],
        )
        intakes = self.env["order.cycle.intake"]._read_group(
            [("channel_id", "in", self.ids), ("state", "in", ("pending", "rejected", "conflict"))],
            ["channel_id"],
            ["__count"],
        )
        order_counts, intake_counts = dict(orders), dict(intakes)
        for channel in self:
            channel.order_count = order_counts.get(channel, 0)
            channel.intake_count = intake_counts.get(channel, 0)

    # === ACTION METHODS === #

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_orders")
        action["domain"] = [("cycle_channel_id", "=", self.id)]
        action["context"] = {"search_default_open": 1, "default_cycle_channel_id": self.id}
        return action

    def action_view_intakes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_intake")
        action["domain"] = [("channel_id", "=", self.id)]
        return action

    # === BUSINESS METHODS === #

    def _prepare_order_vals(self):
        """Return what an order of this channel takes from it, where nobody chose otherwise."""
        vals = {
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "warehouse_id": self.warehouse_id.id,
            "pricelist_id": self.pricelist_id.id,
        }
        return {name: value for name, value in vals.items() if value}

    def _hold_warehouse(self):
        """Return the warehouse whose goods this channel sells."""
        self.ensure_one()
        return self.warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", (self.company_id or self.env.company).id)], limit=1
        )

    @api.model
    def _find_by_code(self, code, company):
        """Return the channel that answers to `code` in `company`, or an empty recordset.

        A channel of the company itself wins over one that is shared.
        """
        return self.search(
            [("code", "=", code), ("company_id", "in", (company.id, False))],
            order="company_id, id",
            limit=1,
        )
