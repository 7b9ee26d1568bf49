"""UPS: codes and limits. Shipping 3.0.3, Rating, Pickup and Tracking 3.0.1."""

import re

VERSION = "v2409"
RECOVERY_VERSION = "v1"
NAME_MAX = 35
LINE_MAX = 35
LINES_MAX = 3
CITY_MAX = 30
STATE_MAX = 5
ZIP_MAX = 9
EMAIL_MAX = 50
PHONE_MAX = 15
TAX_ID_MAX = 15
DESCRIPTION_MAX = 50
CONTENT_MAX = 35
INVOICE_MAX = 35
PRODUCTS_MAX = 50
#: "Valid values are 0 to 270 CM" (Dimensions).
SIDE_MAX_MM = 2_700
#: PackageWeight.Weight has five characters.
WEIGHT_MAX_GRAMS = 99_999_000
PARCELS_MAX = 200
PRODUCT_LINES = 3
#: ShipmentServiceOptions.COD.CODAmount.MonetaryValue of Shipping has five, of Rating eight.
COD_LENGTH = 5
QUOTE_COD_LENGTH = 8
#: Product.Unit: Number has seven characters, Value nineteen with six decimals.
QUANTITY_MAX = 9_999_999
VALUE_MAX = 19
VALUE_DECIMALS = 6

REFERENCE = re.compile(r"[\x21-\x7e]{1,35}")
ACCOUNT = re.compile(r"[A-Za-z0-9]{6}")
HS_CODE = re.compile(r"[A-Za-z0-9]{6,15}")

SERVICE_CODES = {
    "standard": "11",
    "saver": "65",
    "express": "07",
    "express_plus": "54",
    "express_12": "74",
    "expedited": "08",
    "ground": "03",
    "three_day_select": "12",
    "second_day_air": "02",
    "second_day_air_am": "59",
    "next_day_air_saver": "13",
    "next_day_air": "01",
    "next_day_air_early": "14",
}
#: Shipment.Service.Code: "not available to return shipment".
NOT_FOR_RETURNS = frozenset({"next_day_air_saver", "second_day_air_am"})
ACCESSORIALS = frozenset(
    {"signature", "adult_signature", "saturday_delivery", "residential_delivery"}
)
#: DeliveryConfirmation.DCISType, of a parcel and of a shipment.
PARCEL_SIGNATURES = {"signature": "2", "adult_signature": "3"}
SHIPMENT_SIGNATURES = {"signature": "1", "adult_signature": "2"}
#: Our format -> LabelImageFormat at booking, where there is no PDF: it is fetched afterwards.
BOOKING_FORMATS = {"zpl": "ZPL", "pdf": "GIF"}
AGAIN_FORMATS = {"pdf": "PDF", "zpl": "ZPL"}
PACKAGING = "02"
INCOTERMS = frozenset(
    ("CFR", "CIF", "CIP", "CPT", "DAF", "DDP", "DAP", "DEQ", "DES", "EXW", "FAS", "FCA", "FOB")
)
REASONS = {
    "sale": "SALE",
    "gift": "GIFT",
    "sample": "SAMPLE",
    "return": "RETURN",
    "repair": "REPAIR",
}
#: Where parcels, not shipments, carry references (Shipment.ReferenceNumber: "not US/US or PR/PR").
HOME = frozenset({"US", "PR"})
STATE_NEEDED = frozenset({"US", "CA", "PR"})

#: Status codes that the contracts explain (Track Alert, examples), then status types.
EVENT_CODES = {"OT": "out_for_delivery", "FS": "delivered"}
EVENT_TYPES = {
    "M": "announced",
    "MV": "cancelled",
    "P": "collected",
    "I": "in_transit",
    "X": "incident",
    "RS": "returning",
}
#: A package is void (Track Alert: "Manifest Void").
VOID = "MV"
#: Label recovery before the booking is through the carrier's own system.
NOT_READY = "9801031"
