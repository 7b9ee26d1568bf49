"""What is known of Purolator's parcel services without calling them.

Recovery is NONE. The contract has no idempotency key, and its look-up by reference proves
nothing: TrackPackagesByReference asks the tracking system, which is not said to know a shipment
before its first scan nor to forget a voided one, and it answers with an error as soon as a
shipment has two parcels (code 2800002, "more than one PIN").
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery
from .countries import COUNTRIES

#: The contract gives times of the place without their zone.
TIME_ZONES = (
    Choice(code="America/St_Johns", label="Newfoundland"),
    Choice(code="America/Halifax", label="Atlantic"),
    Choice(code="America/Toronto", label="Eastern"),
    Choice(code="America/Winnipeg", label="Central"),
    Choice(code="America/Edmonton", label="Mountain"),
    Choice(code="America/Vancouver", label="Pacific"),
)

#: What every Purolator account needs, for parcels and for freight.
ACCOUNT = (
    AccountField(name="base_url", label="Address"),
    AccountField(
        name="username",
        label="Key",
        help="The production or development key of E-Ship Web Services.",
    ),
    AccountField(name="password", label="Key password", is_secret=True),
    AccountField(
        name="user_token",
        label="User token",
        is_secret=True,
        help="Sent with each call (UserToken); made when the key is activated.",
    ),
    AccountField(
        name="account_number",
        label="Account number",
        help="The account that is registered for E-Ship Web Services; it pays unless another "
        "billing account is filled in.",
    ),
    AccountField(
        name="billing_account",
        label="Billing account",
        is_required=False,
        help="The account that pays, if it is not the registered one.",
    ),
    AccountField(
        name="time_zone",
        label="Time zone of scans",
        default="America/Toronto",
        choices=TIME_ZONES,
        help="Purolator gives the time of a scan without its zone. All scans are read as "
        "times of this zone.",
    ),
    AccountField(
        name="line_limit",
        label="Characters per address line",
        default="35",
        help="The contract states no limit. Longer streets are spread over three lines; a longer "
        "name is a problem to be solved before booking.",
    ),
    AccountField(
        name="currency",
        label="Currency of prices",
        default="CAD",
        help="Purolator names prices without their currency.",
    ),
    AccountField(
        name="refusal_codes",
        label="More codes of refusals",
        is_required=False,
        help="Error codes, separated by commas, of which Purolator has confirmed that nothing was "
        "created. With any other unknown code a person has to look.",
    ),
)

INFO = CarrierInfo(
    code="purolator",
    label="Purolator",
    protocol="soap",
    mode="parcel",
    recovery=Recovery.NONE,
    capabilities=frozenset(
        {
            Capability.CANCEL,
            Capability.PRINT_AGAIN,
            Capability.TRACK,
            Capability.QUOTE,
            Capability.CLOSE_MANIFEST,
            Capability.CHECK_ACCOUNT,
            Capability.PROVE_DELIVERY,
            Capability.CHECK_ADDRESS,
            Capability.BOOK_PICKUP,
            Capability.CHANGE_PICKUP,
            Capability.CANCEL_PICKUP,
            Capability.RETURN,
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
            name="printer",
            label="Label printer",
            default="Thermal",
            choices=(
                Choice(code="Thermal", label="Label printer, 4 x 6 inches"),
                Choice(code="Regular", label="Office printer"),
            ),
            help="Labels are PDF files either way (PrinterType).",
        ),
        AccountField(
            name="pickup_type",
            label="Handover",
            default="PreScheduled",
            choices=(
                Choice(code="PreScheduled", label="A driver comes"),
                Choice(code="DropOff", label="We bring the parcels"),
            ),
        ),
        AccountField(
            name="pickup_location",
            label="Place of pickups",
            default="FrontDesk",
            help="A code of Purolator's (PickUpLocation), e.g. FrontDesk, BackDoor, Shipping. "
            "The contract does not list them.",
        ),
        AccountField(
            name="business_relationship",
            label="Relation to receivers abroad",
            default="NotRelated",
            choices=(
                Choice(code="NotRelated", label="Not related"),
                Choice(code="Related", label="Related companies"),
            ),
            help="The customs ask for it.",
        ),
        AccountField(
            name="customs_invoice",
            label="Customs invoice by Purolator",
            default="true",
            choices=(Choice(code="true", label="Yes"), Choice(code="false", label="No")),
        ),
        AccountField(
            name="return_payment",
            label="Payer of returns",
            default="Receiver",
            choices=(
                Choice(code="Receiver", label="Receiver"),
                Choice(code="Sender", label="Sender"),
                Choice(code="ThirdParty", label="Third party"),
            ),
            help="Our account pays either way; this is what is declared (PaymentType). The "
            "contract does not say what a return wants.",
        ),
    ),
    services=(
        Choice(code="ground", label="Ground"),
        Choice(code="ground_9am", label="Ground 9 AM"),
        Choice(code="ground_1030am", label="Ground 10:30 AM"),
        Choice(code="ground_evening", label="Ground Evening"),
        Choice(code="ground_distribution", label="Ground Distribution"),
        Choice(code="express", label="Express"),
        Choice(code="express_9am", label="Express 9 AM"),
        Choice(code="express_1030am", label="Express 10:30 AM"),
        Choice(code="express_12pm", label="Express 12 PM"),
        Choice(code="express_evening", label="Express Evening"),
        Choice(code="ground_us", label="Ground U.S."),
        Choice(code="express_us", label="Express U.S."),
        Choice(code="express_international", label="Express International"),
    ),
    accessorials=(
        Choice(code="signature", label="Signature of a resident"),
        Choice(code="adult_signature", label="Signature of an adult"),
        Choice(code="no_signature", label="No signature needed"),
        Choice(code="saturday_delivery", label="Saturday delivery"),
        Choice(code="hold_for_pickup", label="Held at the depot for the receiver"),
    ),
    label_formats=("pdf",),
    countries=COUNTRIES,
)
