"""Bookings of all three classes under fire: kills, lost answers, refusals, failing carriers.

The classes are those of the rehearsal carriers: K honours an idempotency key (REST), L can be asked
for our reference (SOAP), N can neither, so that only a person finds out what became of a call.
"""

from __future__ import annotations

import random
import time
from collections import Counter, namedtuple
from typing import Any

from dev import console, inside, shipments, sql
from dev.chaos.workers import Workers
from dev.config import Settings
from dev.demo.carriers import Carriers

PLAIN = "rehearsal_plain"
CLASSES = {"rehearsal_rest": "K", "rehearsal_soap": "L", PLAIN: "N"}
DEAD = ("refused", "cancelled")
WORKERS = 2
PATIENCE_S = 900.0
#: The whole call; a worker that was killed is given up after twice as long.
DEADLINE_S = 2
IN_FLIGHT = 16

BOOKINGS = 1000
KILLS = 200
# The bookings become due one after the other, so that every kill finds work under way.
SPREAD_S = 130.0
KILL_EVERY_S = 0.55
# A booking takes long enough to be hit, and some answers are lost on top.
KILL_TROUBLE = {
    "rates": {"slow": 0.85, "answer_lost_after": 0.04, "answer_lost_before": 0.02, "late": 0.02},
    "seconds": {"slow": 0.5, "late": 1.0},
    "seed": 23,
}

FAULTY = 240
FAULT_TROUBLE = {
    "rates": {
        "answer_lost_before": 0.05,
        "answer_lost_after": 0.05,
        "refuse": 0.05,
        # Longer than the deadline: it books, and nobody listens any more.
        "slow": 0.10,
        "error_500_before": 0.15,
        "error_500_after": 0.15,
        "garbage": 0.02,
        "too_many_requests": 0.02,
    },
    "seconds": {"slow": DEADLINE_S + 0.5, "too_many_requests": 1},
    "seed": 29,
}


def kills(settings: Settings, name: str, carriers: Carriers, step: console.Step) -> dict[str, Any]:
    """Kill the workers while they book; returns the counts."""
    ids = _ready(settings, name, carriers, KILL_TROUBLE, BOOKINGS, SPREAD_S)
    dice = random.Random(23)
    killed = 0
    with Workers(settings, name, WORKERS) as workers:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            states = _states(settings, name, ids)
            step.progress(f"{killed} kills, {states['done']} of {len(ids)} booked")
            if killed < KILLS:
                time.sleep(dice.uniform(0, 2 * KILL_EVERY_S))
                if pids := workers.pids():
                    workers.kill(dice.choice(pids))
                    killed += 1
            elif _is_settled(states):
                break
            else:
                time.sleep(1)
        before = _count(settings, name, ids, carriers)
        after = _answer_and_wait(settings, name, ids, carriers, step)
    return {"kills": killed, **before, "after people answered": after}


def faults(settings: Settings, name: str, carriers: Carriers, step: console.Step) -> dict[str, Any]:
    """Let the carriers fail in every way they can; returns the counts."""
    ids = _ready(settings, name, carriers, FAULT_TROUBLE, FAULTY, 0)
    with Workers(settings, name, WORKERS):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            states = _states(settings, name, ids)
            step.progress(f"{states['done']} of {len(ids)} booked, {dict(states)}")
            if _is_settled(states):
                break
            # The breaker does its work; the trial does not wait for two minutes each time.
            _sql(settings, name, "UPDATE order_cycle_carrier_account SET resting_until = NULL")
            _sql(
                settings,
                name,
                """
                UPDATE order_cycle_consignment SET next_try_at = now() AT TIME ZONE 'UTC'
                 WHERE next_try_at > now() AT TIME ZONE 'UTC'
                   AND (state = 'todo' OR state = 'unknown' AND account_id IN (
                        SELECT id FROM order_cycle_carrier_account
                         WHERE carrier_code = 'rehearsal_rest'))
                """,
            )
            time.sleep(2)
        before = _count(settings, name, ids, carriers)
        played = dict(carriers.parcel.played() + carriers.freight.played())
        after = _answer_and_wait(settings, name, ids, carriers, step)
    return {**before, "after people answered": after, "played": played}


# What must not be, before and after people answered what only they could.
BAD = ("lost", "doubled", "nobody's shipment", "hidden", "unsettled")


