from odoo import models

from ..exceptions import ReasonWanted
from .order_cycle_reserving import MUST_RESERVE
from .order_cycle_taking import BY_BUTTON


class TakingDoor(models.Model):
    """The buttons of a transfer: they ask for a reason, and wait for goods."""

    _inherit = "stock.picking"

    def button_validate(self):
        """Validate; where goods of others would be taken, ask for the reason in a window first."""
        if self.env.context.get("order_cycle__advancing") or not self._cycle_takes_from_shelves():
            return super().button_validate()
        try:
            with self.env.cr.savepoint():
                pickings = self.with_context(**{BY_BUTTON: True})
                return super(TakingDoor, pickings).button_validate()
        except ReasonWanted as wanted:
            return self.env["order.cycle.taking.reason"]._open_for(self, wanted.victims)

    def action_assign(self):
        """Reserve now: a person looks at the answer."""
        return super(TakingDoor, self.with_context(**{MUST_RESERVE: True})).action_assign()

    def _cycle_takes_from_shelves(self):
        """Return whether goods leave a place where others may have some reserved."""
        # sudo: who moves goods need not read every place they are moved from
        pickings = self.sudo()
        places = pickings.move_ids.location_id | pickings.move_line_ids.location_id
        return not all(place.should_bypass_reservation() for place in places)
