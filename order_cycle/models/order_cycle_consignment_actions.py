from odoo import fields, models
from odoo.exceptions import AccessError, UserError

OPERATOR = "order_cycle.group_order_cycle_operator"


class OrderCycleConsignmentActions(models.AbstractModel):
    """What people do with a consignment: the buttons of its screens."""

    _name = "order.cycle.consignment.actions"
    _description = "Buttons of a Consignment"

    def action_book_again(self):
        """Queue refused consignments again, with the data as they are now."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        self.sudo()._requeue()
        return True

    def action_withdraw(self):
        """Cancel consignments that no carrier was told of, or that it refused."""
        self.check_access("write")
        for row in self:
            if row.state not in ("todo", "refused"):
                raise UserError(
                    self.env._(
                        "Consignment %(name)s may be at the carrier already. Cancel it with the "
                        "carrier first.",
                        name=row.name,
                    )
                )
        # sudo: the access was checked; the protocol's fields are nobody's to write
        self.sudo()._set_each("cancelled")
        self._wake()
        return True

    def action_cancel_shipment(self):
        """Have the worker cancel booked shipments at the carrier."""
        self._check_operator()
        self.check_access("write")
        booked = self.filtered(lambda row: row.state == "done")
        if not booked:
            raise UserError(
                self.env._("Only a booked shipment can be cancelled at the carrier; choose one.")
            )
        # sudo: the access was checked; the protocol's fields are nobody's to write
        booked.sudo()._cancel_at_carrier()
        return True

    def action_book_now(self):
        """Book these consignments before returning, for a packer who needs the labels at once.

        The same rows go through the same worker, on a cursor of its own: what a carrier was told
        is in the database even if this request fails afterwards.
        """
        self.check_access("write")
        with self.env.registry.cursor() as cursor:
            # sudo: the access was checked; the protocol's fields are nobody's to write
            rows = self.with_env(self.env(cr=cursor)).sudo()
            rows._work_now()
            return rows._after_book_now()

    def _after_book_now(self):
        """Return what the packer sees: the labels, or what became of the bookings, in words."""
        booked = self.filtered(lambda row: row.state == "done")
        if booked and booked == self and len(self) == 1 and self.label_ids:
            return self.action_open_label()
        words = dict(self._fields["state"]._description_selection(self.env))
        lines = [
            " ".join(filter(None, (row.name, words[row.state], row.state_message)))
            for row in self - booked
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if lines else "success",
                "sticky": bool(lines),
                "message": "\n".join([self.env._("%(count)s booked.", count=len(booked)), *lines]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_cancelled_at_carrier(self):
        """Believe a person who has cancelled booked shipments at the carrier."""
        self._check_operator()
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        for row in self.sudo():
            row.lock_for_update(allow_referencing=True)
            if row.state != "done":
                raise UserError(
                    self.env._(
                        "Consignment %(name)s is not booked, so there is nothing to cancel at the "
                        "carrier.",
                        name=row.name,
                    )
                )
            row._set_state("cancelled")
            row.wants_label = row.cancel_wanted = False
            row.message_post(
                body=self.env._(
                    "%(user)s says that %(waybill)s was cancelled at the carrier.",
                    user=self.env.user.name,
                    waybill=row.waybill_ref,
                )
            )
        self._wake()
        return True

    def action_hand_over_again(self):
        """Book a delivery that left, and that no carrier has any more, once more."""
        self.ensure_one()
        self.check_access("write")
        # sudo: whoever may write consignments may have goods booked that have left
        picking = self.sudo().picking_id
        picking._cycle_hand_over()
        return picking._cycle_live_consignments().sudo(False)[:1]._get_records_action()

    def action_get_label(self):
        """Have the worker ask the carrier for the labels once more."""
        self.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        booked = self.sudo().filtered(lambda row: row.state == "done" and row._can_print_again())
        if not booked:
            raise UserError(
                self.env._("The carrier cannot be asked for this label again; print it there.")
            )
        booked.write({"wants_label": True, "failures": 0, "next_try_at": fields.Datetime.now()})
        self._wake()
        return True

    def action_open_next(self):
        """Open what a person has to do next about this consignment."""
        self.ensure_one()
        if self.state in ("unknown", "human"):
            return self.env["order.cycle.outcome"]._open_for(self)
        if self.state == "refused":
            return self.partner_id._get_records_action()
        return self._get_records_action()

    def action_open_tracking(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.tracking_url, "target": "new"}

    def _check_operator(self):
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only an operator cancels shipments that a carrier has."))
