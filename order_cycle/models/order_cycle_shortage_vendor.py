from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date


class OrderCycleShortageVendor(models.AbstractModel):
    """Asking vendors, and what follows from their answers. Part of `order.cycle.shortage`."""

    _name = "order.cycle.shortage.vendor"
    _description = "Vendors of a Shortage"

    def action_ask_vendor(self):
        """Send the vendors of the open purchases, or the usual one, a link to answer by."""
        self.check_access("write")
        if not self.env.user.has_group("purchase.group_purchase_user"):
            raise AccessError(self.env._("Only who buys asks vendors."))
        for shortage in self:
            asked = shortage._vendors_to_ask()
            if not asked:
                raise UserError(
                    self.env._(
                        "%(product)s has no vendor to ask. Enter one on the product.",
                        product=shortage.product_id.display_name,
                    )
                )
            for vendor, line in asked:
                # sudo: questions are written by nobody, not even by buyers
                answer, token = (
                    self.env["order.cycle.vendor.answer"].sudo()._ask(shortage.sudo(), vendor, line)
                )
                answer._send(token)
            names = ", ".join(vendor.display_name for vendor, _line in asked)
            shortage.message_post(body=self.env._("Asked: %(vendors)s", vendors=names))
        return True

    def _vendors_to_ask(self):
        """Return (vendor, purchase line or none) of whoever should say when the goods come."""
        self.ensure_one()
        lines = self.purchase_line_ids.filtered(lambda line: line._cycle_left(self.uom_id) > 0)
        if lines:
            return [(line.order_id.partner_id, line) for line in lines]
        sellers = self.product_id.with_company(self.company_id)._prepare_sellers()
        vendors = sellers.partner_id
        return [(vendor, self.env["purchase.order.line"]) for vendor in vendors]

    def _hear(self, answer):
        """Let a vendor's answer move the purchase, the promises, and the case."""
        self.ensure_one()
        self.message_post(
            body=self.env._(
                "%(vendor)s answers: %(quantity)s of %(asked)s on %(date)s. %(reason)s",
                vendor=answer.partner_id.display_name,
                quantity=f"{answer.quantity:g}",
                asked=f"{answer.asked_qty:g}",
                date=format_date(self.env, answer.expected_at),
                reason=answer.reason or "",
            ),
            # The link was opened by nobody in particular; it is the vendor who speaks.
            author_id=answer.partner_id.id,
        )
        line = answer.purchase_line_id
        if not line or line.state == "cancel":
            return
        line._cycle_hear(answer.quantity, answer.expected_at, self.uom_id)
        if self.state != "ordered":
            return
        before = {row: row.promise_date for row in self.line_ids.filtered("is_open")}
        arrivals = self._on_the_way()[self]
        self._promise_by(arrivals)
        covered = sum(quantity for _date, quantity in arrivals)
        text = self.env._("%(vendor)s answered", vendor=answer.partner_id.display_name)
        if arrivals:
            self.promised_date = arrivals[-1][0]
        self._tell_new_dates(before, {self: text})
        if self.uom_id.compare(covered, self.missing_qty) < 0:
            self.state = "open"
            self._call_buyer()
