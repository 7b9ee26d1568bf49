"""Copies of the database try to ship: five ways to copy, and every door of each copy."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dev import console, inside, odoo_process, postgres, shipments, sql
from dev.config import Settings
from dev.server import HOST

ATTEMPTS = 500
DOORS = ("button", "cron", "shell", "rpc")
PASSWORD = "chaos-admin"
# Rows that each attempt tries to have booked.
ROWS = 3


class _Counter(ThreadingHTTPServer):
    """A carrier that counts who knocks."""

    daemon_threads = True

    def __init__(self) -> None:
        self.calls = 0
        super().__init__((HOST, 0), _Knock)
        self.url = f"http://{HOST}:{self.server_port}"


class _Knock(BaseHTTPRequestHandler):
    server: _Counter

    def do_POST(self) -> None:
        self.server.calls += 1
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_DELETE = do_POST

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def perform(settings: Settings, name: str, _carriers: Any, step: console.Step) -> dict[str, Any]:
    """Copy the database in five ways and try to ship from each; returns who reached the carrier."""
    carrier = _Counter()
    threading.Thread(target=carrier.serve_forever, daemon=True).start()
    inside.call(settings, name, "dev.chaos.copies:make", url=carrier.url)
    counts: dict[str, Any] = {"attempts each": ATTEMPTS, "doors": list(DOORS)}
    try:
        for way, make_copy in WAYS.items():
            step.progress(f"{way}")
            copy = f"{name}_{len(counts)}"
            make_copy(settings, name, copy)
            try:
                before = carrier.calls
                tried = inside.call(settings, copy, "dev.chaos.copies:attempt", attempts=ATTEMPTS)
                counts[way] = {"tried": tried, "live calls": carrier.calls - before}
            finally:
                _drop(settings, copy)
        before = carrier.calls
        inside.call(settings, name, "dev.chaos.copies:attempt", attempts=len(DOORS))
        # Or the trial would prove nothing: the original does reach the carrier by every door.
        counts["calls of the original"] = carrier.calls - before
    finally:
        carrier.shutdown()
    return counts


def broken(counts: dict[str, Any]) -> list[str]:
    """Return which promises did not hold, or were not put to the test."""
    wrong = []
    for way in WAYS:
        if counts[way]["live calls"]:
            wrong.append(f"copies: {counts[way]['live calls']} live calls, {way}")
        if sum(counts[way]["tried"].values()) < ATTEMPTS:
            wrong.append(f"copies: only {counts[way]['tried']} attempts, {way}")
    if counts["calls of the original"] < len(DOORS):
        wrong.append("copies: the original did not reach the carrier either, this proves nothing")
    return wrong


def make(env: Any, url: str) -> None:
    """Make what could be shipped; runs inside Odoo."""
    env.ref("base.user_admin").password = PASSWORD
    methods = shipments.prepare(
        env, [{"carrier_code": "rehearsal_rest", "base_url": url, "max_in_flight": 1}]
    )
    shipments.hand_over(env, methods, ROWS)


def attempt(env: Any, attempts: int) -> dict[str, int]:
    """Try to ship by each door in turn; runs inside Odoo. Returns how often each was tried."""
    tried: Counter[str] = Counter()
    for number in range(attempts):
        door = DOORS[number % len(DOORS)]
        rows = _arm(env)
        try:
            getattr(sys.modules[__name__], f"_by_{door}")(env, rows)
        except Exception as error:  # noqa: BLE001  a refusal is what is hoped for
            env.cr.rollback()
            tried[f"{door}, refused: {type(error).__name__}"] += 0
        tried[door] += 1
    return {door: count for door, count in tried.items() if count}


def _arm(env: Any) -> Any:
    """Make the rows due again, as far as the database lets anybody do that."""
    # Other cursors have written since this one looked last.
    env.cr.commit()
    env.cr.execute(
        """
        UPDATE order_cycle_consignment
           SET state = 'todo', next_try_at = now() - interval '1 day', effects_pending = false
         WHERE id IN (SELECT id FROM order_cycle_consignment ORDER BY id LIMIT 3);
        UPDATE order_cycle_carrier_account
           SET paused_until = NULL, resting_until = NULL;
        DELETE FROM order_cycle_call
        """
    )
    env.cr.commit()
    env.invalidate_all()
    return env["order.cycle.consignment"].search([], order="id", limit=ROWS)


def _by_button(_env: Any, rows: Any) -> None:
    rows[:1].action_book_now()


def _by_cron(env: Any, _rows: Any) -> None:
    env["order.cycle.consignment"]._cron_work()


def _by_shell(_env: Any, rows: Any) -> None:
    row = rows[:1]
    request = row.carrier_id._cycle_request(row)
    row.account_id._client().book(request)


def _by_rpc(env: Any, rows: Any) -> None:
    from odoo.service import model

    model.dispatch(
        "execute_kw",
        [
            env.cr.dbname,
            env.ref("base.user_admin").id,
            PASSWORD,
            "order.cycle.consignment",
            "action_book_now",
            [rows[:1].ids],
        ],
    )


# === THE FIVE WAYS === #


def _by_template(settings: Settings, name: str, copy: str) -> None:
    """`createdb -T`: database.uuid and database.secret come along."""
    sql.create(settings, copy, name)


def _by_dump(settings: Settings, name: str, copy: str) -> None:
    """`pg_dump` by hand into a new database."""
    sql.create(settings, copy)
    folder = postgres.programs()
    environment = odoo_process.environment(settings)
    dump = subprocess.Popen(
        [folder / "pg_dump", "-Fc", name], env=environment, stdout=subprocess.PIPE
    )
    # It ends with 1 over comments on extensions; whether the rows came along shows at once.
    subprocess.run(
        [folder / "pg_restore", "--no-owner", "-d", copy],
        env=environment,
        stdin=dump.stdout,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    dump.stdout.close()
    if dump.wait():
        raise subprocess.CalledProcessError(dump.returncode, "pg_dump")


def _by_odoo(way: str):
    def make_copy(settings: Settings, name: str, copy: str) -> None:
        line = [settings.python, "-m", "dev.chaos.copies", way, name, copy, "--"]
        line += odoo_process.common_options(settings)
        odoo_process.run(settings, f"copy-{way}", [str(word) for word in line])

    return make_copy


WAYS = {
    "createdb -T": _by_template,
    "pg_dump and pg_restore": _by_dump,
    "Odoo duplicates": _by_odoo("duplicate"),
    "Odoo duplicates and neutralizes": _by_odoo("neutralized"),
    "Odoo restores a backup as moved": _by_odoo("moved"),
}


def main(words: list[str]) -> None:
    """Copy with Odoo's own functions; a process without a connection to the database."""
    (way, name, copy), options = words[:3], words[words.index("--") + 1 :]
    import tempfile

    from odoo.service import db
    from odoo.tools import config

    config.parse_config(
        [*options, "--log-level=warn", "--http-interface=127.0.0.1"], setup_logging=True
    )
    if way == "moved":
        with tempfile.NamedTemporaryFile(suffix=".zip") as backup:
            db.dump_db(name, backup, "zip")
            backup.flush()
            db.restore_db(copy, backup.name, copy=False)
    else:
        db.exp_duplicate_database(name, copy, neutralize_database=way == "neutralized")


def _drop(settings: Settings, copy: str) -> None:
    import shutil

    sql.drop(settings, copy)
    shutil.rmtree(settings.filestore(copy), ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
