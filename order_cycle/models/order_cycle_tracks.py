from odoo import api, fields, models

STAGES = [
    ("captured", "To Confirm"),
    ("to_pay", "Waiting for Payment"),
    ("short", "Waiting for Supply"),
    ("to_ship", "To Ship"),
    ("booking", "Carrier Booking"),
    ("to_invoice", "To Invoice"),
    ("to_collect", "To Collect"),
    ("complete", "Complete"),
    ("cancelled", "Cancelled"),
]
CLOSED_STAGES = ("complete", "cancelled")
TRACKS = ("order", "stock", "accounts", "delivery")


class OrderCycleTracks(models.AbstractModel):
    """Where an order stands: one stage for the board, four tracks for the people.

    Everything here is derived from quantities, money and the carrier's answers; nobody writes it.
    """

    _name = "order.cycle.tracks"
    _description = "Stage and Tracks of an Order"

    cycle_stage = fields.Selection(
        STAGES,
        string="Stage",
        compute="_compute_cycle_tracks",
        store=True,
        index=True,
        group_expand="_expand_cycle_stage",
        help="The first thing this order still needs. Empty: a quotation outside the cycle.",
    )
    cycle_track_order = fields.Selection(
        [("captured", "Captured"), ("confirmed", "Confirmed"), ("cancelled", "Cancelled")],
        string="Order Track",
        compute="_compute_cycle_tracks",
        store=True,
    )
    cycle_track_stock = fields.Selection(
        [
            ("none", "Nothing to ship"),
            ("waiting", "Waiting"),
            ("short", "Short"),
            ("reserved", "Reserved"),
            ("partial", "Partly shipped"),
            ("closed", "Ended short"),
            ("shipped", "Shipped"),
        ],
        string="Stock Track",
        compute="_compute_cycle_tracks",
        store=True,
    )
    cycle_track_accounts = fields.Selection(
        [
            ("none", "Nothing to invoice"),
            ("waiting", "Not invoiced"),
            ("partial", "Partly invoiced"),
            ("draft", "Draft invoice"),
            ("credit", "To credit"),
            ("open", "Receivable"),
            ("paid", "Paid"),
        ],
        string="Accounts Track",
        compute="_compute_cycle_tracks",
        store=True,
    )
    cycle_track_delivery = fields.Selection(
        [
            ("none", "No carrier"),
            ("waiting", "Not handed over"),
            ("booking", "Being booked"),
            ("refused", "Refused"),
            ("unknown", "Outcome unknown"),
            ("booked", "Booked"),
            ("in_transit", "On its way"),
            ("delivered", "Delivered"),
            ("incident", "Incident"),
        ],
        string="Delivery Track",
        compute="_compute_cycle_tracks",
        store=True,
    )
    cycle_track_order_at = fields.Datetime(compute="_compute_cycle_tracks", store=True)
    cycle_track_stock_at = fields.Datetime(compute="_compute_cycle_tracks", store=True)
    cycle_track_accounts_at = fields.Datetime(compute="_compute_cycle_tracks", store=True)
    cycle_track_delivery_at = fields.Datetime(compute="_compute_cycle_tracks", store=True)

    # With all rights: whoever may read an order sees the numbers of its documents.
    cycle_document_order = fields.Char(compute="_compute_cycle_documents", compute_sudo=True)
    cycle_document_stock = fields.Char(compute="_compute_cycle_documents", compute_sudo=True)
    cycle_document_accounts = fields.Char(compute="_compute_cycle_documents", compute_sudo=True)
    cycle_document_delivery = fields.Char(compute="_compute_cycle_documents", compute_sudo=True)

    @api.depends("picking_ids.name", "invoice_ids.name", "cycle_consignment_ids.waybill_ref")
    def _compute_cycle_documents(self):
        for order in self:
            consignments = order.cycle_consignment_ids
            order.cycle_document_order = order.cycle_external_ref or order.name
            order.cycle_document_stock = ", ".join(order.picking_ids.mapped("name"))
            order.cycle_document_accounts = ", ".join(
                order.invoice_ids.mapped(lambda move: move.name or "")
            )
            order.cycle_document_delivery = ", ".join(
                consignments.mapped(lambda row: row.waybill_ref or row.name)
            )

    @api.depends(
        "state",
        "carrier_id.delivery_type",
        "carrier_id.integration_level",
        "picking_ids.carrier_tracking_ref",
        "picking_ids.cycle_foreign_ids.track",
        "cycle_captured_at",
        "cycle_policy_id.settlement",
        "cycle_consignment_ids.track",
        "cycle_consignment_ids.delivery_state",
        "cycle_consignment_ids.is_incident",
        "cycle_shortage_line_ids.state",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
        "order_line.price_total",
        "order_line.qty_invoiced",
        "order_line.move_ids.state",
        "order_line.invoice_lines.move_id.state",
        "order_line.invoice_lines.move_id.amount_residual",
        "order_line.invoice_lines.move_id.payment_state",
    )
    def _compute_cycle_tracks(self):
        now = fields.Datetime.now()
        for order in self:
            values = order._cycle_facts() if order.cycle_captured_at else {}
            for track in TRACKS:
                name = f"cycle_track_{track}"
                state = values.get(name, False)
                if state != order[name]:
                    order[f"{name}_at"] = now if state else False
                order[name] = state
            order.cycle_stage = order._cycle_stage_from(values) if values else False

    def _cycle_facts(self):
        """Return the state of each track, as {field name: value}."""
        self.ensure_one()
        return {
            "cycle_track_order": self._track_order(),
            "cycle_track_stock": self._track_stock(),
            "cycle_track_accounts": self._track_accounts(),
            "cycle_track_delivery": self._track_delivery(),
        }

    def _track_order(self):
        return {"sale": "confirmed", "cancel": "cancelled"}.get(self.state, "captured")

    def _track_stock(self):
        lines = self._cycle_goods_lines()
        if not lines:
            return "none"
        if all(line._cycle_is_delivered() for line in lines):
            return "shipped"
        if all(line._cycle_is_delivered() or line._cycle_is_closed() for line in lines):
            return "closed"
        if any(line.state == "open" for line in self.cycle_shortage_line_ids):
            return "short"
        if any(line.qty_delivered for line in lines):
            return "partial"
        moves = lines.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        if moves and all(move.state == "assigned" for move in moves):
            return "reserved"
        return "waiting"

    def _track_accounts(self):
        lines = self._cycle_billable_lines()
        moves = self.order_line.invoice_lines.move_id
        if not lines and not moves:
            return "none"
        if any(move.state == "draft" for move in moves):
            return "draft"
        if any(line._cycle_is_overbilled() for line in lines):
            return "credit"
        invoices = self._cycle_posted_invoices()
        if not all(line._cycle_is_invoiced() for line in lines):
            return "partial" if invoices else "waiting"
        return "paid" if self._cycle_is_settled(invoices) else "open"

    def _track_delivery(self):
        live = self.cycle_consignment_ids.filtered(
            lambda row: row.track != "cancelled" and not row.is_return
        )
        foreign = self.picking_ids.cycle_foreign_ids.filtered(lambda row: row.track != "cancelled")
        tracks = {*live.mapped("track"), *foreign.mapped("track")}
        for track in ("unknown", "refused", "booking"):
            if track in tracks:
                return track
        connected = self.picking_ids.filtered(lambda picking: picking._cycle_is_connected())
        left = connected.filtered(lambda picking: picking.state == "done")
        if any(not picking._cycle_is_handed_over() for picking in left):
            return "waiting"
        if live or left or foreign:
            return self._track_on_the_road(live)
        is_to_come = connected or (self.carrier_id._cycle_is_connected() and not self.picking_ids)
        return "waiting" if is_to_come and self._cycle_goods_lines() else "none"

    def _track_on_the_road(self, consignments):
        """Return how far booked goods are, as far as their carriers tell."""
        states = consignments.mapped("delivery_state")
        if any(row.is_incident for row in consignments):
            return "incident"
        if states and all(state == "delivered" for state in states):
            return "delivered"
        is_moving = any(state and state != "announced" for state in states)
        return "in_transit" if is_moving else "booked"

    def _cycle_stage_from(self, tracks):
        """Return the first thing an order with these `tracks` still needs."""
        if tracks["cycle_track_order"] != "confirmed":
            return tracks["cycle_track_order"]
        stock, accounts, delivery = (
            tracks[f"cycle_track_{name}"] for name in ("stock", "accounts", "delivery")
        )
        if stock not in ("none", "shipped"):
            if self._cycle_waits_for_money(accounts):
                return "to_pay"
            return "short" if stock == "short" else "to_ship"
        if delivery in ("booking", "refused", "unknown", "waiting"):
            return "booking"
        if accounts in ("waiting", "partial", "draft", "credit"):
            return "to_invoice"
        if accounts == "open":
            return "to_collect"
        return "complete"

    def _cycle_waits_for_money(self, accounts_track):
        """Return whether goods have to stay until the customer has paid."""
        if self.cycle_policy_id.settlement != "prepaid" or accounts_track in ("paid", "none"):
            return False
        # Paid for more than is wanted by now: the credit note does not keep the goods.
        invoices = self._cycle_posted_invoices()
        return accounts_track != "credit" or not self._cycle_is_settled(invoices)

    # === HOOKS: what counts as goods, as billable, as settled === #

    def _cycle_goods_lines(self):
        """Return the lines whose goods have to leave."""
        return self.order_line.filtered(
            lambda line: line.product_id.type == "consu" and not line.display_type
        )

    def _cycle_billable_lines(self):
        """Return the lines that have to be on an invoice, and those that are on one."""
        return self.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and ((line.product_uom_qty and line.price_total) or line.invoice_lines)
            )
        )

    def _cycle_posted_invoices(self):
        moves = self.order_line.invoice_lines.move_id
        return moves.filtered(
            lambda move: move.state == "posted" and move.move_type in ("out_invoice", "out_refund")
        )

    def _cycle_is_settled(self, invoices):
        """Return whether nothing is open; a payment that the bank has yet to confirm settles."""
        return all(
            move.payment_state == "in_payment" or move.currency_id.is_zero(move.amount_residual)
            for move in invoices
        )

    @api.model
    def _expand_cycle_stage(self, stages, domain):
        """Show every column on the board, the empty ones too, but not what is over."""
        return [stage for stage, _label in STAGES if stage not in ("cancelled",)]

    @api.model
    def _cycle_open_stages(self):
        return tuple(stage for stage, _label in STAGES if stage not in CLOSED_STAGES)

    @api.model
    def _cycle_open_domain(self):
        return [("cycle_stage", "in", self._cycle_open_stages())]
