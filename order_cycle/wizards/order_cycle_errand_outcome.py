from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCycleErrandOutcome(models.TransientModel):
    """Asks a person whether a carrier has done what it was asked: closed a list, sent a driver."""

    _name = "order.cycle.errand.outcome"
    _description = "Outcome of an Errand"

    manifest_id = fields.Many2one("order.cycle.manifest", ondelete="cascade")
    pickup_id = fields.Many2one("order.cycle.pickup", ondelete="cascade")
    verb = fields.Selection(related="pickup_id.verb")
    request_ref = fields.Char(string="Our Reference", compute="_compute_facts")
    sent_at = fields.Datetime(string="Asked At", compute="_compute_facts")
    message = fields.Text(compute="_compute_facts")
    answer = fields.Selection(
        [
            ("made", "It has done it"),
            ("missing", "It has not done it: ask again"),
            ("drop", "It has not done it, and need not: leave it"),
        ],
        required=True,
        default="made",
    )
    reference = fields.Char(
        string="Number", help="What the carrier calls the pickup or the manifest."
    )

    @api.depends("manifest_id", "pickup_id")
    def _compute_facts(self):
        for window in self:
            errand = window._errand()
            window.request_ref = errand.request_ref
            window.sent_at = errand.last_sent_at
            window.message = errand.state_message

    def _errand(self):
        return self.manifest_id or self.pickup_id

    @api.model
    def _open_for(self, errand):
        """Return the action that asks about `errand`.

        :param errand: order.cycle.manifest or order.cycle.pickup singleton
        """
        window = self.create({errand._call_field(): errand.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Has the Carrier Done?"),
            "res_model": self._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_answer(self):
        """Do what the person has found out at the carrier."""
        self.ensure_one()
        self._errand().check_access("write")
        # sudo: the access was checked; the protocol's fields are nobody's to write
        errand = self._errand().sudo()
        errand._check_state("unknown", "human")
        if self.answer == "made":
            self._check_reference(errand)
            errand._answer_made((self.reference or "").strip())
        elif self.answer == "missing":
            errand._answer_missing()
        else:
            errand._answer_drop()
        errand.message_post(
            body=self.env._(
                "%(user)s asked the carrier. Answer: %(answer)s",
                user=self.env.user.name,
                answer=dict(self._fields["answer"]._description_selection(self.env))[self.answer],
            )
        )
        errand._wake()
        return True

    def _check_reference(self, errand):
        """A pickup can only be changed and cancelled by the carrier's number."""
        if self.pickup_id and not errand.pickup_ref and not (self.reference or "").strip():
            raise UserError(self.env._("Enter the number that the carrier gives for this pickup."))
