"""Consignments that wait to be booked, made inside Odoo: the material of bench and chaos."""

from __future__ import annotations

from typing import Any

# What each rehearsal carrier wants of an account and of a delivery.
CREDENTIALS = {
    "rehearsal_rest": {"api_key": "rehearsal-parcel-key"},
    "rehearsal_plain": {"api_key": "rehearsal-parcel-key"},
    "rehearsal_soap": {"username": "rehearsal", "password": "rehearsal-freight"},
}
FREIGHT = ("rehearsal_soap",)
CUSTOMERS = 20


def prepare(env: Any, accounts: list[dict[str, Any]]) -> list[int]:
    """Make a company that can ship, and one account with a method for each of `accounts`.

    :param accounts: each with `carrier_code`, `base_url` and any field of a carrier account
    :return: the ids of the methods, in the same sequence
    """
    env.company.partner_id.write(_address(env, "Via dell'Industria 5"))
    methods = []
    for vals in accounts:
        code = vals["carrier_code"]
        account = env["order.cycle.carrier.account"].create(
            {
                "name": f"{code} {len(methods)}",
                "environment": "rehearsal",
                **CREDENTIALS[code],
                **vals,
            }
        )
        method = env["delivery.carrier"].create(
            {
                "name": account.name,
                "delivery_type": "order_cycle",
                "product_id": env.ref("order_cycle.product_shipping").id,
                "cycle_account_id": account.id,
                "cycle_service": f"{code}:standard",
            }
        )
        if code in FREIGHT:
            method.cycle_package_type_id = env.ref("order_cycle.package_type_euro_pallet")
            method.cycle_max_weight = 800
        methods.append(method.id)
    return methods


def hand_over(env: Any, method_ids: list[int], count: int) -> list[int]:
    """Hand `count` deliveries over, by turns with each of the methods; returns the consignments."""
    pickings = deliveries(env, method_ids, count)
    pickings._cycle_hand_over()
    env.cr.commit()
    return pickings.cycle_consignment_ids.ids


def deliveries(env: Any, method_ids: list[int], count: int) -> Any:
    """Make `count` deliveries that are ready to leave, by turns with each of the methods."""
    product = _product(env)
    customers = _customers(env)
    kind = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).out_type_id
    pickings = env["stock.picking"].create(
        [
            {
                "picking_type_id": kind.id,
                "partner_id": customers[number % CUSTOMERS].id,
                "carrier_id": method_ids[number % len(method_ids)],
                "location_id": kind.default_location_src_id.id,
                "location_dest_id": customers[0].property_stock_customer.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": 2,
                            "location_id": kind.default_location_src_id.id,
                            "location_dest_id": customers[0].property_stock_customer.id,
                        },
                    )
                ],
            }
            for number in range(count)
        ]
    )
    pickings.action_confirm()
    pickings.action_assign()
    return pickings


def _product(env: Any) -> Any:
    found = env["product.product"].search([("default_code", "=", "SHIPMENT")])
    return found or env["product.product"].create(
        {"name": "Pasta", "default_code": "SHIPMENT", "weight": 1.5, "list_price": 4}
    )


def _customers(env: Any) -> Any:
    found = env["res.partner"].search([("ref", "=", "SHIPMENT")], limit=CUSTOMERS)
    return found or env["res.partner"].create(
        [
            {
                "name": f"Customer {number}",
                "ref": "SHIPMENT",
                **_address(env, f"Via Prova {number}"),
            }
            for number in range(1, CUSTOMERS + 1)
        ]
    )


def _address(env: Any, street: str) -> dict[str, Any]:
    return {
        "street": street,
        "zip": "20121",
        "city": "Milano",
        "country_id": env.ref("base.it").id,
        "phone": "+39 02 5550199",
    }
