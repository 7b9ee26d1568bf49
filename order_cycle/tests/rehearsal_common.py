import json
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from odoo import fields
from odoo.tests.common import _super_send

from .common import OrderCycleCommon

ADDON = Path(__file__).resolve().parents[1]


class RehearsalCarrier:
    """The control side of a rehearsal carrier, which is no part of its contract."""

    def __init__(self, url):
        self.url = url

    def will(self, *script, **plan):
        """Tell the carrier how to behave at the next bookings."""
        self._control("POST", "behaviour", {"script": list(script), **plan})

    def reset(self):
        """Forget all bookings and behave."""
        self._control("POST", "reset", {})

    def held(self, reference=None):
        """Return the bookings that the carrier holds, of one of our references if given."""
        bookings = self._control("GET", "bookings")["bookings"]
        return [row for row in bookings if reference in (None, row["reference"])]

    def sends_on(self, consignment, journey, reached=None):
        """Choose what becomes of a booking, and how many stages are behind it."""
        plan = {"number": consignment.waybill_ref, "journey": journey, "reached": reached}
        self._control("POST", "journey", plan)

    def notifies(self, consignment, url, secret, **plan):
        """Have the carrier send its notices; return the status of each answer."""
        plan = {"number": consignment.waybill_ref, "url": url, "secret": secret, **plan}
        return self._control("POST", "notify", plan)["statuses"]

    def errands(self, name):
        """Return the carrier's pickups or manifests, newest first."""
        return self._control("GET", name)["errands"]

    def _control(self, method, name, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/rehearsal/{name}", data=data, method=method)
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)


class RehearsalCommon(OrderCycleCommon):
    """Real carriers on real sockets, in a process of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        command = [sys.executable, "-m", "rehearsal", "--rest-port", "0", "--soap-port", "0"]
        process = subprocess.Popen(
            [*command, "--store", folder.name], cwd=ADDON, stdout=subprocess.PIPE, text=True
        )
        cls.addClassCleanup(process.stdout.close)
        cls.addClassCleanup(process.wait, 10)
        cls.addClassCleanup(process.terminate)
        urls = json.loads(process.stdout.readline())
        cls.parcel_carrier = RehearsalCarrier(urls["rest"])
        cls.freight_carrier = RehearsalCarrier(urls["soap"])
        cls.parcel_account, cls.freight_account = cls.env["order.cycle.carrier.account"].create(
            [
                {
                    "name": "Rehearsal Parcel",
                    "carrier_code": "rehearsal_rest",
                    "environment": "rehearsal",
                    "base_url": urls["rest"],
                    "api_key": "rehearsal-parcel-key",
                },
                {
                    "name": "Rehearsal Freight",
                    "carrier_code": "rehearsal_soap",
                    "environment": "rehearsal",
                    "base_url": urls["soap"],
                    "username": "rehearsal",
                    "password": "rehearsal-freight",
                },
            ]
        )
        cls.parcel = cls.a_method(cls.parcel_account, "rehearsal_rest:standard", 30)
        cls.freight = cls.a_method(cls.freight_account, "rehearsal_soap:standard", 800)
        cls.freight.cycle_package_type_id = cls.env.ref("order_cycle.package_type_euro_pallet")
        cls.company.partner_id.write(
            {
                "street": "Via dell'Industria 5",
                "zip": "23900",
                "city": "Lecco",
                "country_id": cls.env.ref("base.it").id,
                "phone": "+39 0341 123456",
            }
        )
        (cls.web | cls.trade).write(
            {
                "carrier_id": cls.parcel.id,
                "freight_carrier_id": cls.freight.id,
                "freight_from_weight": 100,
            }
        )

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        """Let calls to this machine through as they are; Odoo's own handler wants one timeout."""
        if urlsplit(r.url).hostname == "127.0.0.1":
            return _super_send(s, r, **kw)
        return super()._request_handler(s, r, **kw)

    def setUp(self):
        super().setUp()
        self.parcel_carrier.reset()
        self.freight_carrier.reset()

    @classmethod
    def a_method(cls, account, service, max_weight):
        return cls.env["delivery.carrier"].create(
            {
                "name": account.name,
                "delivery_type": "order_cycle",
                "product_id": cls.env.ref("order_cycle.product_shipping").id,
                "cycle_account_id": account.id,
                "cycle_service": service,
                "cycle_max_weight": max_weight,
            }
        )

    def a_consignment(self, lines=(("OIL", 2),), **values):
        """Ship an order and return the consignment that waits to be booked."""
        total = sum(quantity * {"OIL": 10, "SOAP": 4}[sku] for sku, quantity in lines)
        order = self.an_order(lines, channel="web", paid=total, **values)
        self.advance()
        self.assertEqual(order.cycle_track_stock, "shipped", order.cycle_reason)
        return order.cycle_consignment_ids

    def book(self):
        """Let the worker talk to the carriers."""
        self.run_cron("cron_book")

    def track(self, *consignments):
        """Let the worker ask where these goods are, or those that are due."""
        for consignment in consignments:
            consignment.next_track_at = fields.Datetime.now()
        self.run_cron("cron_track")

    def later(self, consignment, seconds=3600):
        """Let time pass for consignments and their accounts."""
        times = ("next_try_at", "lease_until", "last_sent_at")
        for row in consignment:
            for name in times:
                if row[name]:
                    row[name] -= timedelta(seconds=seconds)
        for account in consignment.account_id:
            if account.resting_until:
                account.resting_until -= timedelta(seconds=seconds)
