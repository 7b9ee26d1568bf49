"""DHL Express over SOAP (expressRateBook): code tables and limits of ShipmentRequest."""

import re

NAME_MAX = 45
COMPANY_MAX = 35
LINE_MAX = 35
LINES_MAX = 3
CITY_MAX = 35
ZIP_MAX = 12
PHONE_MAX = 25
EMAIL_MAX = 50
CONTENT_MAX = 70
ITEM_MAX = 170
#: RequestedPackages, number
PARCELS_MAX = 99
#: The contract allows any weight and size; these are the limits of a parcel (DHL Express, 70 kg).
WEIGHT_MAX_GRAMS = 70_000
SIDE_MAX_MM = 3_000

#: CustomerReferences and ShipmentReference: 35 characters.
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,34}")
HS_CODE = re.compile(r"[0-9.]{6,18}")
COUNTRY = re.compile(r"[A-Z]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")

#: Global product codes: (goods that the customs see, all others).
SERVICE_CODES = {
    "express_worldwide": ("P", "U"),
    "express_9": ("E", "K"),
    "express_12": ("Y", "T"),
    "economy_select": ("H", "W"),
    "express_domestic": ("N", "N"),
}
DOMESTIC = "express_domestic"
ACCESSORIAL_CODES = {"signature": "SF", "adult_signature": "SD", "saturday_delivery": "AA"}
INSURANCE = "II"
LABEL_FORMATS = {"pdf": "PDF", "zpl": "ZPL"}
INCOTERMS = frozenset(
    ("CFR", "CIF", "CIP", "CPT", "DAF", "DDP", "DDU", "DAP", "DAT", "DEQ", "DES", "EXW", "FAS")
    + ("FCA", "FOB")
)
#: ExportReasonType
EXPORT_REASONS = {
    "sale": "PERMANENT",
    "gift": "PERMANENT",
    "sample": "PERMANENT",
    "return": "RETURN",
    "repair": "TEMPORARY",
}
