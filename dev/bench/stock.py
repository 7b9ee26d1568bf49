"""Stock Odoo, as a nightly job would drive it: one order after the other, a commit for each."""

from __future__ import annotations

from typing import Any

from dev.bench import plan
from dev.bench.meter import Meter


def perform(env: Any, warm_up: list[dict], orders: list[dict]) -> dict:
    """Bring the orders from nothing to paid by Odoo's own methods; returns the meter's readings.

    :param warm_up: orders done before the clock runs
    """
    ids = _ids(env)
    _perform(env, warm_up, ids, Meter(env.cr))
    meter = Meter(env.cr)
    _perform(env, orders, ids, meter)
    return meter.readings()


def _ids(env: Any) -> dict:
    """Ids of the customers and products, looked up for nothing: the other side has to search."""
    emails = [plan.customer(number)["email"] for number in range(plan.CUSTOMERS)]
    partners = env["res.partner"].search([("email", "in", emails)])
    products = env["product.product"].search([("default_code", "in", list(plan.PRICES))])
    return {
        **{partner.email: partner.id for partner in partners},
        **{product.default_code: product.id for product in products},
    }


def _perform(env: Any, orders: list[dict], ids: dict, meter: Meter) -> None:
    for wanted in orders:
        with meter.step("create"):
            order = env["sale.order"].create(_order_vals(wanted, ids))
        with meter.step("confirm"):
            # Reserves the goods, too: the warehouse is set so from the start.
            order.action_confirm()
        with meter.step("deliver"):
            order.picking_ids.button_validate()
        with meter.step("invoice"):
            invoice = _invoice(order)
        with meter.step("post"):
            invoice.action_post()
        with meter.step("pay"):
            _pay(invoice)
        with meter.step("commit"):
            env.cr.commit()


def _order_vals(wanted: dict, ids: dict) -> dict:
    return {
        "partner_id": ids[plan.customer(wanted["customer"])["email"]],
        "client_order_ref": wanted["ref"],
        "order_line": [
            (0, 0, {"product_id": ids[line["sku"]], "product_uom_qty": line["qty"]})
            for line in wanted["lines"]
        ],
    }


def _invoice(order: Any) -> Any:
    wizard = order.env["sale.advance.payment.inv"].with_context(
        active_model="sale.order", active_ids=order.ids
    )
    wizard.create({}).create_invoices()
    return order.invoice_ids


def _pay(invoice: Any) -> None:
    wizard = invoice.env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    wizard.create({}).action_create_payments()
