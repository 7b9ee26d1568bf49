"""A carrier that asks for everything an account can have: its own settings, secrets, a token.

It exists in tests only: a real HTTP server, and a folder of the carrier package that is made here.
"""

import json
import sys
import threading
import time
import types
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs

from odoo.addons.order_cycle.carriers import auth, registry
from odoo.addons.order_cycle.carriers.account_settings import filled
from odoo.addons.order_cycle.carriers.api import (
    AccountField,
    Capability,
    CarrierInfo,
    Choice,
    Recovery,
)
from odoo.addons.order_cycle.carriers.dto import Money, Quote, Token
from odoo.addons.order_cycle.carriers.errors import CarrierTokenExpired
from odoo.addons.order_cycle.carriers.rest.transport import Refusal, RestTransport, StatusRules

CODE = "stage"
INFO = CarrierInfo(
    code=CODE,
    label="Stage",
    protocol="rest",
    mode="parcel",
    recovery=Recovery.NONE,
    capabilities=frozenset(
        {
            Capability.SIGN_IN,
            Capability.CHECK_ACCOUNT,
            Capability.LIST_SERVICES,
            Capability.QUOTE,
        }
    ),
    environments={"rehearsal": "", "test": "", "live": ""},
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(name="username", label="Client ID"),
        AccountField(name="password", label="Client secret", is_secret=True),
        AccountField(
            name="pickup_type",
            label="Pickup type",
            default="daily",
            help="How parcels reach the carrier.",
            choices=(Choice(code="daily", label="Every day"), Choice(code="call", label="On call")),
        ),
        AccountField(name="depot", label="Depot", help="Three digits, on your contract."),
        AccountField(name="meter_key", label="Meter key", is_secret=True),
    ),
    services=(),
    accessorials=(Choice(code="signature", label="Signature on delivery"),),
    service_is_free=True,
)
RULES = StatusRules(
    refused=frozenset({422}),
    not_sent=frozenset({429}),
    token_over=frozenset({401}),
    read_refusal=lambda data: Refusal(code=data["code"], message=data["message"]),
)
#: A token endpoint says 401 to wrong credentials.
SIGN_IN_RULES = StatusRules(
    refused=frozenset(), not_sent=frozenset({429}), read_refusal=RULES.read_refusal
)


class Client:
    """One account at the stage."""

    info = INFO

    def __init__(self, settings, on_exchange=None):
        self._settings = settings
        self._transport = RestTransport(settings, headers={}, rules=RULES, on_exchange=on_exchange)

    def sign_in(self):
        answer = self._transport.call(
            "signIn",
            "POST",
            ("token",),
            form={
                "client_id": self._settings.username,
                "client_secret": self._settings.password,
            },
            rules=SIGN_IN_RULES,
        )
        seconds = int(answer.data["expires_in"])
        return Token(
            value=answer.data["access_token"],
            expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
        )

    def check_account(self):
        self._call("checkAccount", "GET", ("account",))

    def list_services(self):
        answer = self._call("listServices", "GET", ("services",))
        return tuple(Choice(code=row["code"], label=row["name"]) for row in answer.data)

    def find_problems(self, _request):
        return ()

    def quote(self, request):
        answer = self._call(
            "quote", "POST", ("quote",), body={"grams": [p.weight_grams for p in request.parcels]}
        )
        return tuple(
            Quote(
                service=row["service"],
                price=Money(amount=Decimal(row["amount"]), currency=row["currency"]),
                transit_days=row.get("days"),
            )
            for row in answer.data
        )

    def _call(self, *arguments, **options):
        if not self._settings.access_token:
            raise CarrierTokenExpired("There is no access token yet.", code="token_missing")
        settings = filled(self._settings, INFO)
        headers = {
            **auth.bearer(self._settings.access_token),
            "X-Depot": settings["depot"],
            "X-Pickup": settings["pickup_type"],
            "X-Meter-Key": settings["meter_key"],
        }
        return self._transport.call(*arguments, headers=headers, **options)


class Stage:
    """The carrier's side: what it was asked, and how it behaves."""

    def __init__(self):
        self.tokens, self.calls, self.headers = [], [], {}
        self.expires_in, self.sign_in_seconds = 3600, 0.0
        self.status_of_sign_in = 200
        self.good_tokens = set()
        self.quotes = [{"service": "eco", "amount": "7.50", "currency": "EUR", "days": 2}]
        self.services = [{"code": "eco", "name": "Economy"}, {"code": "fast", "name": "Overnight"}]
        self.answer_seconds = 0.0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path, headers, body):
        """Return (status, JSON) to one call."""
        if path == "/token":
            return self._sign_in(parse_qs(body.decode()))
        self.calls.append(path)
        self.headers = headers
        time.sleep(self.answer_seconds)
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.good_tokens:
            return 401, {"code": "expired", "message": "The token is over."}
        return 200, {"/services": self.services, "/quote": self.quotes}.get(path, {})

    def _sign_in(self, form):
        time.sleep(self.sign_in_seconds)
        if self.status_of_sign_in != 200 or form.get("client_secret") != ["open sesame"]:
            status = self.status_of_sign_in if self.status_of_sign_in != 200 else 401
            return status, {"code": "no", "message": "Wrong secret."}
        with self._lock:
            token = f"t0ken-{len(self.tokens) + 1}-{id(self)}"
            self.tokens.append(token)
            self.good_tokens = {token}
        return 200, {"access_token": token, "expires_in": self.expires_in}


def _handler(stage):
    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data = stage.answer(self.path, dict(self.headers), body)
            content = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve

        def log_message(self, *_args):
            """Say nothing."""

    return Handler


@contextmanager
def registered():
    """Have the registry know the stage carrier meanwhile."""
    package = f"{registry.__package__}.{CODE}"
    modules = {package: types.ModuleType(package)}
    for name, content in (("info", {"INFO": INFO}), ("client", {"Client": Client})):
        module = types.ModuleType(f"{package}.{name}")
        vars(module).update(content)
        modules[f"{package}.{name}"] = module
    with (
        patch.dict(sys.modules, modules),
        patch.object(registry, "CODES", (*registry.CODES, CODE)),
    ):
        yield
