"""MyDHL API 3.1.1: code tables and limits that are its own; see ``dhl_express.py``."""

VERSION = "3.1.0"
NAME_MAX = 255
COMPANY_MAX = 100
LINE_MAX = 45
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
ACCOUNT_MAX = 12

#: Of a pickup that names no service; the contract wants one for every pickup.
PICKUP_SERVICE = "express_worldwide"
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
