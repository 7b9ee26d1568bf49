"""What is known of Sendcloud without calling it.

Recovery is LOOKUP: ``GET /shipments`` has ``external_reference_id`` as a filter, and says 404 for
nothing found ("data" has one item at least). That reference is unique for good: the schema says
that a second booking gets 409 and the object that is there. But no answer of that form is among the
responses, so the class is not KEY; the 409 is read where it can be, and in any case keeps
a booking from being made twice. Returns have no such filter: they are looked for in the list by the
order number, where our reference stands, too. What is not there was not made, and a second call
under the same reference is refused; for one that is there the list lacks the number, so a person
looks it up.

The published files have neither shipping options and prices nor pickups, so there is no quote and
no list of services; the codes of the account stand in Sendcloud's own screens. The address check
wants to know the carrier behind, which nobody knows before a service is chosen. Extra services,
cash on delivery and the incoterm are part of the code of a shipping option.
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery
from . import tables

INFO = CarrierInfo(
    code="sendcloud",
    label="Sendcloud",
    protocol="rest",
    mode="parcel",
    recovery=Recovery.LOOKUP,
    capabilities=frozenset(
        {
            Capability.FIND_BY_REFERENCE,
            Capability.CANCEL,
            Capability.PRINT_AGAIN,
            Capability.TRACK,
            Capability.CHECK_ACCOUNT,
            Capability.RETURN,
            Capability.WEBHOOK,
        }
    ),
    # One server in the contracts. It has no sandbox: what is booked there is real.
    environments={"live": "https://panel.sendcloud.sc/api/v3", "rehearsal": ""},
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(
            name="username",
            label="Public key",
            help="Of an API integration, shown in Sendcloud's settings.",
        ),
        AccountField(name="password", label="Secret key", is_secret=True),
        AccountField(
            name="contract_id",
            label="Contract",
            is_required=False,
            help="Number of the contract with the carrier behind; empty: Sendcloud's default.",
        ),
        AccountField(
            name="return_option",
            label="Shipping option of returns",
            is_required=False,
            help="Code of an option for returns, such as dpd:return/return. Empty: the "
            "service of the shipment, which must be one for returns then.",
        ),
        AccountField(
            name="service_points",
            label="Numbers of service points are",
            default="sendcloud",
            choices=(
                Choice(code="sendcloud", label="Sendcloud's"),
                Choice(code="carrier", label="Those of the carrier behind"),
            ),
            help="Both have numbers of their own for the same shop or locker.",
        ),
        AccountField(
            name="export_type",
            label="Exports are",
            default="commercial_b2c",
            choices=(
                Choice(code="commercial_b2c", label="To consumers"),
                Choice(code="commercial_b2b", label="To businesses"),
                Choice(code="private", label="Private"),
            ),
            help="For the customs papers.",
        ),
        AccountField(
            name="label_again_format",
            label="Format of labels fetched later",
            default="pdf",
            choices=(
                Choice(code="pdf", label="PDF"),
                Choice(code="zpl", label="ZPL"),
                Choice(code="png", label="PNG"),
            ),
            help="Shipments of several parcels get their labels so. A label that was made as ZPL "
            "stays ZPL.",
        ),
    ),
    services=(Choice(code=tables.BY_RULES, label="Chosen by the shipping rules of Sendcloud"),),
    service_is_free=True,
    label_formats=("pdf", "zpl", "png"),
    # Nothing says how long an announcement takes; it waits for the carrier behind.
    lookup_grace_s=1800,
)
