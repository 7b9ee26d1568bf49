"""Purolator E-Ship: what the account has filled in, ready for use."""

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..account_settings import filled
from ..api import CarrierInfo
from ..dto import CarrierSettings
from ..errors import CarrierAuthError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The settings of one account.

    :param values: every setting of the carrier by its name, see ``info.py``.
    :param line_limit: longest street line and name.
    :param zone: of the times in answers.
    :param refusal_codes: error codes that mean refused, beside those of ``response.py``.
    """

    values: dict[str, str]
    line_limit: int
    zone: tzinfo
    refusal_codes: frozenset[str]

    @property
    def account(self) -> str:
        """Return the registered account."""
        return self.values["account_number"]

    @property
    def billing_account(self) -> str:
        """Return the account that pays."""
        return self.values["billing_account"] or self.account

    @property
    def currency(self) -> str:
        """Return the currency of prices."""
        return self.values["currency"]


def read_options(settings: CarrierSettings, info: CarrierInfo) -> Options:
    """Return the options of an account.

    :raises CarrierAuthError: a setting is not what it should be.
    """
    values = filled(settings, info)
    limit = values["line_limit"]
    if not (limit.isascii() and limit.isdigit() and 10 <= int(limit) <= 200):
        raise _unusable(info, f"{limit!r} is no number of characters between 10 and 200")
    try:
        zone = ZoneInfo(values["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _unusable(info, f"{values['time_zone']!r} is no time zone") from error
    codes = frozenset(code.strip() for code in values["refusal_codes"].split(",") if code.strip())
    return Options(values=values, line_limit=int(limit), zone=zone, refusal_codes=codes)


def _unusable(info: CarrierInfo, what: str) -> CarrierAuthError:
    return CarrierAuthError(
        f"The account of {info.label} cannot be used: {what}. Correct its settings.",
        code="account_unusable",
    )
