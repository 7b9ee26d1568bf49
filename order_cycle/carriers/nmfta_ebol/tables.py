"""Digital LTL Council, electronic bill of lading 2.1.0: code tables and limits.

The contract has its codes in prose and no lengths; limits here are those of our own fields.
"""

import re

VERSION = "2.1.0"
#: No length is stated for any text; a paper form has room for about this much.
TEXT_MAX = 60
CITY_MAX = 40
ZIP_MAX = 10
EMAIL_MAX = 80
INSTRUCTIONS_MAX = 200
UNITS_MAX = 99
WEIGHT_MAX_GRAMS = 9_000_000
SIDE_MAX_MM = 12_000

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,34}")
#: "Ten digit phone number, without country code and/or dashes".
PHONE = re.compile(r"[0-9]{10}")
STATE = re.compile(r"[A-Z]{2,3}")
NMFC = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,2}))?")

COUNTRIES = {"US": "USA", "CA": "CAN", "MX": "MEX"}
COUNTRY_PREFIXES = {"US": "1", "CA": "1", "MX": "52"}
CURRENCIES = frozenset({"CAD", "MXN", "USD"})
#: A service is the plain one, or an accessorial that makes it faster.
SERVICE_CODES = {
    "standard": "",
    "expedited": "EXPD",
    "guaranteed_morning": "GTD_AM",
    "guaranteed_noon": "GTD_NOON",
    "guaranteed_day": "GTD_PM",
}
ACCESSORIAL_CODES = {
    "appointment": "APTD",
    "tail_lift": "LFTD",
    "tail_lift_pickup": "LFTP",
    "residential_delivery": "RES",
    "inside_delivery": "IDL",
    "limited_access": "LTDAD",
    "notify_before_delivery": "MNC",
}
KIND_CODES = {
    "pallet": "PAT",
    "crate": "CRT",
    "roll_cage": "CAG",
    "drum": "DRM",
    "other": "OTH",
}
#: What is on a unit: cartons, unless the unit is all there is.
PACKAGING = "CTN"
FREIGHT_CLASSES = frozenset(
    ("50", "55", "60", "65", "70", "77.5", "85", "92.5", "100")
    + ("110", "125", "150", "175", "200", "250", "300", "400", "500")
)
NO_CLASS = "Not required"
LABEL_FORMATS = frozenset({"pdf"})
#: Result_Status_Codes that speak of the request itself: nothing was made of it. 600 (carrier
#: specific), 1200 and 1300 (an image failed), 1500 (unknown reason) prove nothing.
REFUSED = frozenset({"300", "400", "500", "1100"})
