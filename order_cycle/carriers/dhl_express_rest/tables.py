"""MyDHL API 3.1.1: code tables and limits."""

import re

VERSION = "3.1.0"
NAME_MAX = 255
COMPANY_MAX = 100
LINE_MAX = 45
LINES_MAX = 3
CITY_MAX = 45
ZIP_MAX = 12
STATE_MAX = 35
PHONE_MAX = 70
EMAIL_MAX = 70
CONTENT_MAX = 70
ITEM_MAX = 512
INVOICE_MAX = 35
REGISTRATION_MAX = 35
LOCATION_MAX = 80
PARCELS_MAX = 999
ITEMS_MAX = 999
#: The contract allows any weight; heavier pieces than this are not parcels (DHL Express, 70 kg).
WEIGHT_MAX_GRAMS = 70_000
SIDE_MAX_MM = 3_000

#: customerReferences.value
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,34}")
HS_CODE = re.compile(r"[0-9.]{6,18}")
COUNTRY = re.compile(r"[A-Z]{2}")
OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")
ACCOUNT_MAX = 12
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

#: Global product codes: (goods that the customs see, all others).
SERVICE_CODES = {
    "express_worldwide": ("P", "U"),
    "express_9": ("E", "K"),
    "express_12": ("Y", "T"),
    "economy_select": ("H", "W"),
    "express_domestic": ("N", "N"),
}
DOMESTIC = "express_domestic"
#: Value added services that are asked for by a code alone.
ACCESSORIAL_CODES = {"signature": "SF", "adult_signature": "SD", "saturday_delivery": "AA"}
INSURANCE = "II"
LABEL_FORMATS = frozenset({"pdf", "zpl"})
INCOTERMS = frozenset(
    ("EXW", "FCA", "CPT", "CIP", "DPU", "DAP", "DDP", "FAS", "FOB", "CFR", "CIF", "DAF", "DAT")
    + ("DDU", "DEQ", "DES")
)
EXPORT_REASONS = {
    "sale": "commercial_purpose_or_sale",
    "gift": "gift",
    "sample": "sample",
    "return": "return",
    "repair": "warranty_replacement",
}
#: tracking_status.csv, service "express"; no code of it says "cancelled".
EVENT_CODES = {
    "SA": "announced",
    "PU": "collected",
    "PL": "in_transit",
    "DF": "in_transit",
    "AF": "in_transit",
    "AR": "in_transit",
    "TR": "in_transit",
    "FD": "in_transit",
    "IC": "in_transit",
    "CR": "in_transit",
    "RR": "in_transit",
    "WC": "out_for_delivery",
    "OK": "delivered",
    "DD": "damaged",
    "BA": "delivery_failed",
    "CA": "delivery_failed",
    "CM": "delivery_failed",
    "MD": "delivery_failed",
    "ND": "delivery_failed",
    "NH": "delivery_failed",
    "CC": "held",
    "CD": "held",
    "HP": "held",
    "OH": "held",
    "UD": "held",
    "MC": "incident",
    "MS": "incident",
    "SS": "incident",
    "DS": "lost",
    "RD": "refused",
    "RT": "returned",
}
