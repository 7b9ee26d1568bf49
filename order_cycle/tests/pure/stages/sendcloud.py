"""Sendcloud on a real socket, held to its published contracts of API v3."""

import base64
import json
import uuid
from dataclasses import replace
from urllib.parse import unquote

from carriers.dto import CarrierSettings
from shipments import a_parcel_shipment, an_address

from .base import BaseStage, StageReply
from .contracts import contract
from .openapi import OpenApi
from .sendcloud_answers import (
    MADE_AT,
    errors,
    paper,
    return_details,
    shipment_data,
    tracking_data,
)

BASE = "/api/v3"
FILES = (
    "sendcloud-shipments-openapi.yml",
    "sendcloud-v3-parcel-documents-openapi.yml",
    "sendcloud-v3-parcel-tracking-openapi.yml",
    "sendcloud-v3-returns-openapi.yml",
)
#: The schema has errors as a bare list; every example, and the file of documents, has an object
#: with the list in it.
CORRECTIONS = {
    "/components/schemas/errors": {
        "type": "object",
        "properties": {"errors": {"type": "array"}},
        "required": ["errors"],
    }
}
EU_AND_OURS = frozenset(("IT", "DE", "NL", "FR", "PL"))


class Stage(BaseStage):
    """Checks each call against the contract, then does what is asked.

    A return is kept among the ``shipments``: with the ``body`` of its booking, and no ``data``.
    """

    code = "sendcloud"
    PUBLIC, SECRET = "a-public-key", "a-secret-key"
    #: A postcode that no carrier behind serves, though the contract does not mind.
    NOWHERE = "99999"
    #: Shipping options whose carrier does not answer, or answers for the first parcel only.
    DOWN, HALF = "down:standard", "half:standard"

    def __init__(self):
        super().__init__()
        files = [contract("sendcloud", name) for name in FILES]
        self._api = OpenApi(files, base_path=BASE, corrections=CORRECTIONS)
        self.next_parcel, self.next_return = 383_000_001, 1_751_001
        #: Whether a 409 brings the shipment along, as the schema's text says.
        self.shows_duplicates = True

    def settings(self, **changes):
        """Return the settings of the account."""
        values = {
            "environment": "rehearsal",
            "base_url": self.url + BASE,
            "username": self.PUBLIC,
            "password": self.SECRET,
            "deadline_s": 5,
            "extra": {"return_option": "dpd:return/return"},
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a parcel from Verona to Berlin with a shipping option of the account."""
        values = {
            "service": "postnl:standard/signature",
            "sender": an_address(state_code="VR"),
            **changes,
        }
        return a_parcel_shipment(**values)

    def is_booking(self, request):
        """Tell whether the call books a shipment or a return."""
        return request.method == "POST" and "announce" in request.path

    def incomplete(self, reply):
        """Return a booking without its number."""
        data = json.loads(reply.body)
        data.pop("return_id", None)
        if "data" in data:
            data["data"].pop("id", None)
        return replace(reply, body=json.dumps(data).encode())

    def answer(self, request):
        """Check, serve, and check what is served."""
        pair = base64.b64encode(f"{self.PUBLIC}:{self.SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return StageReply(401, b"")
        problems = self._api.request_problems(request)
        for problem in problems:
            self.complain(problem)
        if problems:
            return self._bad(request, problems[0])
        reply = self._serve(request)
        # The 409 of a second booking stands in the text of the schema only.
        if not (self.is_booking(request) and reply.status == 409):
            for problem in self._api.response_problems(request, reply):
                self.complain(problem)
        return reply

    def _bad(self, request, text):
        if request.path.startswith(f"{BASE}/returns"):
            return _json(400, {"error": {"code": "invalid", "message": text}})
        return errors(400, "invalid", text)

    def _serve(self, request):
        first, *rest = [unquote(part) for part in request.path[len(BASE) + 1 :].split("/")]
        return getattr(self, f"_serve_{first}")(request, rest)

    # --- shipments ---

    def _serve_shipments(self, request, rest):
        if not rest:
            return self._list(request.query)
        if rest[0].startswith("announce"):
            return self._announce(json.loads(request.body))
        shipment = self.shipments.get(rest[0])
        if rest[1:] == ["cancel"]:
            return self._cancel(shipment) if shipment else errors(404, "not_found", "Not found")
        if not shipment:
            return StageReply(404, b"")
        return _json(200, {"data": shipment["data"]})

    def _list(self, query):
        wanted = query.get("external_reference_id")
        found = [
            one["data"]
            for one in self.shipments.values()
            if "data" in one and wanted in (None, one["reference"])
        ]
        if not found:
            # One item at least, says the contract of a 200.
            return errors(404, "not_found", "Not found")
        return _json(200, {"data": found[-int(query.get("page_size", 40)) :]})

    def _announce(self, body):
        reference = body["external_reference_id"]
        for one in self.shipments.values():
            if one["reference"] == reference and "data" in one:
                shown = {"data": one["data"]} if self.shows_duplicates else {}
                return _json(409, shown)
        wrong = self._against_prose(body)
        if wrong:
            self.complain(wrong)
            return errors(400, "invalid", wrong)
        if body["to_address"]["postal_code"] == self.NOWHERE:
            text, pointer = "The postcode is not served.", "/to_address/postal_code"
            return errors(400, "invalid", text, pointer)
        waybill = str(uuid.uuid4())
        option = (body.get("ship_with") or {}).get("properties", {}).get("shipping_option_code")
        status = {self.DOWN: ["ANNOUNCEMENT_FAILED"]}.get(option, ["READY_TO_SEND"])
        if option == self.HALF:
            status = ["READY_TO_SEND", "ANNOUNCEMENT_FAILED"]
        first = self.next_parcel
        self.next_parcel += len(body["parcels"])
        data = shipment_data(waybill, body, first, status)
        self.shipments[waybill] = {
            "reference": reference,
            "is_live": option != self.DOWN,
            "data": data,
            "format": body.get("label_details", {}).get("mime_type", "application/pdf"),
        }
        return _json(201, {"data": self._with_label(waybill)})

    def _with_label(self, waybill):
        """Return an answer with the label, which comes along for one parcel only."""
        shipment = self.shipments[waybill]
        [parcel, *others] = shipment["data"]["parcels"]
        if others or not parcel["documents"]:
            return shipment["data"]
        label = base64.b64encode(paper(shipment["format"], "Label")).decode()
        parcels = [{**parcel, "label_file": label}]
        return {**shipment["data"], "parcels": parcels}

    def _against_prose(self, body):
        """Return what the contract forbids in words only."""
        to = body["to_address"]["country_code"]
        if not ({to, body["from_address"]["country_code"]} <= EU_AND_OURS):
            items = body["parcels"][0].get("parcel_items")
            if "customs_information" not in body or not items:
                return "customs information and goods are required outside the EU"
            if not all(item.get("hs_code") and item.get("origin_country") for item in items):
                return "hs_code and origin_country are required outside the EU"
        if "ship_with" not in body and "apply_shipping_rules" not in body:
            return "nobody chose a shipping option"
        return ""

    def _cancel(self, shipment):
        if not shipment["is_live"]:
            return errors(409, "invalid", "This shipment is already being cancelled.")
        shipment["is_live"] = False
        for parcel in shipment["data"]["parcels"]:
            parcel["status"] = {"code": "CANCELLED", "message": "Cancelled"}
        told = {"status": "cancelled", "message": "Shipment has been cancelled"}
        return _json(200, {"data": told})

    # --- parcels ---

    def _serve_parcels(self, request, rest):
        if rest[0] == "tracking":
            return self._track(rest[1])
        number, _documents, kind = rest
        wanted = request.headers.get("accept", "application/pdf")
        for shipment in self.shipments.values():
            for parcel in (
                shipment["parcels"] if "body" in shipment else shipment["data"]["parcels"]
            ):
                kinds = [one["document_type"] for one in parcel["documents"]]
                if str(parcel["id"]) == number and kind in kinds:
                    return StageReply(200, paper(wanted, f"{kind} {number}"), wanted)
        return errors(404, "not_found", "Document type requested is not available")

    def _track(self, number):
        for shipment in self.shipments.values():
            for parcel in shipment.get("data", {}).get("parcels", ()):
                if parcel["tracking_number"] == number:
                    return _json(200, tracking_data(shipment["data"], parcel))
        return _json(404, {"detail": "Parcel does not exist"})

    # --- returns ---

    def _serve_returns(self, request, rest):
        if not rest:
            found = [one for one in self.shipments.values() if "body" in one]
            return _json(200, {"data": [return_details(one) for one in found]})
        if rest == ["announce-synchronously"]:
            return self._make_return(json.loads(request.body))
        found = self.shipments.get(rest[0])
        if not found or "body" not in found:
            return StageReply(404, b"")
        if rest[1:] == ["cancel"]:
            return self._cancel_return(found)
        return _json(200, return_details(found))

    def _make_return(self, body):
        reference = body["external_reference"]
        if any("body" in one and one["reference"] == reference for one in self.shipments.values()):
            text = "External reference has already been used in another return."
            return _json(400, {"error": {"code": "invalid_reference", "message": text}})
        if body["from_address"]["postal_code"] == self.NOWHERE:
            text = "The postal code you provided is invalid."
            return _json(400, {"error": {"code": "invalid_postal_code", "message": text}})
        number, parcel = self.next_return, self.next_parcel
        self.next_return += 1
        self.next_parcel += 1
        self.shipments[str(number)] = {
            "reference": reference,
            "is_live": True,
            "body": body,
            "history": [{"parent_status": "announced", "carrier_update_timestamp": MADE_AT}],
            "parcels": [{"id": parcel, "documents": [{"document_type": "label"}]}],
        }
        told = {"return_id": number, "parcel_id": parcel, "multi_collo_ids": []}
        return _json(201, told)

    def _cancel_return(self, found):
        if not found["is_live"]:
            text = "Return is not cancellable."
            conflict = {"field": "returns", "code": 409, "message": text}
            return _json(409, {"errors": [conflict]})
        found["is_live"] = False
        when = MADE_AT.replace("T10", "T11")
        entry = {"parent_status": "cancelling", "carrier_update_timestamp": when}
        found["history"].append(entry)
        return _json(202, {"message": "Cancellation requested successfully"})


def _json(status, data):
    return StageReply(status, json.dumps(data).encode())
