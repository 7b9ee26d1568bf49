"""Runs another connector's own code, on a cursor apart from everybody's business.

Whoever books by Odoo's provider contract (``<type>_send_shipping``) calls its carrier in the middle
of a transaction, and Odoo repeats a transaction that another one got in the way of. Here the
connector is entered once; what it answers is committed before anything else is done with it.
"""

import logging
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError

from ..carriers.redact import Redactor

_logger = logging.getLogger(__name__)

#: The run that may enter a connector. No context key: those can be sent over the interface.
_running = ContextVar("order_cycle_foreign_run", default=None)


class NotAskedYet(Exception):
    """Somebody else works on the delivery; the connector was not entered."""


class UnreadableAnswer(Exception):
    """The connector returned, but not what Odoo's provider contract says."""


@dataclass(frozen=True, kw_only=True)
class ForeignResult:
    """What a connector has booked.

    :param tracking_ref: numbers as the connector gives them, "" if it gives none
    :param price: as the connector gives it; Odoo's contract names no currency
    """

    tracking_ref: str
    price: float

    def as_contract(self):
        """Return this the way Odoo's provider contract wants it."""
        return [{"exact_price": self.price, "tracking_number": self.tracking_ref or False}]


@dataclass(frozen=True, kw_only=True)
class ForeignAnswer:
    """What became of a run.

    :param result: what was booked, if it is known to be, whatever failed after that
    :param error: what was raised
    :param was_asked: whether the connector may have reached its carrier
    """

    result: ForeignResult | None
    error: Exception | None
    was_asked: bool


def run_for(pickings):
    """Return the run that is under way for these deliveries, or None: nobody may call out."""
    run = _running.get()
    return run if run and pickings.ids == [run.picking_id] else None


@contextmanager
def _let_in(run):
    token = _running.set(run)
    try:
        yield
    finally:
        _running.reset(token)


class ForeignCall:
    """Books one delivery by Odoo's own way, which enters the connector.

    :param row: order.cycle.foreign.booking singleton; it is committed before the call is made
    """

    #: Connectors have deadlines of their own, or none. A lease is twice as long.
    seconds = 120

    def __init__(self, row):
        self.picking_id = row.picking_id.id
        self._row_id = row.id
        self._registry = row.env.registry
        company = row.company_id
        # What whoever pressed a button had in mind is none of the connector's business.
        self._context = {
            "allowed_company_ids": company.ids,
            "lang": company.partner_id.lang or row.env.lang,
        }
        self._row = None
        self._result = None
        self._was_asked = False

    def __call__(self):
        """Return a `ForeignAnswer`; raises nothing."""
        error = None
        try:
            with self._registry.cursor() as cursor, _let_in(self):
                self._book(cursor)
        except Exception as caught:  # noqa: BLE001  a connector may raise whatever it likes
            _log(self._row_id, caught)
            error = caught
        return ForeignAnswer(result=self._result, error=error, was_asked=self._was_asked)

    def _book(self, cursor):
        env = api.Environment(cursor, SUPERUSER_ID, self._context)
        self._row = env["order.cycle.foreign.booking"].browse(self._row_id)
        picking = self._row.picking_id
        # From here on nobody else writes on the delivery: what the connector writes there after it
        # has booked cannot fail because of them. They wait, as they do in Odoo.
        if not picking.try_lock_for_update(allow_referencing=True):
            raise NotAskedYet(picking.name)
        self._was_asked = True
        picking.send_to_shipper()
        if not self._result:
            self._result = self._believe(picking)
            self._keep()
        self._row.is_noted = True
        cursor.commit()

    def once(self, ask):
        """Return what the connector says. It is entered the first time only.

        :param ask: callable without arguments that enters it
        """
        if self._result:
            return self._result.as_contract()
        told = ask()
        self._result = _read(told)
        self._keep()
        if not self._result:
            raise UnreadableAnswer(f"A list of one booking was expected, not {type(told)}.")
        return told

    def _keep(self):
        """Commit what is booked with all that the connector has written: labels, messages."""
        if self._result:
            self._row.write(self._row._prepare_result_vals(self._result))
        self._row.env.cr.commit()

    def _believe(self, picking):
        """Return what an add-on wrote that ships without Odoo's `send_shipping`."""
        if not picking.carrier_tracking_ref:
            raise UnreadableAnswer(f"Nothing says whether {picking.name} was booked.")
        return ForeignResult(
            tracking_ref=picking.carrier_tracking_ref, price=picking.carrier_price or 0.0
        )


class ForeignReplay:
    """Has Odoo note once more what a connector has booked; the connector is not entered."""

    def __init__(self, picking_id, result):
        self.picking_id = picking_id
        self._result = result

    def once(self, _ask):
        """Return what the connector said when it was asked."""
        return self._result.as_contract()


def note_again(picking, result):
    """Bring a booking that was made to Odoo's own fields of its delivery, by Odoo's own way."""
    with _let_in(ForeignReplay(picking.id, result)):
        picking.send_to_shipper()


def _read(told):
    """Return the `ForeignResult` of a connector's answer, or None if it cannot be read."""
    try:
        [booked] = told
        number, price = booked["tracking_number"], booked["exact_price"]
        return ForeignResult(tracking_ref=str(number or ""), price=float(price or 0))
    except (TypeError, ValueError, KeyError):
        return None


def words_of(error):
    """Return what an exception of a connector says, without secrets: they quote whole requests."""
    words = Redactor().words(str(error)).strip()
    if isinstance(error, UserError):
        return words
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _log(row_id, error):
    """Log where a connector failed: the places only, for a usual traceback quotes secrets."""
    frames = traceback.extract_tb(error.__traceback__)
    where = "\n".join(f"{frame.filename}:{frame.lineno}, {frame.name}" for frame in frames)
    _logger.warning("Booking %s: the connector failed: %s\n%s", row_id, words_of(error), where)
