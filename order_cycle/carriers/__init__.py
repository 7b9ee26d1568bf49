"""Carriers without the ERP: values in, values out, ``CarrierError`` when it fails.

Nothing below this folder imports Odoo. ``registry.py`` is the door.
"""

from .registry import CODES, carrier_info, carriers, get_client
from .request_json import from_json, payload_hash, pickup_from_json, pickup_to_json, to_json

__all__ = [
    "CODES",
    "carrier_info",
    "carriers",
    "from_json",
    "get_client",
    "payload_hash",
    "pickup_from_json",
    "pickup_to_json",
    "to_json",
]
