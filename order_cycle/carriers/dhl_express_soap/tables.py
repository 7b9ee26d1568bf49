"""DHL Express over SOAP (expressRateBook, glDHLExpressTrack): tables and limits that are its own.

See ``dhl_express.py`` for the others.
"""

import re

NAME_MAX = 45
COMPANY_MAX = 35
LINE_MAX = 35
CITY_MAX = 35
ZIP_MAX = 12
PHONE_MAX = 25
EMAIL_MAX = 50
CONTENT_MAX = 70
ITEM_MAX = 170
#: RequestedPackages, number
PARCELS_MAX = 99
#: TrackingRequest, AWBNumber
WAYBILL = re.compile(r"[A-Za-z0-9]{10,11}")
CURRENCY = re.compile(r"[A-Z]{3}")

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
