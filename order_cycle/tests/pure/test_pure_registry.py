"""The registry and the promises of ``CarrierInfo``."""

import pytest
from carriers import CODES, carrier_info, carriers, get_client
from carriers.api import NO_METHOD, PROTOCOLS, Capability, CarrierClient, Recovery
from carriers.dto import CarrierSettings
from carriers.errors import CarrierAuthError

COMPLETE = {
    "environment": "rehearsal",
    "base_url": "http://127.0.0.1:1",
    "username": "ann",
    "password": "a-password",
    "api_key": "a-key",
}


def complete_settings(info):
    """Return settings with every setting of the carrier filled in."""
    fields = [field for field in info.account_fields if field.name not in COMPLETE]
    values = {field.name: field.default or "a-value" for field in fields}
    secrets = {field.name for field in fields if field.is_secret}
    return CarrierSettings(
        **COMPLETE,
        account_number="123456",
        extra={name: value for name, value in values.items() if name not in secrets},
        extra_secrets={name: values[name] for name in secrets},
    )


@pytest.mark.parametrize("code", CODES)
def test_a_client_has_exactly_the_capabilities_its_info_names(code):
    client = get_client(code, complete_settings(carrier_info(code)))
    assert isinstance(client, CarrierClient)
    has = {capability for capability, port in PROTOCOLS.items() if isinstance(client, port)}
    assert has == carrier_info(code).capabilities - NO_METHOD
    assert client.info is carrier_info(code)


@pytest.mark.parametrize("info", carriers(), ids=lambda info: info.code)
def test_an_info_keeps_its_promises(info):
    assert info.protocol in ("rest", "soap")
    assert info.mode in ("parcel", "freight")
    if info.recovery is Recovery.KEY:
        assert info.key_window_s > 0
    if info.recovery is Recovery.LOOKUP:
        assert info.lookup_grace_s > 0
        assert Capability.FIND_BY_REFERENCE in info.capabilities
    assert len({service.code for service in info.services}) == len(info.services) > 0


def test_every_capability_has_a_protocol():
    assert set(PROTOCOLS) == set(Capability) - NO_METHOD


def test_an_unknown_carrier_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'pigeon'.*rehearsal_rest"):
        carrier_info("pigeon")


def test_a_path_is_no_carrier():
    with pytest.raises(ValueError, match="no carrier"):
        carrier_info("rehearsal_rest.client")


@pytest.mark.parametrize("code", CODES)
def test_an_incomplete_account_is_told_by_its_labels(code):
    settings = CarrierSettings(environment="rehearsal", base_url="")
    with pytest.raises(CarrierAuthError) as caught:
        get_client(code, settings)
    assert caught.value.code == "account_incomplete"
    for field in carrier_info(code).account_fields:
        is_missing = field.is_required and not field.default
        assert (field.label in str(caught.value)) == is_missing


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("rehearsal")])
def test_a_rehearsal_carrier_cannot_be_used_for_live_shipments(code):
    with pytest.raises(CarrierAuthError) as caught:
        get_client(code, CarrierSettings(**{**COMPLETE, "environment": "live"}))
    assert (caught.value.code, caught.value.outcome) == ("environment_not_served", "not_sent")


def test_settings_show_no_secret():
    shown = repr(CarrierSettings(**COMPLETE, extra_secrets={"user_token": "a-token"}))
    assert not {"a-password", "a-key", "a-token"} & set(shown.replace("'", " ").split())
    assert "password" not in shown
