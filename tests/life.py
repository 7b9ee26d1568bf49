"""What the tests of the add-on's life do inside Odoo. Called by `dev.inside.call`."""

from __future__ import annotations

from typing import Any

ADDON = "order_cycle"

CUSTOMER = {
    "name": "Carla Bianchi",
    "email": "carla@example.com",
    "phone": "+39 02 1234567",
    "street": "Via Roma 1",
    "zip": "20121",
    "city": "Milano",
    "country": "IT",
}


FORMS = ("sale.order", "stock.picking", "res.partner", "delivery.carrier", "account.move")


# A value for a required field of each type.
SOMETHING = {
    "char": "something",
    "text": "something",
    "integer": 1,
    "float": 1.0,
    "monetary": 1.0,
    "date": "2026-01-01",
    "datetime": "2026-01-01 12:00:00",
    "boolean": True,
    "html": "something",
}


def orders_of_before(env: Any) -> dict:
    """Make orders with Odoo alone: one confirmed, one delivered and invoiced; returns their ids."""
    confirmed, delivered = _confirmed_order(env), _confirmed_order(env)
    _finish(delivered)
    return {"confirmed": confirmed.id, "delivered": delivered.id}


def trade(env: Any, order: int | None = None) -> dict:
    """Sell, deliver and invoice by Odoo's own buttons, and open the forms on the way.

    :param order: an order confirmed earlier, to be delivered and invoiced as well
    """
    new = _confirmed_order(env)
    orders = new | env["sale.order"].browse(order or [])
    for record in orders:
        _finish(record)
    return {
        "new": new.id,
        "deliveries": orders.picking_ids.mapped("state"),
        "invoices": orders.invoice_ids.mapped("state"),
        "fields of ours": [name for model in FORMS for name in _open(env[model])],
    }


def work(env: Any) -> dict:
    """Leave something in every table of the add-on, and settings that a manager has changed.

    Returns what `contents` says of it.
    """
    _product(env, "OIL", stock=10)
    _product(env, "SOAP", stock=10)
    orders = [("phone", "P1", "SOAP", 1), ("phone", "P2", "OIL", 12), ("phone", "P3", "GONE", 1)]
    for channel, reference, sku, quantity in orders:
        payload = {
            "external_ref": reference,
            "customer": CUSTOMER,
            "lines": [{"sku": sku, "qty": quantity}],
        }
        env["order.cycle.intake"].receive(channel, [payload])
    policy = env.ref("order_cycle.policy_trade")
    policy.write({"name": "Ours: credit", "shortage_hours": 5, "carrier_id": _method(env).id})
    env.ref("order_cycle.channel_phone").active = False
    env["order.cycle.signal"].search([]).order_id._advance()
    short = env["sale.order"].search([("cycle_external_ref", "=", "P2")])
    env["order.cycle.exception"]._raise(short, "ship", "failed", "The customer moved.")
    _book(env)
    _leave_a_row_everywhere(env)
    env["res.users"].create(
        {
            "name": "Olga",
            "login": "olga",
            "group_ids": [(4, env.ref("order_cycle.group_order_cycle_operator").id)],
        }
    )
    return contents(env)


def _leave_a_row_everywhere(env: Any) -> None:
    """Put a row into each table of ours that is still empty; what it says does not matter."""
    # Its account has settings of its own, which make rows by themselves.
    env["order.cycle.carrier.account"].create(
        {"name": "Abroad", "carrier_code": "ups", "environment": "test"}
    )
    for name in _our_models(env):
        if not env[name].with_context(active_test=False).search_count([], limit=1):
            env[name].create(_any_values(env, name))


def _any_values(env: Any, name: str) -> dict:
    """Return values for the required fields of a model, another record for each that it names."""
    values: dict = {}
    for field in env[name]._fields.values():
        is_ours = field.store and field.required and not field.compute and not field.related
        if not is_ours or field.name in env[name].default_get([field.name]):
            continue
        if field.type == "many2one":
            same = [f for f in values if env[name]._fields[f].comodel_name == field.comodel_name]
            taken = [values[other] for other in same]
            some = env[field.comodel_name].search([("id", "not in", taken)], limit=1)
            values[field.name] = (some or some.create(_any_values(env, field.comodel_name))).id
        elif field.type == "selection":
            values[field.name] = field.get_values(env)[0]
        else:
            values[field.name] = SOMETHING[field.type]
    return values


