"""Purolator E-Ship: our pickups into the types of PickUpService. Pure functions."""

from datetime import time
from typing import Any

from ..dto import PickupRequest
from ..findings import clean
from . import parties
from .mapping import SERVICE_CODES, kilograms
from .options import Options

#: ShipmentSummaryDetail, DestinationCode.
DESTINATIONS = {"": "DOM", "CA": "DOM", "US": "USA"}
ABROAD = "INTL"


def to_schedule(request: PickupRequest, options: Options) -> dict[str, Any]:
    """Return the fields of ``SchedulePickUpRequest``."""
    return {
        "BillingAccountNumber": options.billing_account,
        "PickupInstruction": _instruction(request, options),
        "Address": parties.to_address(request.address, options.line_limit),
        "ShipmentSummary": _summary(request),
        "NotificationEmails": _emails(request),
    }


def to_change(pickup_ref: str, request: PickupRequest, options: Options) -> dict[str, Any]:
    """Return the fields of ``ModifyPickUpRequest``: all that can be changed, which is not much."""
    return {
        "BillingAccountNumber": options.billing_account,
        "ConfirmationNumber": pickup_ref,
        "ModifyPickupInstruction": {
            "UntilTime": _clock(request.closes_at),
            "PickUpLocation": options.values["pickup_location"],
            **_skids(request),
        },
        "ShipmentSummary": _summary(request),
    }


def _instruction(request: PickupRequest, options: Options) -> dict[str, Any]:
    words = [clean(request.location), clean(request.instructions)]
    return {
        "Date": request.pickup_date.isoformat(),
        "AnyTimeAfter": _clock(request.ready_from),
        "UntilTime": _clock(request.closes_at),
        "TotalWeight": _weight(request),
        "TotalPieces": request.pieces,
        "PickUpLocation": options.values["pickup_location"],
        "AdditionalInstructions": ". ".join(filter(None, words)) or None,
        **_skids(request),
    }


def _skids(request: PickupRequest) -> dict[str, Any]:
    count = len(request.handling_units)
    return {"ShipmentOnSkids": count > 0, "NumberOfSkids": count}


def _summary(request: PickupRequest) -> dict[str, Any]:
    detail = {
        "DestinationCode": DESTINATIONS.get(request.destination_country, ABROAD),
        "ModeOfTransport": _mode(request.service),
        "TotalPieces": request.pieces,
        "TotalWeight": _weight(request),
    }
    return {"ShipmentSummaryDetails": {"ShipmentSummaryDetail": [detail]}}


def _mode(service: str) -> str | None:
    name = SERVICE_CODES.get(service)
    return name and ("Ground" if "Ground" in name else "Express")


def _emails(request: PickupRequest) -> dict[str, list[str]] | None:
    email = clean(request.address.email)
    return {"NotificationEmail": [email]} if email else None


def _weight(request: PickupRequest) -> dict[str, Any]:
    return {"Value": kilograms(request.weight_grams), "WeightUnit": "kg"}


def _clock(moment: time) -> str:
    """Return hours and minutes as four digits, as the times of this service are written."""
    return moment.strftime("%H%M")
