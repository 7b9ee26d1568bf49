import hashlib

from odoo import fields, models

from ..exceptions import CycleError


class OrderCycleChoosing(models.AbstractModel):
    """The step of the flow that has the program choose the carrier. Part of `sale.order`.

    It asks nobody: it writes an `order.cycle.selection`, which a worker has answered. A carrier
    that a person or a channel has set is never touched.
    """

    _name = "order.cycle.choosing"
    _description = "Step that Chooses the Carrier"

    # choose: a carrier by its price and day, where the policy lets the program choose
    def _lacks_choice(self):
        return self.filtered(
            lambda order: (
                order._cycle_needs_choice()
                and order._cycle_may_be_asked_for()
                and not order._cycle_selection()._is_pending()
            )
        )

    def _step_choose(self):
        Selection = self.env["order.cycle.selection"].sudo()
        asked = self.browse()
        for order in self:
            row = order._cycle_selection()
            if row._is_overdue():
                row._give_up()
                continue
            order._cycle_take_choice_back()
            row._drop()
            asked += order
        # sudo: rows of the program are nobody's to write
        rows = Selection.create(
            [{"order_id": order.id, "company_id": order.company_id.id} for order in asked]
        )
        if rows:
            Selection._wake()
            # Whatever becomes of the worker: the order does not wait for ever.
            patience = max(rows.mapped("deadline")) - fields.Datetime.now()
            self.env["order.cycle.signal"]._emit(asked, "clock", patience.total_seconds())

    def _cycle_choice_problem(self):
        """Return a `CycleError` when no carrier could be chosen, or None."""
        row = self._cycle_selection()
        if row.state == "failed" and row.question == self._cycle_question():
            return CycleError("no_carrier", row.reason)
        if row._is_overdue() and not self.cycle_policy_id._carrier_for(self):
            return CycleError("no_carrier", row._overdue_text())
        return None

    # === WHAT THE STEP ASKS === #

    def _cycle_needs_choice(self):
        """Return whether the program has to choose a carrier; until then nothing is shipped."""
        self.ensure_one()
        if self.state != "sale" or self.cycle_policy_id.carrier_choice in (False, "fixed"):
            return False
        deliveries = self._cycle_open_deliveries()
        if not deliveries:
            return False
        if self.carrier_id:
            return self._cycle_choice_is_stale()
        # A delivery with a carrier of its own got it from a person.
        return not deliveries.carrier_id

    def _cycle_may_be_asked_for(self):
        """Return whether the goods could leave soon: days that carriers name count from today."""
        if self._cycle_waits_for_money(self.cycle_track_accounts):
            return False
        return self.cycle_track_stock != "short" or bool(self._cycle_ready_pickings())

    def _cycle_choice_is_stale(self):
        """Return whether the program chose for another address or other goods, unbooked so far."""
        row = self._cycle_selection()
        deliveries = self.picking_ids.filtered(lambda one: one.picking_type_code == "outgoing")
        return (
            row.state == "done"
            and row.method_id == self.carrier_id
            and self._cycle_open_deliveries().carrier_id <= row.method_id
            and row.question != self._cycle_question()
            and not any(one.state == "done" or one.carrier_tracking_ref for one in deliveries)
            and not deliveries._cycle_live_consignments()
        )

    def _cycle_take_choice_back(self):
        """Forget the program's own choice, so that nothing leaves by it."""
        if self.carrier_id:
            self._cycle_open_deliveries().carrier_id = False
            self.write(
                {
                    "carrier_id": False,
                    "cycle_carrier_reason": False,
                    "cycle_quoted_price": 0.0,
                    "cycle_quoted_method_id": False,
                }
            )

    def _cycle_selection(self):
        """Return the last choice of the program that is not out of date, or an empty one."""
        # sudo: whoever sells may not see how the program asks
        rows = self.sudo().cycle_selection_ids
        return rows.filtered(lambda row: row.state != "dropped").sorted("id")[-1:]

    def _cycle_question(self):
        """Return a fingerprint of what carriers are asked for: where from, where to, what."""
        receiver = self.partner_shipping_id
        sender = self.warehouse_id.partner_id
        address = [
            (
                partner.id,
                partner.street,
                partner.street2,
                partner.zip,
                partner.city,
                partner.state_id.id,
                partner.country_id.id,
            )
            for partner in (sender, receiver)
        ]
        goods = sorted(
            (line.product_id.id, line.product_uom_qty, line.product_uom_id.id)
            for line in self._cycle_goods_lines()
        )
        return hashlib.sha256(repr((address, goods)).encode()).hexdigest()[:16]

    def _cycle_open_deliveries(self):
        return self.picking_ids.filtered(
            lambda one: one.picking_type_code == "outgoing" and one.state not in ("done", "cancel")
        )

    def _cycle_promised_on(self):
        """Return the day that the customer was promised, where the company is; or None."""
        promise = self.commitment_date or self.cycle_requested_date
        if not promise:
            return None
        zone = self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), promise).date()

    def _cycle_look_at_choice(self):
        """Have the flow look at orders whose address, goods or carrier may have changed."""
        if self.env.context.get("order_cycle__advancing"):
            return
        # sudo: whoever sells may not see policies
        asked = self.filtered(
            lambda order: (
                order.sudo().cycle_policy_id.carrier_choice not in (False, "fixed")
                and order.sudo().cycle_selection_ids
            )
        )
        self.env["order.cycle.signal"]._emit(asked, "choice")
