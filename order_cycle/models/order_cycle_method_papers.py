from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..carriers.api import Capability


class OrderCycleMethodPapers(models.AbstractModel):
    """Part of `delivery.carrier`: in which form labels come, and labels for the way back."""

    _name = "order.cycle.method.papers"
    _description = "Papers of a Delivery Method"

    cycle_label_format = fields.Selection(
        [
            ("pdf", "PDF, for any printer"),
            ("zpl", "ZPL, for label printers"),
            ("png", "PNG picture"),
        ],
        string="Label Format",
        help="Empty: what the carrier sends first. Freight carriers print bills of lading as PDF.",
    )

    @api.constrains("cycle_label_format", "cycle_account_id")
    def _check_cycle_label_format(self):
        for carrier in self.filtered("cycle_label_format"):
            # sudo: a method may have the account of a company that this person does not see
            account = carrier.sudo().cycle_account_id
            formats = account._info().label_formats if account else (carrier.cycle_label_format,)
            if carrier.cycle_label_format not in formats:
                raise ValidationError(
                    self.env._(
                        "The carrier of %(method)s makes no labels of this format. Choose one of: "
                        "%(formats)s.",
                        method=carrier.name,
                        formats=", ".join(formats).upper(),
                    )
                )

    def _cycle_label_code(self):
        """Return the format in which labels are asked for."""
        # sudo: see the constraint
        account = self.sudo().cycle_account_id
        first = account._info().label_formats[0] if account else "pdf"
        return self.cycle_label_format or first

    # === ODOO'S PROVIDER CONTRACT (names fixed by stock_delivery) === #

    def order_cycle_get_return_label(self, pickings, tracking_number=None, origin_date=None):
        """Queue the return of each of `pickings`: the carrier is never called from here.

        Called by Odoo's own button on a return, whose goods were delivered by another transfer.
        """
        for picking in pickings:
            origin = picking.move_ids.origin_returned_move_id.picking_id[:1]
            (origin or picking)._cycle_book_return()

    def _cycle_takes_returns(self):
        """Return whether the carrier makes labels for the way back."""
        # sudo: see the constraint
        account = self.sudo().cycle_account_id
        return bool(account) and Capability.RETURN in account._info().capabilities

    def _cycle_check_takes_returns(self):
        """:raises UserError: the carrier makes no labels for the way back."""
        if self.delivery_type != "order_cycle" or not self._cycle_takes_returns():
            raise UserError(
                self.env._(
                    "The carrier of %(method)s makes no return labels. Choose a delivery method of "
                    "a carrier that does, or ask the customer to send the goods.",
                    method=self.name or self.env._("this delivery"),
                )
            )
