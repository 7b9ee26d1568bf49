import math
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.demand import Demand

# Moves that may still miss goods.
SHORT = ("waiting", "confirmed", "partially_available")
FAR = fields.Datetime.to_datetime("9999-12-31")


class LineDemand(models.Model):
    """What still has to leave for an order line, and from where.

    The moves of a sold line say it, and the sources of a quotation.
    """

    _inherit = "sale.order.line"

    cycle_transfers = fields.Json(
        string="Counted on from Elsewhere",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="What the plan of this line has other warehouses send, nobody having done so yet: "
        "product, warehouse that has it, warehouse that waits, and quantity in the product's unit.",
    )

    _cycle_from_elsewhere = models.Index("(id) WHERE cycle_transfers IS NOT NULL")

    def _cycle_turn(self):
        """Return what orders the lines that want the same goods: promised earlier, served first.

        Quotations come last, in their own order.
        """
        self.ensure_one()
        promised = self.state == "sale" and self.cycle_promise_date
        return promised or FAR, self._origin.id or math.inf

    def _cycle_count_on(self, parts):
        """Keep in mind what this plan has other warehouses send: nobody reserves it there."""
        self.ensure_one()
        # sudo: whoever causes a plan may not write the order
        line = self.sudo()
        transfers = next((part["transfers"] for part in parts if part.get("transfers")), False)
        if transfers != (line.cycle_transfers or False):
            line.cycle_transfers = transfers or None

    @api.model
    def _cycle_waiting_for_transfer(self, products=None):
        """Return the lines that count on goods which another warehouse is to send.

        :param products: of these only
        """
        waiting = Domain("state", "in", SHORT)
        if products is not None:
            waiting &= Domain("product_id", "in", products.ids)
        return self.sudo().search(
            [
                ("cycle_transfers", "!=", False),
                ("state", "=", "sale"),
                ("move_ids", "any", waiting),
            ],
            order="id",
        )

    def _cycle_demands(self):
        """Return [Demand]: one for each product and warehouse that something is to leave from.

        :return: see `tools.demand`; without any supply yet
        """
        self.ensure_one()
        if self.state != "sale":
            shares = self._cycle_wanted_shares() if self._cycle_sources() else {}
            shares = shares or {self._cycle_short_warehouse(): self._cycle_open_qty()}
            return [Demand(self, self.product_id, place, qty) for place, qty in shares.items()]
        leaving = self._cycle_to_leave()
        if self._cycle_is_in_parts():
            return [
                Demand(self, product, place, quantity, self._cycle_in_one(product))
                for (product, place), quantity in leaving.items()
            ]
        if len(leaving) > 1:
            return [
                Demand(self, product, place, quantity)
                for (product, place), quantity in leaving.items()
            ]
        # Also what is not on a delivery: somebody cancelled one, say, and the order wants it still.
        place = next((place for _product, place in leaving), self._cycle_short_warehouse())
        return [Demand(self, self.product_id, place, self._cycle_open_qty())]

    def _cycle_to_leave(self):
        """Return {(product, warehouse): quantity in the product's unit} of what is to be sent."""
        self.ensure_one()
        moves = self._cycle_open_moves()
        quantities = defaultdict(float)
        # Of a journey of several steps only the last one counts.
        for move in moves - moves.move_orig_ids:
            quantities[move.product_id, self._cycle_place_of(move)] += move.product_qty
        return quantities

    def _cycle_open_moves(self):
        """Return the moves that are to bring goods to the customer, not back."""
        return self.move_ids.filtered(
            lambda move: (
                move._cycle_is_open()
                and not move.origin_returned_move_id
                and move.location_id.usage != "customer"
            )
        )

    def _cycle_place_of(self, move):
        """Return the warehouse a move leaves from; what a vendor sends counts as the line's own."""
        return move.location_id.warehouse_id or self.warehouse_id or self.order_id.warehouse_id

    def _cycle_reserved_of(self, product, warehouse=None):
        """Return how much of `product` is reserved for this line, in the product's unit.

        :param warehouse: in this one only
        """
        self.ensure_one()
        # What another warehouse has reserved to send it here is not there yet.
        places = {place for _product, place in self._cycle_to_leave()}
        return sum(
            move.product_uom._compute_quantity(move.quantity, product.uom_id)
            for move in self._cycle_open_moves()
            if move.product_id == product
            and not move.location_id.should_bypass_reservation()
            and move.location_id.warehouse_id in places
            and warehouse in (None, move.location_id.warehouse_id)
        )
