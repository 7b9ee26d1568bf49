"""`serve`: the demo's database in the web client, with both carriers running, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import time

from dev import console, database, inside
from dev.config import Settings
from dev.demo.carriers import rehearsal_carriers
from dev.demo.command import DATABASE, OUTPUT, store_of
from dev.demo.command import run as run_demo
from dev.demo.mail import MailCatcher
from dev.errors import SetupError
from dev.server import odoo_server

PORT = 8069


def run(settings: Settings, _arguments: list[str]) -> int:
    """Serve the demo's database on port 8069, or `PORT`; plays the demo first if there is none."""
    port = _port()
    if not database.exists(settings, DATABASE):
        console.say("There is no demo yet, so it is played first.")
        run_demo(settings, [])
    output = settings.project / OUTPUT
    with contextlib.ExitStack() as stack:
        carriers = stack.enter_context(rehearsal_carriers(settings, store_of(settings)))
        mail = stack.enter_context(MailCatcher(output / "mail"))
        with console.step("company") as step:
            inside.call(
                settings,
                DATABASE,
                "dev.demo.company:connect",
                parcel_url=carriers.parcel.url,
                freight_url=carriers.freight.url,
                mail_port=mail.port,
            )
            step.result("connected to the rehearsal carriers")
        odoo = stack.enter_context(odoo_server(settings, DATABASE, cron_threads=2, port=port))
        console.say()
        console.say(f"  {odoo.url}/odoo/action-order_cycle.action_orders")
        console.say("  log-in admin / admin; also olga, bruno, walter, anna (password = log-in)")
        console.say("  Ctrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
    return 0


def _port() -> int:
    text = os.environ.get("PORT", str(PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupError(
            f"PORT={text} is no port.", "A port is a number from 1 to 65535.", "Correct PORT."
        )
    return int(text)
