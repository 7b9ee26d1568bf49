from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    cycle_cutoff_time = fields.Float(
        string="Promise Cut-off",
        help="Goods that are ready later leave on the next working day, in the time zone of the "
        "company. 0: they leave the same day, however late.",
    )
    cycle_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Days",
        check_company=True,
        help="Goods leave on its working days only. Empty: on every day.",
    )
    cycle_transfer_days = fields.Integer(
        string="Transfer Days",
        default=1,
        help="Days until goods of another warehouse are here.",
    )

    _cycle_cutoff_in_a_day = models.Constraint(
        "CHECK(cycle_cutoff_time >= 0 AND cycle_cutoff_time < 24)",
        "The cut-off is a time of the day.",
    )

    def _cycle_leaves(self, ready):
        """Return when goods that are ready at `ready` leave, both naive UTC.

        A company without a warehouse has neither cut-off nor working days.
        """
        if not self:
            return ready
        self.ensure_one()
        zone = ZoneInfo(self.company_id.partner_id.tz or "UTC")
        local = ready.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        hours = local.hour + local.minute / 60
        days = 1 if self.cycle_cutoff_time and hours > self.cycle_cutoff_time else 0
        days = self._cycle_next_working_day(local, days)
        return ready + timedelta(days=days)

    def _cycle_next_working_day(self, local, days):
        calendar = self.cycle_calendar_id
        for ahead in range(days, days + 60 if calendar else 0):
            start = (local + timedelta(days=ahead)).replace(hour=0, minute=0, second=0)
            if calendar.get_work_hours_count(start, start + timedelta(days=1)):
                return ahead
        return days
