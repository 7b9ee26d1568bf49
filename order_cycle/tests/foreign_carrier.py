"""A carrier on a real socket, and a connector to it by Odoo's contract, as others write them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from odoo.exceptions import UserError


class CourierServer:
    """Books whatever it is asked to, each time. Knows no key: that is the point."""

    def __init__(self):
        self.booked = []
        self.cancelled = []
        #: What to do at the next bookings: refuse, lose (book and hang up), empty.
        self.script = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer._answer(self, body)

            def log_message(self, *_args):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler, body):
        if handler.path == "/cancel":
            self.cancelled.append(body["number"])
            self._say(handler, 200, {})
            return
        plan = self.script.pop(0) if self.script else "book"
        if plan == "refuse":
            self._say(handler, 422, {"reason": "The postcode 20121 is unknown."})
            return
        number = f"CR{len(self.booked) + 1:04}"
        self.booked.append((body["delivery"], number))
        if plan != "lose":
            self._say(handler, 200, {} if plan == "empty" else {"number": number})

    def _say(self, handler, status, body):
        raw = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)


def connector(url):
    """Return the methods of a connector for the delivery type `courier`."""

    def post(path, body):
        request = Request(f"{url}/{path}", data=json.dumps(body).encode(), method="POST")
        try:
            with urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise UserError(json.load(error)["reason"]) from None

    def courier_send_shipping(self, pickings):
        result = []
        for picking in pickings:
            told = post("book", {"delivery": picking.name})
            picking.message_post(
                body="Shipment created",
                attachments=[(f"LabelShipping-courier-{told['number']}.pdf", b"%PDF-1.4 label")],
            )
            result.append({"exact_price": 7.5, "tracking_number": told["number"]})
        return result

    def courier_cancel_shipment(self, pickings):
        for picking in pickings:
            post("cancel", {"number": picking.carrier_tracking_ref})

    return {
        "courier_send_shipping": courier_send_shipping,
        "courier_cancel_shipment": courier_cancel_shipment,
    }


def install(test_class, url):
    """Give Odoo the delivery type `courier`, as long as the class of tests runs."""
    methods = test_class.registry["delivery.carrier"]
    field = methods._fields["delivery_type"]
    test_class.enterClassContext(patch.dict(field._selection, {"courier": "Courier"}))
    test_class.enterClassContext(
        patch.object(field, "selection", [*field.selection, ("courier", "Courier")])
    )
    for name, method in connector(url).items():
        test_class.enterClassContext(patch.object(methods, name, method, create=True))
