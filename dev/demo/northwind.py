"""The Northwind data: 830 real-looking orders of 91 customers, through the same public intake.

Customers, suppliers and stock are taken as they are there, with every gap and every odd address.
What the data do not say is decided here and said here: weights and tariff numbers by category,
every third order paid on the web, the others on credit, discontinued products without a vendor,
no invoice sent, for there are no e-mail addresses.
"""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from dev import console
from dev.demo.company import VAT_PERCENT
from dev.demo.play import BATCH, Play
from dev.errors import SetupError

FILES = ("customers.csv", "orders.csv", "order_details.csv", "products.csv", "suppliers.csv")
LEAD_DAYS = 7
WEIGHT_KG = 0.5
# HS headings of the eight categories, in their order in the data.
TARIFF = ("220290", "210390", "170490", "040690", "190590", "160100", "071290", "160420")
EUROPE = frozenset(
    ("Austria", "Belgium", "Denmark", "Finland", "France", "Germany", "Ireland", "Italy")
    + ("Poland", "Portugal", "Spain", "Sweden")
)
ADDRESS = {"street": "address", "city": "city", "zip": "postal_code", "state": "region"}


def perform(play: Play, data: dict[str, list[dict[str, str]]]) -> None:
    """Send all orders, let them travel, buy and receive what is missing, and let them go on."""
    with console.step("orders") as step:
        orders = list(to_payloads(data))
        for channel in ("web", "phone"):
            mine = [order for order in orders if _channel(order) == channel]
            for start in range(0, len(mine), BATCH):
                play.send(channel, mine[start : start + BATCH])
                step.progress(f"{channel}: {start} of {len(mine)}")
        step.result(f"{len(orders)} orders sent over JSON-2")
    with console.step("by itself") as step:
        play.wait_until_quiet(step)
        step.result("the scheduled actions have nothing left to do")
    with console.step("purchasing") as step:
        step.result(f"{play.buyer_answers_shortages(keep_open=0)} purchases made")
    with console.step("receipts") as step:
        step.result(f"{play.goods_arrive(leave=0)} receipts validated")
    with console.step("by itself") as step:
        play.wait_until_quiet(step)
        step.result("the orders went on where goods arrived")


def read(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each file by its name without ending.

    :raises SetupError: the folder does not hold the data
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SetupError(
            "The Northwind data cannot be read.",
            f"{folder} lacks {', '.join(missing)}.",
            "Set NORTHWIND to the folder that holds the CSV files.",
        )
    tables = {}
    for name in FILES:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            tables[name.removesuffix(".csv")] = list(csv.DictReader(file))
    return tables


def to_payloads(data: dict[str, list[dict[str, str]]]) -> Any:
    """Yield each order in the form of the intake (docs/intake.md)."""
    customers = {row["customer_id"]: row for row in data["customers"]}
    lines: dict[str, list[dict[str, str]]] = {}
    for row in data["order_details"]:
        lines.setdefault(row["order_id"], []).append(row)
    for order in data["orders"]:
        yield _payload(order, customers[order["customer_id"]], lines[order["order_id"]])


def _payload(order: dict, customer: dict, lines: list[dict]) -> dict[str, Any]:
    payload = {
        "external_ref": f"NW-{order['order_id']}",
        "ordered_at": order["order_date"],
        "requested_date": order["required_date"] or None,
        "customer": {
            "ref": customer["customer_id"],
            "name": customer["company_name"],
            "is_company": True,
            "phone": customer["phone"],
            "country": customer["country"],
            **{name: customer[column] for name, column in ADDRESS.items()},
        },
        "ship_to": {
            "name": order["ship_name"],
            "phone": customer["phone"],
            "country": order["ship_country"],
            **{name: order[f"ship_{column}"] for name, column in ADDRESS.items()},
        },
        "lines": [
            {
                "sku": f"NW-{line['product_id']}",
                "qty": line["quantity"],
                "price": line["unit_price"],
                "discount": str(Decimal(line["discount"]) * 100),
            }
            for line in lines
        ],
        "shipping": {"price": order["freight"]},
        "currency": "EUR",
    }
    if int(order["order_id"]) % 3 == 0:
        payload["payment"] = {
            "amount": str(_total(order, lines)),
            "reference": payload["external_ref"],
        }
    return payload


def _channel(payload: dict[str, Any]) -> str:
    return "web" if "payment" in payload else "phone"


def _total(order: dict, lines: list[dict]) -> Decimal:
    """What the shop showed its customer: net, freight and the tax of the delivery address."""
    net = Decimal(order["freight"]) + sum(
        _cents(
            Decimal(line["unit_price"])
            * Decimal(line["quantity"])
            * (1 - Decimal(line["discount"]))
        )
        for line in lines
    )
    percent = VAT_PERCENT if order["ship_country"] in EUROPE else 0
    return net + _cents(net * percent / 100)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


# -- inside Odoo, called by `inside.call` -------------------------------------------------


def load(env: Any, data: dict[str, list[dict[str, str]]]) -> int:
    """Create suppliers, products and stock as they are in the data; returns how many products."""
    # The data have no e-mail addresses: there is nobody to send an invoice to.
    env["order.cycle.policy"].search([]).auto_send = False
    suppliers = _create_suppliers(env, data["suppliers"])
    products = env["product.product"].create(
        [_product_vals(row, suppliers) for row in data["products"]]
    )
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    for product, row in zip(products, data["products"], strict=True):
        if in_stock := float(row["units_in_stock"]):
            env["stock.quant"]._update_available_quantity(product, location, in_stock)
    return len(products)


def _create_suppliers(env: Any, rows: list[dict[str, str]]) -> dict[str, int]:
    country = env["res.partner"]._cycle_country
    partners = env["res.partner"].create(
        [
            {
                "name": row["company_name"],
                "is_company": True,
                "supplier_rank": 1,
                "street": row["address"],
                "city": row["city"],
                "zip": row["postal_code"],
                "country_id": country(row["country"]).id,
                "phone": row["phone"],
                "buyer_id": env["res.users"].search([("login", "=", "bruno")]).id,
            }
            for row in rows
        ]
    )
    return {row["supplier_id"]: partner.id for row, partner in zip(rows, partners, strict=True)}


def _product_vals(row: dict[str, str], suppliers: dict[str, int]) -> dict[str, Any]:
    price = float(row["unit_price"])
    offer = {
        "partner_id": suppliers[row["supplier_id"]],
        "price": round(price * 0.6, 2),
        "delay": LEAD_DAYS,
        "min_qty": float(row["reorder_level"]),
    }
    return {
        "name": row["product_name"],
        "default_code": f"NW-{row['product_id']}",
        "is_storable": True,
        "list_price": price,
        "weight": WEIGHT_KG,
        "hs_code": TARIFF[int(row["category_id"]) - 1],
        "seller_ids": [] if row["discontinued"] == "1" else [(0, 0, offer)],
    }
