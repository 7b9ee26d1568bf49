"""What an allocation rule makes of the goods of one product in one warehouse. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from odoo import fields

from ..tools.allocation import Demand, allocate, complete_at, turn


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one order has, and what it would get.

    :param today, then: when it has all its goods, with and without the rule; None: nobody knows
    """

    move: Any
    demand: Demand
    gets: float
    today: Any
    then: Any


class AllocationPlan:
    """The demands of orders on one product in one warehouse, today and by a rule.

    :param rule: order.cycle.allocation.rule
    :param product, warehouse: singletons that the user may read
    """

    def __init__(self, rule, product, warehouse):
        # sudo: goods are shared out between orders that who decides may not read one by one
        self.env = rule.sudo().env
        self.rule, self.product = rule.sudo(), product.sudo()
        self.warehouse = warehouse.sudo()
        self.moves = self._moves()
        demands = {move: self.rule._demand(move) for move in self.moves}
        self.pool = self._free() + sum(demand.has for demand in demands.values())
        self.shares = self._shares(demands)

    def _moves(self):
        """Return the first step of each open delivery that has, or wants, goods of the shelf."""
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", self.product.id),
                ("company_id", "=", self.warehouse.company_id.id),
                ("state", "in", ("waiting", "confirmed", "partially_available", "assigned")),
                ("sale_line_id", "!=", False),
                ("procure_method", "=", "make_to_stock"),
                ("move_orig_ids", "=", False),
                ("location_id", "child_of", self.warehouse.lot_stock_id.id),
            ]
        )
        return moves.filtered(lambda move: not move.picked)

    def _free(self):
        """Return what nobody has reserved and nobody holds."""
        shelf = self.warehouse.lot_stock_id
        free = self.env["stock.quant"]._get_available_quantity(self.product, shelf)
        place = self.product.id, self.warehouse.id
        held = self.env["order.cycle.hold"]._held([place]).get(place, 0.0)
        return max(free - held, 0.0)

    def _arrivals(self):
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", self.product.id),
                ("state", "in", ("waiting", "confirmed", "partially_available", "assigned")),
                ("location_id.usage", "in", ("supplier", "production", "transit")),
                ("location_dest_id", "child_of", self.warehouse.view_location_id.id),
            ]
        )
        now = fields.Datetime.now()
        return [(max(move.date, now), move.product_qty) for move in moves]

    def _shares(self, demands):
        round_, criteria = self.product.uom_id.round, self.rule._in_order()
        given = allocate([*demands.values()], self.pool, criteria, round_)
        arrivals, now = self._arrivals(), fields.Datetime.now()
        ordered = sorted(demands.values(), key=lambda demand: turn(demand, criteria))
        by_promise = sorted(demands.values(), key=_by_promise)
        has = {demand.key: demand.has for demand in ordered}
        today = complete_at(by_promise, has, arrivals, now, round_)
        then = complete_at(ordered, given, arrivals, now, round_)
        moves = {move.id: move for move in demands}
        return [
            Share(
                move=moves[demand.key],
                demand=demand,
                gets=given[demand.key],
                today=today[demand.key],
                then=then[demand.key],
            )
            for demand in ordered
        ]


def _by_promise(demand):
    return (demand.promised or date.max, demand.key)
