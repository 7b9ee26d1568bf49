from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..carriers.errors import CarrierAuthError, CarrierTokenExpired

# After the carrier refused the account: every other call fails too.
PAUSE = timedelta(minutes=10)
# While the breaker is open. Then one call is tried; the others wait for what becomes of it.
REST = timedelta(minutes=2)
# The breaker opens when this many calls, and this share of all, failed within the window.
BREAKER_WINDOW = timedelta(minutes=5)
BREAKER_FAILURES = 10
BREAKER_SHARE = 0.5
MAX_RETRY_AFTER_S = 3600


class OrderCycleCarrierHealth(models.AbstractModel):
    """How much a carrier account can be asked for now: breaker, rate limit, places in flight.

    Nothing is counted in a field of its own: many workers would fight for it. The calls that were
    kept say how the carrier does, and the rows being sent say how many are under way.
    """

    _name = "order.cycle.carrier.health"
    _description = "Health of a Carrier Account"

    max_in_flight = fields.Integer(
        string="Calls at a Time",
        default=8,
        help="How many bookings are sent to this carrier side by side. Ask the carrier what it "
        "takes; more is faster.",
    )
    calls_per_minute = fields.Integer(
        help="How many bookings a minute the carrier takes. 0: no limit of ours; the carrier's "
        "own request to wait is always followed.",
    )
    paused_until = fields.Datetime(
        copy=False, readonly=True, help="No call before this time: the carrier refused the account."
    )
    resting_until = fields.Datetime(
        copy=False,
        readonly=True,
        help="No call before this time: the carrier failed too often, or asked to wait.",
    )

    _max_in_flight_positive = models.Constraint(
        "CHECK(max_in_flight BETWEEN 1 AND 50)",
        "Between 1 and 50 calls can be made to a carrier at a time.",
    )
    _calls_per_minute_positive = models.Constraint(
        "CHECK(calls_per_minute >= 0)", "The limit of calls a minute cannot be negative."
    )

    def _rest_after(self, error):
        """Leave the carrier alone for a while if `error` says that no other call would do better.

        The exchange of the call was kept before: the breaker counts it.

        :param CarrierError error: how a call failed
        """
        if isinstance(error, CarrierTokenExpired):
            return
        account, now = self.sudo(), fields.Datetime.now()
        if isinstance(error, CarrierAuthError):
            account.paused_until = now + PAUSE
        elif error.retry_after_s:
            wait = timedelta(seconds=min(error.retry_after_s, MAX_RETRY_AFTER_S))
            account.resting_until = max(account.resting_until or now, now + wait)
        elif self._fails_too_often():
            account.resting_until = now + REST

    def _closed_until(self):
        """Return until when no call is made, or False."""
        times = [time for time in (self.paused_until, self.resting_until) if time]
        return max(times) if times and max(times) > fields.Datetime.now() else False

    def _fails_too_often(self):
        """Return whether the breaker opens, now that a call has failed."""
        failed, good = self._recent_calls()
        if self._was_resting() and not good:
            return failed > 0
        return failed >= BREAKER_FAILURES and failed >= BREAKER_SHARE * (failed + good)

    def _places(self):
        """Return how many calls may start now, by account id.

        Counted over all workers. After a rest it is one, until the carrier has answered it.

        :rtype: dict[int, int]
        """
        if not self:
            return {}
        busy, recent = self._calls_under_way()
        places = {}
        for account in self:
            limit = 0 if account._closed_until() else account.max_in_flight
            if limit and account._is_on_trial():
                limit = 1
            limit -= busy.get(account.id, 0)
            if account.calls_per_minute:
                limit = min(limit, account.calls_per_minute - recent.get(account.id, 0))
            places[account.id] = max(limit, 0)
        return places

    @api.model
    def _calls_under_way(self):
        """Return the calls under way and those of the last minute, each by account id."""
        now = fields.Datetime.now()
        self.env["order.cycle.consignment"].flush_model(
            ["account_id", "state", "lease_until", "last_sent_at"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id,
                       count(*) FILTER (WHERE state = 'sending' AND lease_until > %(now)s),
                       count(*) FILTER (WHERE last_sent_at > %(minute_ago)s)
                  FROM order_cycle_consignment
                 WHERE account_id IN %(ids)s
                   AND (state = 'sending' OR last_sent_at > %(minute_ago)s)
                 GROUP BY account_id
                """,
                now=now,
                minute_ago=now - timedelta(minutes=1),
                ids=tuple(self.ids),
            )
        )
        return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}

    def _was_resting(self):
        """Return whether the breaker was open lately."""
        now = fields.Datetime.now()
        return bool(self.resting_until and now - timedelta(hours=1) < self.resting_until <= now)

    def _is_on_trial(self):
        """Return whether the carrier has still to show that it is back."""
        return self._was_resting() and not self._recent_calls()[1]

    def _recent_calls(self):
        """Return how many of the latest calls failed and how many did not, since the last rest.

        A refusal is the answer of a healthy carrier; a 5xx, a 429 or none at all is not.
        """
        self.ensure_one()
        since = fields.Datetime.now() - BREAKER_WINDOW
        if self._was_resting():
            since = self.resting_until
        self.env["order.cycle.call"].flush_model(
            ["account_id", "started_at", "status", "error_code"]
        )
        [(failed, good)] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE NOT is_good), count(*) FILTER (WHERE is_good)
                  FROM (SELECT coalesce(error_code, '') = '' AND status BETWEEN 200 AND 499
                               AND status <> 429 AS is_good
                          FROM order_cycle_call
                         WHERE account_id = %(account)s AND started_at >= %(since)s) AS calls
                """,
                account=self.id,
                since=since,
            )
        )
        return failed, good
