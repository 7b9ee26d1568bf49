"""UPS: the commercial invoice (Shipping 3.0.3, InternationalForms)."""

import textwrap
from typing import Any

from .. import customs_union
from ..customs_union import EU
from ..dto import Commodity, ShipmentRequest
from ..findings import clean
from ..rest.writing import plain
from . import tables
from .places import party

INVOICE = "01"
#: "05 are only valid for return shipments", and 01 is not.
PARTIAL_INVOICE = "05"
#: Any unit will do: the quantity is in what the order counts.
PIECES = "PCS"


def needs_customs(request: ShipmentRequest) -> bool:
    """Tell whether the goods cross a border of a customs territory."""
    return customs_union.needs_customs(request, (EU, tables.HOME))


def to_forms(request: ShipmentRequest) -> dict[str, Any]:
    """Return the container of the invoice."""
    forms = {
        "FormType": [PARTIAL_INVOICE if request.is_return else INVOICE],
        "InvoiceNumber": clean(request.invoice_ref),
        "InvoiceDate": f"{request.ship_date:%Y%m%d}",
        "TermsOfShipment": request.incoterm,
        "ReasonForExport": tables.REASONS[request.contents_type],
        "CurrencyCode": request.commodities[0].currency,
        "Contacts": {"SoldTo": party(request.receiver)},
        "Product": [_product(item) for item in request.commodities],
    }
    return {key: value for key, value in forms.items() if value}


def product_lines(text: str) -> list[str]:
    """Return a description in lines, split between words."""
    return textwrap.wrap(clean(text), tables.CONTENT_MAX, break_on_hyphens=False)


def _product(item: Commodity) -> dict[str, Any]:
    return {
        "Description": product_lines(item.description),
        "Unit": {
            "Number": plain(item.quantity),
            "UnitOfMeasurement": {"Code": PIECES},
            "Value": plain(item.unit_value),
        },
        "CommodityCode": item.hs_code,
        "OriginCountryCode": item.origin_country,
    }
