"""Where goods are, judged by all scans that are known of them.

The answer depends on the scans alone, never on the order in which they became known: carriers
send them late, twice and out of order.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

#: The road to the receiver. Who has been further down it is not taken back by an earlier place.
ROAD = ("announced", "collected", "in_transit", "out_for_delivery")
#: How a journey ends. The latest of these counts: delivered goods may come back, and only a
#: return that happened after the delivery says so.
ENDS = ("returning", "returned", "delivered")
#: What went wrong -> the scans that, if they happened after it, show that it is over.
_MOVES_AGAIN = frozenset({"in_transit", "out_for_delivery"})
_ON_THE_VAN = frozenset({"out_for_delivery"})
TROUBLES = {
    "incident": _MOVES_AGAIN,
    "delivery_failed": _ON_THE_VAN,
    "held": _MOVES_AGAIN,
    "refused": _ON_THE_VAN,
    "damaged": _ON_THE_VAN,
    "lost": frozenset({"collected"}) | _MOVES_AGAIN,
    "cancelled": frozenset({"collected"}) | _MOVES_AGAIN,
}
#: After these a carrier has no more to tell.
FINAL = frozenset({"delivered", "returned", "cancelled"})
#: A person has to do something.
INCIDENTS = (
    ("lost", "damaged", "refused", "returning", "returned")
    # Of several pieces the worst one names the shipment.
    + ("held", "delivery_failed", "incident")
)
_RANK = {code: rank for rank, code in enumerate(("", *ROAD))}
_EARLIEST_FIRST = (*ROAD, *TROUBLES, *ENDS)


class Scan(Protocol):
    """What is looked at of a scan; a ``TrackingEvent`` has it."""

    code: str
    happened_at: datetime
    tracking_ref: str


def state_of(scans: Iterable[Scan], tracking_refs: Sequence[str] = ()) -> str:
    """Return the state of a shipment, one of ``TRACKING_CODES`` but ``other``; empty: no news.

    :param tracking_refs: its pieces. A scan of none of them is about all of them.
    """
    return _of_all(_states(scans, tracking_refs))


def is_over(scans: Iterable[Scan], tracking_refs: Sequence[str] = ()) -> bool:
    """Tell whether the carrier has no more to tell of any piece."""
    return FINAL.issuperset(_states(scans, tracking_refs))


def _states(scans: Iterable[Scan], tracking_refs: Sequence[str]) -> list[str]:
    """Return the state of each piece."""
    scans = [scan for scan in scans if scan.code in _EARLIEST_FIRST]
    refs = set(tracking_refs) or {""}
    return [_of_one(_about(scans, ref, refs)) for ref in refs]


def _about(scans: list[Scan], ref: str, refs: set[str]) -> list[Scan]:
    return [scan for scan in scans if scan.tracking_ref == ref or scan.tracking_ref not in refs]


def _of_one(scans: list[Scan]) -> str:
    """Return the state of one piece."""
    ends = [scan for scan in scans if scan.code in ENDS]
    if ends:
        return max(ends, key=_moment).code
    troubles = [scan for scan in scans if scan.code in TROUBLES and not _is_over(scan, scans)]
    if troubles:
        return max(troubles, key=_moment).code
    road = [scan.code for scan in scans if scan.code in ROAD]
    return max(road, key=_RANK.get, default="")


def _of_all(states: list[str]) -> str:
    """Return the state of a shipment whose pieces are in these states."""
    worst = [code for code in INCIDENTS if code in states]
    if worst:
        return worst[0]
    travelling = [state for state in states if state != "cancelled"]
    if not travelling:
        return "cancelled"
    on_the_road = [state for state in travelling if state in _RANK]
    furthest_back = min(on_the_road, key=_RANK.get, default="delivered")
    # Of one piece there is no news yet: the shipment exists all the same.
    return furthest_back or ("announced" if any(states) else "")


def _is_over(trouble: Scan, scans: list[Scan]) -> bool:
    cures = TROUBLES[trouble.code]
    return any(scan.code in cures and scan.happened_at > trouble.happened_at for scan in scans)


def _moment(scan: Scan):
    """Sort by the carrier's own time; of two at the same moment the further one counts."""
    return scan.happened_at, _EARLIEST_FIRST.index(scan.code)
