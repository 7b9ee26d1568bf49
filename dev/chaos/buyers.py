"""Buyers in processes of their own, who answer the same shortage at the same moment.

Each opened the escalation wizard before, and applies it as a request does: in a transaction of
its own, that Odoo runs again when another one got in the way. One buys; the others are told.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from dev import odoo_process
from dev.config import Settings

SUPERUSER = 1
BUYERS = 25
ROUNDS = 4
WANTED = 14
# The vendor sells boxes of six and at least two of them.
BOX, MINIMUM = 6, 2
EXPECTED = 18
PATIENCE_S = 300.0


def perform(settings: Settings, database: str) -> dict[str, Any]:
    """Let `BUYERS` answer each of `ROUNDS` shortages together; returns what came of it."""
    with tempfile.TemporaryDirectory(prefix="order-cycle-") as folder:
        answer = Path(folder) / "answer.json"
        command = [settings.python, "-m", "dev.chaos.buyers", database, answer, "--"]
        command += odoo_process.common_options(settings)
        odoo_process.run(settings, "chaos-buyers", [str(word) for word in command])
        return json.loads(answer.read_text(encoding="utf-8"))


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold."""
    wrong = []
    if counts["runs"] != BUYERS * ROUNDS:
        wrong.append(f"buyers: only {counts['runs']} runs, the trial proves too little")
    if counts["errors"]:
        wrong.append(f"buyers: {counts['errors']}")
    if counts["applied"] != ROUNDS or counts["purchase lines"] != [1] * ROUNDS:
        wrong.append(f"buyers: bought {counts['applied']} times, lines {counts['purchase lines']}")
    if counts["bought"] != [EXPECTED] * ROUNDS:
        wrong.append(f"buyers: bought {counts['bought']} for {WANTED} missing")
    return wrong


def main(words: list[str]) -> None:
    """What the parent of the buyers does."""
    own, options = words[: words.index("--")], words[words.index("--") + 1 :]
    database, answer = own
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        [*options, f"--database={database}", "--log-level=error", "--http-interface=127.0.0.1"],
        setup_logging=True,
    )
    registry = Registry(database)
    rows, shortages = [], []
    for number in range(ROUNDS):
        with _env(registry) as env:
            shortage, wizards = _prepare(env, number)
        shortages.append(shortage)
        rows += _apply_together(registry, wizards)
    with _env(registry) as env:
        found = [env["order.cycle.shortage"].browse(number) for number in shortages]
        counts = {
            "runs": len(rows),
            "applied": sum(row["outcome"] == "applied" for row in rows),
            "refused": sum(row["outcome"] == "refused" for row in rows),
            "errors": [row["words"] for row in rows if row["outcome"] == "error"],
            "tries": max(row["tries"] for row in rows),
            "purchase lines": [
                env["purchase.order.line"].search_count([("product_id", "=", row.product_id.id)])
                for row in found
            ],
            "bought": [sum(row.purchase_line_ids.mapped("product_uom_qty")) for row in found],
        }
    Path(answer).write_text(json.dumps(counts), encoding="utf-8")


def _prepare(env: Any, number: int) -> tuple[int, list[int]]:
    """Return a shortage, and a wizard on it for each buyer."""
    vendor = env["res.partner"].create({"name": f"Vendor {number}"})
    box = env["uom.uom"].create(
        {
            "name": f"Box {number}",
            "relative_factor": BOX,
            "relative_uom_id": env.ref("uom.product_uom_unit").id,
        }
    )
    product = env["product.product"].create(
        {
            "name": f"Wanted {number}",
            "is_storable": True,
            "seller_ids": [
                (
                    0,
                    0,
                    {
                        "partner_id": vendor.id,
                        "delay": 3,
                        "price": 12,
                        "min_qty": MINIMUM,
                        "product_uom_id": box.id,
                    },
                )
            ],
        }
    )
    order = env["sale.order"].create(
        {
            "partner_id": vendor.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": WANTED})],
        }
    )
    order.action_confirm()
    env["order.cycle.shortage"]._match_need(order.order_line)
    shortage = order.cycle_shortage_line_ids.shortage_id
    return shortage.id, [shortage.action_escalate()["res_id"] for _buyer in range(BUYERS)]


def _apply_together(registry: Any, wizards: list[int]) -> list[dict[str, Any]]:
    import odoo.sql_db

    # A connection cannot be shared by two processes.
    odoo.sql_db.close_all()
    context = multiprocessing.get_context("fork")
    barrier, told = context.Barrier(len(wizards)), context.Queue()
    buyers = [
        context.Process(target=_buy, args=(registry, wizard, barrier, told)) for wizard in wizards
    ]
    for buyer in buyers:
        buyer.start()
    rows = [told.get(timeout=PATIENCE_S) for _buyer in buyers]
    for buyer in buyers:
        buyer.join()
    return rows


def _buy(registry: Any, wizard: int, barrier: Any, told: Any) -> None:
    """What a buyer does: press Apply at the same moment as the others."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    tries, outcome, words = 0, "applied", ""
    with _cursor_env(registry) as env:

        def perform() -> None:
            nonlocal tries
            tries += 1
            if tries == 1:
                # From here on the database stands still for this buyer.
                env.cr.execute("SELECT 1")
                barrier.wait()
            env["order.cycle.purchase.escalation"].browse(wizard).action_apply()

        try:
            retrying(perform, env)
        except UserError as refusal:
            outcome, words = "refused", str(refusal)
        except Exception as problem:  # noqa: BLE001  counted: it is what must not happen
            outcome, words = "error", f"{type(problem).__name__}: {problem}"
    told.put({"tries": tries, "outcome": outcome, "words": words})
    told.close()
    told.join_thread()
    os._exit(0)


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
