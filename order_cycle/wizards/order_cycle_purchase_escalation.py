from odoo import Command, fields, models
from odoo.exceptions import UserError


class OrderCyclePurchaseEscalation(models.TransientModel):
    """Answers shortages: which vendor, how many, and what the customers are promised."""

    _name = "order.cycle.purchase.escalation"
    _description = "Purchasing Escalation"

    line_ids = fields.One2many("order.cycle.purchase.escalation.line", "wizard_id")
    confirm_purchases = fields.Boolean(
        string="Confirm the Purchases",
        help="Turn the requests for quotation into purchase orders at once, where your rights and "
        "the approval limit allow it.",
    )

    # === ACTION METHODS === #

    def action_apply(self):
        """Ask the vendors, promise the orders a date, and show what was made.

        All or nothing: a shortage that somebody else answered meanwhile stops the whole.
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.decision == "buy")
        lines._check_complete()
        shortages = lines.shortage_id.sudo()
        shortages.lock_for_update(allow_referencing=True)
        answered = shortages.filtered(lambda shortage: shortage.state != "open")
        if answered:
            raise UserError(
                self.env._(
                    "Somebody has answered %(shortages)s already. Close this window and open it "
                    "again to see what is left.",
                    shortages=", ".join(answered.mapped("name")),
                )
            )
        purchases = self.env["purchase.order"]
        for key, group in lines.grouped(lambda line: line._purchase_key()).items():
            purchases |= group._create_purchase(*key)
        lines._answer()
        if self.confirm_purchases:
            purchases.button_confirm()
        return purchases._get_records_action(name=self.env._("Requests for Quotation"))

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Purchasing Escalation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def default_get(self, fields_list):
        """Open on the selected shortages when started from their list."""
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "order.cycle.shortage":
            shortages = self.env["order.cycle.shortage"].browse(self.env.context["active_ids"])
            open_ones = shortages.filtered(lambda shortage: shortage.state == "open")
            values["line_ids"] = [
                Command.create({"shortage_id": shortage.id}) for shortage in open_ones
            ]
        return values
