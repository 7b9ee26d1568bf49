"""What people and other systems do in the demo, each through the door they really have."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev import console
from dev.config import ADDON, Settings
from dev.demo.json2 import Json2
from dev.errors import SetupError

QUIET_S = 2.0
PATIENCE_S = 900.0
BATCH = 50

# How the sample company answers what runs short; everything else gets the best remedy.
REMEDIES = {
    "PANETTONE": "transfer",
    "SEMOLINA-25": "split",
    "GRINDER": "buy",
    "OIL-5L": "substitute",
}

# Rows a worker still has something to do for, by model.
WORK_LEFT = {
    "order.cycle.signal": [("wake_at", "<=", "now")],
    "order.cycle.consignment": [
        "|",
        ("effects_pending", "=", True),
        ("state", "in", ("todo", "sending", "unknown")),
    ],
    "order.cycle.intake": [("state", "=", "pending")],
    "account.move": [("cycle_send_at", "<=", "now")],
}


@dataclass
class Play:
    """The doors of everybody who takes part.

    :param doors: log-in -> `Json2`
    """

    settings: Settings
    doors: dict[str, Json2]
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def files(self) -> Path:
        """Folder of the shipped sample orders."""
        return self.settings.project / ADDON / "static/samples"

    # -- orders come in -------------------------------------------------------------------

    def web_shop_sends(self, orders: list[dict[str, Any]]) -> None:
        """The web shop sends its orders over the interface, in batches."""
        for start in range(0, len(orders), BATCH):
            self.send("web", orders[start : start + BATCH])

    def send(self, channel: str, orders: list[dict[str, Any]]) -> None:
        """Send orders over the interface; what Odoo answers is kept in `told`."""
        self.told += self.doors["shop"].call(
            "order.cycle.intake", "receive", channel=channel, orders=orders
        )

    def store_file_is_imported(self, path: Path) -> None:
        """Olga imports the till's file."""
        olga = self.doors["olga"]
        [channel] = olga.search_read("order.cycle.channel", [("code", "=", "store")], ["id"])
        wizard = olga.call(
            "order.cycle.import",
            "create",
            vals_list=[
                {
                    "channel_id": channel["id"],
                    "file": base64.b64encode(path.read_bytes()).decode(),
                    "file_name": path.name,
                }
            ],
        )
        olga.call("order.cycle.import", "action_import", ids=wizard)

    def phone_calls(self) -> list[dict[str, Any]]:
        """Return what customers say on the phone in the shipped sample."""
        return json.loads((self.files / "phone_calls.json").read_text(encoding="utf-8"))

    def phone_rings(self, call: dict[str, Any]) -> None:
        """Olga takes an order in the form: save it, press Take Order."""
        olga = self.doors["olga"]
        [channel] = olga.search_read("order.cycle.channel", [("code", "=", "phone")], ["id"])
        lines = [
            (0, 0, {"product_id": self._product(line["sku"]), "product_uom_qty": line["qty"]})
            for line in call["lines"]
        ]
        [saved] = olga.call(
            "sale.order",
            "web_save",
            ids=[],
            vals={
                "cycle_channel_id": channel["id"],
                "partner_id": self._record(call["customer"]),
                "order_line": lines,
            },
            specification={"name": {}},
        )
        olga.call("sale.order", "action_take_order", ids=[saved["id"]])

    def _product(self, sku: str) -> int:
        [product] = self.doors["olga"].search_read(
            "product.product", [("default_code", "=", sku)], ["id"]
        )
        return product["id"]

    def _record(self, name: str) -> int:
        [data] = self.doors["admin"].search_read(
            "ir.model.data", [("module", "=", ADDON), ("name", "=", name)], ["res_id"]
        )
        return data["res_id"]

    # -- what happens by itself -----------------------------------------------------------

    def wait_until_quiet(self, step: console.Step) -> None:
        """Wait until the scheduled actions have nothing left to do."""
        quiet_since, deadline = None, time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            left = self._work_left()
            if not left:
                quiet_since = quiet_since or time.monotonic()
                if time.monotonic() - quiet_since >= QUIET_S:
                    return
            else:
                quiet_since = None
                step.progress(", ".join(f"{count} {name}" for name, count in left.items()))
            time.sleep(0.5)
        raise SetupError(
            "The orders did not come to rest.",
            f"After {PATIENCE_S:.0f} s there was still work left: {self._work_left()}.",
            "Look into the server's log in the folder of logs.",
        )

    def _work_left(self) -> dict[str, int]:
        admin = self.doors["admin"]
        names = {
            "order.cycle.signal": "signals",
            "order.cycle.consignment": "bookings",
            "order.cycle.intake": "to read",
            "account.move": "to send",
        }
        counts = {names[model]: admin.count(model, domain) for model, domain in WORK_LEFT.items()}
        return {name: count for name, count in counts.items() if count}

    # -- what people decide ---------------------------------------------------------------

    def substitute_is_agreed(self) -> int:
        """Olga asks customers about another product and applies it; returns how many shortages."""
        olga = self.doors["olga"]
        answered = 0
        for sku, remedy in REMEDIES.items():
            if remedy == "substitute":
                ids = self._open_shortages(sku)
                if ids:
                    self._answer(olga, ids, {sku: remedy}, {"has_consent": True})
                    answered += 1
        return answered

    def buyer_answers_shortages(self, keep_open: int = 1) -> int:
        """Bruno finds a remedy for what is missing; returns the number of purchases.

        :param keep_open: how many shortages he leaves for tomorrow, the smallest ones
        """
        bruno = self.doors["bruno"]
        ids = self._open_shortages()
        ids = ids[: len(ids) - keep_open] or ids
        if not ids:
            return 0
        self._answer(bruno, ids, REMEDIES, {})
        return bruno.count("purchase.order", [("state", "=", "purchase")])

    def _open_shortages(self, sku: str | None = None) -> list[int]:
        """Return the shortages without an answer, the largest first; of one product, if named."""
        domain: list[Any] = [("state", "=", "open")]
        if sku:
            domain.append(("product_id.default_code", "=", sku))
        rows = self.doors["bruno"].search_read(
            "order.cycle.shortage", domain, ["name"], order="missing_qty desc, id"
        )
        return [row["id"] for row in rows]

    def _answer(
        self, door: Json2, ids: list[int], remedies: dict[str, str], values: dict[str, Any]
    ) -> None:
        """Open the wizard, choose what `remedies` says for a product, apply."""
        action = door.call("order.cycle.shortage", "action_escalate", ids=ids)
        wizard = [action["res_id"]]
        lines = door.search_read(
            "order.cycle.purchase.escalation.line",
            [("wizard_id", "in", wizard)],
            ["product_id"],
        )
        for line in lines:
            [product] = door.search_read(
                "product.product", [("id", "=", line["product_id"][0])], ["default_code"]
            )
            remedy = remedies.get(product["default_code"])
            if remedy:
                door.call(
                    "order.cycle.purchase.escalation.line",
                    "write",
                    ids=[line["id"]],
                    vals={"decision": remedy, **values},
                )
        if not values:
            door.call(
                "order.cycle.purchase.escalation",
                "write",
                ids=wizard,
                vals={"confirm_purchases": True},
            )
        door.call("order.cycle.purchase.escalation", "action_apply", ids=wizard)

    def transfers_arrive(self) -> int:
        """Walter validates what comes from the other warehouse; returns how many transfers."""
        walter = self.doors["walter"]
        transfers = walter.search_read(
            "stock.picking",
            [("picking_type_code", "=", "internal"), ("state", "=", "assigned")],
            ["name"],
        )
        for transfer in transfers:
            walter.call("stock.picking", "button_validate", ids=[transfer["id"]])
        return len(transfers)

    def goods_arrive(self, leave: int = 1) -> int:
        """Walter receives the purchases, all but the last ones; returns how many."""
        walter = self.doors["walter"]
        receipts = walter.search_read(
            "stock.picking",
            [("picking_type_code", "=", "incoming"), ("state", "=", "assigned")],
            ["name"],
        )
        ids = [receipt["id"] for receipt in receipts]
        ids = ids[: len(ids) - leave] or ids
        for receipt in ids:
            walter.call("stock.picking", "button_validate", ids=[receipt])
        return len(ids)

    def customers_pay(self, leave: int = 3) -> int:
        """Anna records what credit customers have paid; returns how many invoices."""
        anna = self.doors["anna"]
        invoices = anna.search_read(
            "account.move",
            [
                ("move_type", "=", "out_invoice"),
                ("payment_state", "=", "not_paid"),
                ("state", "=", "posted"),
                ("invoice_date_due", ">", "today"),
            ],
            ["name"],
        )
        ids = [invoice["id"] for invoice in invoices][: max(len(invoices) - leave, 0)]
        for invoice in ids:
            context = {"active_model": "account.move", "active_ids": [invoice]}
            wizard = anna.call(
                "account.payment.register", "create", vals_list=[{}], context=context
            )
            anna.call(
                "account.payment.register", "action_create_payments", ids=wizard, context=context
            )
        return len(ids)


def read_web_orders(path: Path) -> list[dict[str, Any]]:
    """Return the orders of a JSON file in the form of the interface."""
    return json.loads(path.read_text(encoding="utf-8"))["orders"]
