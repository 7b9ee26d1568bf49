"""Who gets goods that are not enough for all, how many, and by when. Without Odoo."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

CRITERIA = ("promise", "class", "value", "age")


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What one order wants of the goods.

    :param wanted, has: what it needs, and what is reserved for it now, in the product's unit
    :param is_kept: what it has is taken by nobody
    :param promised: the day its customer was told, or None
    :param points: of the customer's class; more come first
    :param value: of the order, in the company's currency; more comes first
    """

    key: Hashable
    wanted: float
    has: float = 0.0
    is_kept: bool = False
    promised: date | None = None
    points: int = 0
    value: float = 0.0
    placed_at: datetime = datetime.min


def turn(demand: Demand, criteria: Sequence[str]) -> tuple:
    """Return what the demands are sorted by; the oldest comes first where all else is equal."""
    found = {
        "promise": demand.promised or date.max,
        "class": -demand.points,
        "value": -demand.value,
        "age": demand.placed_at,
    }
    return (*(found[name] for name in criteria), demand.placed_at, demand.key)


def allocate(
    demands: Sequence[Demand],
    pool: float,
    criteria: Sequence[str],
    round_: Callable[[float], float] = lambda number: round(number, 6),
) -> dict:
    """Return {key: how many it gets}, in turn: what it wants, as long as ``pool`` lasts.

    :param pool: what there is, with what the demands have reserved
    """
    ordered = sorted(demands, key=lambda demand: turn(demand, criteria))
    kept = {demand.key: demand.has if demand.is_kept else 0.0 for demand in ordered}
    left = max(pool - sum(kept.values()), 0.0)
    given = {}
    for demand in ordered:
        more = max(min(demand.wanted - kept[demand.key], left), 0.0)
        given[demand.key] = round_(kept[demand.key] + more)
        left = max(round_(left - more), 0.0)
    return given


def complete_at(
    ordered: Sequence[Demand],
    given: dict,
    arrivals: Sequence[tuple[datetime, float]],
    now: datetime,
    round_: Callable[[float], float] = lambda number: round(number, 6),
) -> dict:
    """Return {key: when it has all it wants}; None where nobody knows.

    :param ordered: who is served first by what arrives
    :param given: {key: what it has to begin with}
    """
    shelf = [[at, number] for at, number in sorted(arrivals)]
    found = {}
    for demand in ordered:
        missing, at = round_(demand.wanted - given[demand.key]), now
        for row in shelf:
            if missing <= 0:
                break
            taken = min(row[1], missing)
            row[1], missing = round_(row[1] - taken), round_(missing - taken)
            at = max(at, row[0]) if taken else at
        found[demand.key] = at if missing <= 0 else None
    return found
