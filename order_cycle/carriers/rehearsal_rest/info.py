"""What is known of the rehearsal parcel carrier without calling it."""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery

COUNTRIES = frozenset(
    ("AR", "AT", "BE", "BR", "CA", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HU")
    + ("IE", "IT", "LU", "MX", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "US", "VE")
)

INFO = CarrierInfo(
    code="rehearsal_rest",
    label="Rehearsal Parcel (REST)",
    protocol="rest",
    mode="parcel",
    recovery=Recovery.KEY,
    capabilities=frozenset(
        {
            Capability.FIND_BY_REFERENCE,
            Capability.CANCEL,
            Capability.PRINT_AGAIN,
            Capability.TRACK,
            Capability.QUOTE,
            Capability.CHECK_ACCOUNT,
            Capability.BOOK_PICKUP,
            Capability.CHANGE_PICKUP,
            Capability.CANCEL_PICKUP,
            Capability.CLOSE_MANIFEST,
            Capability.RETURN,
            Capability.PROVE_DELIVERY,
            Capability.WEBHOOK,
        }
    ),
    environments={"rehearsal": ""},
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(name="api_key", label="API key", is_secret=True),
    ),
    services=(
        Choice(code="economy", label="Economy"),
        Choice(code="standard", label="Standard"),
        Choice(code="express", label="Express"),
    ),
    accessorials=(
        Choice(code="signature", label="Signature on delivery"),
        Choice(code="saturday_delivery", label="Delivery on Saturday"),
    ),
    label_formats=("pdf", "zpl", "png"),
    # The contract promises 30 days; a day less, for clocks that differ.
    key_window_s=29 * 24 * 3600,
    countries=COUNTRIES,
)
