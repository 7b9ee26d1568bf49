from collections import defaultdict


class Elsewhere:
    """What the other warehouses of a company have free, while orders are planned.

    What an order was promised as a transfer is nobody else's until that order is planned again.
    """

    def __init__(self):
        self._free = {}
        self._promised = defaultdict(dict)

    def knows(self, product, warehouse):
        return (product, warehouse) in self._free

    def note(self, product, warehouse, free):
        """Note what can be promised of a product there; warehouses noted first are asked first."""
        self._free[product, warehouse] = free

    def promise(self, product, warehouse, line, quantity):
        """Note that `line` was promised so many from there before."""
        known = self._promised[product, warehouse]
        known[line] = known.get(line, 0.0) + quantity

    def forget(self, line):
        """Forget what `line` was promised before: it is planned anew."""
        for known in self._promised.values():
            known.pop(line, None)

    def take(self, product, target, quantity):
        """Return a warehouse, not `target`, that has so many, which are gone then; or None."""
        for (one, warehouse), free in self._free.items():
            left = free - sum(self._promised[one, warehouse].values())
            if (
                one == product
                and warehouse != target
                and (product.uom_id.compare(left, quantity) >= 0)
            ):
                self._free[one, warehouse] -= quantity
                return warehouse
        return None
