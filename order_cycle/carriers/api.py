"""The port: what the ERP may ask of any carrier. Each carrier implements what it can.

``book`` is the only verb every carrier has. The others are small protocols of their own;
``CarrierInfo.capabilities`` tells which ones a client has, without making a client.
All methods raise ``CarrierError`` (see ``errors.py``) and nothing else for what happens
at the carrier or on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, runtime_checkable

from .dto import Booking, Document, Manifest, Quote, ShipmentRequest, TrackingEvent
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
    """A setting the account needs. ``name`` is a field of ``CarrierSettings`` or a key of
    its ``extra`` (``extra_secrets`` if ``is_secret``)."""

    name: str
    label: str
    is_secret: bool = False


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


#: The protocol behind each capability.
PROTOCOLS = {
    Capability.FIND_BY_REFERENCE: FindsByReference,
    Capability.CANCEL: Cancels,
    Capability.PRINT_AGAIN: PrintsAgain,
    Capability.TRACK: Tracks,
    Capability.QUOTE: Quotes,
    Capability.CLOSE_MANIFEST: ClosesManifest,
    Capability.CHECK_ACCOUNT: ChecksAccount,
}
