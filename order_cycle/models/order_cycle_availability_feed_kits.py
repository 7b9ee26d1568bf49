from odoo import models
from odoo.fields import Domain


class FeedOfKits(models.Model):
    """Kits in the feed: told by their components, and told again when one of these changes."""

    _inherit = "order.cycle.channel"

    def _feed_domain(self):
        kits = self._feed_kits()
        limited = [kit.id for kit, parts in kits.items() if parts]
        # A kit of nothing that is kept in stock is limited by nothing: there is no number to tell.
        endless = [kit.id for kit, parts in kits.items() if not parts]
        return (super()._feed_domain() & Domain("id", "not in", endless)) | Domain(
            "id", "in", limited
        )

    def _feed_changed(self, cursor, warehouses):
        changed = super()._feed_changed(cursor, warehouses)
        if not changed:
            return changed
        return changed | {
            kit.id
            for kit, parts in self._feed_kits().items()
            if any(part.id in changed for part in parts)
        }

    def _feed_steps(self, products, warehouses):
        availability = self.env["order.cycle.availability"]
        kits = availability._kits(products, warehouses)
        if not kits:
            return super()._feed_steps(products, warehouses)
        return availability._steps_with_kits(products, warehouses, kits, None, self)

    def _feed_kits(self):
        return self.env["order.cycle.kit"]._sold(self._feed_company())
