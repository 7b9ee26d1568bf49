from odoo import models


class ShortageLineOfKits(models.Model):
    _inherit = "order.cycle.shortage.line"

    def _promise(self, arrival):
        """Promise a kit for the day on which the last of its missing parts arrives."""
        whole = self.filtered(lambda line: not line.order_line_id._cycle_is_in_parts())
        super(ShortageLineOfKits, whole)._promise(arrival)
        for line in self - whole:
            super(ShortageLineOfKits, line)._promise(line._last_arrival(arrival))
        return True

    def _last_arrival(self, arrival):
        others = self.order_line_id.cycle_shortage_line_ids.filtered("is_open") - self
        return max([arrival, *filter(None, others.shortage_id.mapped("promised_date"))])
