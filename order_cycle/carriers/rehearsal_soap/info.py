"""What is known of the rehearsal freight carrier without calling it."""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery

COUNTRIES = frozenset(
    ("AT", "BE", "CA", "CH", "CZ", "DE", "DK", "ES", "FR", "GB", "GR", "HU")
    + ("IT", "LU", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "US")
)

INFO = CarrierInfo(
    code="rehearsal_soap",
    label="Rehearsal Freight (SOAP)",
    protocol="soap",
    mode="freight",
    recovery=Recovery.LOOKUP,
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
            Capability.PROVE_DELIVERY,
        }
    ),
    environments={"rehearsal": ""},
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(name="username", label="User"),
        AccountField(name="password", label="Password", is_secret=True),
    ),
    services=(
        Choice(code="standard", label="Standard"),
        Choice(code="expedited", label="Expedited"),
    ),
    accessorials=(
        Choice(code="tail_lift", label="Tail lift"),
        Choice(code="residential_delivery", label="Residential delivery"),
        Choice(code="appointment", label="Delivery by appointment"),
        Choice(code="inside_delivery", label="Inside delivery"),
        Choice(code="limited_access", label="Limited access"),
        Choice(code="hazardous", label="Hazardous goods"),
    ),
    # Its slowest booking shows up 30 s after the connection was lost; four times that.
    lookup_grace_s=120,
    countries=COUNTRIES,
)
