"""Sendcloud: codes and limits, with the place in the contract where each stands.

The contract is API v3, OpenAPI files "Shipments", "Returns", "Parcel Documents" and "Parcel
Tracking API", all 3.0.0.
"""

import re

#: Not a code of Sendcloud: the account's own shipping rules choose (announce-with-shipping-rules).
BY_RULES = "by_rules"
#: What a shipping option is called is up to the account, e.g. ``postnl:standard/insured=3000``.
OPTION = re.compile(r"[^\s:]+:\S+")
OPTION_MAX = 200
#: The contract has no form for our reference; this is what an address and a log can hold.
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,99}")
CONTRACT = re.compile(r"[1-9][0-9]{0,17}")

#: "shipment-request-sync-announce", parcels: 1 to 15 in one call.
PARCELS_MAX = 15
#: The contract gives lengths for the importer of record only; the same are kept for everybody.
NAME_MAX = 75
COMPANY_MAX = 50
LINE_MAX = 150
CITY_MAX = 30
ZIP_MAX = 12
STATE_MAX = 14
PHONE_MAX = 20
EMAIL_MAX = 320
TAX_NUMBER_MAX = 100
INVOICE_MAX = 40
NOTE_MAX = 255
DESCRIPTION_MAX = 255
ITEMS_MAX = 1000

HS_CODE = re.compile(r"[0-9]{6,12}")
#: "Destinations that require this field are USA, Canada, Italy and Australia."
STATE_NEEDED = frozenset({"US", "CA", "IT", "AU"})

MIME_TYPES = {"pdf": "application/pdf", "zpl": "application/zpl", "png": "image/png"}
#: The only resolution that both "label_details" and the documents have for PNG.
PNG_DPI = 300
#: "customs-information", export_reason. A repair has no word there.
EXPORT_REASONS = {
    "sale": "commercial_goods",
    "gift": "gift",
    "sample": "commercial_sample",
}
#: "For Returns, this field must always be set to returned_goods."
RETURNED_GOODS = "returned_goods"
#: "additional_insured_price": 2 to 5000 euros per shipment.
INSURED_CURRENCY = "EUR"
INSURED_MIN = 2
INSURED_MAX = 5000

#: "documents", document_type -> our kind.
DOCUMENT_KINDS = {
    "label": "label",
    "customs-declaration": "customs",
    "air-waybill": "other",
}

# Statuses, as ``slug`` writes them.
FAILED = frozenset({"announcement-failed"})
CANCELLED = frozenset({"cancelled", "cancelled-upstream"})
CANCELLING = CANCELLED | {
    "cancelling",
    "cancelling-upstream",
    "cancellation-request",
    "cancellation-requested",
    "submitting-cancellation-request",
}
ANNOUNCING = frozenset({"announcing", "being-announced"})
#: The codes of returns ("parent_parcel_status") and the names that people and notices read;
#: what tracking sends is not listed in the contract beyond one example.
EVENTS = {
    "ready-to-send": "announced",
    "announced": "announced",
    "announcing": "announced",
    "being-announced": "announced",
    "announced-uncollected": "announced",
    "announced-not-collected": "announced",
    "accepted": "collected",
    "picked-up-by-driver": "collected",
    "shipment-picked-up-by-driver": "collected",
    "to-sorting": "in_transit",
    "en-route-to-sorting-center": "in_transit",
    "sorting": "in_transit",
    "being-sorted": "in_transit",
    "sorted": "in_transit",
    "unsorted": "in_transit",
    "unsorted2": "in_transit",
    "not-sorted": "in_transit",
    "at-sorting-centre": "in_transit",
    "at-customs": "in_transit",
    "shipment-on-route": "in_transit",
    "parcel-en-route": "in_transit",
    "delayed": "in_transit",
    "delivery-delayed": "in_transit",
    "driver-on-route": "out_for_delivery",
    "driver-en-route": "out_for_delivery",
    "delivered": "delivered",
    "collected-by-customer": "delivered",
    "shipment-collected-by-customer": "delivered",
    "delivery-failed": "delivery_failed",
    "delivery-attempt-failed": "delivery_failed",
    "undeliverable": "delivery_failed",
    "unable-to-deliver": "delivery_failed",
    "awaiting-customer-pickup": "held",
    "refused-by-recipient": "refused",
    "returned-to-sender": "returned",
    "cancelled": "cancelled",
    "cancelled-upstream": "cancelled",
    "exception": "incident",
    "collect-error": "incident",
    "error-collecting": "incident",
    "address-invalid": "incident",
    "announcement-failed": "incident",
}
#: The numbers of a notice's status that the contract explains (cancel_shipment, 409 and 202).
STATUS_NUMBERS = {11: "delivered", 1000: "announced", 2000: "cancelled"}


def slug(text: str) -> str:
    """Return ``READY_TO_SEND`` and "Ready to send" alike as ``ready-to-send``."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))
