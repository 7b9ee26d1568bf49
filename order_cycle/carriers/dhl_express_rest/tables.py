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
