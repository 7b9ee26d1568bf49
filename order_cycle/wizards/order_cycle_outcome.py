from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCycleOutcome(models.TransientModel):
    """Asks a person what no machine can know: does the carrier have this shipment?"""

    _name = "order.cycle.outcome"
    _description = "Outcome Unknown"

    consignment_id = fields.Many2one("order.cycle.consignment", required=True, ondelete="cascade")
    request_ref = fields.Char(related="consignment_id.request_ref")
    sent_at = fields.Datetime(related="consignment_id.last_sent_at", string="Asked At")
    message = fields.Text(related="consignment_id.state_message")
    answer = fields.Selection(
        [
            ("exists", "It exists: the carrier has the shipment"),
            ("missing", "It does not exist: book it again"),
            ("cancel", "Neither book nor keep it: cancel"),
        ],
        required=True,
    )
    waybill_ref = fields.Char(string="Waybill")

    @api.model
    def _open_for(self, consignment):
        """Return the action that asks about `consignment`."""
        wizard = self.create({"consignment_id": consignment.id, "answer": "exists"})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcome Unknown"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_answer(self):
        """Do what the person has found out at the carrier."""
        self.ensure_one()
        self.consignment_id.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        row = self.sudo().consignment_id
        row.lock_for_update(allow_referencing=True)
        if row.state not in ("unknown", "human"):
            raise UserError(
                self.env._(
                    "The outcome of %(name)s has been found out meanwhile. Close this window.",
                    name=row.name,
                )
            )
        getattr(self, f"_answer_{self.answer}")(row)
        row.message_post(
            body=self.env._(
                "%(user)s asked the carrier. Answer: %(answer)s",
                user=self.env.user.name,
                answer=dict(self._fields["answer"]._description_selection(self.env))[self.answer],
            )
        )
        row._wake()
        return True

    def _answer_exists(self, row):
        waybill = (self.waybill_ref or "").strip()
        if not waybill:
            raise UserError(self.env._("Enter the number of the waybill that the carrier shows."))
        row.write({"waybill_ref": waybill, "booked_at": fields.Datetime.now()})
        row._set_state("done")
        # Asking for the label also finds out whether the number was typed right.
        row.wants_label = row._can_print_again()

    def _answer_missing(self, row):
        row._set_state("refused")
        row._requeue()

    def _answer_cancel(self, row):
        row._set_state("cancelled")
