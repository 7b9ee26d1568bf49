"""GLS Spain: our values into the XML of b2b.asmx. Pure functions; tables on top.

The WSDL describes none of it (``xs:any``). Names and values are those that public clients of the
service have in common.
"""

import base64
import hashlib
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ..dto import Address, Parcel, ShipmentRequest
from ..findings import clean
from ..soap.any_xml import Xml

NAMESPACE = "http://www.asmred.com/"

#: Our service -> Servicio and Horario.
SERVICE_CODES = {
    "business_parcel": ("96", "18"),
    "economy": ("37", "18"),
    "express_10": ("1", "0"),
    "express_14": ("1", "2"),
    "express_19": ("1", "3"),
    "saturday": ("1", "5"),
    "euro_business": ("74", "3"),
    "euro_business_small": ("76", "3"),
}
#: Those that leave Spain and Portugal; their rules are errors -48 to -57 and -97.
EURO_SERVICES = frozenset({"euro_business", "euro_business_small"})
#: EtiquetaEnvio, TiposEtiqueta.
LABEL_FORMATS = {"pdf": "PDF", "png": "PNG"}
#: Pais of the sender is a calling code, that of the receiver ISO 3166-1.
SENDER_COUNTRIES = {"ES": "34", "PT": "351"}

#: The service cuts a longer customer reference and then finds it twice.
REFERENCE_MAX = 15
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,59}")
#: Errors -108 to -111 and -128 to -131.
TEXT_MIN = 3
ZIP_MIN = 4
ZIP_MAX = 10
#: Error -49.
EURO_WEIGHT_MAX_GRAMS = 31_500
#: The contract has no such limits; these are those of a parcel.
WEIGHT_MAX_GRAMS = 100_000
SIDE_MAX_MM = 3_000
PARCELS_MAX = 99
INSTRUCTIONS_MAX = 200

_READABLE = 8
_CUBIC_METRE = Decimal(10) ** 9


def to_reference(request_ref: str) -> str:
    """Return our reference in the room that GLS has for it.

    One that is too long ends as it does and begins with six letters made of all of it: as good
    as unique, the same each time, and still to be recognised on a label.
    """
    if len(request_ref) <= REFERENCE_MAX:
        return request_ref
    digest = base64.b32encode(hashlib.sha256(request_ref.encode()).digest()).decode()
    return f"{digest[: REFERENCE_MAX - _READABLE - 1]}-{request_ref[-_READABLE:]}"


def to_booking(request: ShipmentRequest, uid: str) -> Xml:
    """Return the ``Servicios`` that GrabaServicios records."""
    service, hours = SERVICE_CODES[request.service]
    grams = sum(parcel.weight_grams for parcel in request.parcels)
    envio = Xml(
        name="Envio",
        attributes={"codbarras": ""},
        children=tuple(
            [
                *_texts(
                    Fecha=request.ship_date.strftime("%d/%m/%Y"),
                    # Who pays for the carriage: P, the sender.
                    Portes="P",
                    Servicio=service,
                    Horario=hours,
                    Bultos=str(len(request.parcels)),
                    Peso=str(Decimal(grams).scaleb(-3)),
                    Volumen=_volume(request.parcels),
                    # Neither goods nor a signed paper are to come back.
                    Retorno="0",
                    Pod="N",
                ),
                _sender(request.sender),
                _receiver(request),
                _references(request.request_ref),
                *_cash(request),
                _extras(request.label_format),
            ]
        ),
    )
    return _services(uid, envio)


def to_cancellation(waybill_ref: str, uid: str) -> Xml:
    """Return the ``Servicios`` that Anula cancels."""
    return _services(uid, Xml(name="Envio", attributes={"referencia": waybill_ref}))


def to_day(day: date, uid: str) -> Xml:
    """Return the ``Servicios`` that asks GetManifiesto for one day."""
    text = day.strftime("%d/%m/%Y")
    return _services(uid, *_texts(FechaDesde=text, FechaHasta=text))


def phone(address: Address) -> str:
    """Return the phone as digits; a code of the sender's own countries is left out.

    Abroad it keeps its ``+``.
    """
    text = clean(address.phone)
    digits = re.sub(r"\D", "", text)
    if text.startswith("00"):
        text, digits = f"+{text[2:]}", digits[2:]
    code = SENDER_COUNTRIES.get(address.country_code)
    if text.startswith("+") and code and digits.startswith(code):
        return digits.removeprefix(code)
    return f"+{digits}" if text.startswith("+") else digits


def street(address: Address) -> str:
    """Return both street lines in one; ``Direccion`` is one field."""
    return " ".join(filter(None, (clean(address.street), clean(address.street2))))


def _services(uid: str, *children: Xml) -> Xml:
    return Xml(
        name="Servicios",
        namespace=NAMESPACE,
        attributes={"uidcliente": uid},
        children=children,
    )


def _texts(**values: str) -> list[Xml]:
    """Return elements with text, in their order; empty ones are left out."""
    return [Xml(name=name, text=text) for name, text in values.items() if text]


def _sender(address: Address) -> Xml:
    country = SENDER_COUNTRIES.get(address.country_code, address.country_code)
    return Xml(name="Remite", children=tuple(_party(address, country)))


def _receiver(request: ShipmentRequest) -> Xml:
    address = request.receiver
    notes = _texts(Observaciones=clean(request.instructions))
    children = [*_party(address, address.country_code), *notes]
    if address.company_name:
        # Nombre is who takes the goods in; the person goes to the attention line.
        children += _texts(ATT=clean(address.name))
    return Xml(name="Destinatario", children=tuple(children))


def _party(address: Address, country: str) -> list[Xml]:
    return _texts(
        Nombre=clean(address.company_name) or clean(address.name),
        Direccion=street(address),
        Poblacion=clean(address.city),
        Provincia=clean(address.state_code),
        Pais=country,
        CP=clean(address.zip_code),
        Telefono=phone(address),
        # The two are told apart by whoever calls; one of ours serves for both.
        Movil=phone(address),
        Email=clean(address.email),
        NIF=clean(address.tax_id),
    )


def _references(request_ref: str) -> Xml:
    """Return ours as the customer's own reference (``tipo`` C)."""
    own = Xml(name="Referencia", attributes={"tipo": "C"}, text=to_reference(request_ref))
    return Xml(name="Referencias", children=(own,))


def _cash(request: ShipmentRequest) -> list[Xml]:
    money = request.cash_on_delivery
    if not money:
        return []
    return [Xml(name="Importes", children=tuple(_texts(Reembolso=f"{money.amount:.2f}")))]


def _extras(label_format: str) -> Xml:
    """Ask for the label in the answer to the booking."""
    label = Xml(name="Etiqueta", attributes={"tipo": LABEL_FORMATS[label_format]})
    return Xml(name="DevuelveAdicionales", children=(label,))


def _volume(parcels: tuple[Parcel, ...]) -> str:
    """Return cubic metres if all sides are known, else nothing."""
    volume = Decimal(0)
    for parcel in parcels:
        sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
        if None in sides:
            return ""
        volume += Decimal(sides[0] * sides[1] * sides[2]) / _CUBIC_METRE
    rounded = volume.quantize(Decimal("0.001"), ROUND_HALF_UP)
    return str(max(rounded, Decimal("0.001")))
