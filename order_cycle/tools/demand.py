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


def unready_kits(demands):
    """Return how many kits are incomplete as long as only what is in stock is there.

    Some parts may have left before the others: of those there is less to be had than kits.

    :param demands: all of one line that sells a kit
    """
    lacking, in_one = defaultdict(float), {}
    for demand in demands:
        in_one[demand.product] = demand.in_one
        lacking[demand.product] += demand.quantity - sum(
            supply.quantity for supply in demand.supplies if supply.cause == "stock"
        )
    kits = [lacking[product] / number for product, number in in_one.items() if number]
    return float(math.ceil(round(max(kits, default=0.0), DIGITS)))
