"""DHL Express over SOAP: prices and scans, held to the published WSDLs."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.dhl_express import EVENT_CODES
from carriers.dhl_express_soap import mapping
from carriers.dto import TRACKING_CODES, Money
from carriers.errors import (
    CarrierAuthError,
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    InvalidShipment,
)
from conformance_cases import GOODS, SWISS
from stages import dhl_express_soap_answers as told
from stages import missing_contracts, open_stage
from stages.dhl_express_soap import published
from stages.wsdl import find, find_all, text

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "there")

WAYBILL = "2000000001"
OK = told.notice("0", "")
ABROAD = {"receiver": SWISS, "commodities": GOODS, "incoterm": "DAP"}


@pytest.fixture
def stage():
    """Give the carrier; it ends without a complaint."""
    with open_stage("dhl_express_soap") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return get_client("dhl_express_soap", stage.settings())


def asked(stage):
    """Return the element that was sent last."""
    request = stage.requests[-1]
    return published(request.path).body(request)


def prices(stage, client, *parts, **changes):
    """Return the quotes out of an answer of these parts."""
    stage.instead = {"getRateRequest": told.rates(*parts)}
    return client.quote(stage.shipment(**{"service": "", **changes}))


def events(stage, client, *waybills):
    """Return the events out of an answer about these waybills."""
    stage.instead = {"trackShipmentRequest": told.tracked(*waybills)}
    return client.track(WAYBILL)


# --- prices ---


def test_a_price_is_asked_for_with_all_it_depends_on(stage, client):
    goods = Money(amount=Decimal("39.80"), currency="EUR")
    insured = Money(amount=Decimal("99.50"), currency="PLN")
    request = stage.shipment(
        **ABROAD, goods_value=goods, insured_value=insured, accessorials=("saturday_delivery",)
    )
    [quote] = client.quote(request)
    assert (quote.service, quote.price) == (
        "express_worldwide",
        Money(amount=Decimal("44.50"), currency="EUR"),
    )
    assert (quote.transit_days, quote.delivers_on) == (1, date(2026, 11, 26))
    assert quote.name == "PRODUCT P"
    shipment = find(asked(stage), "RequestedShipment")
    assert text(shipment, "ServiceType") == "P"
    assert text(shipment, "Content") == "NON_DOCUMENTS"
    assert (text(shipment, "DeclaredValue"), text(shipment, "DeclaredValueCurrencyCode")) == (
        "39.800",
        "EUR",
    )
    assert text(shipment, "Ship/Recipient/City") == "Zürich"
    assert text(shipment, "Packages/RequestedPackages/Weight/Value") == "1.113"
    assert text(shipment, "Packages/RequestedPackages/Dimensions/Height") == "10.5"
    services = find_all(shipment, "SpecialServices/Service")
    assert [text(one, "ServiceType") for one in services] == ["AA", "II"]
    assert text(services[1], "ServiceValue") == "99.50"


def test_without_a_service_all_are_asked_for_and_within_the_union_nothing_is_dutiable(
    stage, client
):
    quotes = client.quote(stage.shipment(service=""))
    # The stage offers D too, for which there is no word.
    assert {quote.service: quote.price.amount for quote in quotes} == {
        "express_worldwide": Decimal("41.26"),
        "express_12": Decimal("70.00"),
        "economy_select": Decimal("20.50"),
    }
    shipment = find(asked(stage), "RequestedShipment")
    assert find(shipment, "ServiceType") is None
    assert text(shipment, "Content") == "DOCUMENTS"


def test_a_product_that_would_not_be_booked_has_no_price_here(stage, client):
    offers = [OK, told.product("P", "44.50"), told.product("T", "70.00")]
    assert [quote.service for quote in prices(stage, client, *offers)] == ["express_12"]
    assert prices(stage, client, *offers, service="express_9") == ()
    assert [quote.service for quote in prices(stage, client, *offers, **ABROAD)] == [
        "express_worldwide"
    ]


@pytest.mark.parametrize("nothing", ["", "0", "0.00"])
def test_a_product_without_a_price_is_left_out_and_spoils_no_other(stage, client, nothing):
    quotes = prices(stage, client, OK, told.product("U", nothing), told.product("W", "20.5"))
    assert [quote.service for quote in quotes] == ["economy_select"]


def test_the_price_is_the_one_that_is_billed(stage, client):
    more = [told.price("41.26", "EUR", "BILLC"), told.price("60", "EUR", "PULCL")]
    offer = told.product("U", "45", "USD", kind="BASEC", more=more)
    [quote] = prices(stage, client, OK, offer)
    assert quote.price == Money(amount=Decimal("41.26"), currency="EUR")


def test_one_service_has_one_price(stage, client):
    [quote] = prices(stage, client, OK, told.product("U", "41.26"), told.product("U", "60"))
    assert quote.price.amount == Decimal("41.26")


def test_an_error_inside_a_good_answer_is_told_with_its_words(stage, client):
    errors = [told.notice("1001", "No product is there."), told.notice("5002", "And no city.")]
    with pytest.raises(CarrierRejected, match=r"1001: No product is there\. 5002") as caught:
        prices(stage, client, *errors)
    assert caught.value.code == "1001"
    assert [problem.code for problem in caught.value.fields] == ["1001", "5002"]


def test_an_error_beside_prices_takes_none_away(stage, client):
    quotes = prices(stage, client, told.notice("7", "Slow."), told.product("U", "41.26"))
    assert [quote.service for quote in quotes] == ["express_worldwide"]


def test_the_carrier_s_words_do_not_give_our_password_away(stage, client):
    with pytest.raises(CarrierRejected) as caught:
        prices(stage, client, told.notice("1", f"Wrong password {stage.PASSWORD}"))
    assert stage.PASSWORD not in str(caught.value)
    assert stage.PASSWORD not in repr(caught.value.fields)


@pytest.mark.parametrize("amount", ["much", "1e400", "NaN", "Infinity"])
def test_a_price_that_is_none_is_not_guessed(stage, client, amount):
    with pytest.raises(CarrierProtocolError):
        prices(stage, client, OK, told.product("U", amount))


def test_an_answer_without_a_provider_says_nothing(stage, client):
    stage.instead = {"getRateRequest": told.no_rates()}
    with pytest.raises(CarrierProtocolError):
        client.quote(stage.shipment())


def test_an_answer_out_of_contract_is_of_no_use(stage, client):
    for wrong in (told.rates(OK, told.stray("Surprise")), told.rates(told.product("U", "41.26"))):
        stage.instead = {"getRateRequest": wrong}
        with pytest.raises(CarrierProtocolError):
            client.quote(stage.shipment())
        assert stage.complaints, "the stage sees it, too"
        stage.complaints.clear()


def test_what_is_wrong_is_said_before_a_price_is_asked_for(stage, client):
    parcel = replace(stage.shipment().parcels[0], height_mm=None)
    with pytest.raises(InvalidShipment) as caught:
        client.quote(stage.shipment(service="pigeon", parcels=(parcel,)))
    fields = [problem.field for problem in caught.value.problems]
    assert "service" in fields
    assert "parcels[0].height_mm" in fields
    assert stage.requests == []


# --- scans ---


def test_a_delivery_is_followed_to_the_signature(stage, client):
    waybill = client.book(stage.shipment()).waybill_ref
    assert [event.code for event in client.track(waybill)] == ["collected"]
    stage.deliver(waybill)
    collected, delivered = client.track(waybill)
    assert (delivered.code, delivered.carrier_code) == ("delivered", "OK")
    assert (delivered.signed_by, delivered.location) == ("K Mueller", "Berlin")
    assert collected.happened_at.isoformat() == "2026-11-25T17:05:00+01:00"
    question = find(asked(stage), "trackingRequest/TrackingRequest")
    assert text(question, "LevelOfDetails") == "ALL_CHECK_POINTS"
    assert 28 <= len(text(question, "Request/ServiceHeader/MessageReference")) <= 32


def test_a_scan_is_in_the_zone_of_the_account_unless_it_names_its_own(stage):
    client = get_client("dhl_express_soap", stage.settings(extra={"gmt_offset": "-05:00"}))
    scans = [
        told.scan("PU", "Picked up", "Verona"),
        told.scan("OK", "Delivered", "Berlin", clock="23:30:00.5Z"),
    ]
    first, last = events(stage, client, told.waybill(WAYBILL, scans))
    assert first.happened_at.utcoffset() == timedelta(hours=-5)
    assert last.happened_at.utcoffset() == timedelta(0)


def test_events_are_in_order_and_those_of_a_piece_name_it(stage, client):
    scans = [
        told.scan("OK", "Delivered", "Berlin", day="2026-11-26"),
        told.scan("PU", "Picked up", "Verona"),
    ]
    plate = "JD014600000000000001"
    pieces = [(plate, [told.scan("DF", "Departed", "Verona", clock="20:00:00", of_piece=True)])]
    found = events(stage, client, told.waybill(WAYBILL, scans, pieces))
    assert [(event.code, event.tracking_ref) for event in found] == [
        ("collected", ""),
        ("in_transit", plate),
        ("delivered", ""),
    ]


def test_every_code_has_a_meaning_of_ours_or_is_other(stage, client):
    assert set(EVENT_CODES.values()) <= set(TRACKING_CODES)
    codes = [*EVENT_CODES, "ZZ"]
    scans = [told.scan(code, "", "Verona") for code in codes]
    found = events(stage, client, told.waybill(WAYBILL, scans))
    assert [(one.carrier_code, one.code) for one in found] == [
        *EVENT_CODES.items(),
        ("ZZ", "other"),
    ]


def test_of_several_waybills_ours_is_read(stage, client):
    other = told.waybill("1234567890", [told.scan("RT", "Returned", "Berlin")])
    ours = told.waybill(WAYBILL, [told.scan("PU", "Picked up", "Verona")])
    assert [event.code for event in events(stage, client, other, ours)] == ["collected"]
    with pytest.raises(CarrierProtocolError, match=WAYBILL):
        events(stage, client, other)


def test_a_shipment_without_scans_has_no_events(stage, client):
    assert events(stage, client, told.waybill(WAYBILL, [])) == ()


def test_a_shipment_that_nobody_knows_is_told_in_the_carrier_s_words(client):
    with pytest.raises(CarrierRejected, match=f"209: No Shipments Found .* {WAYBILL}") as caught:
        client.track(WAYBILL)
    assert caught.value.code == "209"


@pytest.mark.parametrize("change", [{"day": "yesterday"}, {"clock": "noon"}, {"day": ""}])
def test_a_scan_without_a_time_is_not_guessed(stage, client, change):
    scan = told.scan("PU", "Picked up", "Verona", **change)
    with pytest.raises(CarrierProtocolError):
        events(stage, client, told.waybill(WAYBILL, [scan]))
    assert stage.complaints, "the stage sees it, too"
    stage.complaints.clear()


@pytest.mark.parametrize("waybill", ["", "123", "123456789012", "12 3456789", "JD0146000001/"])
def test_a_number_that_the_contract_does_not_take_is_not_asked_about(stage, client, waybill):
    with pytest.raises(InvalidShipment):
        client.track(waybill)
    assert stage.requests == []


# --- both ---


@pytest.mark.parametrize("verb", ["quote", "track"])
def test_a_wrong_password_is_told_as_such(stage, verb):
    client = get_client("dhl_express_soap", stage.settings(password="not-the-right-one"))
    with pytest.raises(CarrierAuthError):
        getattr(client, verb)(stage.shipment() if verb == "quote" else WAYBILL)


@pytest.mark.parametrize("fault", ["lost_after", "error_500_after", "garbage_after", "half_after"])
@pytest.mark.parametrize("verb", ["quote", "track"])
def test_a_spoiled_answer_is_an_error_of_ours_to_handle(stage, client, verb, fault):
    waybill = client.book(stage.shipment()).waybill_ref
    stage.play_at_any(fault)
    with pytest.raises(CarrierError):
        getattr(client, verb)(stage.shipment() if verb == "quote" else waybill)


def test_the_stage_is_not_blind(stage, client, monkeypatch):
    rate = mapping.to_rate(stage.shipment(), client._values)
    wrong = [
        {**rate, "Content": "PAPERS"},
        {**rate, "ServiceType": "UU"},
        {**rate, "ShipTimestamp": "T" * 30},
        {**rate, "DeclaredValueCurrencyCode": "EURO"},
    ]
    for data in wrong:
        monkeypatch.setattr(mapping, "to_rate", lambda *_args, data=data: data)
        with pytest.raises(CarrierError):
            client.quote(stage.shipment())
        assert stage.complaints, data
        stage.complaints.clear()


def test_the_stage_sees_a_wrong_question_for_scans(stage, client, monkeypatch):
    right = mapping.to_tracking
    for number, reference in (("123", "0" * 32), (WAYBILL, "too short")):
        monkeypatch.setattr(
            mapping,
            "to_tracking",
            lambda _waybill, _message, moment, one=number, two=reference: right(one, two, moment),
        )
        with pytest.raises(CarrierError):
            client.track(WAYBILL)
        assert stage.complaints, (number, reference)
        stage.complaints.clear()
