"""Hand-made SOAP answers of the freight carrier, right ones and wrong ones."""

import base64

from papers import PDF

NAMESPACE = "urn:rehearsal:freight:v1"

SHIPMENT = {
    "ProNumber": "7000000011",
    "Reference": "WH/OUT/00042",
    "Status": "Booked",
    "Service": "Standard",
    "Price": "<Amount>312.43</Amount><Currency>EUR</Currency>",
    "BookedAt": "2026-11-23T17:22:28+01:00",
    "TrackingUrl": "https://freight.example/7000000011",
}


def elements(values):
    """Return the values as XML elements, in their order; None is left out."""
    return "".join(f"<{name}>{text}</{name}>" for name, text in values.items() if text is not None)


def envelope(body, *, prolog=""):
    """Return a SOAP 1.1 message."""
    return (
        f'{prolog}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def booked(*, prolog="", extra="", paper=PDF, **changes):
    """Return the answer to BookFreight, with changed (None = missing) shipment elements."""
    document = {"Format": "PDF", "Content": base64.b64encode(paper).decode()}
    return envelope(
        f'<BookFreightResponse xmlns="{NAMESPACE}"><ResponseInformation/>'
        f"<Shipment>{elements({**SHIPMENT, **changes})}{extra}</Shipment>"
        f"<BillOfLading>{elements(document)}</BillOfLading></BookFreightResponse>",
        prolog=prolog,
    )


def refused(*codes, text="No."):
    """Return a normal answer that reports errors."""
    errors = "".join(
        f"<Error><Code>{code}</Code><Description>{text}</Description></Error>" for code in codes
    )
    return envelope(
        f'<BookFreightResponse xmlns="{NAMESPACE}"><ResponseInformation><Errors>{errors}</Errors>'
        "</ResponseInformation></BookFreightResponse>"
    )


def fault(code, text="Oops"):
    """Return a fault."""
    return envelope(
        f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>{text}</faultstring>"
        "<detail><x>Shipper is odd</x></detail></s:Fault>"
    )
