from datetime import timedelta

from odoo import fields, models

from ..carriers.errors import CarrierError, CarrierTokenExpired
from .carrier_call import CarrierCall
from .carrier_words import error_text

# While somebody else signs in at the carrier.
TOKEN_WAIT = timedelta(seconds=2)


class OrderCycleAccountOutbox(models.AbstractModel):
    """Outbox rows that are sent with a carrier account: they heed its places, rests and token."""

    _name = "order.cycle.account.outbox"
    _inherit = "order.cycle.outbox"
    _description = "Outbox Row of a Carrier Account"

    def _offers(self, capability):
        """Return whether the carrier of this row can do that.

        :param Capability capability: what is to be asked
        """
        return bool(self.account_id) and capability in self.account_id._info().capabilities

    # === WHAT MAY BE ASKED NOW? === #

    def _search_due(self, domain, limit, under_way):
        """Leave out what an account has no place for: a carrier that hangs delays no other."""
        places = self._free_places(under_way)
        found = self.browse()
        while len(found) < limit:
            full = [account_id for account_id, free in places.items() if free <= 0]
            has_place = ["|", ("effects_pending", "=", True), ("account_id", "not in", full)]
            others = [("id", "not in", found.ids), *has_place, *domain]
            wanted = limit - len(found)
            rows = super()._search_due(others, wanted, under_way)
            found += rows.filtered(lambda row: row.effects_pending or row._takes_place(places))
            # Rows of an account that is full now may have hidden those of others.
            if len(rows) < wanted:
                break
        return found - found._put_off_without_token()

    def _free_places(self, under_way):
        """Return how many calls may start now, by the id of accounts that are not closed."""
        every_account = self.env["order.cycle.carrier.account"].with_context(active_test=False)
        accounts = every_account.search([])
        places = accounts.filtered(lambda account: not account._closed_until())._places()
        rows = self.browse(under_way)
        rows.fetch(["state", "account_id"])
        for row in rows:
            if not row._is_counted() and row.account_id.id in places:
                places[row.account_id.id] -= 1
        return places

    def _takes_place(self, places):
        """Return whether there is a place left at this row's account, and take it.

        An account that is closed has none and needs none: its rows are put off.
        """
        account_id = self.account_id.id
        if account_id not in places:
            return True
        places[account_id] -= 1
        return places[account_id] >= 0

    def _put_off_without_token(self):
        """Put off and return the rows whose account has no access token yet: somebody fetches it.

        Ends the transaction: a carrier may be asked for the token. One that is closed is not.
        """
        waiting = self.browse()
        for account, rows in self.grouped("account_id").items():
            rows = rows.filtered(lambda row: not row.effects_pending)
            if rows and not account._closed_until() and not account._ensure_token():
                soon = fields.Datetime.now() + TOKEN_WAIT
                rows.write({"next_try_at": account._closed_until() or soon})
                waiting |= rows
        return waiting

    # === THE CALL === #

    def _open_call(self):
        """Return a call to the carrier, or None: the row is put off, and people are told why."""
        account = self.account_id
        if not account._closed_until():
            try:
                return CarrierCall(account, self.request_ref)
            except CarrierError as error:
                account._rest_after(error)
                self.write({"state_message": error_text(self.env, error), "effects_pending": True})
        self.next_try_at = account._closed_until() or self._backoff()
        return None

    def _keep_calls(self, answers):
        for row, answer in answers.items():
            if isinstance(answer.error, CarrierTokenExpired):
                row.account_id._forget_token(answer.token)
        Call = self.env["order.cycle.call"]
        Call.create(
            [
                {
                    **Call._prepare_vals(exchange),
                    self._call_field(): row.id,
                    "account_id": row.account_id.id,
                    "company_id": row.company_id.id,
                }
                for row, answer in answers.items()
                for exchange in answer.exchanges
            ]
        )

    # === HOOKS === #

    def _is_counted(self):
        """Return whether `_places` counts this row's call, which is under way, by itself."""
        return False

    def _call_field(self):
        """Return the name of the field of `order.cycle.call` that leads here."""
        raise NotImplementedError
