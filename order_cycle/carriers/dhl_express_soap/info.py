"""What is known of DHL Express over SOAP (expressRateBook, glDHLExpressTrack) without calling it.

Recovery is NONE: the contract has no key, and nothing finds a shipment by a reference of ours.
``deleteShipmentRequest`` cancels the pickup that was booked together with a shipment, and not the
shipment. We book no pickup that way and the contract knows no other, so it is not used. A proof of
delivery is no operation either; the name of who signed comes with the scan.
"""

from ..api import AccountField, Capability, CarrierInfo, Choice, Recovery

INFO = CarrierInfo(
    code="dhl_express_soap",
    label="DHL Express (SOAP)",
    protocol="soap",
    mode="parcel",
    recovery=Recovery.NONE,
    capabilities=frozenset({Capability.TRACK, Capability.QUOTE}),
    environments={
        "test": "https://wsbexpress.dhl.com/sndpt",
        "live": "https://wsbexpress.dhl.com/gbl",
        "rehearsal": "",
    },
    account_fields=(
        AccountField(name="base_url", label="Address"),
        AccountField(name="username", label="User"),
        AccountField(name="password", label="Password", is_secret=True),
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
            help="Distance to Greenwich as DHL wants it, for example +01:00 in Italy in winter. "
            "Scans come without a time zone and are read in this one.",
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
        AccountField(
            name="currency",
            label="Currency",
            default="EUR",
            help="Of shipments whose goods have no value with a currency of their own.",
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
