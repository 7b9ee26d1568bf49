from collections import defaultdict


class Elsewhere:
    """What the other warehouses of a company have free, while orders are planned.

    What an order was promised as a transfer is nobody's who was promised later, until that order
    is planned again.
    """

    def __init__(self):
        self._free = {}
        self._kept = defaultdict(float)
        self._promised = defaultdict(dict)

    def note(self, product, warehouse, free):
        """Note what can be promised of a product there; warehouses noted first are asked first."""
        self._free[product, warehouse] = free

    def keep(self, product, warehouse, quantity):
        """Note that so many are wanted there by what is planned now, and not counted as sold."""
        self._kept[product, warehouse] += quantity

    def promise(self, product, warehouse, whom, turn, quantity):
        """Note that `whom` was promised so many from there before.

        :param whom: (order line, the warehouse that waits for them)
        :param turn: when that order is served, compared with others
        """
        known = self._promised[product, warehouse]
        _turn, before = known.get(whom, (turn, 0.0))
        known[whom] = turn, before + quantity

    def forget(self, product, whom):
        """Forget what `whom` was promised of a product before: it is planned anew."""
        for (one, _warehouse), known in self._promised.items():
            if one == product:
                known.pop(whom, None)

    def take(self, product, target, turn, quantity):
        """Return a warehouse, not `target`, that has so many, which are gone then; or None.

        :param turn: what was promised to those who are served later is free
        """
        for (one, warehouse), free in self._free.items():
            if one != product or warehouse == target:
                continue
            promised = self._promised[one, warehouse].values()
            earlier = sum(number for their_turn, number in promised if their_turn < turn)
            left = free - self._kept[one, warehouse] - earlier
            if product.uom_id.compare(left, quantity) >= 0:
                self._free[one, warehouse] -= quantity
                return warehouse
        return None
