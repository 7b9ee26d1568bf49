"""The sample company, set up inside Odoo: money, people, carriers. Called by `inside.call`."""

from __future__ import annotations

from typing import Any

SAMPLE_FILES = (
    "res.partner.csv",
    "product.product.csv",
    "product.supplierinfo.csv",
    "stock_quant.xml",
    "order_cycle_supply.xml",
    "order_cycle_carriers.xml",
)

# Who takes part: log-in, name, groups. Each acts with these rights and no others.
PEOPLE = {
    "shop": ("Web shop", ("order_cycle.group_order_cycle_channel",)),
    "olga": ("Olga Operator", ("order_cycle.group_order_cycle_operator",)),
    "bruno": ("Bruno Buyer", ("purchase.group_purchase_user",)),
    "walter": ("Walter Warehouse", ("stock.group_stock_user",)),
    "anna": ("Anna Accountant", ("account.group_account_invoice",)),
    "admin": ("Administrator", ()),
}
VAT_PERCENT = 22


def prepare(env: Any, sample: bool, parcel_url: str, freight_url: str, mail_port: int) -> dict:
    """Make the company and its people; returns the API key of each person by log-in.

    :param sample: whether to load the products, stock and partners that ship with the add-on
    :param parcel_url: where the rehearsal parcel carrier listens, `freight_url` the other one
    :param mail_port: where mails are caught
    """
    _set_up_company(env)
    _set_up_money(env)
    if sample:
        _load(env, SAMPLE_FILES)
    else:
        _load(env, SAMPLE_FILES[-1:])
    connect(env, parcel_url, freight_url, mail_port)
    keys = {login: _person(env, login) for login in PEOPLE}
    _give_responsibilities(env)
    return keys


def connect(env: Any, parcel_url: str, freight_url: str, mail_port: int) -> None:
    """Say where carriers and mail server listen this time."""
    env.ref("order_cycle.account_rehearsal_parcel").base_url = parcel_url
    env.ref("order_cycle.account_rehearsal_freight").base_url = freight_url
    _catch_mail(env, mail_port)


def _set_up_company(env: Any) -> None:
    env.ref("base.EUR").active = True
    env.company.write({"name": "Bottega del Lago", "currency_id": env.ref("base.EUR").id})
    env["stock.warehouse"].search([]).write({"name": "Lecco"})
    env.company.partner_id.write(
        {
            "street": "Via dell'Industria 5",
            "zip": "23900",
            "city": "Lecco",
            "country_id": env.ref("base.it").id,
            "phone": "+39 0341 555000",
            "email": "ordini@bottega.example.com",
            "lang": "en_US",
        }
    )


def _set_up_money(env: Any) -> None:
    tax = env.company.account_sale_tax_id
    tax.write({"name": f"VAT {VAT_PERCENT}%", "amount": VAT_PERCENT})
    tax.tax_group_id.name = tax.name
    # Europe pays this tax; what leaves it is exported without.
    domestic = env["account.fiscal.position"].search([("tax_ids", "in", tax.ids)])
    domestic.write({"country_id": False, "country_group_id": env.ref("base.europe").id})
    env["product.pricelist"].search([]).currency_id = env.ref("base.EUR")
    Journal = env["account.journal"]
    till = Journal.create({"name": "Till", "code": "TILL", "type": "cash"})
    # Money in the till is there at once: no bank statement will follow.
    till.inbound_payment_method_line_ids.payment_account_id = till.default_account_id
    env.ref("order_cycle.policy_store").journal_id = till
    bank = Journal.search([("type", "=", "bank")], limit=1)
    env.ref("order_cycle.policy_web").journal_id = bank


def _load(env: Any, names: tuple[str, ...]) -> None:
    from odoo.tools import convert

    for name in names:
        convert.convert_file(env, "order_cycle", f"demo/{name}", {}, mode="init", noupdate=True)


def _catch_mail(env: Any, port: int) -> None:
    name = "Demo: caught on this machine"
    env["ir.mail_server"].search([("name", "=", name)]).unlink()
    env["ir.mail_server"].create(
        {"name": name, "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_encryption": "none"}
    )


def _person(env: Any, login: str) -> str:
    name, groups = PEOPLE[login]
    user = env["res.users"].search([("login", "=", login)])
    if not user:
        user = env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@bottega.example.com",
                "group_ids": [(4, env.ref(group).id) for group in groups],
            }
        )
    return env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "demo", None)


def _give_responsibilities(env: Any) -> None:
    user = {login: env["res.users"].search([("login", "=", login)]) for login in PEOPLE}
    env["order.cycle.channel"].search([]).user_id = user["olga"]
    env["order.cycle.policy"].search([]).write(
        {"buyer_id": user["bruno"].id, "user_id": user["olga"].id}
    )
    env["res.partner"].search([("supplier_rank", ">", 0)]).buyer_id = user["bruno"]
