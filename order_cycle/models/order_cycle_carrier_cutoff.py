from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ..carriers import carriers
from ..carriers.api import Capability

# Drivers come on working days.
SUNDAY, SATURDAY = 6, 5


class OrderCycleCarrierCutoff(models.AbstractModel):
    """When the driver comes, and what a carrier can be asked for at the end of the day."""

    _name = "order.cycle.carrier.cutoff"
    _description = "Cut-off of a Carrier Account"

    cutoff_time = fields.Float(
        string="Cut-off",
        help="What is booked by then leaves the same day, Monday to Friday, in the time zone of "
        "the company. 0: no cut-off.",
    )
    cutoff_text = fields.Char(string="Clock", compute="_compute_cutoff_text")
    takes_pickups = fields.Boolean(compute="_compute_errands")
    changes_pickups = fields.Boolean(compute="_compute_errands")
    cancels_pickups = fields.Boolean(compute="_compute_errands")
    closes_manifests = fields.Boolean(compute="_compute_errands")

    _cutoff_in_a_day = models.Constraint(
        "CHECK(cutoff_time >= 0 AND cutoff_time < 24)", "The cut-off is a time of the day."
    )

    @api.depends("carrier_code")
    def _compute_errands(self):
        for account in self:
            can = account._info().capabilities if account.carrier_code else ()
            account.takes_pickups = Capability.BOOK_PICKUP in can
            account.changes_pickups = Capability.CHANGE_PICKUP in can
            account.cancels_pickups = Capability.CANCEL_PICKUP in can
            account.closes_manifests = Capability.CLOSE_MANIFEST in can

    @api.depends("cutoff_time")
    @api.depends_context("lang", "tz")
    def _compute_cutoff_text(self):
        for account in self:
            account.cutoff_text = account._cutoff_words()

    def _cutoff_words(self):
        """Return how long it is to the cut-off, or since it, in words."""
        if not self.cutoff_time:
            return self.env._("No cut-off is set on the account.")
        now = datetime.now(UTC)
        today = self._cutoff_on(now.astimezone(self._time_zone()).date())
        if today.weekday() in (SATURDAY, SUNDAY):
            return self.env._("No driver comes today.")
        minutes = int((today - now).total_seconds() // 60)
        clock = today.strftime("%H:%M")
        if minutes < 0:
            return self.env._("Closed today at %(time)s.", time=clock)
        return self.env._(
            "Closes today at %(time)s, in %(left)s.", time=clock, left=self._duration(minutes)
        )

    def _duration(self, minutes):
        hours, minutes = divmod(minutes, 60)
        if not hours:
            return self.env._("%(minutes)s min", minutes=minutes)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)

    def _last_cutoff(self):
        """Return the latest cut-off that has passed, as Odoo stores times, or False."""
        if not self.cutoff_time:
            return False
        now = datetime.now(UTC)
        day = now.astimezone(self._time_zone()).date()
        while self._cutoff_on(day) > now or day.weekday() in (SATURDAY, SUNDAY):
            day -= timedelta(days=1)
        return self._cutoff_on(day).astimezone(UTC).replace(tzinfo=None)

    def _cutoff_on(self, day):
        """Return the cut-off of a day, with its zone."""
        minutes = round(self.cutoff_time * 60)
        time = datetime.min.time().replace(hour=minutes // 60 % 24, minute=minutes % 60)
        return datetime.combine(day, time, self._time_zone())

    def _time_zone(self):
        return ZoneInfo(self.company_id.partner_id.tz or self.env.user.tz or "UTC")

    @api.model
    def _codes_with(self, capability):
        """Return the codes of the carriers that have a capability."""
        return [info.code for info in carriers() if capability in info.capabilities]
