"""The electronic bill of lading against its published contract: what the suite does not ask."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from carriers import get_client
from carriers.dto import Money
from carriers.errors import CarrierError, CarrierRejected
from carriers.nmfta_ebol import answers, mapping, tables
from shipments import a_unit
from stages import missing_contracts, open_stage
from stages.base import StageRequest
from stages.nmfta_ebol import in_chicago, in_new_york

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "there")


@pytest.fixture
def stage():
    """Give the carrier; it ends without a complaint."""
    with open_stage("nmfta_ebol") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return get_client("nmfta_ebol", stage.settings())


def test_two_pallets_travel_under_one_pro_number_with_both_papers(stage, client):
    booking = client.book(stage.shipment(handling_units=(a_unit(1), a_unit(2))))
    assert [one.tracking_ref for one in booking.parcels] == [booking.waybill_ref] * 2
    assert [one.kind for one in booking.documents] == ["bill_of_lading", "label"]


def test_weights_and_sides_are_whole_and_never_less(stage, client):
    body = mapping.to_booking(stage.shipment(), client._values, is_test=False)
    [unit] = body["commodities"]["handlingUnits"]
    assert (unit["weight"], unit["weightUnit"]) == (413, "Kilograms")
    assert (unit["length"], unit["width"], unit["height"]) == (120, 80, 145)
    [line] = unit["lineItems"]
    assert (line["classification"], line["nmfc"], line["nmfcSub"]) == ("70", "156600", "02")


def test_extras_cash_and_cover_are_within_the_contract(stage, client):
    request = stage.shipment(
        service="guaranteed_noon",
        accessorials=tuple(tables.ACCESSORIAL_CODES),
        cash_on_delivery=Money(amount=Decimal("99.90"), currency="CAD"),
        insured_value=Money(amount=Decimal("12000"), currency="USD"),
    )
    extras = mapping.to_booking(request, client._values, is_test=False)["accessorials"]
    assert {"COD", "FVC", "GTD_NOON", "LFTD"} <= set(extras["codes"])
    assert extras["cod"]["amount"] == "99.90"
    assert client.book(request).waybill_ref in stage.live()


def test_only_live_shipments_are_meant(stage):
    client = get_client("nmfta_ebol", stage.settings())
    booked = client.book(stage.shipment())
    assert stage.shipments[booked.waybill_ref]["is_test"] is True


def test_the_receiver_pays_if_the_account_says_so(stage):
    client = get_client("nmfta_ebol", stage.settings(extra={"payment_terms": "Collect"}))
    body = mapping.to_booking(stage.shipment(), client._values, is_test=False)
    assert body["payment"]["terms"] == "Collect"
    assert body["billTo"]["city"] == "Chicago"


@pytest.mark.parametrize("phone", ["+1 212 555 0123", "(212) 555-0123", "1-212-555-0123"])
def test_a_phone_has_ten_digits(phone):
    assert mapping.ten_digits(in_new_york(phone=phone)) == "2125550123"


def test_europe_is_not_served_and_pallets_are_measured(stage, client):
    bare = replace(a_unit(), length_mm=None, freight_class="71", nmfc="x")
    request = stage.shipment(
        receiver=in_chicago(country_code="DE", phone="12"), handling_units=(bare,)
    )
    fields = {problem.field for problem in client.find_problems(request)}
    assert fields >= {
        "receiver.country_code",
        "receiver.phone",
        "handling_units[0].length_mm",
        "handling_units[0].freight_class",
        "handling_units[0].nmfc",
    }


def test_a_no_that_speaks_of_the_request_is_a_no(stage, client):
    with pytest.raises(CarrierRejected) as caught:
        client.book(stage.shipment(receiver=in_chicago(zip_code=stage.NOWHERE)))
    assert caught.value.code == "500"
    assert stage.live() == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("300", "refused"), ("600", "unknown"), ("1200", "unknown"), ("1500", "unknown")],
)
def test_a_failure_inside_a_good_answer_is_read(stage, client, code, outcome):
    failed = {"messageStatus": {"status": "FAIL", "information": [{"code": code}]}}
    with pytest.raises(CarrierError) as caught:
        answers.read_booking(failed, stage.shipment())
    assert caught.value.outcome == outcome


def test_a_label_that_is_none_leaves_the_booking_a_booking(stage):
    data = {"referenceNumbers": {"pro": "700"}, "images": {"bol": "bm8="}}
    booking = answers.read_booking(data, stage.shipment())
    assert (booking.waybill_ref, len(booking.warnings)) == ("700", 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.pop("billTo"), "billTo"),
        (lambda body: body["commodities"]["handlingUnits"][0].update(weight="412.5"), "weight"),
        (lambda body: body["commodities"]["handlingUnits"][0].update(type="SKIDS"), "SKIDS"),
        (lambda body: body["origin"].update(country="US"), "'US'"),
    ],
)
def test_the_stage_is_not_blind(stage, client, change, said):
    body = mapping.to_booking(stage.shipment(), client._values, is_test=False)
    change(body)
    request = StageRequest(
        method="POST",
        path="/bol/v1/app/",
        query={},
        headers={
            "authorization": f"Bearer {stage.KEY}",
            "content-type": "application/json",
        },
        body=json.dumps(body).encode(),
    )
    assert stage.answer(request).status == 400
    assert any(said in complaint for complaint in stage.complaints)
    assert stage.live() == []
    stage.complaints.clear()
