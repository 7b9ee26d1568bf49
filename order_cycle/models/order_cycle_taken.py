from odoo import api, models


class TakenGoods(models.Model):
    """One exception for an order whose goods others took, however often they do."""

    _inherit = "order.cycle.exception"

    @api.model
    def _tell_of_taken(self, order, picking, text):
        """Show on `order` that its goods were taken, at once and in one place.

        :param order: sale.order singleton
        :param picking: the delivery that lost them
        :param str text: who took what, for what, and what is promised now
        """
        known = self._find_open(order, "reserve", "goods_taken", {})
        if known:
            text = f"{known.cause}\n{text}"
        return self._raise(order, "reserve", "goods_taken", text, picking_id=picking.id)

    @api.model
    def _close_taken(self, orders):
        """Solve it for `orders`, whose goods are there again."""
        self.search(
            [
                ("order_id", "in", orders.ids),
                ("kind", "=", "goods_taken"),
                ("state", "=", "open"),
            ]
        )._close("solved")
