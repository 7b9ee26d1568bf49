"""What an account has filled in, with the defaults of its carrier."""

from .api import AccountField, CarrierInfo
from .dto import CarrierSettings


def setting(settings: CarrierSettings, field: AccountField) -> str:
    """Return what the account has for this field, or the field's default."""
    extra = settings.extra_secrets if field.is_secret else settings.extra
    own = getattr(settings, field.name, None) or extra.get(field.name, "")
    return own or field.default


def filled(settings: CarrierSettings, info: CarrierInfo) -> dict[str, str]:
    """Return every setting of the carrier by its name."""
    return {field.name: setting(settings, field) for field in info.account_fields}
