from textwrap import shorten

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..exceptions import CycleError

# Carriers print what is inside for people only; none takes less than this.
CONTENT_MAX = 50


class StockPicking(models.Model):
    _inherit = "stock.picking"

    cycle_consignment_ids = fields.One2many(
        "order.cycle.consignment", "picking_id", string="Consignments"
    )
    cycle_consignment_count = fields.Integer(compute="_compute_cycle_consignment_count")

    def _compute_cycle_consignment_count(self):
        counts = dict(
            self.env["order.cycle.consignment"]._read_group(
                [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
            )
        )
        for picking in self:
            picking.cycle_consignment_count = counts.get(picking, 0)

    # === ACTION METHODS === #

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
        self._cycle_hand_over()

    def cancel_shipment(self):
        """Withdraw our own consignments delivery by delivery; leave other connectors to Odoo."""
        ours = self.filtered(lambda picking: picking.carrier_id.delivery_type == "order_cycle")
        ours._cycle_withdraw()
        for picking in self - ours:
            super(StockPicking, picking).cancel_shipment()

    def action_cancel(self):
        """A delivery that will not leave must not be booked."""
        result = super().action_cancel()
        waiting = self.cycle_consignment_ids.filtered(lambda row: row.state in ("todo", "refused"))
        waiting.action_withdraw()
        return result

    def _action_done(self):
        result = super()._action_done()
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
        """Write the consignment of each delivery that has none; the worker does the rest."""
        without = self.filtered(lambda picking: not picking._cycle_live_consignments())
        # sudo: whoever may validate a delivery may have it booked
        self.env["order.cycle.consignment"].sudo().create(
            [picking._prepare_cycle_consignment_vals() for picking in without]
        )

    def _cycle_live_consignments(self):
        return self.cycle_consignment_ids.filtered(
            lambda row: row.state not in ("refused", "cancelled")
        )

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
        content = shorten(", ".join(lines.product_id.mapped("name")), CONTENT_MAX, placeholder="…")
        return [
            {"sequence": number, "reference": f"{self.id}-{number}", "content": content, **piece}
            for number, piece in enumerate(pieces, start=1)
        ]

    def _cycle_withdraw(self):
        """Withdraw what no carrier was told of; refuse for what one may have."""
        for picking in self:
            picking._cycle_live_consignments().action_withdraw()
            picking.carrier_tracking_ref = False

    def _cycle_booked(self, numbers, price, labels):
        """Bring a carrier's answer to Odoo's own fields of this delivery and its chain.

        :param list[str] numbers: one tracking number per parcel
        :param price: what the carrier charges in the company's currency, or None
        :param labels: ir.attachment recordset
        """
        self.ensure_one()
        joined = ",".join(numbers)
        if self.carrier_tracking_ref == joined:
            return
        chain = self | self._cycle_chain()
        chain.write({"carrier_tracking_ref": joined})
        if price is not None:
            self.carrier_price = self.carrier_id._apply_margins(price, self.sale_id)
            self._add_delivery_cost_to_so()
        self.message_post(
            body=self.env._(
                "Booked with %(carrier)s: %(numbers)s",
                carrier=self.carrier_id.name,
                numbers=", ".join(numbers),
            ),
            attachment_ids=labels.copy({"res_model": self._name, "res_id": self.id}).ids,
        )

    def _cycle_chain(self):
        """Return the deliveries before this one in a multi-step warehouse."""
        moves, pickings = self.move_ids.move_orig_ids, self.browse()
        while moves:
            pickings |= moves.picking_id
            moves = moves.move_orig_ids
        return pickings
