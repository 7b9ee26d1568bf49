"""Rehearsal Parcel without its memory: what remains of a carrier that cannot be asked."""

import uuid
from dataclasses import replace

from ..dto import Booking, CarrierSettings, Document, ShipmentRequest
from ..errors import FieldProblem
from ..exchange import OnExchange
from ..rehearsal_rest.client import Client as ParcelClient
from .info import INFO


class Client:
    """One account at the rehearsal parcel carrier, used as one of a carrier without keys."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._parcel = ParcelClient(settings, on_exchange)

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        problems = self._parcel.find_problems(request)
        if request.is_return:
            text = "The carrier takes no returns. Choose another delivery method."
            problem = FieldProblem(field="is_return", code="not_offered", text=text)
            return (*problems, problem)
        return problems

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Each call books: the carrier never sees the same key again."""
        once = replace(request, idempotency_key=str(uuid.uuid4()))
        return self._parcel.book(once, is_checked=is_checked)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``."""
        self._parcel.cancel(waybill_ref)

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``."""
        return self._parcel.print_again(waybill_ref)

    def check_account(self) -> None:
        """See ``ChecksAccount``."""
        self._parcel.check_account()
