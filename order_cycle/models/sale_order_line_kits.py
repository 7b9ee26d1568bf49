import math

from odoo import fields, models

from ..tools.demand import DIGITS, Supply, unready_kits


class SaleOrderLine(models.Model):
    """Order lines whose deliveries take other products than the one sold: the parts of a kit.

    Odoo takes a kit apart when the order is confirmed. What is missing then is a part, and only a
    part can be bought, made or brought from elsewhere.
    """

    _inherit = "sale.order.line"

    def _cycle_is_in_parts(self):
        """Return whether other products leave for this line than the one that was sold."""
        self.ensure_one()
        return any(move.product_id != self.product_id for move in self.move_ids)

    def _cycle_short_needs(self):
        """Return the set of (order line, product, warehouse) of which something is missing."""
        return {
            (line, move.product_id, line._cycle_place_of(move))
            for line in self._cycle_short_lines()
            for move in line._cycle_moves_waiting()
            if not move.product_id.uom_id.is_zero(
                line._cycle_missing_of(move.product_id, line._cycle_place_of(move))
            )
        }

    def _cycle_missing_of(self, product, warehouse=None):
        """Return how much of `product` this line still needs, in the product's unit.

        :param warehouse: in this one only
        """
        self.ensure_one()
        unit = product.uom_id
        missing = sum(
            move.product_uom._compute_quantity(
                move.product_uom_qty - move.quantity, unit, round=False
            )
            for move in self._cycle_moves_waiting(warehouse)
            if move.product_id == product
        )
        return unit.round(missing) if missing else 0.0

    def _cycle_missing_in_stock_unit(self, warehouse=None):
        """Of a kit: the number of whole kits that its parts are not there for."""
        self.ensure_one()
        if not self._cycle_is_in_parts():
            return super()._cycle_missing_in_stock_unit(warehouse)
        missing = (
            self._cycle_missing_of(product, warehouse) / (self._cycle_in_one(product) or 1.0)
            for product in self._cycle_moves_waiting(warehouse).product_id
        )
        return float(math.ceil(round(max(missing, default=0.0), DIGITS)))

    def _cycle_in_one(self, product):
        """Return how much of `product` leaves for one of what was sold, both in their own units."""
        self.ensure_one()
        sold = self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id, round=False
        )
        return self._cycle_leaving(product) / sold if sold else 0.0

    def _cycle_leaving(self, product, warehouse=None):
        """Return how much of `product` has left or is to leave for this line, in its unit.

        :param warehouse: from this one only
        """
        moves = self.move_ids.filtered(
            lambda move: move.state != "cancel" and move.product_id == product
        )
        if warehouse is not None:
            moves = moves.filtered(lambda move: self._cycle_place_of(move) == warehouse)
        # Of a journey of several steps only the last one counts.
        last = (moves - moves.move_orig_ids).filtered(
            lambda move: not move.origin_returned_move_id and move.location_id.usage != "customer"
        )
        return sum(last.mapped("product_qty"))

    def _cycle_wanted_of(self, product, warehouse):
        """Return how much of `product` the customer wants from `warehouse`, in its unit."""
        self.ensure_one()
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        elsewhere = [move for move in moves if self._cycle_place_of(move) != warehouse]
        if not elsewhere and not self._cycle_is_in_parts():
            return self._cycle_wanted_qty()
        if self.order_id.state == "cancel":
            return 0.0
        return self._cycle_leaving(product, warehouse)

    def _cycle_pieces_of(self, product):
        """Return how many pieces of `product` this line's price is for, in the product's unit."""
        self.ensure_one()
        if self._cycle_is_in_parts():
            return self._cycle_leaving(product)
        return self.product_uom_id._compute_quantity(
            self.product_uom_qty, product.uom_id, round=False
        )

    def _cycle_sold_for(self, product, missing):
        """Return how many of what was sold, in the line's unit, `missing` of `product` keep back.

        :param float missing: in the product's unit
        """
        self.ensure_one()
        if not self._cycle_is_in_parts():
            return product.uom_id._compute_quantity(missing, self.product_uom_id)
        # Another part of the same kit may have been given up a moment ago.
        missing = min(missing, self._cycle_missing_of(product))
        kits = math.ceil(round(missing / (self._cycle_in_one(product) or 1.0), DIGITS))
        return self.product_id.uom_id._compute_quantity(kits, self.product_uom_id)

    def _prepare_shortage_of(self, product, warehouse):
        """Return the values of one shortage line for each of these order lines.

        :param product, warehouse: what is missing, and where
        """
        return [
            {
                **vals,
                "missing_qty": line._cycle_missing_of(product, warehouse),
                "wanted_qty": line._cycle_wanted_of(product, warehouse),
            }
            for line, vals in zip(self, self._prepare_shortage(), strict=True)
        ]

    def _cycle_reserved_qty(self):
        """Of a kit: the number of whole kits whose parts are all reserved."""
        self.ensure_one()
        if not self._cycle_is_in_parts():
            return super()._cycle_reserved_qty()
        demands = self._cycle_demands()
        for demand in demands:
            there = self._cycle_reserved_of(demand.product, demand.warehouse)
            demand.use([Supply(fields.Datetime.now(), there, "stock")])
        return max(self._cycle_open_qty() - unready_kits(demands), 0.0) if demands else 0.0
