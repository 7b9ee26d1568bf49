"""What is known of Purolator's freight services without calling them.

Recovery is NONE: the contract has neither an idempotency key nor a look-up by our reference, and
a shipment cannot be cancelled over it either. The documents service is shared with parcels; the
contract does not say which DocumentType freight has, so all papers of a PRO number are asked for
unless the account names one.
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery
from ..purolator.info import ACCOUNT

#: Purolator Freight carries within Canada and to the United States.
COUNTRIES = frozenset({"CA", "US"})

INFO = CarrierInfo(
    code="purolator_freight",
    label="Purolator Freight (LTL)",
    protocol="soap",
    mode="freight",
    recovery=Recovery.NONE,
    capabilities=frozenset(
        {
            Capability.PRINT_AGAIN,
            Capability.TRACK,
            Capability.QUOTE,
            Capability.CHECK_ACCOUNT,
            Capability.PROVE_DELIVERY,
            Capability.BOOK_PICKUP,
        }
    ),
    environments={
        "live": "https://webservices.purolator.com",
        "test": "https://devwebservices.purolator.com",
        "rehearsal": "",
    },
    account_fields=(
        *ACCOUNT,
        AccountField(
            name="standard_code",
            label="Code of the standard service",
            default="1",
            help="ServiceTypeCode; the contract takes any text. Purolator's own example has 1.",
        ),
        AccountField(
            name="expedited_code",
            label="Code of the expedited service",
            default="0",
            help="ServiceTypeCode; Purolator's tracking calls 0 “Expedited LTL”.",
        ),
        AccountField(
            name="other_unit",
            label="Name of units that are no pallets",
            default="Piece",
            help="HandlingUnitType; the contract takes any text. A pallet is a Skid.",
        ),
        AccountField(
            name="document_type",
            label="Name of the bill of lading",
            is_required=False,
            help="DocumentType of the paper to print; empty: all papers of the shipment.",
        ),
    ),
    services=(
        Choice(code="standard", label="Standard LTL"),
        Choice(code="expedited", label="Expedited LTL"),
    ),
    accessorials=(
        Choice(code="tail_lift", label="Tail lift"),
        Choice(code="inside_delivery", label="Inside delivery"),
        Choice(code="residential_delivery", label="Residential delivery"),
        Choice(code="appointment", label="Delivery by appointment"),
        Choice(code="hazardous", label="Hazardous goods"),
        Choice(code="two_people", label="Two people"),
        Choice(code="trade_show", label="Delivery to a trade show"),
        Choice(code="heated", label="Protection from freezing"),
    ),
    label_formats=("pdf",),
    countries=COUNTRIES,
)
