"""What is known of DHL Express (MyDHL API 3.1.1) without calling it.

Recovery is NONE: ``Message-Reference`` is for logs, and nothing says that tracking by the
shipper's reference knows a shipment before its first scan, so not being found there proves
nothing. A shipment cannot be cancelled, only a pickup; images of the label cannot be fetched later.
What the contract does not name (codes of cash on delivery) is not offered.
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery

INFO = CarrierInfo(
    code="dhl_express_rest",
    label="DHL Express (MyDHL)",
    protocol="rest",
    mode="parcel",
    recovery=Recovery.NONE,
    capabilities=frozenset(
        {
            Capability.TRACK,
            Capability.QUOTE,
            Capability.PROVE_DELIVERY,
            Capability.CHECK_ADDRESS,
            Capability.CHECK_ACCOUNT,
            Capability.BOOK_PICKUP,
            Capability.CHANGE_PICKUP,
            Capability.CANCEL_PICKUP,
            Capability.RETURN,
        }
    ),
    environments={
        "test": "https://express.api.dhl.com/mydhlapi/test",
        "live": "https://express.api.dhl.com/mydhlapi",
        "rehearsal": "",
    },
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(
            name="username", label="API key", help="Of the app in the DHL developer portal."
        ),
        AccountField(name="password", label="API secret", is_secret=True),
        AccountField(
            name="account_number",
            label="Account number",
            help="Up to 12 characters; this account ships and pays.",
        ),
        AccountField(
            name="ready_time",
            label="Goods are ready at",
            default="16:00",
            help="Local time, told to DHL with each shipment: it decides which flight they make.",
        ),
        AccountField(
            name="gmt_offset",
            label="Time zone of the goods",
            default="+01:00",
            help="Distance to Greenwich as DHL wants it, for example +01:00 in Italy in winter.",
        ),
        AccountField(
            name="goods_description",
            label="Description of the goods",
            default="Merchandise",
            help="Sent when a parcel says nothing of its content.",
        ),
        AccountField(
            name="incoterm",
            label="Incoterm without customs",
            default="DAP",
            help="The contract wants one for every shipment, also within the EU.",
        ),
    ),
    services=(
        Choice(code="express_worldwide", label="Express Worldwide"),
        Choice(code="express_9", label="Express 9:00"),
        Choice(code="express_12", label="Express 12:00"),
        Choice(code="economy_select", label="Economy Select"),
        Choice(code="express_domestic", label="Express Domestic"),
    ),
    accessorials=(
        Choice(code="signature", label="Signature on delivery"),
        Choice(code="adult_signature", label="Signature of an adult"),
        Choice(code="saturday_delivery", label="Delivery on Saturday"),
    ),
    label_formats=("pdf", "zpl"),
)
