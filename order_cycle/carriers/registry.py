"""Which carriers there are. A carrier is one folder with ``info.py`` (``INFO``) and
``client.py`` (``Client``), and one line in ``CODES``. The client, and with it requests or
zeep, is imported when it is first needed.
"""

from importlib import import_module

from .account_settings import setting
from .api import Capability, CarrierClient, CarrierInfo, Webhook
from .dto import CarrierSettings
from .errors import CarrierAuthError
from .exchange import OnExchange

#: Folder names, in the order in which a user sees them.
CODES = (
    "rehearsal_rest",
    "rehearsal_soap",
    "rehearsal_plain",
    "ups",
    "dhl_express_rest",
    "sendcloud",
    "dhl_express_soap",
    "purolator",
    "purolator_freight",
    "nmfta_ebol",
    "gls_spain",
)


def carriers() -> tuple[CarrierInfo, ...]:
    """Return what is known of every carrier."""
    return tuple(carrier_info(code) for code in CODES)


def carrier_info(code: str) -> CarrierInfo:
    """Return what is known of one carrier.

    :raises ValueError: there is no carrier with this code.
    """
    return _module(code, "info").INFO


def get_client(
    code: str, settings: CarrierSettings, on_exchange: OnExchange | None = None
) -> CarrierClient:
    """Return a client for one account. It holds no connection and may be used by one thread.

    :param on_exchange: called after every network call with its redacted trace.
    :raises ValueError: there is no carrier with this code.
    :raises CarrierAuthError: the settings are incomplete or do not fit this carrier.
    """
    info = carrier_info(code)
    _check_settings(info, settings)
    return _module(code, "client").Client(settings, on_exchange)


def get_webhook(code: str) -> Webhook:
    """Return the module that reads what a carrier with ``Capability.WEBHOOK`` sends us.

    :raises ValueError: there is no such carrier, or it does not call.
    """
    if Capability.WEBHOOK not in carrier_info(code).capabilities:
        raise ValueError(f"{code!r} sends no notices.")
    return _module(code, "webhook")


def _module(code: str, name: str):
    if code not in CODES:
        raise ValueError(f"There is no carrier {code!r}. Known: {', '.join(CODES)}.")
    return import_module(f".{code}.{name}", __package__)


def _check_settings(info: CarrierInfo, settings: CarrierSettings) -> None:
    if settings.environment not in info.environments:
        served = ", ".join(info.environments)
        raise CarrierAuthError(
            f"{info.label} has no environment {settings.environment!r}. Choose one of: {served}.",
            code="environment_not_served",
        )
    missing = [
        field.label
        for field in info.account_fields
        if field.is_required and not setting(settings, field)
    ]
    if missing:
        raise CarrierAuthError(
            f"The account of {info.label} is incomplete: fill in {', '.join(missing)}.",
            code="account_incomplete",
        )
