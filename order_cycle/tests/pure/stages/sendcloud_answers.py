"""What Sendcloud's stage says, in the forms of the published contracts."""

import json

from papers import PNG, ZPL, a_pdf

from .base import StageReply

MADE_AT = "2026-11-25T10:00:00+01:00"
_LINK = "https://panel.sendcloud.sc/api/v3/parcels/{}/documents/{}"


def errors(status, code, detail, pointer=""):
    """Return a refusal."""
    error = {"status": str(status), "code": code, "detail": detail}
    if pointer:
        error["source"] = {"pointer": pointer}
    return StageReply(status, json.dumps({"errors": [error]}).encode())


def paper(mime_type, title):
    """Return a file of this kind."""
    if mime_type == "application/zpl":
        return ZPL
    return PNG if mime_type == "image/png" else a_pdf(title)


def shipment_data(waybill, body, first_number, states):
    """Return a shipment, as it is shown ever after.

    :param list states: of the parcels; the last one holds for the rest
    """
    parcels = [
        _parcel(parcel, first_number + index, states[min(index, len(states) - 1)], body)
        for index, parcel in enumerate(body["parcels"])
    ]
    chosen = {
        "type": "shipping_option_code",
        "properties": {"shipping_option_code": "postnl:standard", "contract_id": 517},
    }
    told = {
        "id": waybill,
        "external_reference_id": body["external_reference_id"],
        "order_number": body["order_number"],
        "to_address": body["to_address"],
        "from_address": body["from_address"],
        "ship_with": body.get("ship_with", chosen),
        "carrier": {"code": "postnl", "name": "PostNL"},
        "parcels": parcels,
        "errors": [],
    }
    if "ANNOUNCEMENT_FAILED" in states:
        told["errors"] = [
            {
                "status": "500",
                "code": "parcel_announcement_error",
                "detail": "Service error: An error occurred while connecting to the carrier.",
            }
        ]
    return told


def _parcel(parcel, number, state, body):
    kinds = ["label", "customs-declaration"] if "customs_information" in body else ["label"]
    papers = [
        {"document_type": kind, "size": "a6", "link": _LINK.format(number, kind)} for kind in kinds
    ]
    is_announced = state == "READY_TO_SEND"
    return {
        **parcel,
        "id": number,
        "status": {"code": state, "message": state.replace("_", " ").capitalize()},
        "documents": papers if is_announced else [],
        "tracking_number": f"3SYZXG{number}",
        "tracking_url": f"https://tracking.example/forward?code=3SYZXG{number}",
        "created_at": MADE_AT,
        "announced_at": MADE_AT if is_announced else None,
    }


def tracking_data(shipment, parcel):
    """Return where a parcel is: accepted, and on its way before that by mistake of the order."""
    places = {
        name: {key: shipment[name][key] for key in ("city", "postal_code", "country_code")}
        for name in ("from_address", "to_address")
    }
    return {
        "announced_at": MADE_AT,
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
        "details": {"is_return": False},
        "source_id": str(parcel["id"]),
        "tracking_numbers": [
            {"carrier_code": "postnl", "tracking_number": parcel["tracking_number"]}
        ],
        "events": [
            _event("2026-11-26T09:00:00Z", "driver-on-route", "Driver en route"),
            _event("2026-11-25T12:00:00Z", "accepted", "Parcel has been accepted by the carrier."),
            _event("2026-11-26T08:00:00Z", "weighed-again", "Weighed again"),
        ],
        **places,
    }


def _event(when, code, text):
    return {
        "event_at": when,
        "event_type": "carrier",
        "status_code": code,
        "status_description": text,
    }


def return_details(kept):
    """Return a return, as it is shown ever after; the contract gives it no number."""
    body, [parcel] = kept["body"], kept["parcels"]
    link = _LINK.format(parcel["id"], "label")
    return {
        "from_address": body["from_address"],
        "to_address": body["to_address"],
        "shipping_product": {"code": "dpd:return"},
        "shipping_option": {"code": body["ship_with"]["shipping_option_code"]},
        "weight": body["weight"],
        "send_tracking_emails": False,
        "is_cancellable": kept["is_live"],
        "status_history": kept["history"],
        "created_at": MADE_AT,
        "order_number": body["order_number"],
        "tracking_number": f"RET{parcel['id']}",
        "label": {"normal_printer": [link] * 4, "label_printer": link},
        "label_cost": {"value": 4.95, "currency": "EUR"},
    }
