from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import CycleError

MANAGER = "order_cycle.group_order_cycle_manager"


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = [
        "stock.picking",
        "order.cycle.return.delivery",
        "order.cycle.handover",
        "order.cycle.choice",
        "order.cycle.escalating",
    ]

    cycle_consignment_ids = fields.One2many(
        "order.cycle.consignment",
        "picking_id",
        string="Consignments",
        domain=[("is_return", "=", False)],
    )
    cycle_consignment_count = fields.Integer(compute="_compute_cycle_consignment_count")
    cycle_waits_for_carrier = fields.Boolean(
        compute="_compute_cycle_waits_for_carrier", help="A consignment is still to be booked."
    )
    cycle_waits_for_money = fields.Boolean(
        compute="_compute_cycle_waits_for_money",
        help="Goods of an order that is paid in advance, and not paid yet.",
    )

    def _compute_cycle_consignment_count(self):
        counts = dict(
            self.env["order.cycle.consignment"]._read_group(
                [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
            )
        )
        for picking in self:
            picking.cycle_consignment_count = counts.get(picking, 0)

    @api.depends("cycle_consignment_ids.state")
    def _compute_cycle_waits_for_carrier(self):
        for picking in self:
            states = picking.cycle_consignment_ids.mapped("state")
            picking.cycle_waits_for_carrier = "todo" in states or "unknown" in states

    @api.depends("state", "sale_id.state", "sale_id.cycle_track_accounts")
    def _compute_cycle_waits_for_money(self):
        # sudo: whoever packs must know, and need not see orders
        for picking in self.sudo():
            order = picking.sale_id
            picking.cycle_waits_for_money = (
                picking.picking_type_code == "outgoing"
                and picking.state not in ("done", "cancel")
                and order.state == "sale"
                and order._cycle_waits_for_money(order.cycle_track_accounts)
            )

    # === ACTION METHODS === #

    def action_print_cycle_labels(self):
        """Open the labels of these deliveries as one file, in the order of picking."""
        return self.cycle_consignment_ids.action_print_labels()

    def action_view_cycle_consignments(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("order_cycle.action_consignments")
        action["domain"] = [("picking_id", "in", self.ids)]
        action["context"] = {"create": False}
        return action

    # === ODOO'S OWN DOORS === #

    def send_to_shipper(self):
        """Queue the handover instead of calling the carrier inside this transaction.

        Odoo repeats a whole request when another one got in the way; a carrier called from here
        would be called again each time.
        """
        if self.carrier_id.delivery_type != "order_cycle":
            return super().send_to_shipper()
        self.ensure_one()
        # What follows runs with all rights: whoever only reads deliveries has nothing booked.
        self.check_access("write")
        self._cycle_hand_over()
        return None

    def cancel_shipment(self):
        """Withdraw our own consignments delivery by delivery; leave other connectors to Odoo."""
        ours = self.filtered(lambda picking: picking.carrier_id.delivery_type == "order_cycle")
        ours._cycle_withdraw()
        result = None
        for picking in self - ours:
            result = super(StockPicking, picking).cancel_shipment()
        return result

    def action_cancel(self):
        """A delivery that will not leave must not be booked."""
        result = super().action_cancel()
        # sudo: whoever may cancel a delivery may have its booking withdrawn
        self.sudo().cycle_consignment_ids._take_back()
        return result

    def action_cycle_book_now(self):
        """Book what waits for the carrier of these deliveries at once, and show the labels."""
        self.check_access("write")
        rows = self.cycle_consignment_ids.filtered(lambda row: row.state in ("todo", "unknown"))
        if not rows:
            raise UserError(
                self.env._(
                    "Nothing of this delivery waits for a carrier. Validate it first; what is "
                    "booked already is under Consignments."
                )
            )
        return rows.action_book_now()

    def _action_done(self):
        self._cycle_check_paid()
        result = super()._action_done()
        self._cycle_check_booked_goods()
        if not self.env.context.get("order_cycle__advancing"):
            self.env["order.cycle.signal"]._emit(self.sale_id, "shipped")
        return result

    def _message_sms_with_template(self, *args, **kwargs):
        """Text messages of the automatic run go to Odoo's queue, never out of its transaction.

        Called by `stock_sms`, where that is installed.
        """
        if self.env.context.get("order_cycle__advancing"):
            kwargs["put_in_queue"] = True
        return super()._message_sms_with_template(*args, **kwargs)

    # === BUSINESS METHODS === #

    def _cycle_check_paid(self):
        """Keep goods that are paid in advance until the money is there, whatever the door.

        The worker asks by itself before it ships; a manager answers for what they release.
        """
        is_worker = self.env.su and self.env.context.get("order_cycle__advancing")
        if is_worker or self.env.user.has_group(MANAGER):
            return
        for picking in self.filtered("cycle_waits_for_money"):
            # sudo: see the computed field
            order = picking.sudo().sale_id
            raise UserError(
                self.env._(
                    "Delivery %(delivery)s cannot leave: order %(order)s is paid in advance and "
                    "%(amount)s are open. Record the payment first; an Order Cycle manager may "
                    "release the goods without it.",
                    delivery=picking.name,
                    order=order.name,
                    amount=order._cycle_due_text(),
                )
            )

    def _cycle_without_questions(self):
        """Return these deliveries so that validating them opens no window.

        A backorder is made where something is missing. Text messages, which cost money, are sent
        only if somebody in the company has agreed to them once, in Odoo's own window.
        """
        company = self.company_id[:1]
        has_agreed = getattr(company, "has_received_warning_stock_sms", False)
        return self.with_context(skip_backorder=True, skip_sms=not has_agreed)

    def _cycle_shipment_problem(self):
        """Return a `CycleError` with what no carrier could take, or None; no carrier is asked.

        Goods stay until their data are mended: a refusal after they have left helps nobody.
        """
        connected = self.filtered(lambda picking: picking.carrier_id.delivery_type == "order_cycle")
        Consignment = self.env["order.cycle.consignment"]
        problems = []
        for picking in connected.filtered("partner_id"):
            draft = Consignment.new(
                {
                    **picking._prepare_cycle_consignment_vals(),
                    "name": picking.name,
                    **Consignment._new_identity("CHECK"),
                }
            )
            problems += draft._find_problems()
        return CycleError("shipment", "\n".join(problems)) if problems else None

    def _cycle_hand_over(self):
        """Write the consignment of each delivery that has none; the worker does the rest.

        What a carrier refused is sent again, with the data as they are now.
        """
        without = self.filtered(lambda picking: not picking._cycle_live_consignments())
        # sudo: whoever may validate a delivery may have it booked
        refused = without.sudo().cycle_consignment_ids.filtered(lambda row: row.state == "refused")
        refused._requeue()
        new = without - refused.picking_id.sudo(False)
        self.env["order.cycle.consignment"].sudo().create(
            [picking._prepare_cycle_consignment_vals() for picking in new]
        )

    def _cycle_is_connected(self):
        """Return whether this delivery to a customer is booked by the connector."""
        self.ensure_one()
        return self.picking_type_code == "outgoing" and self.carrier_id._cycle_is_connected()

    def _cycle_is_handed_over(self):
        """Return whether a carrier has this delivery, by whatever door."""
        self.ensure_one()
        rows = (self | self._cycle_chain()).cycle_consignment_ids
        return bool(
            rows.filtered(lambda row: row.track != "cancelled") or self.carrier_tracking_ref
        )

    def _cycle_live_consignments(self):
        """Return what carriers have of these goods, whichever step handed them over.

        Where labels are printed in packing, the delivery that follows is booked already.
        """
        # sudo: the steps of one delivery may be the business of different people
        rows = (self | self._cycle_chain()).sudo().cycle_consignment_ids
        live = rows.filtered(lambda row: row.state not in ("refused", "cancelled"))
        return live.sudo(False)

    def _prepare_cycle_consignment_vals(self):
        self.ensure_one()
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "Delivery %(delivery)s has no receiver, so no carrier can be booked. Set its "
                    "delivery address.",
                    delivery=self.name,
                )
            )
        return {
            "picking_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "carrier_id": self.carrier_id.id,
            "account_id": self.carrier_id._cycle_account_for(self.company_id).id,
            "leg": 1 + len(self.cycle_consignment_ids) + len(self.cycle_return_ids),
            "parcel_ids": [Command.create(vals) for vals in self._prepare_cycle_parcels()],
        }

    def _prepare_cycle_parcels(self):
        """Return one dict of parcel values for each package, and for what is not packed."""
        self.ensure_one()
        lines = self.move_line_ids.filtered("quantity")
        pieces = []
        for package in lines.result_package_id:
            packed = lines.filtered(lambda line, package=package: line.result_package_id == package)
            pieces.append(
                {
                    "package_id": package.id,
                    "weight": package.shipping_weight or packed._cycle_weight(),
                    **package.package_type_id._cycle_sides(),
                }
            )
        loose = lines.filtered(lambda line: not line.result_package_id)
        if loose or not pieces:
            piece = self.carrier_id.cycle_package_type_id
            pieces += [
                {"weight": weight + piece.base_weight, **piece._cycle_sides()}
                for weight in self.carrier_id._cycle_divide(loose._cycle_weight())
            ]
        content = self.carrier_id._cycle_content(lines.product_id)
        return [
            {"sequence": number, "reference": f"{self.id}-{number}", "content": content, **piece}
            for number, piece in enumerate(pieces, start=1)
        ]

    def _cycle_withdraw(self):
        """Take back these deliveries' own bookings, by machine as far as the carrier lets us.

        :raises AccessError: a carrier has goods, and this is no operator
        :raises UserError: a carrier has goods that only a person can cancel with it
        """
        self.check_access("write")
        known = self._cycle_live_consignments().sudo().filtered(lambda row: row.state != "todo")
        if known and not self.env.su:
            known._check_operator()
        for picking in self:
            # sudo: the access was checked; the protocol's fields are nobody's to write
            live = picking._cycle_live_consignments().sudo()
            left = live._call_off()
            # Tells what to do, by way of an error: nothing of ours has been changed for these.
            left._cancel_at_carrier()
            if not live:
                picking.carrier_tracking_ref = False
