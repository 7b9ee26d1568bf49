"""Sellers in processes of their own, who confirm orders at the same moment.

Each confirms as a request does: in a transaction of its own, that Odoo runs again when another one
got in the way. Beside them work the processes that advance orders, as scheduled actions do.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dev import odoo_process
from dev.chaos import shelves
from dev.config import Settings

SUPERUSER = 1
PAUSE_S = 0.05
PATIENCE_S = 120.0
# What a seller does with an order: a packer ships one that has no goods.
CONFIRM, HOLD, FORCE = "confirm", "hold", "force"
# How the add-on behaves: as it is, without waiting for the worker, without its gates.
AS_IT_IS, RETRYING, NO_GATE = "as it is", "retrying", "no gate"
# Each seller confirms one order with the gates and one without: both meet the same load.
BY_TURNS = "by turns"
# Orders until everything is read that is read once.
WARM_UP = 4


def sell(settings: Settings, database: str, **task: Any) -> dict[str, Any]:
    """Have sellers perform `task` (see `_Market`) in `database`; returns what they did."""
    with tempfile.TemporaryDirectory(prefix="order-cycle-") as folder:
        question, answer = Path(folder) / "question.json", Path(folder) / "answer.json"
        question.write_text(json.dumps(task), encoding="utf-8")
        command = [settings.python, "-m", "dev.chaos.sellers", database, question, answer, "--"]
        command += odoo_process.common_options(settings)
        odoo_process.run(settings, "chaos-sellers", [str(word) for word in command])
        return json.loads(answer.read_text(encoding="utf-8"))


def main(words: list[str]) -> None:
    """What the parent of the sellers does."""
    own, options = words[: words.index("--")], words[words.index("--") + 1 :]
    database, question, answer = own
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        [*options, f"--database={database}", "--log-level=error", "--http-interface=127.0.0.1"],
        setup_logging=True,
    )
    market = _Market(Registry(database), **json.loads(Path(question).read_text(encoding="utf-8")))
    Path(answer).write_text(json.dumps(market.perform()), encoding="utf-8")


class _Market:
    """Some sellers, and for each of them the orders to confirm.

    :param sessions: sellers
    :param rounds: how many orders each confirms
    :param stock: pieces of each product; 0: as many as are wanted
    :param lines: products of an order
    :param shared: the orders of a round are for one product, and are confirmed at the same moment
    :param behaviours: one for each run; each run has orders of its own
    :param advancing: processes that advance orders meanwhile; 0 in stock Odoo
    :param deeds: what the sellers do with an order, by turns
    """

    def __init__(
        self,
        registry: Any,
        *,
        sessions: int,
        rounds: int,
        stock: int,
        lines: int,
        shared: bool,
        behaviours: list[str],
        advancing: int,
        deeds: Sequence[str] = (CONFIRM,),
    ) -> None:
        self.registry = registry
        self.sessions, self.rounds, self.stock = sessions, rounds, stock
        self.lines, self.shared = lines, shared
        self.behaviours, self.advancing, self.deeds = behaviours, advancing, deeds

    def perform(self) -> dict[str, Any]:
        """Run once for each behaviour; returns the runs and what is in the shelves after each."""
        return {"runs": [self._run(behaviour) for behaviour in self.behaviours]}

    def _run(self, behaviour: str) -> dict[str, Any]:
        with _env(self.registry) as env:
            orders, products = self._prepare(env)
        import odoo.sql_db

        # A connection cannot be shared by two processes.
        odoo.sql_db.close_all()
        context = multiprocessing.get_context("fork")
        barrier, told, stop = context.Barrier(self.sessions), context.Queue(), context.Event()
        sellers = [
            context.Process(
                target=self._sell, args=(mine, self._deed(seller), behaviour, barrier, told)
            )
            for seller, mine in enumerate(orders)
        ]
        helpers = [
            context.Process(target=_advance, args=(self.registry, stop))
            for _number in range(self.advancing)
        ]
        for process in [*sellers, *helpers]:
            process.start()
        sold = [told.get(timeout=PATIENCE_S * 10) for _seller in sellers]
        if helpers:
            self._wait_for_the_worker()
        stop.set()
        for process in [*sellers, *helpers]:
            process.join()
        confirmed = [row for rows in sold for row in rows["orders"]]
        with _env(self.registry) as env:
            found = shelves.count(env, products, orders)
        return {
            "behaviour": behaviour,
            "seconds": max(rows["end"] for rows in sold) - min(rows["start"] for rows in sold),
            "orders": len(confirmed),
            "errors at the door": sum(bool(row["error"]) for row in confirmed),
            "refused": sum(row["refused"] for row in confirmed),
            "tries": max(row["tries"] for row in confirmed),
            "slowest confirmation": max(row["seconds"] for row in confirmed),
            "mean confirmation": sum(row["seconds"] for row in confirmed) / len(confirmed),
            "means": shelves.means([row for rows in sold for row in rows["orders"][WARM_UP:]]),
            **found,
        }

    def _prepare(self, env: Any) -> tuple[list[list[int]], list[int]]:
        """Return the orders of each seller, and the products."""
        warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
        partner = env["res.partner"].create({"name": "Whoever is first"})
        vendor = env["res.partner"].create({"name": "Vendor"})
        count = self.rounds * self.lines * (1 if self.shared else self.sessions)
        products = env["product.product"].create(
            [
                {
                    "name": f"Last one {number}",
                    "is_storable": True,
                    "seller_ids": [(0, 0, {"partner_id": vendor.id, "delay": 3, "price": 1})],
                }
                for number in range(count)
            ]
        )
        orders = []
        for seller in range(self.sessions):
            vals_list = [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        (0, 0, {"product_id": product.id, "product_uom_qty": 1})
                        for product in self._goods(products, seller, number)
                    ],
                }
                for number in range(self.rounds)
            ]
            mine = env["sale.order"].create(vals_list)
            if self._deed(seller) == FORCE:
                mine.action_confirm()
            orders.append(mine.ids)
        for product in products:
            pieces = self.stock or self.sessions
            env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, pieces)
        return orders, products.ids

    def _goods(self, products: Any, seller: int, number: int) -> Any:
        block = number if self.shared else seller * self.rounds + number
        return products[block * self.lines : (block + 1) * self.lines]

    def _deed(self, seller: int) -> str:
        return self.deeds[seller % len(self.deeds)]

    def _sell(self, orders: list[int], deed: str, behaviour: str, barrier: Any, told: Any) -> None:
        """What a seller does: confirm its orders, in each round together with the others."""
        barrier.wait()
        start, done = time.time(), []
        for order in orders:
            kind = (AS_IT_IS, NO_GATE)[len(done) % 2] if behaviour == BY_TURNS else behaviour
            with _behaving(self.registry, kind):
                done.append({"behaviour": kind, **self._perform(order, deed, barrier)})
        told.put({"start": start, "end": time.time(), "orders": done})
        told.close()
        told.join_thread()
        os._exit(0)

    def _perform(self, order: int, deed: str, barrier: Any) -> dict[str, Any]:
        from odoo.exceptions import UserError
        from odoo.service.model import retrying

        tries = 0
        started = time.time()
        with _cursor_env(self.registry) as env:

            def perform() -> None:
                nonlocal tries, started
                tries += 1
                if tries == 1 and self.shared:
                    # From here on the database stands still for this seller.
                    env.cr.execute("SELECT 1")
                    barrier.wait()
                    started = time.time()
                _DEEDS[deed](env["sale.order"].browse(order))

            error, is_refused = "", False
            try:
                retrying(perform, env)
            except UserError:
                is_refused = True
            except Exception as problem:  # noqa: BLE001  counted: it is what must not happen
                error = str(problem)
        seconds = time.time() - started
        return {"tries": tries, "seconds": seconds, "error": error, "refused": is_refused}

    def _wait_for_the_worker(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with _env(self.registry) as env:
                if not env["order.cycle.signal"]._count_orders():
                    return
            time.sleep(0.2)


def _force(order: Any) -> None:
    """Type in what was ordered, and validate: what a packer does who has the goods in hand."""
    order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
    order.picking_ids.with_context(skip_backorder=True).button_validate()


_DEEDS: dict[str, Callable[[Any], object]] = {
    CONFIRM: lambda order: order.action_confirm(),
    HOLD: lambda order: order.action_cycle_hold(),
    FORCE: _force,
}


def _advance(registry: Any, stop: Any) -> None:
    """What the scheduled action does, over and over."""
    while not stop.is_set():
        with _cursor_env(registry) as env:
            env["sale.order"]._cron_advance()
        time.sleep(PAUSE_S)
    os._exit(0)


@contextlib.contextmanager
def _behaving(registry: Any, behaviour: str) -> Any:
    """Have the add-on behave otherwise, in the processes that are started in here."""
    moves = registry["stock.move"]
    changed = {
        RETRYING: {"_cycle_may_come_later": lambda _self: False},
        NO_GATE: {"_cycle_places": lambda _self, _force_qty=False: set()},
    }.get(behaviour, {})
    for name, method in changed.items():
        setattr(moves, name, method)
    try:
        yield
    finally:
        for name in changed:
            delattr(moves, name)


@contextlib.contextmanager
def _cursor_env(registry: Any) -> Any:
    import odoo.api

    with contextlib.closing(registry.cursor()) as cr:
        yield odoo.api.Environment(cr, SUPERUSER, {})


@contextlib.contextmanager
def _env(registry: Any) -> Any:
    with _cursor_env(registry) as env:
        yield env
        env.cr.commit()


if __name__ == "__main__":
    main(sys.argv[1:])
