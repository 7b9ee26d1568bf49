"""The company both sides work for, set up inside Odoo with or without the add-on."""

from __future__ import annotations

from typing import Any

from dev.bench import plan

STOCK = 1_000_000


def prepare(env: Any) -> str:
    """Make the customers, the goods and their stock; returns Odoo's version."""
    from odoo import release

    _set_up_money(env)
    _make_customers(env)
    _make_goods(env)
    if "order.cycle.policy" in env:
        _set_up_policy(env)
    return release.version


def _set_up_money(env: Any) -> None:
    env.company.account_sale_tax_id.amount = plan.TAX_PERCENT
    # No mapping of taxes by country: each order has the one tax.
    env["account.fiscal.position"].search([]).active = False


def _make_customers(env: Any) -> None:
    vals_list = [plan.customer(number) for number in range(plan.CUSTOMERS)]
    for vals in vals_list:
        vals["country_id"] = env["res.country"].search([("code", "=", vals.pop("country"))]).id
        # Odoo counts it up on a customer's first invoice: here nobody is new.
        vals["customer_rank"] = 1
    env["res.partner"].create(vals_list)


def _make_goods(env: Any) -> None:
    products = env["product.product"].create(
        [
            {"name": sku, "default_code": sku, "is_storable": True, "list_price": price}
            for sku, price in plan.PRICES.items()
        ]
    )
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    quants = env["stock.quant"].create(
        [
            {"product_id": product.id, "location_id": location.id, "inventory_quantity": STOCK}
            for product in products
        ]
    )
    quants.action_apply_inventory()


def _set_up_policy(env: Any) -> None:
    """Paid in the web shop, shipped without a person, no mail: what the other side does too."""
    env.ref("order_cycle.policy_web").write({"auto_ship": True, "auto_send": False})
