"""The add-on comes, is upgraded, goes and comes back: in real Odoo processes, on real databases."""

import re

import pytest
from psycopg2.sql import SQL, Identifier

from dev import database, inside, odoo_process, sql
from dev.config import ADDON, Settings

COMPLAINT = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) .*|^Traceback .*", re.MULTILINE)
# Said by `dev.inside`, which starts no web server.
NO_COMPLAINT = "missing --http-interface"
# Odoo tries to delete what an add-on's files made, and goes on with the rest if it is in use.
IN_USE = "bad query: b'DELETE FROM"

# What a module must take along when it goes. Each query names what is still there.
TRACES = {
    "tables": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'order\\_cycle%'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND column_name LIKE 'cycle\\_%'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%cycle\\_%'",
    "constraints": "SELECT conname FROM pg_constraint WHERE conname LIKE '%order\\_cycle%'",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'order\\_cycle%'",
    "functions": "SELECT proname FROM pg_proc WHERE proname LIKE 'order\\_cycle%'",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'order\\_cycle%'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'order.cycle%'",
    "fields": "SELECT model || '.' || name FROM ir_model_fields"
    " WHERE name LIKE 'cycle\\_%' OR relation LIKE 'order.cycle%'",
    "choices": "SELECT value FROM ir_model_fields_selection WHERE value = 'order_cycle'",
    "relations": "SELECT name FROM ir_model_relation WHERE name LIKE 'order\\_cycle%'",
    "rights": "SELECT name FROM ir_model_access WHERE name LIKE 'order.cycle%'",
    "scheduled actions": "SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Order Cycle%'",
    "menus": "SELECT name ->> 'en_US' FROM ir_ui_menu WHERE name ->> 'en_US' = 'Order Cycle'",
    "windows": "SELECT name ->> 'en_US' FROM ir_act_window WHERE res_model LIKE 'order.cycle%'",
    "views": "SELECT name FROM ir_ui_view"
    " WHERE model LIKE 'order.cycle%' OR arch_db ->> 'en_US' LIKE '%cycle\\_%'",
    "groups": "SELECT name ->> 'en_US' FROM res_groups WHERE name ->> 'en_US' LIKE '%Order Cycle%'",
    "privileges": "SELECT name ->> 'en_US' FROM res_groups_privilege"
    " WHERE name ->> 'en_US' = 'Order Cycle'",
    "numbers": "SELECT code FROM ir_sequence WHERE code LIKE 'order.cycle%'",
    "attachments": "SELECT name FROM ir_attachment WHERE res_model LIKE 'order.cycle%'",
    "messages": "SELECT id FROM mail_message WHERE model LIKE 'order.cycle%'",
    "activities": "SELECT id FROM mail_activity WHERE res_model LIKE 'order.cycle%'",
    "followers": "SELECT id FROM mail_followers WHERE res_model LIKE 'order.cycle%'",
    "defaults": "SELECT d.id FROM ir_default d JOIN ir_model_fields f ON f.id = d.field_id"
    " WHERE f.model LIKE 'order.cycle%'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE 'order\\_cycle%'",
    "XML ids": "SELECT name FROM ir_model_data WHERE module = 'order_cycle'",
}
# Nothing of the kind is made by every installation.
MAY_BE_MISSING = {"defaults", "parameters"}


@pytest.fixture(scope="module")
def settings():
    return Settings.from_environment()


@pytest.fixture(scope="module")
def used(settings):
    """A database in which the add-on has been at work, and what is in it."""
    with database.temporary(settings, database.ensure_addon(settings), "used") as name:
        yield name, do(settings, name, "work")


@pytest.fixture(scope="module")
def left(settings, used):
    """A copy of it after the add-on was uninstalled."""
    with database.temporary(settings, used[0], "left") as name:
        do(settings, name, "uninstall", allowed=IN_USE)
        yield name


def do(settings, name, function, *, allowed=None, **arguments):
    """Call a function of `tests.life` in an Odoo process of its own, which must not complain."""
    result = inside.call(settings, name, f"tests.life:{function}", **arguments)
    log = settings.logs / f"inside-life-{function}.log"
    assert [line for line in complaints(log) if not allowed or allowed not in line] == []
    return result


def run_odoo(settings, name, option):
    """Install or upgrade with Odoo's command; returns its complaints. A failure raises."""
    options = (option, "--stop-after-init", "--no-http", "--max-cron-threads=0")
    line = odoo_process.command(settings, name, *options)
    return complaints(odoo_process.run(settings, f"lifecycle-{name}", line))


def complaints(log):
    """Return the lines of a log that warn or tell of an error."""
    lines = [match.group() for match in COMPLAINT.finditer(log.read_text(encoding="utf-8"))]
    return [line for line in lines if NO_COMPLAINT not in line]


