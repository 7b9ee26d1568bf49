"""What the conformance tests do with any carrier, in one place."""

import base64
import itertools
from dataclasses import replace

import pytest
from carriers import CODES, carrier_info, get_client
from carriers.api import Capability
from carriers.errors import CarrierError
from stages import missing_contracts, open_stage

#: Their contracts are our own and always there.
AT_HOME = tuple(code for code in CODES if code.startswith("rehearsal_"))


class Desk:
    """One carrier's stage, a client that is signed in, and shipments of ever new references."""

    _numbers = itertools.count(1)

    def __init__(self, code, stage):
        self.stage = stage
        self.info = carrier_info(code)
        self.exchanges = []
        self._token = ""

    def can(self, capability):
        """Tell whether the carrier has a capability."""
        return capability in self.info.capabilities

    def settings(self, **changes):
        """Return the settings of the stage, with a token if the carrier wants one."""
        if self.can(Capability.SIGN_IN) and "access_token" not in changes:
            if not self._token:
                self._token = self._client(self.stage.settings()).sign_in().value
            changes["access_token"] = self._token
        return self.stage.settings(**changes)

    def client(self, **changes):
        """Return a client whose calls are kept in ``exchanges``."""
        return self._client(self.settings(**changes))

    def _client(self, settings):
        return get_client(self.info.code, settings, self.exchanges.append)

    def request(self, **changes):
        """Return a right shipment under a reference that was never used."""
        number = next(self._numbers)
        values = {"request_ref": f"CT{number:06d}", "idempotency_key": f"key-of-test-{number:06d}"}
        return self.stage.shipment(**{**values, **changes})

    def fails(self, request, **changes):
        """Book, and return the error that must come."""
        try:
            booking = self.client(**changes).book(request)
        except CarrierError as error:
            return error
        raise AssertionError(f"it was booked as {booking.waybill_ref}")

    def pieces(self, request):
        """Return the parcels, or the handling units of freight."""
        return request.parcels or request.handling_units

    def with_pieces(self, count, **changes):
        """Return a right shipment of several pieces; ``changes`` are of each piece."""
        request = self.request()
        first = self.pieces(request)[0]
        pieces = tuple(
            replace(first, reference=f"P{number}", **changes) for number in range(1, count + 1)
        )
        field = "parcels" if request.parcels else "handling_units"
        return replace(request, **{field: pieces})

    def secrets(self):
        """Return the secret values of the account, and forms in which they travel."""
        settings = self.settings()
        pair = base64.b64encode(f"{settings.username}:{settings.password}".encode()).decode()
        return {*settings.secrets(), *([pair] if settings.password else [])}


@pytest.fixture(params=CODES)
def desk(request):
    """Give the desk of each carrier in turn; nothing may be against a contract at the end."""
    if missing_contracts() and request.param not in AT_HOME:
        pytest.skip(missing_contracts())
    with open_stage(request.param) as stage:
        yield Desk(request.param, stage)
        assert stage.complaints == []


def offered(capability):
    """Run a test for the carriers that have a capability; the others have no such method."""
    codes = [code for code in CODES if capability in carrier_info(code).capabilities]
    return pytest.mark.parametrize("desk", codes, indirect=True)


def another_number(waybill_ref):
    """Return a number of the same form that nobody has."""
    return "".join(str((int(one) + 5) % 10) if one.isdigit() else one for one in waybill_ref)