def _our_models(env: Any) -> list[str]:
    models = env["ir.model"].search(
        [("model", "=like", "order.cycle.%"), ("transient", "=", False)]
    )
    return [name for name in models.mapped("model") if not env[name]._abstract]


def contents(env: Any) -> dict:
    """Return the number of rows of each of our models, and what people have set."""
    counts = {
        name: env[name].with_context(active_test=False).search_count([])
        for name in _our_models(env)
    }
    policy = env.ref("order_cycle.policy_trade")
    settings = [policy.name, policy.shortage_hours, env.ref("order_cycle.channel_phone").active]
    orders = env["sale.order"].search([], order="id")
    return {
        "rows": counts,
        "settings": settings,
        "stages": orders.mapped(lambda order: order.cycle_stage or ""),
    }


def uninstall(env: Any) -> None:
    """Press the button under Apps."""
    env["ir.module.module"].search([("name", "=", ADDON)]).button_immediate_uninstall()


def _confirmed_order(env: Any) -> Any:
    product = _product(env, "BREAD", stock=100)
    partner = env["res.partner"].create({"name": "Bar Sport"})
    line = {"product_id": product.id, "product_uom_qty": 2}
    order = env["sale.order"].create({"partner_id": partner.id, "order_line": [(0, 0, line)]})
    order.action_confirm()
    return order


def _finish(order: Any) -> None:
    _deliver(order, 2)
    order._create_invoices().action_post()


def _open(model: Any) -> list[str]:
    """Read what the client reads to show records; returns the fields with our prefix."""
    views = model.get_views([(False, kind) for kind in ("form", "list", "search")])
    record = model.with_context(active_test=False).search([], limit=1)
    record.web_read({name: {} for name in views["models"][model._name]["fields"]})
    return [name for name in views["models"][model._name]["fields"] if name.startswith("cycle_")]


def _product(env: Any, sku: str, stock: int) -> Any:
    product = env["product.product"].create(
        {
            "name": sku.title(),
            "default_code": sku,
            "is_storable": True,
            "weight": 1,
            "invoice_policy": "order",
        }
    )
    place = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    env["stock.quant"]._update_available_quantity(product, place.lot_stock_id, stock)
    return product


def _method(env: Any) -> Any:
    """Return a delivery method of our connector, whose carrier nobody calls here."""
    account = env["order.cycle.carrier.account"].create(
        {
            "name": "Parcels",
            "carrier_code": "rehearsal_rest",
            "environment": "rehearsal",
            "base_url": "http://127.0.0.1:9",
            "api_key": "key",
        }
    )
    env.company.partner_id.write(
        {"street": "Via dell'Industria 5", "zip": "23900", "city": "Lecco", "phone": "+390341"}
    )
    env.company.partner_id.country_id = env.ref("base.it")
    return env["delivery.carrier"].create(
        {
            "name": "Parcels by us",
            "delivery_type": "order_cycle",
            "product_id": env.ref("order_cycle.product_shipping").id,
            "cycle_account_id": account.id,
            "cycle_service": "rehearsal_rest:standard",
        }
    )


def _deliver(order: Any, quantity: float) -> None:
    """Validate the delivery of an order of one line."""
    order.picking_ids.move_ids.write({"quantity": quantity, "picked": True})
    # Outside of tests Odoo asks about text messages first.
    order.picking_ids.with_context(skip_sms=True).button_validate()


def _book(env: Any) -> None:
    """Ship an order and write down a booking with its label and a call, as the worker does."""
    order = env["sale.order"].search([("cycle_external_ref", "=", "P1")])
    _deliver(order, 1)
    consignment = order.cycle_consignment_ids
    env["order.cycle.call"].create(
        {
            "consignment_id": consignment.id,
            "account_id": consignment.account_id.id,
            "company_id": consignment.company_id.id,
            "operation": "book",
            "started_at": "2026-01-01",
        }
    )
    env["ir.attachment"].create(
        {
            "name": "label.pdf",
            "raw": b"%PDF",
            "res_model": consignment._name,
            "res_id": consignment.id,
        }
    )
