from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

OPEN = ("draft", "sent", "to approve")


class OrderCycleShortage(models.Model):
    """Asking several vendors for the same goods, of whom one gets the order.

    The requests are alternatives of each other in Odoo's purchase agreements, where that app is
    installed. None of them is supply before it is confirmed: the goods come once, if at all.
    """

    _inherit = "order.cycle.shortage"

    inquiry_line_ids = fields.Many2many(
        "purchase.order.line",
        "order_cycle_shortage_inquiry_rel",
        "shortage_id",
        "purchase_line_id",
        string="Asked For",
        readonly=True,
        copy=False,
        help="Requests to several vendors for the same goods. Confirm one of them: it becomes the "
        "answer, and Odoo offers to cancel the others.",
    )
    can_ask_several = fields.Boolean(
        compute="_compute_can_ask_several", help="Odoo's purchase agreements are installed."
    )
    inquiry_count = fields.Integer(
        string="Vendors Asked", compute="_compute_inquiry_count", compute_sudo=True
    )

    @api.depends("state")
    def _compute_can_ask_several(self):
        is_installed = "purchase.order.group" in self.env
        for shortage in self:
            shortage.can_ask_several = is_installed and shortage.state == "open"

    @api.depends("inquiry_line_ids.order_id.state")
    def _compute_inquiry_count(self):
        for shortage in self:
            shortage.inquiry_count = len(shortage._open_inquiries())

    def _open_inquiries(self):
        """Return the purchase lines of the requests that still wait for a decision."""
        return self.inquiry_line_ids.filtered(lambda line: line.order_id.state in OPEN)

    # === ACTION METHODS === #

    def action_ask_several(self):
        """Open the window that asks several vendors."""
        self.ensure_one()
        self._check_inquiry()
        wizard = self.env["order.cycle.inquiry"].create({"shortage_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask Several Vendors"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_compare_inquiries(self):
        """Open Odoo's own comparison of the vendors' offers."""
        self.ensure_one()
        self.check_access("write")
        orders = self._open_inquiries().order_id
        if not orders:
            raise UserError(self.env._("No vendor's offer waits for a decision here."))
        return orders[0].action_compare_alternative_lines()

    def _check_inquiry(self):
        """Refuse who does not buy, and what needs no goods or has another way.

        :raises AccessError, UserError: says why
        """
        self.check_access("write")
        if not self.env.user.has_group("purchase.group_purchase_user"):
            raise AccessError(self.env._("Only who buys asks vendors."))
        if "purchase.order.group" not in self.env:
            raise UserError(
                self.env._(
                    "Alternatives need Odoo's app “Purchase Agreements”. Ask your administrator "
                    "to install it, or buy from one vendor."
                )
            )
        if self.state != "open":
            raise UserError(
                self.env._("Nothing waits for an answer here: the missing goods are on order.")
            )

    # === ASKING === #

    def _ask_several(self, vendors, quantity, *, send=False):
        """Make a request for quotation to each of `vendors`, as alternatives of each other.

        :param float quantity: in the product's unit; each vendor's minimum and packages are kept
        :param bool send: also mail each vendor a link to answer by
        :return: the requests, purchase.order
        :raises UserError: one vendor only, or they are asked already
        """
        self.ensure_one()
        self._check_inquiry()
        self.lock_for_update(allow_referencing=True)
        known = self._open_inquiries()
        vendors -= known.order_id.partner_id
        if len(vendors | known.order_id.partner_id) < 2 or not vendors:
            raise UserError(
                self.env._(
                    "Choose at least two vendors who are not asked yet. To ask one, use “Find a "
                    "Remedy” and buy."
                )
            )
        origin = known.order_id[:1]
        requests = origin.browse()
        for vendor in vendors:
            request = self._request(vendor, quantity, origin)
            origin = origin or request
            requests |= request
        # sudo: what is linked to a case is written by what happens
        self.sudo().inquiry_line_ids |= requests.order_line
        names = ", ".join(vendors.mapped("display_name"))
        self.message_post(body=self.env._("Asked for an offer: %(vendors)s", vendors=names))
        if send:
            self._send_questions(requests.order_line)
        return requests

    def _request(self, vendor, quantity, origin):
        """Return a new request to `vendor`, an alternative of the request `origin` if given."""
        # sudo: a buyer answers a shortage without rights on its orders
        orders = self.sudo().line_ids.filtered("is_open").order_id
        currency = vendor.with_company(self.company_id).property_purchase_currency_id
        values = {
            "partner_id": vendor.id,
            "company_id": self.company_id.id,
            "currency_id": (currency or self.company_id.currency_id).id,
            "picking_type_id": self.sudo().warehouse_id.in_type_id.id,
            "user_id": self.env.uid,
            "origin": ", ".join(orders.mapped("name"))[:200],
            # Odoo's own link between sale and purchase: the goods go to these orders first.
            "reference_ids": [Command.set(orders.stock_reference_ids.ids)],
        }
        purchases = self.env["purchase.order"]
        if origin:
            # The name by which Odoo's own window adds an alternative.
            linked = purchases.with_context(origin_po_id=origin.id, default_requisition_id=False)
            request = linked.create(values).with_env(self.env)
        else:
            request = purchases.create(values)
        request.order_line = [Command.create(self._prepare_inquiry_line(request, quantity))]
        return request

    def _prepare_inquiry_line(self, request, quantity):
        product = self.product_id.with_company(self.company_id)
        seller = product._select_seller(
            partner_id=request.partner_id, quantity=None, uom_id=product.uom_id
        )
        unit = seller.product_uom_id or product.uom_id
        wanted = self.env["order.cycle.remedy.buy"]._rounded(product, seller, quantity)
        values = self.env["purchase.order.line"]._prepare_purchase_order_line(
            product,
            product.uom_id._compute_quantity(wanted, unit),
            unit,
            self.company_id,
            request.partner_id,
            request,
        )
        values.pop("order_id", None)
        return values

    def _send_questions(self, lines):
        for line in lines:
            # sudo: questions are written by nobody, not even by buyers
            answers = self.env["order.cycle.vendor.answer"].sudo()
            answer, token = answers._ask(self.sudo(), line.order_id.partner_id, line.sudo())
            answer._send(token)

    def _vendors_to_ask(self):
        """Return the vendors whose offers wait for a decision, if any, else as ever."""
        lines = self._open_inquiries()
        if lines and not self.purchase_line_ids:
            return [(line.order_id.partner_id, line) for line in lines]
        return super()._vendors_to_ask()

    # === THE WINNER === #

    def _take_winner(self, line):
        """Take a confirmed request as the answer: note whom it saves, and promise its date."""
        self.ensure_one()
        if line in self.purchase_line_ids:
            return
        waiting = self.line_ids.filtered("is_open")
        self._link_purchase_line(line)
        text = self.env._(
            "%(vendor)s won: %(purchase)s",
            vendor=line.order_id.partner_id.display_name,
            purchase=line.order_id.name,
        )
        self.message_post(body=text)
        if self.state == "solved" or not waiting:
            return
        before = {row: row.promise_date for row in waiting}
        arrivals = self._on_the_way()[self]
        self._promise_by(arrivals)
        covered = sum(quantity for _date, quantity in arrivals)
        if self.state == "open" and self.uom_id.compare(covered, self.missing_qty) >= 0:
            self._close_answer(arrivals[-1][0], text)
        self._tell_new_dates(before, {self: text})

    def _close_answer(self, expected, text):
        """Another answer than one of the vendors asked: say that they still wait for theirs."""
        result = super()._close_answer(expected, text)
        for shortage in self:
            left = shortage._open_inquiries() - shortage.purchase_line_ids
            if left:
                shortage.message_post(
                    body=self.env._(
                        "Still asked for an offer, though the goods are on order: %(requests)s. "
                        "Cancel these requests, or the goods are bought twice.",
                        requests=", ".join(left.order_id.mapped("name")),
                    )
                )
        return result
