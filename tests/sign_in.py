"""Workers that find the access token expired at the same time. Called by `dev.inside.call`."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

WORKERS = 16
PATIENCE_S = 20


def race(env: Any, rounds: int = 3) -> dict:
    """Have 16 workers, each with a cursor of its own, want a token at once, several times over.

    Returns how often the carrier was asked, and whether each worker had the token in the end.
    """
    # The rehearsal carrier of the tests: a real server on this machine.
    from odoo.addons.order_cycle.tests import stage_carrier

    stage = stage_carrier.Stage()
    stage.sign_in_seconds = 0.3
    with stage_carrier.registered():
        account = _account(env, stage.url)
        found = []
        for _round in range(rounds):
            account.invalidate_recordset()
            account.write({"access_token": False, "token_expires_at": False})
            env.cr.commit()
            asked_before = len(stage.tokens)
            with ThreadPoolExecutor(WORKERS) as pool:
                tokens = list(pool.map(lambda _n: _work(env, account.id), range(WORKERS)))
            env.cr.rollback()
            found.append([len(stage.tokens) - asked_before, len(set(tokens)), all(tokens)])
    stage.close()
    return {"rounds": found}


def _account(env: Any, url: str) -> Any:
    account = env["order.cycle.carrier.account"].create(
        {
            "name": "Stage",
            "carrier_code": "stage",
            "environment": "rehearsal",
            "base_url": url,
            "username": "bottega",
            "password": "open sesame",
            "deadline_s": 5,
        }
    )
    for code, field in (("depot", "value"), ("meter_key", "secret")):
        account.setting_ids.filtered(lambda row, code=code: row.code == code)[field] = "170"
    env.cr.commit()
    return account


def _work(env: Any, account_id: int) -> str:
    """Do as a worker does: come back until there is a token, and return it."""
    end = time.monotonic() + PATIENCE_S
    with env.registry.cursor() as cr:
        account = env(cr=cr)["order.cycle.carrier.account"].browse(account_id)
        while time.monotonic() < end:
            if account._ensure_token():
                return account.access_token
            cr.rollback()
            time.sleep(0.05)
    return ""
