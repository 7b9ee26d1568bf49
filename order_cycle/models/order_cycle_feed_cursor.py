from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import hash_sign, verify_hash_signed

from .order_cycle_availability_mark import KEEP_DAYS

SCOPE = "order_cycle.availability_feed"


@dataclass(frozen=True)
class Cursor:
    """How far a channel has read.

    :param identity: of the database's history
    :param scope: channel and warehouses that were read
    :param since, since_at: snapshot and ISO time of the reading before; None: everything
    :param until, until_at: of this reading's first page
    :param after: id of the last product of the page before; 0 before the first
    :param has_more: whether a page is left
    """

    identity: str
    scope: str
    since: str | None
    since_at: str | None
    until: str
    until_at: str
    after: int = 0
    has_more: bool = True

    @property
    def is_complete(self):
        """Whether this reading is of every product."""
        return self.since is None

    @property
    def needs_marks_from(self):
        """The time from which on changes are still to be told, ISO."""
        return (self.has_more and self.since_at) or self.until_at


class OrderCycleFeedCursor(models.AbstractModel):
    """Where the next reading of the availability feed begins, as text that nobody can make up."""

    _name = "order.cycle.feed.cursor"
    _description = "Cursor of the Availability Feed"

    @api.model
    def _write_down(self, cursor):
        """Return the text of a cursor."""
        # sudo: the database's secret signs it
        return hash_sign(self.sudo().env, SCOPE, asdict(cursor))

    @api.model
    def _begin(self, text, scope):
        """Return (cursor of the next page, why everything is read or None).

        :param text: of the cursor that was given out last; None to read everything
        :param str scope: channel and warehouses that are read now
        :raises odoo.exceptions.UserError: the text is no cursor of this database
        """
        snapshot, identity = self.env["order.cycle.availability.mark"]._now()
        now = fields.Datetime.now().isoformat()
        whole = Cursor(identity, scope, None, None, snapshot, now)
        if not text:
            return whole, "first_read"
        last = self._read(text)
        refusal = self._refusal(last, whole)
        if refusal:
            return whole, refusal
        if last.has_more:
            return last, None
        return replace(whole, since=last.until, since_at=last.until_at), None

    def _read(self, text):
        try:
            # sudo: see above
            return Cursor(**verify_hash_signed(self.sudo().env, SCOPE, text))
        except (AttributeError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "This is no cursor of this database. Send the cursor of the last answer "
                    "unchanged, or none to read everything."
                )
            ) from error

    def _refusal(self, last, whole):
        """Return why nothing can be told since `last`, or None."""
        oldest = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        is_known = self.env["order.cycle.availability.mark"]._is_of_the_past(last.until)
        if last.identity != whole.identity or not is_known:
            return "other_database"
        if last.scope != whole.scope:
            return "other_warehouses"
        if datetime.fromisoformat(last.needs_marks_from) < oldest:
            return "cursor_too_old"
        return None
