"""What travels between the ERP and a carrier: plain values, no records, units in the names.

Every class is frozen and takes keyword arguments only. Text fields that may be empty are
empty strings, never None; None means "not known" for numbers, dates and amounts.
The frozen JSON form of a request is in ``request_json.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from .errors import FieldProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency.

    :param amount: a finite ``Decimal``; a float is refused because cents must be exact.
    :param currency: ISO 4217, e.g. ``EUR``.
    """

    amount: Decimal
    currency: str

    def __post_init__(self):
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise TypeError(f"Money needs a finite Decimal, not {self.amount!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One party of a shipment. ``country_code`` is ISO 3166-1 alpha-2.

    :param tax_id: VAT number with its country prefix, where customs or a carrier ask for it.
    :param eori: number of the customs of the EU and the United Kingdom.
    """

    name: str
    company_name: str = ""
    street: str
    street2: str = ""
    zip_code: str
    city: str
    state_code: str = ""
    country_code: str
    phone: str = ""
    email: str = ""
    is_residential: bool = False
    tax_id: str = ""
    eori: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One physical piece that gets one label. ``reference`` is ours, unique in the shipment."""

    reference: str
    weight_grams: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingUnit:
    """One unit of LTL freight that a fork-lift moves.

    :param kind: ``pallet``, ``crate``, ``roll_cage``, ``drum`` or ``other``.
    :param pieces: cartons on the unit.
    :param weight_grams: the whole unit, pallet included.
    :param freight_class: NMFC class as text (``"70"``, ``"92.5"``), where the country uses it.
    :param nmfc: item number of the National Motor Freight Classification, e.g. ``"156600-02"``.
    """

    reference: str
    kind: str = "pallet"
    pieces: int = 1
    weight_grams: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    freight_class: str | None = None
    nmfc: str = ""
    description: str = ""
    stackable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Commodity:
    """One line of the customs declaration. ``weight_grams`` is for the whole quantity."""

    description: str
    quantity: Decimal
    unit_value: Decimal
    currency: str
    hs_code: str = ""
    origin_country: str = ""
    weight_grams: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRequest:
    """All that a carrier needs to book, or to quote, one shipment.

    :param request_ref: our reference; the carrier shows it back and can be asked for it.
    :param idempotency_key: made once with the request and never used for another payload.
    :param service: a code out of ``CarrierInfo.services``.
    :param parcels: for parcel carriers; ``handling_units`` for freight. Exactly one is filled.
    :param accessorials: extra services, codes out of ``CarrierInfo.accessorials``.
    :param label_format: ``pdf``, ``zpl`` or ``png``.
    :param goods_value: what the goods were sold for; the customs ask for it.
    :param insured_value: insure the goods for this much; None: the carrier's liability is enough.
    :param incoterm: three letters (Incoterms 2020), who pays duties; for customs only.
    :param contents_type: why goods cross a border: ``sale``, ``gift``, ``sample``, ``return``
        or ``repair``.
    :param invoice_ref: number of the commercial invoice; for customs only.
    :param service_point: the carrier's id of the shop or locker it is delivered to.
    :param is_return: the goods come back to us: ``sender`` is the customer who holds them and
        ``receiver`` our warehouse, and our account pays. Only for carriers with
        ``Capability.RETURN``.
    :param quote_ref: a ``Quote.quote_ref`` to book at, where the carrier honours one.
    """

    request_ref: str
    idempotency_key: str
    service: str
    ship_date: date
    sender: Address
    receiver: Address
    parcels: tuple[Parcel, ...] = ()
    handling_units: tuple[HandlingUnit, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    goods_value: Money | None = None
    cash_on_delivery: Money | None = None
    accessorials: tuple[str, ...] = ()
    instructions: str = ""
    label_format: str = "pdf"
    insured_value: Money | None = None
    incoterm: str = ""
    contents_type: str = "sale"
    invoice_ref: str = ""
    service_point: str = ""
    is_return: bool = False
    quote_ref: str = ""

    def __post_init__(self):
        if bool(self.parcels) == bool(self.handling_units):
            raise ValueError("A shipment has either parcels or handling units, not both or none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper the carrier made.

    :param kind: ``label``, ``bill_of_lading``, ``customs``, ``manifest``, ``proof`` or ``other``.
    :param format: ``pdf``, ``zpl`` or ``png``.
    :param content: the decoded file. It comes from outside: check it before use.
    :param parcel_reference: our reference of the parcel, empty when it is for the whole shipment.
    """

    kind: str
    format: str
    content: bytes = field(repr=False)
    parcel_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedParcel:
    """What the carrier calls one of our parcels. ``reference`` is ours."""

    reference: str
    tracking_ref: str
    tracking_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A shipment that the carrier has.

    :param waybill_ref: the carrier's id for the whole shipment; cancel and track take it.
    :param documents: may be empty (a lookup has none); ask ``print_again`` for them.
    :param price: what the carrier will charge, or None when it does not say.
    :param was_known: True if the carrier had it before this call.
    :param warnings: what is wrong with a booking that does exist, e.g. an unreadable label.
    """

    waybill_ref: str
    parcels: tuple[BookedParcel, ...] = ()
    documents: tuple[Document, ...] = ()
    price: Money | None = None
    service: str = ""
    tracking_url: str = ""
    was_known: bool = False
    warnings: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price asked before shipping.

    :param service: a code out of ``CarrierInfo.services``.
    :param transit_days: working days.
    :param delivers_on: the day the carrier names, where it names one.
    :param name: the carrier's own name of what is offered, for people.
    """

    service: str
    price: Money
    transit_days: int | None = None
    quote_ref: str = ""
    valid_until: datetime | None = None
    delivers_on: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The list closed at the end of the day."""

    manifest_ref: str
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupRequest:
    """A driver is to come for goods.

    :param request_ref: our reference of the pickup.
    :param ready_from: local time of the place, from when the goods stand ready.
    :param closes_at: local time until which somebody is there.
    :param waybill_refs: shipments that are handed over, for carriers that ask for them.
    :param service: a code out of ``CarrierInfo.services`` for carriers that ask for one.
    :param destination_country: of the goods, or of most of them.
    :param location: where at the address, e.g. ``Gate 3``.
    """

    request_ref: str
    pickup_date: date
    ready_from: time
    closes_at: time
    address: Address
    pieces: int
    weight_grams: int
    waybill_refs: tuple[str, ...] = ()
    handling_units: tuple[HandlingUnit, ...] = ()
    service: str = ""
    destination_country: str = ""
    location: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """A pickup that the carrier has accepted. ``pickup_ref`` changes and cancels it."""

    pickup_ref: str
    price: Money | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Proof of delivery: what the carrier knows of the handover, and the paper if it has one."""

    delivered_at: datetime | None = None
    signed_by: str = ""
    location: str = ""
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token. ``expires_at`` is aware."""

    value: str = field(repr=False)
    expires_at: datetime


#: Unified meaning of a scan, in the order of a normal journey, then the side roads.
TRACKING_CODES = (
    "announced",
    "collected",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "delivery_failed",
    "held",
    "refused",
    "damaged",
    "lost",
    "incident",
    "returning",
    "returned",
    "cancelled",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """One scan.

    :param code: one of ``TRACKING_CODES``; ``other`` when the carrier's code has no meaning here.
    :param carrier_code: the carrier's own code.
    :param happened_at: aware; a time without zone is refused.
    :param tracking_ref: the parcel it is about, empty for the whole shipment.
    :param event_ref: the carrier's id of the event, where it has one.
    :param signed_by: who took the goods, on a delivery.
    """

    code: str
    carrier_code: str
    text: str
    happened_at: datetime
    location: str = ""
    tracking_ref: str = ""
    event_ref: str = ""
    signed_by: str = ""

    def __post_init__(self):
        if self.happened_at.tzinfo is None:
            raise ValueError("A tracking event needs a time with its zone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierSettings:
    """How to reach one carrier account. Secrets stay out of ``repr``.

    :param environment: ``rehearsal``, ``test`` or ``live``.
    :param base_url: without a path of an operation; http is accepted for this machine only.
    :param username: the first half of basic authentication; also a client id.
    :param password: its second half; also a client secret.
    :param api_key: an API key, a bearer token or a customer GUID.
    :param connect_timeout_s: until the connection stands.
    :param deadline_s: for the whole call, from name look-up to the last byte.
    :param extra: what only this carrier wants and is no secret; see ``CarrierInfo.account_fields``.
    :param extra_secrets: what only this carrier wants and is one.
    :param access_token: the token of a carrier with ``Capability.SIGN_IN``; whoever calls gets
        it with ``sign_in`` and keeps it.
    """

    environment: str
    base_url: str
    username: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    account_number: str = ""
    connect_timeout_s: float = 5.0
    deadline_s: float = 30.0
    extra: Mapping[str, str] = field(default_factory=dict)
    extra_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    access_token: str = field(default="", repr=False)

    def secrets(self) -> tuple[str, ...]:
        """Return every secret value, so that logs can be cleaned of them literally."""
        own = (self.password, self.api_key, self.access_token)
        values = (*own, *self.extra_secrets.values())
        return tuple(value for value in values if value)
