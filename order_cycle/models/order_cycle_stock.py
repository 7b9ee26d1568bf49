from odoo import api, models
from odoo.tools import SQL


class OrderCycleStock(models.AbstractModel):
    """Counts goods in sets, with one query for as many products as are asked for."""

    _name = "order.cycle.stock"
    _description = "Goods in Stock"

    @api.model
    def _uncommitted(self, places):
        """Return what is on hand and wanted by no open delivery, reserved or not.

        A delivery in several steps counts once, by the first step that is still open; one that
        waits for goods of its own (bought or made to order) takes none from stock.

        :param places: iterable of pairs (product id, warehouse id)
        :return: {(product id, warehouse id): quantity in the product's unit, may be negative}
        """
        places = tuple(place for place in places if all(place))
        if not places:
            return {}
        self.env["stock.quant"].flush_model(["quantity", "location_id", "product_id"])
        self.env["stock.move"].flush_model()
        self.env.cr.execute(
            SQL(
                """SELECT product_id, warehouse_id, SUM(quantity)
                     FROM (%s UNION ALL %s) AS goods
                    WHERE (product_id, warehouse_id) IN %s
                 GROUP BY product_id, warehouse_id""",
                self._on_hand({product for product, _warehouse in places}),
                self._wanted({product for product, _warehouse in places}),
                places,
            )
        )
        return {(product, place): quantity for product, place, quantity in self.env.cr.fetchall()}

    def _on_hand(self, product_ids):
        return SQL(
            """SELECT quant.product_id, place.warehouse_id, quant.quantity
                 FROM stock_quant quant
                 JOIN stock_location place ON place.id = quant.location_id
                WHERE quant.product_id IN %s AND place.usage = 'internal'""",
            tuple(product_ids),
        )

    def _wanted(self, product_ids):
        return SQL(
            """SELECT move.product_id, place.warehouse_id, -move.product_qty
                 FROM stock_move move
                 JOIN stock_location place ON place.id = move.location_id
                 JOIN stock_location goal
                   ON goal.id = COALESCE(move.location_final_id, move.location_dest_id)
                WHERE move.product_id IN %s
                  AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                  AND place.usage = 'internal'
                  AND goal.warehouse_id IS DISTINCT FROM place.warehouse_id
                  AND NOT EXISTS (
                        SELECT 1
                          FROM stock_move_move_rel chain
                          JOIN stock_move before ON before.id = chain.move_orig_id
                         WHERE chain.move_dest_id = move.id
                           AND before.state NOT IN ('done', 'cancel'))""",
            tuple(product_ids),
        )
