import math
from collections import defaultdict
from typing import Any, NamedTuple

# A number of kits is as exact as this.
DIGITS = 6


class Supply(NamedTuple):
    """Goods that serve a demand.

    :param ready: naive UTC datetime when they are in the warehouse
    :param quantity: in the product's unit
    :param cause: where they come from, as a promise says it
    :param source: (model, id, name) of the document behind it, or None
    """

    ready: Any
    quantity: float
    cause: str
    source: tuple | None = None


class Demand:
    """What one order line still wants of one product from one warehouse, and what serves it.

    A line has several of them where it leaves from several warehouses, or sells a kit.
    """

    def __init__(self, line, product, warehouse, quantity, in_one=1.0):
        """Start without any supply.

        :param quantity: in the product's unit
        :param in_one: how much of the product is in one of what the line sells, both in their
            own units
        """
        self.line = line
        self.product = product
        self.warehouse = warehouse
        self.quantity = quantity
        self.in_one = in_one
        self.supplies = []

    @property
    def missing(self):
        """What nothing serves yet, in the product's unit, never below zero."""
        left = self.quantity - sum(supply.quantity for supply in self.supplies)
        return left if self.product.uom_id.compare(left, 0) > 0 else 0.0

    @property
    def last(self):
        """The supply that comes last; only where something serves it."""
        return max(self.supplies, key=lambda supply: supply.ready)

    def use(self, supplies):
        """Take what is missing out of `supplies`, one after the other; return what is left."""
        left = []
        for supply in supplies:
            taken = min(supply.quantity, self.missing)
            if self.product.uom_id.compare(taken, 0) > 0:
                self.supplies.append(supply._replace(quantity=taken))
                supply = supply._replace(quantity=supply.quantity - taken)
            left.append(supply)
        return left


def whole_kits(demands, cause):
    """Return for how many whole kits the supplies of one cause are enough.

    :param demands: all of one line that sells a kit
    """
    there, wanted = defaultdict(float), {}
    for demand in demands:
        wanted[demand.product] = demand.in_one
        there[demand.product] += sum(
            supply.quantity for supply in demand.supplies if supply.cause == cause
        )
    kits = [there[product] / in_one for product, in_one in wanted.items() if in_one]
    return float(math.floor(round(min(kits, default=0.0), DIGITS)))