def broken(title: str, counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold."""
    wrong = []
    for moment in (counts, counts["after people answered"]):
        wrong += [f"{title}: {moment[name]} {name}" for name in BAD if moment[name]]
    if counts["guessed"]:
        wrong.append(f"{title}: {counts['guessed']} sent again without knowing")
    if counts["after people answered"]["in doubt"]:
        wrong.append(f"{title}: {counts['after people answered']['in doubt']} still in doubt")
    if counts.get("kills", KILLS) < KILLS:
        wrong.append(f"{title}: only {counts['kills']} of {KILLS} kills")
    return wrong


def _ready(settings, name, carriers, trouble, count, spread_s):
    carriers.parcel.behave({})
    carriers.freight.behave({})
    ids = inside.call(
        settings,
        name,
        "dev.chaos.bookings:make",
        parcel_url=carriers.parcel.url,
        freight_url=carriers.freight.url,
        count=count,
        spread_s=spread_s,
    )
    carriers.parcel.behave(trouble)
    carriers.freight.behave(trouble)
    return ids


def make(env: Any, parcel_url: str, freight_url: str, count: int, spread_s: float) -> list[int]:
    """Make the accounts and the consignments; runs inside Odoo."""
    urls = {"rehearsal_soap": freight_url}
    methods = shipments.prepare(
        env,
        [
            {
                "carrier_code": code,
                "base_url": urls.get(code, parcel_url),
                "deadline_s": DEADLINE_S,
                "max_in_flight": IN_FLIGHT,
            }
            for code in CLASSES
        ],
    )
    ids = shipments.hand_over(env, methods, count)
    env.cr.execute(
        "UPDATE order_cycle_consignment"
        "   SET next_try_at = (now() AT TIME ZONE 'UTC')"
        "       + (id - %s) * %s * interval '1 second' WHERE id = ANY(%s)",
        (min(ids), spread_s / count, ids),
    )
    return ids


def _states(settings: Settings, name: str, ids: list[int]) -> Counter[str]:
    rows = _sql(
        settings,
        name,
        "SELECT state, count(*) FROM order_cycle_consignment WHERE id = ANY(%s) GROUP BY state",
        (ids,),
    )
    return Counter(dict(rows))


def _is_settled(states: Counter[str]) -> bool:
    return not (states["todo"] or states["sending"] or states["unknown"])


def _answer_and_wait(settings, name, ids, carriers, step):
    """Answer for the people: they look at the carrier's own site. Then book what was missing."""
    carriers.parcel.behave({})
    carriers.freight.behave({})
    live = {booking["reference"]: booking["number"] for booking in carriers.live()}
    inside.call(settings, name, "dev.chaos.bookings:answer", ids=ids, live=live)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not _is_settled(_states(settings, name, ids)):
        step.progress("people have answered, the rest is booked")
        time.sleep(1)
    return _count(settings, name, ids, carriers)


def answer(env: Any, ids: list[int], live: dict[str, str]) -> None:
    """Give every open question the true answer, through the window people use."""
    for row in env["order.cycle.consignment"].browse(ids):
        if row.state == "human":
            waybill = live.get(row.request_ref)
            env["order.cycle.outcome"].create(
                {
                    "consignment_id": row.id,
                    "answer": "exists" if waybill else "missing",
                    "waybill_ref": waybill,
                }
            ).action_answer()
        elif row.state == "refused":
            row.action_book_again()


def _count(settings, name, ids, carriers) -> dict[str, Any]:
    """Compare what we believe with what the carriers hold, both ways."""
    rows = _sql(
        settings,
        name,
        """
        SELECT row.id, row.state, row.request_ref, row.waybill_ref, row.attempt,
               account.carrier_code,
               (SELECT count(*) FROM order_cycle_call call
                 WHERE call.consignment_id = row.id
                   AND call.operation IN ('createShipment', 'BookFreight')) AS kept,
               (SELECT count(*) FROM order_cycle_call call
                 WHERE call.consignment_id = row.id AND call.status = 429) AS sent_back,
               EXISTS (SELECT 1 FROM order_cycle_exception exception
                        WHERE exception.consignment_id = row.id AND exception.state = 'open'
                          AND exception.kind = 'unknown') AS is_shown
          FROM order_cycle_consignment row
          JOIN order_cycle_carrier_account account ON account.id = row.account_id
         WHERE row.id = ANY(%s)
        """,
        (ids,),
    )
    live = carriers.live()
    references = Counter(booking["reference"] for booking in live)
    numbers = {booking["number"] for booking in live}
    human = [row for row in rows if row.state == "human"]
    ours = {row.request_ref for row in rows}
    return {
        "bookings": len(rows),
        "by class": dict(Counter(f"{CLASSES[row.carrier_code]} {row.state}" for row in rows)),
        "calls": sum(row.attempt for row in rows),
        "calls cut": sum(row.attempt - row.kept for row in rows),
        "lost": sum(1 for row in rows if row.state == "done" and row.waybill_ref not in numbers),
        "doubled": sum(
            references[row.request_ref] - 1 for row in rows if references[row.request_ref]
        ),
        "nobody's shipment": sum(
            1 for row in rows if row.state in DEAD and references[row.request_ref]
        )
        + sum(1 for booking in live if booking["reference"] not in ours),
        # A machine that sends a booking of class N again has guessed; 429 proves that it may.
        "guessed": sum(
            1 for row in rows if row.carrier_code == PLAIN and row.attempt - row.sent_back > 1
        ),
        "in doubt": len(human),
        "in doubt, at the carrier": sum(1 for row in human if references[row.request_ref]),
        "hidden": sum(1 for row in human if not row.is_shown),
        "unsettled": sum(1 for row in rows if row.state in ("todo", "sending", "unknown")),
    }


def _sql(settings: Settings, name: str, query: str, parameters: tuple = ()) -> list[tuple]:
    with sql.cursor(settings, name) as cur:
        cur.execute(query, parameters)
        if not cur.description:
            return []
        Row = namedtuple("Row", [column.name for column in cur.description])
        return [Row(*values) for values in cur.fetchall()]
