"""The port: what the ERP may ask of any carrier. Each carrier implements what it can.

``book`` is the only verb every carrier has. The others are small protocols of their own;
``CarrierInfo.capabilities`` tells which ones a client has, without making a client.
All methods raise ``CarrierError`` (see ``errors.py``) and nothing else for what happens
at the carrier or on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol, runtime_checkable

from .dto import (
    Address,
    Booking,
    Document,
    Manifest,
    Pickup,
    PickupRequest,
    Proof,
    Quote,
    ShipmentRequest,
    Token,
    TrackingEvent,
)
from .errors import FieldProblem


class Capability(str, Enum):
    """What a client can do beside booking."""

    FIND_BY_REFERENCE = "find_by_reference"
    CANCEL = "cancel"
    PRINT_AGAIN = "print_again"
    TRACK = "track"
    QUOTE = "quote"
    CLOSE_MANIFEST = "close_manifest"
    CHECK_ACCOUNT = "check_account"
    PROVE_DELIVERY = "prove_delivery"
    CHECK_ADDRESS = "check_address"
    BOOK_PICKUP = "book_pickup"
    CHANGE_PICKUP = "change_pickup"
    CANCEL_PICKUP = "cancel_pickup"
    SIGN_IN = "sign_in"
    #: The services depend on the account: ``CarrierInfo.service_is_free``.
    LIST_SERVICES = "list_services"
    #: ``book`` takes a request with ``is_return``.
    RETURN = "return"
    #: The carrier calls us; the folder has ``webhook.py``.
    WEBHOOK = "webhook"


class Recovery(str, Enum):
    """How to find out what became of a booking with an unknown outcome."""

    #: Send the same key and payload again: the carrier answers with the shipment it has.
    KEY = "key"
    #: Ask ``find_by_reference``; send again only when the grace time is over.
    LOOKUP = "lookup"
    #: Only a person can ask.
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountField:
    """A setting of the account. ``name`` is a field of ``CarrierSettings`` or a key of
    its ``extra`` (``extra_secrets`` if ``is_secret``).

    What a contract leaves open is not guessed: it is such a setting, with a sane default.

    :param default: used when nothing is filled in; a field with one is never missing.
    :param help: what it does and where to find it, for the person who sets the account up.
    :param is_required: the account cannot be used without it.
    :param choices: the values it may have, if they are few.
    """

    name: str
    label: str
    is_secret: bool = False
    default: str = ""
    help: str = ""
    is_required: bool = True
    choices: tuple["Choice", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A code of ours that this carrier understands, with its English label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierInfo:
    """What is known of a carrier without calling it.

    :param protocol: ``rest`` or ``soap``.
    :param mode: ``parcel`` (fill ``parcels``) or ``freight`` (fill ``handling_units``).
    :param environments: served environment -> base URL; empty URL = the administrator gives it.
    :param service_is_free: the services depend on the account, so ``services`` does not name them
        all; a code that is not in it is one of the account.
    :param key_window_s: how long the carrier remembers an idempotency key (recovery KEY).
    :param lookup_grace_s: a booking not found this long after the call was never made
        (recovery LOOKUP); longer than the carrier's slowest booking.
    """

    code: str
    label: str
    protocol: str
    mode: str
    recovery: Recovery
    capabilities: frozenset[Capability]
    environments: Mapping[str, str]
    account_fields: tuple[AccountField, ...]
    services: tuple[Choice, ...]
    accessorials: tuple[Choice, ...] = ()
    label_formats: tuple[str, ...] = ("pdf",)
    key_window_s: int = 0
    lookup_grace_s: int = 0
    service_is_free: bool = False
    countries: frozenset[str] = field(default_factory=frozenset)


@runtime_checkable
class CarrierClient(Protocol):
    """What every carrier can do."""

    info: CarrierInfo

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """Return all that keeps the request from being sent; no network."""

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """Book, and return what the carrier answered. One network call, never a retry.

        :param is_checked: ``find_problems`` had nothing to say when the request was frozen. It
            may have been sent since, so it is not judged anew: a no of ours says nothing of
            what the carrier has.
        :raises InvalidShipment: nothing was sent; see ``problems``.
        """


@runtime_checkable
class FindsByReference(Protocol):
    """The carrier can be asked what it holds under our reference."""

    def find_by_reference(self, request_ref: str) -> tuple[Booking, ...]:
        """Return the live bookings, newest first; cancelled ones are left out."""


@runtime_checkable
class Cancels(Protocol):
    """The carrier can cancel."""

    def cancel(self, waybill_ref: str) -> None:
        """Cancel. Doing it again is harmless; an unknown waybill raises ``CarrierRejected``."""


@runtime_checkable
class PrintsAgain(Protocol):
    """The carrier can give the documents of a booking once more."""

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """Return labels and papers. A document that is not what it says is an error here."""


@runtime_checkable
class Tracks(Protocol):
    """The carrier tells where the goods are."""

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """Return all events known so far, oldest first."""


@runtime_checkable
class Quotes(Protocol):
    """The carrier names a price before booking."""

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """Return one quote for each service that fits; only ``request.service`` if it is set."""


@runtime_checkable
class ClosesManifest(Protocol):
    """The carrier wants a list closed at the end of the day."""

    def close_manifest(self, waybill_refs: Sequence[str]) -> Manifest:
        """Close the list of these shipments."""


@runtime_checkable
class ChecksAccount(Protocol):
    """The carrier can be asked whether the account works."""

    def check_account(self) -> None:
        """Return if address and credentials are right; else raise ``CarrierError``."""


@runtime_checkable
class ProvesDelivery(Protocol):
    """The carrier can prove that it delivered."""

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """Return the proof, or None while there is none."""


@runtime_checkable
class ChecksAddress(Protocol):
    """The carrier can be asked whether it serves an address."""

    def check_address(self, address: Address) -> tuple[FieldProblem, ...]:
        """Return what is wrong, named as ``receiver.…``; nothing if it serves the address."""


@runtime_checkable
class BooksPickup(Protocol):
    """A driver can be asked to come."""

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """Ask for a pickup. One network call, never a retry.

        :raises InvalidShipment: nothing was sent; the problems name fields of ``PickupRequest``.
        """


@runtime_checkable
class ChangesPickup(Protocol):
    """A pickup can be changed."""

    def change_pickup(self, pickup_ref: str, request: PickupRequest) -> Pickup:
        """Change it to what ``request`` says."""


@runtime_checkable
class CancelsPickup(Protocol):
    """A pickup can be cancelled."""

    def cancel_pickup(self, pickup_ref: str, request: PickupRequest) -> None:
        """Cancel it; ``request`` is what it was booked with. An unknown one raises
        ``CarrierRejected``."""


@runtime_checkable
class SignsIn(Protocol):
    """Calls need a token that is fetched first and shared by everybody (OAuth 2, RFC 6749)."""

    def sign_in(self) -> Token:
        """Fetch a new token with the account's credentials.

        Every other call takes it from ``CarrierSettings.access_token``; without one, or with one
        the carrier no longer takes, it raises ``CarrierTokenExpired`` and nothing was done.
        """


@runtime_checkable
class ListsServices(Protocol):
    """The carrier can be asked which services an account has."""

    def list_services(self) -> tuple[Choice, ...]:
        """Return them with the carrier's own codes and names."""


