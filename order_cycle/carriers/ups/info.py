"""What is known of UPS without calling it.

Recovery is LOOKUP: the contract has no idempotency key (``transId`` is for logs), and tracking by
reference answers 404 when it knows nothing (Tracking 3.0.1). Label recovery by reference is not
used for it: it says no with the same 400 as to a wrong request, so its no proves nothing.
A pickup can be booked and cancelled; Pickup has no operation that changes one.
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery

INFO = CarrierInfo(
    code="ups",
    label="UPS",
    protocol="rest",
    mode="parcel",
    recovery=Recovery.LOOKUP,
    capabilities=frozenset(
        {
            Capability.SIGN_IN,
            Capability.FIND_BY_REFERENCE,
            Capability.CANCEL,
            Capability.PRINT_AGAIN,
            Capability.TRACK,
            Capability.QUOTE,
            Capability.PROVE_DELIVERY,
            Capability.BOOK_PICKUP,
            Capability.CANCEL_PICKUP,
            Capability.RETURN,
            Capability.WEBHOOK,
        }
    ),
    # The servers of the contracts; "/api" belongs to the paths, for the token has none.
    environments={
        "test": "https://wwwcie.ups.com",
        "live": "https://onlinetools.ups.com",
        "rehearsal": "",
    },
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(
            name="username",
            label="Client ID",
            help="Of the app in the UPS developer portal; shown on its info page.",
        ),
        AccountField(name="password", label="Client secret", is_secret=True),
        AccountField(
            name="account_number",
            label="Account number",
            help="Six characters; this account ships and pays.",
        ),
        AccountField(
            name="negotiated_rates",
            label="Prices",
            default="yes",
            choices=(
                Choice(code="yes", label="Negotiated, where the account has them"),
                Choice(code="no", label="List prices"),
            ),
            help="Which prices UPS is asked for in quotes and bookings.",
        ),
        AccountField(
            name="goods_description",
            label="Description of the goods",
            default="Merchandise",
            help="Sent when a parcel says nothing of its content; UPS wants it across borders.",
        ),
        AccountField(
            name="return_service",
            label="Return label",
            default="9",
            choices=(
                Choice(code="9", label="Printed by us (Print Return Label)"),
                Choice(code="3", label="UPS brings it, one attempt"),
                Choice(code="5", label="UPS brings it, three attempts"),
                Choice(code="2", label="UPS mails it"),
            ),
            help="How the return label reaches the customer.",
        ),
        AccountField(
            name="label_again_format",
            label="Format of labels fetched later",
            default="pdf",
            choices=(Choice(code="pdf", label="PDF"), Choice(code="zpl", label="ZPL")),
            help="UPS makes PDF labels only here, not at booking.",
        ),
        AccountField(
            name="cod_funds",
            label="Cash on delivery is paid by",
            default="1",
            choices=(
                Choice(code="1", label="Cash"),
                Choice(code="9", label="Cheque, cashier's cheque or money order"),
            ),
            help="The contract leaves this code to an appendix by country; UPS tells yours.",
        ),
        AccountField(
            name="pickup_payment",
            label="On-call pickups are paid",
            default="01",
            choices=(
                Choice(code="01", label="By our account"),
                Choice(code="00", label="Not at all"),
            ),
            help="With a daily pickup nothing is paid.",
        ),
        AccountField(
            name="pickup_service",
            label="Service of a pickup",
            default="standard",
            help="Used when a pickup names no service of its own.",
        ),
    ),
    services=(
        Choice(code="standard", label="Standard"),
        Choice(code="saver", label="Express Saver"),
        Choice(code="express", label="Express"),
        Choice(code="express_plus", label="Express Plus"),
        Choice(code="express_12", label="Express 12:00"),
        Choice(code="expedited", label="Expedited"),
        Choice(code="ground", label="Ground"),
        Choice(code="three_day_select", label="3 Day Select"),
        Choice(code="second_day_air", label="2nd Day Air"),
        Choice(code="second_day_air_am", label="2nd Day Air A.M."),
        Choice(code="next_day_air_saver", label="Next Day Air Saver"),
        Choice(code="next_day_air", label="Next Day Air"),
        Choice(code="next_day_air_early", label="Next Day Air Early"),
    ),
    accessorials=(
        Choice(code="signature", label="Signature on delivery"),
        Choice(code="adult_signature", label="Signature of an adult"),
        Choice(code="saturday_delivery", label="Delivery on Saturday"),
        Choice(code="residential_delivery", label="Residential delivery"),
    ),
    label_formats=("pdf", "zpl"),
    # Nothing says how soon tracking knows a booking; a day is more than any upload takes.
    lookup_grace_s=24 * 3600,
)
