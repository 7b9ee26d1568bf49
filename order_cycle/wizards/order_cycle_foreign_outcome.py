from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.order_cycle_foreign_call import ForeignResult


class OrderCycleForeignOutcome(models.TransientModel):
    """Asks a person whether a carrier has what another connector may have booked."""

    _name = "order.cycle.foreign.outcome"
    _description = "Outcome of Another Connector"

    booking_id = fields.Many2one("order.cycle.foreign.booking", required=True, ondelete="cascade")
    picking_id = fields.Many2one(related="booking_id.picking_id")
    carrier_id = fields.Many2one(related="booking_id.carrier_id")
    sent_at = fields.Datetime(related="booking_id.last_sent_at", string="Asked At")
    message = fields.Text(related="booking_id.state_message")
    answer = fields.Selection(
        [
            ("exists", "It exists: the carrier has the shipment"),
            ("missing", "It does not exist: book it again"),
            ("drop", "Neither book nor keep it: leave it"),
        ],
        required=True,
        default="exists",
    )
    tracking_ref = fields.Char(string="Tracking Number")
    price = fields.Float(help="What the carrier charges, if you know it.")

    @api.model
    def _open_for(self, booking):
        """Return the action that asks about `booking`."""
        window = self.create({"booking_id": booking.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcome Unknown"),
            "res_model": self._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_answer(self):
        """Do what the person has found out at the carrier."""
        self.ensure_one()
        self.booking_id.check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        row = self.sudo().booking_id
        row._check_state("unknown", "human")
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
        number = (self.tracking_ref or "").strip()
        if not number:
            raise UserError(self.env._("Enter the tracking number that the carrier shows."))
        row.write(row._prepare_result_vals(ForeignResult(tracking_ref=number, price=self.price)))
        row._set_state("done")

    def _answer_missing(self, row):
        row._set_state("refused")
        row._requeue()

    def _answer_drop(self, row):
        row._set_state("cancelled")