def traces(settings, name):
    """Return what is in a database of the add-on: {what: [names]}, without what is not."""
    found = {}
    with sql.cursor(settings, name) as cur:
        for what, query in TRACES.items():
            cur.execute(query)
            found[what] = sorted(str(value) for (value,) in cur.fetchall())
    return {what: names for what, names in found.items() if names}


def records_of_ours(settings, name):
    """Return {model: ids} of the records that the add-on's files made, and no other module's."""
    with sql.cursor(settings, name) as cur:
        cur.execute(
            "SELECT model, array_agg(res_id) FROM ir_model_data d WHERE module = %s AND NOT EXISTS"
            " (SELECT 1 FROM ir_model_data o WHERE o.model = d.model AND o.res_id = d.res_id"
            " AND o.module != %s) GROUP BY model",
            [ADDON, ADDON],
        )
        return dict(cur.fetchall())


def still_there(settings, name, records):
    """Return the models of which some of these records are left."""
    with sql.cursor(settings, name) as cur:
        return {model for model, ids in records.items() if _any_left(cur, model, ids)}


def _any_left(cur, model, ids):
    table = model.replace(".", "_").replace("ir_actions_act", "ir_act")
    table = table.replace("ir_actions_server", "ir_act_server")
    table = table.replace("ir_actions_report", "ir_act_report_xml")
    cur.execute("SELECT to_regclass(%s)", [table])
    if cur.fetchone()[0] is None:
        return False
    cur.execute(SQL("SELECT 1 FROM {} WHERE id = ANY(%s)").format(Identifier(table)), [ids])
    return cur.fetchone() is not None


def stages(settings, name):
    """Return {order id: stage}."""
    with sql.cursor(settings, name) as cur:
        cur.execute("SELECT id, cycle_stage FROM sale_order")
        return dict(cur.fetchall())


# === IT COMES === #


def test_it_is_installed_where_orders_are_under_way(settings):
    """Nothing happens to orders made before: they are no orders of the cycle."""
    with database.temporary(settings, database.ensure_dependencies(settings), "before") as name:
        old = do(settings, name, "orders_of_before")
        assert run_odoo(settings, name, f"--init={ADDON}") == []
        assert stages(settings, name) == dict.fromkeys(old.values())
        done = do(settings, name, "trade", order=old["confirmed"])
        assert done["deliveries"] == ["done", "done"]
        assert done["invoices"] == ["posted", "posted"]
        assert stages(settings, name) == {**dict.fromkeys(old.values()), done["new"]: "to_collect"}


# === IT IS UPGRADED === #


def test_an_upgrade_keeps_all_data(settings, used):
    source, before = used
    assert all(before["rows"].values()), f"an empty table proves nothing: {before['rows']}"
    with database.temporary(settings, source, "upgrade") as name:
        assert run_odoo(settings, name, f"--update={ADDON}") == []
        assert do(settings, name, "contents") == before


# === IT GOES === #


def test_nothing_is_left_of_it(settings, used, left):
    name, _contents = used
    assert set(traces(settings, name)) >= set(TRACES) - MAY_BE_MISSING
    records = records_of_ours(settings, name)
    assert still_there(settings, name, records) == set(records)
    # But the product that the delivery method below charges: Odoo keeps what is in use.
    product = ["product_shipping", "product_shipping_product_template"]
    assert traces(settings, left) == {"XML ids": product}
    assert still_there(settings, left, records) == {"product.product", "product.template"}


def test_its_delivery_methods_are_archived_as_fixed_price_ones(settings, left):
    with sql.cursor(settings, left) as cur:
        cur.execute(
            "SELECT delivery_type, active FROM delivery_carrier"
            " WHERE name ->> 'en_US' = 'Parcels by us'"
        )
        assert cur.fetchall() == [("fixed", False)]


def test_odoo_goes_on_without_it(settings, left):
    done = do(settings, left, "trade")
    assert done["deliveries"] == ["done"]
    assert done["invoices"] == ["posted"]
    assert done["fields of ours"] == []


# === IT COMES BACK === #


def test_it_can_be_installed_again(settings, left):
    with database.temporary(settings, left, "again") as name:
        assert run_odoo(settings, name, f"--init={ADDON}") == []
        assert set(stages(settings, name).values()) == {None}
        done = do(settings, name, "trade")
        assert stages(settings, name)[done["new"]] == "to_collect"
        assert done["fields of ours"]


# === THE TESTS THEMSELVES === #


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_a_complaint_in_a_log_is_seen(tmp_path, level):
    log = tmp_path / "odoo.log"
    line = f"2026-11-25 03:58:38,204 4819 {level} oc_x odoo.modules.loading: oh no"
    log.write_text(f"Running as root\n{line.replace(level, 'INFO')}\n{line}\n", encoding="utf-8")
    assert complaints(log) == [line]