#: Capabilities that are no method of the client, see ``Capability``.
NO_METHOD = frozenset({Capability.RETURN, Capability.WEBHOOK})

#: The protocol behind each capability that is a method.
PROTOCOLS = {
    Capability.FIND_BY_REFERENCE: FindsByReference,
    Capability.CANCEL: Cancels,
    Capability.PRINT_AGAIN: PrintsAgain,
    Capability.TRACK: Tracks,
    Capability.QUOTE: Quotes,
    Capability.CLOSE_MANIFEST: ClosesManifest,
    Capability.CHECK_ACCOUNT: ChecksAccount,
    Capability.PROVE_DELIVERY: ProvesDelivery,
    Capability.CHECK_ADDRESS: ChecksAddress,
    Capability.BOOK_PICKUP: BooksPickup,
    Capability.CHANGE_PICKUP: ChangesPickup,
    Capability.CANCEL_PICKUP: CancelsPickup,
    Capability.SIGN_IN: SignsIn,
    Capability.LIST_SERVICES: ListsServices,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCall:
    """A call that a carrier made to us, as it arrived: nothing of it is believed yet.

    :param headers: names in lower case.
    :param body: the raw bytes; a signature covers these and nothing else.
    """

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a carrier told us of one shipment.

    :param notice_ref: unique per account; the same notice twice has the same one.
    :param waybill_ref: empty if the carrier names only the parcel or our reference.
    :param request_ref: our reference, if the carrier shows it back.
    """

    notice_ref: str
    event: TrackingEvent
    waybill_ref: str = ""
    request_ref: str = ""


class Webhook(Protocol):
    """What ``webhook.py`` of a carrier with ``Capability.WEBHOOK`` has: two pure functions."""

    def is_authentic(self, call: WebhookCall, secrets: Sequence[str], now: datetime) -> bool:
        """Tell whether the call was signed with one of the secrets, recently. No secret, no."""

    # No record is read here.
    # pylint: disable-next=method-required-super
    def read(self, call: WebhookCall) -> tuple[Notice, ...]:
        """Return what it says; nothing if it is about something we do not follow.

        :raises CarrierProtocolError: it is not what the contract describes.
        """
