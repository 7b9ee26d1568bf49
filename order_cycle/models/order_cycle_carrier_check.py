from odoo import api, fields, models
from odoo.exceptions import UserError

STEPS = ("quote", "book", "label", "track", "cancel")


class OrderCycleCarrierCheck(models.Model):
    """One step of an account's rehearsal on the carrier's sandbox, and what came of it."""

    _name = "order.cycle.carrier.check"
    _description = "Rehearsal of a Carrier Account"
    _order = "account_id, sequence, id"
    _rec_name = "step"

    account_id = fields.Many2one(
        "order.cycle.carrier.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer()
    step = fields.Selection(
        [
            ("quote", "Ask for a price"),
            ("book", "Book a test shipment"),
            ("label", "Get the label"),
            ("track", "Follow it"),
            ("cancel", "Cancel it"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("passed", "As expected"),
            ("different", "Different"),
            ("skipped", "Left out"),
            ("failed", "Did not work"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    message = fields.Text(string="What came of it", readonly=True)
    seconds = fields.Float(digits=(8, 1), readonly=True)
    checked_at = fields.Datetime(string="When", readonly=True)
    label_id = fields.Many2one("ir.attachment", readonly=True)

    # === ACTION METHODS === #

    def action_open_label(self):
        """Open the test label in the browser."""
        self.ensure_one()
        if not self.label_id:
            raise UserError(self.env._("There is no label yet: the carrier has not answered."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.label_id.id}",
            "target": "new",
        }

    # === BUSINESS METHODS === #

    @api.model
    def _start(self, account):
        """Forget the account's last rehearsal and return the steps of a new one."""
        account.check_ids.label_id.unlink()
        account.check_ids.unlink()
        return self.create(
            [
                {"account_id": account.id, "step": step, "sequence": number}
                for number, step in enumerate(STEPS, start=1)
            ]
        )

    def _record(self, state, message, seconds=0.0):
        self.write(
            {
                "state": state,
                "message": message,
                "seconds": seconds,
                "checked_at": fields.Datetime.now(),
            }
        )

    def _keep_label(self, document):
        """Keep a test label, so that people can look at it and print it."""
        self.label_id = self.env["ir.attachment"].create(
            {
                "name": f"LabelTest-{self.account_id.id}.{document.format}",
                "res_model": self._name,
                "res_id": self.id,
                "raw": document.content,
            }
        )
