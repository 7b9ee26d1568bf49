"""DHL Express over SOAP, held to the published WSDL; beside what every carrier must pass."""

import base64
from dataclasses import replace
from decimal import Decimal

import pytest
from carriers.dhl_express_soap import answers, client, mapping
from carriers.dto import Money
from carriers.errors import (
    UNKNOWN,
    CarrierAuthError,
    CarrierError,
    CarrierProtocolError,
    CarrierUnknownOutcome,
)
from conformance_cases import GOODS, SWISS
from papers import a_pdf
from shipments import a_parcel, a_parcel_shipment
from stages import missing_contracts, open_stage

VALUES = {
    "account_number": "123456789",
    "ready_time": "16:00",
    "gmt_offset": "+01:00",
    "goods_description": "Merchandise",
    "incoterm": "DAP",
    "currency": "EUR",
}
SUCCESS = [{"code": "0", "Message": ""}]


@pytest.fixture
def stage():
    if missing_contracts():
        pytest.skip(missing_contracts())
    with open_stage("dhl_express_soap") as stage:
        yield stage


def a_request(**changes):
    parcel = a_parcel(length_mm=300, width_mm=200, height_mm=105)
    return a_parcel_shipment(service="express_worldwide", **{"parcels": (parcel,), **changes})


# --- without the contract ---


def test_goods_for_the_customs_are_declared():
    data = mapping.to_shipment(a_request(receiver=SWISS, commodities=GOODS, incoterm="DDP"), VALUES)
    assert data["ShipmentInfo"]["ServiceType"] == "P"
    assert data["PaymentInfo"] == "DDP"
    assert data["InternationalDetail"]["Commodities"]["CustomsValue"] == Decimal("39.800")
    (line,) = data["InternationalDetail"]["ExportDeclaration"]["ExportLineItems"]["ExportLineItem"]
    assert (line["CommodityCode"], line["Quantity"]) == ("940320", 2)


def test_goods_within_the_union_are_not_declared():
    data = mapping.to_shipment(a_request(), VALUES)
    assert data["ShipmentInfo"]["ServiceType"] == "U"
    assert data["PaymentInfo"] == "DAP"
    assert data["InternationalDetail"]["ExportDeclaration"] is None
    assert data["ShipTimestamp"].endswith("T16:00:00 GMT+01:00")


def test_an_answer_without_a_number_is_no_booking():
    with pytest.raises(CarrierProtocolError):
        answers.read_booking({"Notification": SUCCESS}, a_request())


def test_an_error_that_the_contract_does_not_list_proves_nothing():
    data = {"Notification": [{"code": "8003", "Message": "No"}]}
    with pytest.raises(CarrierUnknownOutcome, match="8003: No"):
        answers.read_booking(data, a_request())


def test_an_error_beside_a_number_is_a_warning_of_a_shipment_that_exists():
    data = {
        "Notification": [*SUCCESS, {"code": "7005", "Message": "The invoice is missing."}],
        "ShipmentIdentificationNumber": "1234567890",
        "PackagesResult": {"PackageResult": [{"number": "1", "TrackingNumber": "JD01"}]},
        "LabelImage": [
            {"LabelImageFormat": "PDF", "GraphicImage": base64.b64encode(a_pdf("Label")).decode()}
        ],
    }
    booking = answers.read_booking(data, a_request())
    assert booking.waybill_ref == "1234567890"
    assert [warning.code for warning in booking.warnings] == ["carrier_warning"]
    assert "7005: The invoice is missing." in booking.warnings[0].text
    del data["LabelImage"]
    codes = [warning.code for warning in answers.read_booking(data, a_request()).warnings]
    assert codes == ["document_unusable", "carrier_warning"]


# --- against the contract ---


def test_the_stage_is_not_blind(stage, monkeypatch):
    right = mapping.to_shipment(stage.shipment(), VALUES)
    wrong = {
        "an enumeration": {**right, "PaymentInfo": "NOW"},
        "a length": {**right, "ShipTimestamp": "T" * 30},
    }
    for what, data in wrong.items():
        monkeypatch.setattr(mapping, "to_shipment", lambda *_args, data=data: data)
        with pytest.raises(CarrierError) as caught:
            client.Client(stage.settings()).book(stage.shipment())
        assert caught.value.outcome == UNKNOWN, what
        assert stage.complaints, what
        stage.complaints.clear()
    assert stage.live() == []


@pytest.mark.parametrize("label_format", ["pdf", "zpl"])
def test_a_shipment_with_all_extras_is_booked(stage, label_format):
    request = stage.shipment(
        label_format=label_format,
        receiver=SWISS,
        commodities=GOODS,
        incoterm="DAP",
        accessorials=("signature", "saturday_delivery"),
        insured_value=Money(amount=Decimal("99.50"), currency="PLN"),
    )
    booking = client.Client(stage.settings()).book(request)
    assert [paper.format for paper in booking.documents] == [label_format]
    assert stage.complaints == []


def test_a_booking_without_a_label_is_a_booking(stage):
    stage.has_label = False
    booking = client.Client(stage.settings()).book(stage.shipment())
    assert stage.live() == [booking.waybill_ref]
    assert [warning.code for warning in booking.warnings] == ["document_unusable"]


def test_a_wrong_password_is_told_as_such(stage):
    with pytest.raises(CarrierAuthError):
        client.Client(stage.settings(password="not-the-right-one")).book(stage.shipment())
    assert stage.live() == []


def test_an_account_of_somebody_else_books_nothing(stage):
    with pytest.raises(CarrierUnknownOutcome):
        client.Client(stage.settings(account_number="999")).book(stage.shipment())
    assert stage.live() == []


def test_a_parcel_needs_all_its_sides(stage):
    parcel = replace(stage.shipment().parcels[0], height_mm=None)
    problems = client.Client(stage.settings()).find_problems(stage.shipment(parcels=(parcel,)))
    assert [problem.field for problem in problems] == ["parcels[0].height_mm"]
