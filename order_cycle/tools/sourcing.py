"""From where the lines of one order are served. Without Odoo, and the same for the same ways."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

CRITERIA = ("date", "shipments", "distance", "cost")
NEVER = date.max


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to serve one order line.

    :param parts: ((warehouse, quantity), ...): from whose stock the goods come
    :param ships: the warehouses that send them to the customer
    :param ready_at: when all of it can leave; None if nobody knows
    :param cost: what it costs besides further shipments, e.g. a transfer
    :param is_home: True where nothing is changed
    :param kind: ``stay``, ``ship`` or ``transfer``
    """

    parts: tuple[tuple[Hashable, float], ...]
    ships: frozenset
    ready_at: datetime | None
    cost: float = 0.0
    is_home: bool = False
    kind: str = "ship"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the ways of an order's lines are judged by.

    :param home: the order's own warehouse
    :param already: warehouses that ship something else of this order in any case
    :param distance: {warehouse: distance to the customer}
    :param price: price(warehouse) of one further shipment
    :param criteria: names of `CRITERIA`, the most important first
    """

    home: Hashable
    already: frozenset
    distance: dict
    price: Callable[[Hashable], float]
    criteria: Sequence[str]

    def values(self, ways: Sequence[Way]) -> dict:
        """Return what these ways mean together: unserved lines, and a number per criterion."""
        ships = self.already.union(*(way.ships for way in ways))
        return {
            "unserved": sum(way.ready_at is None for way in ways),
            "date": max(way.ready_at.date() if way.ready_at else NEVER for way in ways),
            "shipments": len(ships),
            "distance": round(sum(self.distance.get(place, 0.0) for place in ships), 3),
            "cost": round(self.cost(ships) + sum(way.cost for way in ways), 6),
            "moved": sum(not way.is_home for way in ways),
        }

    def key(self, ways: Sequence[Way]) -> tuple:
        """Return what the smaller of is better. Goods without a date serve nobody."""
        found = self.values(ways)
        return (found["unserved"], *(found[name] for name in self.criteria), found["moved"])

    def cost(self, ships) -> float:
        """Return the price of all shipments but the one that leaves in any case."""
        prices = {place: self.price(place) for place in ships}
        first = self.home if self.home in prices else max(prices, key=prices.get, default=None)
        return sum(price for place, price in prices.items() if place != first)


def choose(order: Order, lines: Sequence[Sequence[Way]], short: Sequence[bool]) -> list[Way]:
    """Return one way for each line.

    Line by line, the best one with what was chosen before; also with each warehouse preferred,
    and all from one warehouse, because the fewest shipments are not found line by line.

    :param lines: the ways of each line, "nothing is changed" first
    :param short: whether each line misses goods; one that does not is moved only with the others
    """
    warehouses = dict.fromkeys(place for ways in lines for way in ways for place in way.ships)
    plans = [_greedy(order, lines, short, None), [ways[0] for ways in lines]]
    for place in warehouses:
        plans.append(_greedy(order, lines, short, place))
        whole = [_all_from(ways, place) for ways in lines]
        if all(whole):
            plans.append(whole)
    return min(plans, key=order.key)


def _greedy(order, lines, short, preferred):
    chosen = []
    for ways, is_short in zip(lines, short, strict=True):
        if not is_short:
            chosen.append(ways[0])
            continue
        liked = _all_from(ways, preferred)
        pool = [liked] if liked else ways
        chosen.append(min(pool, key=lambda way: order.key([*chosen, way])))
    return chosen


def _all_from(ways, place):
    """Return the way that ships everything from ``place``, served, or None."""
    return next((way for way in ways if way.ships == {place} and way.ready_at), None)


def merit(order: Order, lines: Sequence[Sequence[Way]], chosen: Sequence[Way], at: int) -> str:
    """Return what decided for the way of the line ``at``: a criterion, ``only`` or ``even``.

    :return: ``only`` if no other way serves the line, ``even`` if nothing tells them apart
    """
    others = [way for way in lines[at] if way != chosen[at] and way.ready_at]
    if not others:
        return "only"
    plans = [[*chosen[:at], way, *chosen[at + 1 :]] for way in others]
    ours, theirs = order.values(chosen), order.values(min(plans, key=order.key))
    return next((name for name in order.criteria if ours[name] != theirs[name]), "even")
