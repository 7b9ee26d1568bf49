"""Purolator's mapping and answers by themselves; no contract is needed."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from carriers.dto import CarrierSettings
from carriers.errors import CarrierProtocolError, CarrierRejected, CarrierUnknownOutcome
from carriers.purolator import answers, checks, mapping, parties, response
from carriers.purolator.client import Client
from carriers.purolator.contract import SHIPPING, to_header
from carriers.purolator.info import INFO
from carriers.purolator.options import read_options
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rogue_server import answering, rogue
from shipments import a_parcel, a_parcel_shipment, a_receiver, an_address
from soap_answers import envelope
from stages import missing_contracts
from stages.purolator_base import published

SETTINGS = CarrierSettings(
    environment="rehearsal",
    base_url="http://127.0.0.1:9",
    username="key",
    password="password",
    account_number="123",
    extra_secrets={"user_token": "token"},
)
OPTIONS = read_options(SETTINGS, INFO)
UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("phone", "country", "parts"),
    [
        ("905 555 5555", "CA", ("1", "905", "5555555")),
        ("+1 (905) 555-5555", "CA", ("1", "905", "5555555")),
        ("1 905 5555555", "US", ("1", "905", "5555555")),
        ("+49 30 123456", "DE", ("49", "301", "23456")),
        ("0049 30 123456", "DE", ("49", "301", "23456")),
        ("+353 1 2345678", "IE", ("353", "123", "45678")),
        ("+7 495 1234567", "KZ", ("7", "495", "1234567")),
        ("030 123456", "DE", None),
        ("555 5555", "CA", None),
        ("", "CA", None),
    ],
)
def test_a_phone_is_taken_apart(phone, country, parts):
    assert parties.phone(an_address(phone=phone, country_code=country)) == parts


@pytest.mark.parametrize(
    ("street", "street2", "number", "lines"),
    [
        ("1234 Main Street", "", "1234", ["Main Street"]),
        ("12B King St W", "Suite 4", "12B", ["King St W", "Suite 4"]),
        ("Hauptstraße 12", "", "", ["Hauptstraße 12"]),
        ("12", "", "", ["12"]),
        ("1234567 Long", "", "", ["1234567 Long"]),
        ("Strada Provinciale del Lago di Garda Orientale", "", "", None),
    ],
)
def test_a_street_is_spread_over_lines(street, street2, number, lines):
    found = parties.street(an_address(street=street, street2=street2), 30)
    assert found[0] == number
    if lines is None:
        assert found[1] == ["Strada Provinciale del Lago di", "Garda Orientale"]
    else:
        assert found[1] == lines


def test_total_weight_is_rounded_up_and_pieces_are_exact():
    parcels = (a_parcel(1, weight_grams=1), a_parcel(2, weight_grams=2_500, length_mm=305))
    request = a_parcel_shipment(parcels=parcels)
    packages = mapping.to_shipment(request, OPTIONS)["PackageInformation"]
    assert packages["TotalWeight"] == {"Value": 3, "WeightUnit": "kg"}
    first, second = packages["PiecesInformation"]["Piece"]
    assert first["Weight"]["Value"] == Decimal("0.001")
    assert second["Length"] == {"Value": Decimal("30.5"), "DimensionUnit": "cm"}


def test_another_account_may_pay():
    options = read_options(replace(SETTINGS, extra={"billing_account": "456"}), INFO)
    payment = mapping.to_shipment(a_parcel_shipment(), options)["PaymentInformation"]
    assert (payment["RegisteredAccountNumber"], payment["BillingAccountNumber"]) == ("123", "456")


@pytest.mark.parametrize(
    ("codes", "error_class"),
    [
        (["1100104"], CarrierRejected),
        (["1100104", "1100116"], CarrierRejected),
        (["1100104", "77"], CarrierUnknownOutcome),
        (["1100118"], CarrierUnknownOutcome),
        ([None], CarrierUnknownOutcome),
    ],
)
def test_all_errors_must_prove_a_refusal(codes, error_class):
    errors = [{"Code": code, "Description": "No."} for code in codes]
    data = {"ResponseInformation": {"Errors": {"Error": errors}}}
    with pytest.raises(error_class) as caught:
        response.check("CreateShipment", data)
    assert type(caught.value) is error_class


@pytest.mark.parametrize("information", [None, {"Errors": None}, {"Errors": {"Error": []}}])
def test_no_errors_are_no_errors(information):
    data = {"ResponseInformation": information}
    assert response.check("CreateShipment", data) is data


def test_a_shipment_with_errors_is_booked_with_warnings():
    data = {
        "ResponseInformation": {"Errors": {"Error": [{"Code": "5", "Description": "Odd."}]}},
        "ShipmentPIN": {"Value": "329"},
        "PiecePINs": {"PIN": [{"Value": "329"}]},
    }
    booking = answers.read_booking("CreateShipment", data, ["P1"], frozenset())
    assert booking.waybill_ref == "329"
    assert [warning.code for warning in booking.warnings] == ["5"]


@pytest.mark.parametrize(
    "number", [None, {}, {"Value": None}, {"Value": " "}, {"Value": "x" * 9999}]
)
def test_a_booking_without_a_number_is_unknown(number):
    with pytest.raises(CarrierProtocolError):
        answers.read_booking("CreateShipment", {"ShipmentPIN": number}, ["P1"], frozenset())


@pytest.mark.parametrize(("clock", "hour"), [("172300", 17), ("17:23:00", 17), ("0923", 9)])
def test_the_time_of_a_scan_is_read(clock, hour):
    scan = {"ScanType": "Delivery", "ScanDate": "2026-01-13", "ScanTime": clock}
    data = {"TrackingInformationList": {"TrackingInformation": [{"Scans": {"Scan": [scan]}}]}}
    (event,) = answers.read_events(data, UTC)
    assert event.happened_at == datetime(2026, 1, 13, hour, 23, tzinfo=UTC)
    assert event.code == "delivered"


def test_a_scan_without_time_is_not_guessed():
    scan = {"ScanType": "Delivery", "ScanDate": "2026-01-13", "ScanTime": None}
    data = {"TrackingInformationList": {"TrackingInformation": [{"Scans": {"Scan": [scan]}}]}}
    with pytest.raises(CarrierProtocolError):
        answers.read_events(data, UTC)


def test_a_price_that_is_no_number_is_refused():
    item = {"ServiceID": "PurolatorGround", "TotalPrice": Decimal("NaN"), "Taxes": None}
    with pytest.raises(CarrierProtocolError):
        answers.read_quotes({"ShipmentEstimates": {"ShipmentEstimate": [item]}}, "CAD")


def test_a_day_that_is_none_is_left_out():
    item = {
        "ServiceID": "PurolatorGround",
        "TotalPrice": Decimal(3),
        "ExpectedDeliveryDate": "soon",
    }
    (quote,) = answers.read_quotes({"ShipmentEstimates": {"ShipmentEstimate": [item]}}, "CAD")
    assert quote.delivers_on is None


ANY_TEXT = st.text(max_size=60)
IN_CANADA = {
    "city": st.just("Toronto"),
    "state_code": st.just("ON"),
    "zip_code": st.just("L4W5M8"),
    "country_code": st.just("CA"),
    "phone": st.just("905 555 5555"),
}
SIDES = {name: st.integers(1, 3000) for name in ("length_mm", "width_mm", "height_mm")}
REQUESTS = st.builds(
    a_parcel_shipment,
    st.sampled_from(["WH/OUT/1", "a", "WH/OUT/00042-ab12"]) | st.text(max_size=4),
    service=st.sampled_from(["ground", "express", "express_us"]),
    sender=st.builds(an_address, street=ANY_TEXT, **IN_CANADA),
    receiver=st.builds(a_receiver, name=ANY_TEXT, street=ANY_TEXT, street2=ANY_TEXT, **IN_CANADA),
    parcels=st.lists(
        st.builds(a_parcel, weight_grams=st.integers(-1, 70_000), content=ANY_TEXT, **SIDES),
        min_size=1,
        max_size=3,
    ).map(tuple),
    instructions=ANY_TEXT,
    invoice_ref=ANY_TEXT,
    ship_date=st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 1, 1)),
)


@given(REQUESTS)
@hypothesis_settings(
    max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_a_request_without_problems_fits_the_contract(request):
    """Ours always; the published one if it is at hand."""
    if not checks.booking_problems(request, OPTIONS):
        envelope = message(Client(SETTINGS), request)
        if not missing_contracts():
            (body,) = envelope.find("{*}Body")
            assert published("v2", "ShippingService.wsdl").violations(body) == []


def message(client, request):
    """Return the message that would be sent."""
    transport = client._services._transport(SHIPPING)
    payload = {
        "Shipment": mapping.to_shipment(request, OPTIONS),
        "PrinterType": "Thermal",
        "_soapheaders": to_header("2.1", request.request_ref, "token"),
    }
    envelope, _headers = transport._binding._create(
        "CreateShipment", (), payload, client=transport._client, options={"address": "http://x"}
    )
    return envelope


FAULT = """<s:Fault><faultcode>s:Client</faultcode><faultstring>Not valid</faultstring>
<detail>{detail}</detail></s:Fault>"""
VALIDATION = (
    '<ValidationFault xmlns="http://www.microsoft.com/practices/EnterpriseLibrary/2007/01/wcf/'
    'validation"><Details><ValidationDetail><Message>City is odd</Message></ValidationDetail>'
    "</Details></ValidationFault>"
)


@pytest.mark.parametrize(
    ("detail", "error_class"),
    [
        (VALIDATION, CarrierRejected),
        ("<Other/>", CarrierUnknownOutcome),
        ("", CarrierUnknownOutcome),
    ],
)
def test_only_the_declared_fault_is_a_refusal(detail, error_class):
    """A failed check of a parameter is declared in the contract; any other fault proves nothing."""
    answer = envelope(FAULT.format(detail=detail))
    with rogue(answering(answer, status="500 Oops")) as server:
        client = Client(replace(SETTINGS, base_url=server.url))
        with pytest.raises(error_class) as caught:
            client.book(a_domestic_shipment())
    assert type(caught.value) is error_class
    if detail == VALIDATION:
        assert "City is odd" in caught.value.message


def test_each_service_has_an_address_of_its_own():
    with rogue(answering(b"")) as server:
        client = Client(replace(SETTINGS, base_url=f"{server.url}/"))
        with pytest.raises(CarrierProtocolError):
            client.book(a_domestic_shipment())
        with pytest.raises(CarrierProtocolError):
            client.track("1")
        paths = [request.split()[1] for request in server.requests]
    assert paths == [
        b"/EWS/V2/Shipping/ShippingService.asmx",
        b"/EWS/V1/Tracking/TrackingService.asmx",
    ]


def a_domestic_shipment():
    """Return a parcel within Canada."""
    place = {
        "city": "Toronto",
        "state_code": "ON",
        "zip_code": "L4W5M8",
        "country_code": "CA",
        "phone": "905 555 5555",
    }
    here, there = an_address(**place), a_receiver(**place)
    return a_parcel_shipment(service="ground", sender=here, receiver=there)
