"""What is known of a carrier with the LTL electronic bill of lading 2.1.0 without calling it.

Recovery is NONE: without a PRO number of our own the carrier gives one, and no operation asks what
became of a booking. With pre-assigned PRO numbers code 1400 would tell; that needs a number range
of the carrier's, which this connector does not keep. There is no quote, no tracking and no pickup
in the contract: ``requestedPickupDate`` "does not serve as a Pickup Request".
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery

INFO = CarrierInfo(
    code="nmfta_ebol",
    label="LTL Carrier (eBOL 2.1)",
    protocol="rest",
    mode="freight",
    recovery=Recovery.NONE,
    capabilities=frozenset({Capability.CANCEL}),
    # Each carrier has its own address.
    environments={"test": "", "live": "", "rehearsal": ""},
    account_fields=(
        AccountField(
            name="base_url",
            label="Address",
            help="What your carrier gives you, without /bol/v1/app.",
        ),
        AccountField(
            name="api_key",
            label="Key or token",
            is_secret=True,
            help="The contract does not say how an account is known; most carriers give a key.",
        ),
        AccountField(
            name="auth_header",
            label="Header of the key",
            default="Authorization",
            help="Authorization sends it as a bearer token; any other header sends it as it is.",
        ),
        AccountField(
            name="account_number",
            label="Account number",
            is_required=False,
            help="Sent with the party that pays, if the carrier knows you by one.",
        ),
        AccountField(
            name="payment_terms",
            label="Freight is paid",
            default="Prepaid",
            choices=(
                Choice(code="Prepaid", label="By the sender"),
                Choice(code="Collect", label="By the receiver"),
            ),
        ),
        AccountField(
            name="label_paper",
            label="Paper of the pallet labels",
            default="Letter",
            choices=(
                Choice(code="Letter", label="Letter sheets"),
                Choice(code="Zebra", label="Label printer, 4 x 6 inches"),
                Choice(code="Avery", label="Avery sheets, six labels"),
            ),
        ),
    ),
    services=(
        Choice(code="standard", label="Standard"),
        Choice(code="expedited", label="Expedited"),
        Choice(code="guaranteed_morning", label="Guaranteed by morning"),
        Choice(code="guaranteed_noon", label="Guaranteed by noon"),
        Choice(code="guaranteed_day", label="Guaranteed by the end of the day"),
    ),
    accessorials=(
        Choice(code="appointment", label="Delivery by appointment"),
        Choice(code="tail_lift", label="Tail lift"),
        Choice(code="tail_lift_pickup", label="Tail lift at pickup"),
        Choice(code="residential_delivery", label="Residential delivery"),
        Choice(code="inside_delivery", label="Inside delivery"),
        Choice(code="limited_access", label="Limited access"),
        Choice(code="notify_before_delivery", label="Call before delivery"),
    ),
    countries=frozenset({"US", "CA", "MX"}),
)
