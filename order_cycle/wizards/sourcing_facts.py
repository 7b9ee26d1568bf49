"""What is known about the lines of one order when somebody asks where they could leave from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from odoo import fields
from odoo.exceptions import UserError

from ..tools.distance import Place, distances
from ..tools.sourcing import Order, Way


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One order line, and what of it is to be decided.

    :param own: the warehouse it leaves from if nothing is decided
    :param quantity: in the product's unit: all of a quotation, what is missing of an order
    :param own_free: what its own warehouse can give now
    :param free: {helper: what it can give now}, only of those that have some
    :param own_at: when its own warehouse has all of it, or None
    """

    line: Any
    own: Any
    quantity: float
    own_free: float
    free: dict
    own_at: Any

    @property
    def unit(self):
        return self.line.product_id.uom_id

    @property
    def is_short(self) -> bool:
        return self.unit.compare(self.own_free, self.quantity) < 0


class SourcingFacts:
    """Stock, distances and prices for all lines of one order.

    :param order: sale.order singleton that the user was allowed to change
    """

    def __init__(self, order, *, may_transfer):
        # sudo: who sells sees how much is where, without rights on each of it
        self.order = order.sudo()
        self.env = self.order.env
        self.rule = self.env["order.cycle.sourcing.rule"]._for(self.order)
        self.is_draft = self.order.state != "sale"
        self.may_transfer = may_transfer and not self.is_draft
        self.lines = self.order._cycle_lines_to_source()
        own = {line: self.order._cycle_own_warehouse(line) for line in self.lines}
        warehouses = self.env["stock.warehouse"].union(*own.values())
        self.helpers = {place: self.rule._helpers(place) for place in warehouses}
        self.places = warehouses.union(*self.helpers.values())
        self.steps = self.env["order.cycle.availability"]._steps(
            tuple(self.lines.product_id.filtered("is_storable").ids),
            self.places,
            self.lines,
            self.order.cycle_channel_id,
        )
        # After the stock was looked at: what it has now is there by now.
        self.now = fields.Datetime.now()
        self._promised = self._own_demand(own)
        self.wishes = [self._wish(line, place) for line, place in own.items()]
        self.basis, self.distance = self._distances()
        self.price, self.is_price_known = self._price()

    # === STOCK === #

    def _own_demand(self, own):
        """Return {(product, warehouse): what these lines have there already}: it is not free."""
        asked = defaultdict(float)
        if self.is_draft:
            return asked
        for line, place in own.items():
            for warehouse, quantity in line._cycle_asked(only_open=True).items():
                asked[line.product_id, warehouse] += quantity
            asked[line.product_id, place] -= line._cycle_missing_in_stock_unit(place)
        return asked

    def _wish(self, line, own):
        quantity = self._quantity(line, own)
        free = {
            helper: left
            for helper in self.helpers[own]
            if line.product_id.uom_id.compare(left := self._free(line, helper), 0) > 0
        }
        own_at = self._earliest(line, own, quantity)
        wish = Wish(
            line=line, own=own, quantity=quantity, own_free=self._own_free(line, own),
            free=free, own_at=own_at,
        )  # fmt: skip
        # The next line of the same product does not get the same pieces.
        for place in own | self.helpers[own]:
            self._promised[line.product_id, place] += quantity
        return wish

    def _quantity(self, line, own):
        if self.is_draft:
            return line._cycle_wanted_qty()
        return line._cycle_missing_in_stock_unit(own)

    def _own_free(self, line, own):
        """Return what of the wish its own warehouse has now: nothing of what an order misses."""
        return self._free(line, own) if self.is_draft else 0.0

    def _free(self, line, place):
        rows = self.steps.get((line.product_id.id, place.id), [])
        there = [free for at, free in rows if at <= self.now][-1:] or [0.0]
        return max(there[0] - self._promised[line.product_id, place], 0.0)

    def _earliest(self, line, place, quantity):
        wanted = quantity + self._promised[line.product_id, place]
        compare = line.product_id.uom_id.compare
        rows = self.steps.get((line.product_id.id, place.id), [])
        found = next((at for at, free in rows if compare(free, wanted) >= 0), None)
        return found and max(found, self.now)

    # === DISTANCE AND PRICE === #

    def _distances(self):
        places = {place: self._place(place.partner_id) for place in self.places}
        return distances(places, self._place(self.order.partner_shipping_id))

    def _place(self, partner):
        return Place(
            latitude=partner.partner_latitude,
            longitude=partner.partner_longitude,
            country=partner.country_id.code or "",
            state=partner.state_id.code or "",
            zip=partner.zip or "",
        )

    def _price(self):
        """Return the price of a further shipment, and whether the delivery method's is in it."""
        goods = [(wish.line, wish.quantity) for wish in self.wishes if wish.is_short]
        asked = shipment_price(self.order.carrier_id, goods)
        return self.rule.split_cost + (asked or 0.0), asked is not None

    # === WAYS === #

    def frame(self):
        """Return what the ways are judged by."""
        return Order(
            home=self.order.warehouse_id.id,
            already=self._already(),
            distance={place.id: distance for place, distance in self.distance.items()},
            price=lambda _place: self.price,
            criteria=self.rule._in_order(),
        )

    def _already(self):
        """Return the ids of the warehouses that ship other goods of this order in any case."""
        others = self.order.order_line - self.lines
        if self.is_draft:
            routed = others.filtered(lambda line: line.product_id.type == "consu")
            return frozenset(routed.warehouse_id.ids)
        moves = self.order.picking_ids.move_ids.filtered(
            lambda move: move._cycle_is_open() and move.location_id.warehouse_id
        )
        kept = moves.filtered(
            lambda move: move.sale_line_id in others or not move.product_uom.is_zero(move.quantity)
        )
        return frozenset(kept.location_id.warehouse_id.ids)

    def ways(self, wish):
        """Return the ways to serve `wish`: leaving it as it is first."""
        ways = [self.stay(wish)]
        own, compare = wish.own.id, wish.unit.compare
        is_split = self.rule.may_split and compare(wish.own_free, 0) > 0 and wish.is_short
        rest = wish.unit.round(wish.quantity - wish.own_free)
        for helper, free in wish.free.items():
            if compare(free, wish.quantity) >= 0:
                ways.append(self._ship([(helper.id, wish.quantity)]))
            if is_split and compare(free, rest) >= 0:
                ways.append(self._ship([(own, wish.own_free), (helper.id, rest)]))
            if self.may_transfer and compare(free, wish.quantity) >= 0:
                ways.append(self._transfer(wish, helper))
        if len(ways) == 1 and self.rule.may_split:
            ways += self._from_many(wish)
        return ways

    def stay(self, wish):
        return Way(
            parts=((wish.own.id, wish.quantity),),
            ships=frozenset([wish.own.id]),
            ready_at=self.now if not wish.is_short else wish.own_at,
            is_home=True,
            kind="stay",
        )

    def _ship(self, parts):
        ships = frozenset(place for place, _quantity in parts)
        return Way(parts=tuple(parts), ships=ships, ready_at=self.now)

    def _transfer(self, wish, helper):
        return Way(
            parts=((helper.id, wish.quantity),),
            ships=frozenset([wish.own.id]),
            ready_at=self.arrival(wish.own, helper),
            cost=self.rule.transfer_cost,
            kind="transfer",
        )

    def arrival(self, own, helper):
        """Return when goods of `helper` are in `own`."""
        transfer = self.env["order.cycle.remedy.transfer"]
        return self.now + timedelta(days=transfer._days(helper, own))

    def _from_many(self, wish):
        """Yield one way from all that have some, where none of them has enough."""
        left, parts = wish.quantity, []
        shelves = [(wish.own, wish.own_free)]
        shelves += sorted(wish.free.items(), key=lambda pair: -pair[1])
        for place, free in shelves:
            taken = min(free, left)
            if wish.unit.compare(taken, 0) > 0:
                parts.append((place.id, taken))
                left = wish.unit.round(left - taken)
        if wish.unit.compare(left, 0) <= 0:
            yield self._ship(parts)


def shipment_price(method, goods):
    """Return what `method` asks for one shipment of `goods`, company currency; no carrier is asked.

    :param goods: [(sale.order.line, quantity in the product's unit)]
    :return: None where only the carrier knows
    """
    if method.delivery_type == "base_on_rule" and goods:
        return _price_by_rule(method, goods)
    is_fixed = method.delivery_type == "order_cycle" and method.cycle_pricing == "fixed"
    return method.fixed_price if is_fixed or method.delivery_type == "fixed" else None


def _price_by_rule(method, goods):
    total = weight = volume = quantity = wv = 0.0
    for line, pieces in goods:
        product, wanted = line.product_id, line._cycle_wanted_qty()
        total += line.price_total * pieces / wanted if wanted else 0.0
        weight += product.weight * pieces
        volume += product.volume * pieces
        wv += product.weight * product.volume * pieces
        quantity += pieces
    total = method._compute_currency(goods[0][0].order_id, total, "pricelist_to_company")
    try:
        return method._get_price_from_picking(total, weight, volume, quantity, wv=wv)
    except UserError:
        # None of the method's rules fits: the price is not known.
        return None
