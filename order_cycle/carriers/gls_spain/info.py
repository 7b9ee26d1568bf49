"""What is known of GLS Spain without calling it.

The contract (b2b.asmx) describes the envelope only: what is booked is any XML. Its inside is taken
from what several public clients of the service agree on; what they do not agree on is left out
(insurance, delivery to a shop, returns, customs data, collections) or is a setting. So there is no
quote, no check of an address, and no check of the account: nothing says what a wrong GUID gets.

Recovery is LOOKUP. GetExpCli finds a shipment by our reference from the moment it is recorded
(state -10, "GRABADO"), and the service refuses a reference it has had before (-70, -118), for
ever: even a second booking sent too early makes no second shipment.
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery
from ..customs_union import EU

#: Domestic services. Andorra and others want customs data, which are not described.
DOMESTIC = frozenset({"ES", "PT"})
#: EuroBusinessParcel, within the European Union.
EUROPE = EU - DOMESTIC
COUNTRIES = DOMESTIC | EUROPE

ADDRESS = "https://wsclientes.asmred.com/b2b.asmx"

INFO = CarrierInfo(
    code="gls_spain",
    label="GLS Spain",
    protocol="soap",
    mode="parcel",
    recovery=Recovery.LOOKUP,
    capabilities=frozenset(
        {
            Capability.FIND_BY_REFERENCE,
            Capability.CANCEL,
            Capability.PRINT_AGAIN,
            Capability.TRACK,
            Capability.CLOSE_MANIFEST,
        }
    ),
    # One host for both: the GUID decides whether it is real.
    environments={"live": ADDRESS, "test": ADDRESS, "rehearsal": ""},
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(
            name="api_key",
            label="Customer GUID",
            is_secret=True,
            help="The uid that your GLS agency gives you; tests have a GUID of their own.",
        ),
        AccountField(
            name="line_limit",
            label="Characters per name and address",
            default="60",
            help="The contract states no limit. What is longer is a problem to be solved before "
            "booking.",
        ),
        AccountField(
            name="time_zone",
            label="Time zone of scans",
            default="Europe/Madrid",
            choices=(
                Choice(code="Europe/Madrid", label="Mainland Spain"),
                Choice(code="Atlantic/Canary", label="Canary Islands"),
                Choice(code="Europe/Lisbon", label="Portugal"),
            ),
            help="GLS Spain gives the time of a scan without its zone.",
        ),
    ),
    services=(
        Choice(code="business_parcel", label="BusinessParcel"),
        Choice(code="economy", label="EconomyParcel"),
        Choice(code="express_10", label="Express 10:00"),
        Choice(code="express_14", label="Express 14:00"),
        Choice(code="express_19", label="Express 19:00"),
        Choice(code="saturday", label="Saturday"),
        Choice(code="euro_business", label="EuroBusinessParcel"),
        Choice(code="euro_business_small", label="EuroBusinessSmallParcel"),
    ),
    label_formats=("pdf", "png"),
    # Nothing says how long a booking may take to show up; the longest call (30 s) ten times over.
    lookup_grace_s=300,
    countries=COUNTRIES,
)
