from datetime import timedelta

# Two readings of the clock in one transaction may differ that much.
SAME_MOMENT = timedelta(minutes=1)


class Shelf:
    """What is left of one product in one warehouse, by date, while orders are served from it."""

    def __init__(self, steps, arrivals, unit):
        """Start from what can be promised.

        :param list steps: [(naive UTC datetime, quantity that can be promised by then)], by date,
            the first of them now
        :param list arrivals: [(naive UTC datetime, source that brings goods)], by date
        :param unit: uom.uom of the quantities
        """
        self.steps = steps
        self.arrivals = arrivals
        self.unit = unit

    def keep(self, moment, quantity):
        """Take away what is somebody's own from `moment` on: nobody else may have it."""
        known = [at for at, _free in self.steps if at <= moment + SAME_MOMENT]
        if known:
            self._remove(known[-1], quantity)

    @property
    def short(self):
        """What those who are counted already miss in the end, never below zero."""
        return max(-self.steps[-1][1], 0.0) if self.steps else 0.0

    def is_now(self, moment):
        return moment <= self.steps[0][0]

    def take(self, wanted):
        """Return [(datetime, quantity, source or None)], the earliest goods first.

        Together at most `wanted`; what is returned is gone. A source of None is the stock.
        """
        taken = []
        for moment in [at for at, _free in self.steps]:
            quantity = min(self._free(moment), wanted)
            if self.unit.compare(quantity, 0) > 0:
                self._remove(moment, quantity)
                wanted -= quantity
                taken.append((moment, quantity, self._source(moment)))
        return taken

    def _free(self, moment):
        return next(free for at, free in self.steps if at == moment)

    def _remove(self, moment, quantity):
        left = self._free(moment) - quantity
        self.steps = [
            (at, free - quantity if at >= moment else min(free, left)) for at, free in self.steps
        ]

    def _source(self, moment):
        """Return what arrived last by then: the quantity grows with an arrival only."""
        if self.is_now(moment):
            return None
        return ([source for at, source in self.arrivals if at <= moment + SAME_MOMENT] or [None])[
            -1
        ]
