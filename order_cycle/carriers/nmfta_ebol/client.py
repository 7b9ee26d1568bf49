"""eBOL: capability -> mapping -> transport -> mapping, and nothing else."""

from dataclasses import replace

from .. import auth
from ..account_settings import filled
from ..dto import Booking, CarrierSettings, ShipmentRequest
from ..errors import FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..rest.transport import RestTransport, StatusRules
from . import answers, mapping
from .checks import booking_problems
from .info import INFO

#: 400 is the contract's error, believed only for codes that speak of the request; see
#: ``tables.REFUSED``. 429 is not in the contract: it comes from the door.
RULES = StatusRules(
    refused=frozenset({400}), not_sent=frozenset({429}), read_refusal=answers.read_refusal
)
LIVE = "live"


class Client:
    """One account at a carrier with electronic bills of lading."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._values = filled(settings, INFO)
        self._is_test = settings.environment != LIVE
        self._transport = RestTransport(
            settings,
            headers=_key(self._values["auth_header"], settings.api_key),
            rules=RULES,
            on_exchange=on_exchange,
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Never send it again: nobody can be asked what became of it."""
        problems = () if is_checked else self.find_problems(request)
        if problems:
            raise InvalidShipment(problems)
        answer = self._transport.call(
            "createBol",
            "POST",
            ("bol", "v1", "app"),
            body=mapping.to_booking(request, self._values, is_test=self._is_test),
            is_folder=True,
        )
        return answers.read_booking(answer.data, request)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``. What a second deletion gets, the contract does not say; a 404 is told
        to a person."""
        self._transport.call(
            "deleteBol",
            "DELETE",
            ("bol", "v1", "app", waybill_ref),
            rules=replace(RULES, refused=frozenset({400, 404}), read_refusal=_not_there),
        )


def _not_there(data):
    """Read a deletion's error, which may have no body at all."""
    if data:
        return answers.read_refusal(data)
    return answers.Refusal(
        code="404", message="The carrier has no bill of lading under this PRO number."
    )


def _key(header: str, key: str) -> dict[str, str]:
    return auth.bearer(key) if header == "Authorization" else auth.api_key(header, key)
