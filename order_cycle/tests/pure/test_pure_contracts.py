"""The two contract files: valid themselves, strict enough, and kept by the rehearsal server."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import zeep
from carriers.auth import basic
from carriers.rehearsal_rest import mapping
from carriers.rehearsal_soap.client import WSDL
from jsonschema import Draft202012Validator
from lxml import etree
from shipments import a_parcel, a_parcel_shipment

from rehearsal.freight import envelope
from rehearsal.parcel.carrier import API_KEY
from rehearsal.parcel.contract import CONTRACT, violations

OPENAPI = json.loads(CONTRACT.read_text(encoding="utf-8"))


def references(node):
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def test_the_openapi_file_is_valid():
    assert OPENAPI["openapi"].startswith("3.1.")
    for schema in OPENAPI["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(OPENAPI):
        place = OPENAPI
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    operations = [
        operation["operationId"]
        for path in OPENAPI["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "delete")
    ]
    assert len(operations) == len(set(operations)) == 13


def test_the_wsdl_is_read_by_zeep_and_offers_ten_operations():
    client = zeep.Client(str(WSDL))
    assert {name for name, _operation in client.service} == {
        "BookFreight",
        "FindByReference",
        "GetBillOfLading",
        "CancelFreight",
        "TrackFreight",
        "GetProofOfDelivery",
        "QuoteFreight",
        "BookPickup",
        "ChangePickup",
        "CancelPickup",
    }


def test_client_and_server_use_the_same_file():
    assert envelope.WSDL.resolve() == WSDL.resolve()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"service": "FLY"}, "service", "not_offered"),
        ({"reference": "x" * 36}, "reference", "too_long"),
        ({"reference": "ä"}, "reference", "wrong_form"),
        ({"shipDate": "tomorrow"}, "shipDate", "wrong_form"),
        ({"shipDate": "2026-02-30"}, "shipDate", "wrong_form"),
        ({"colour": "red"}, "colour", "unknown"),
        ({"parcels": []}, "parcels", "wrong_form"),
        ({"sender": {}}, "sender.postalCode", "required"),
        ({"options": ["SIGNATURE", "SIGNATURE"]}, "options", "wrong_form"),
        ({"goodsValue": {"amount": "1.5", "currency": "EUR"}}, "goodsValue.amount", "wrong_form"),
        (
            {"goodsValue": {"amount": "1.50", "currency": "euro"}},
            "goodsValue.currency",
            "wrong_form",
        ),
    ],
)
def test_the_parcel_contract_refuses(change, field, code):
    body = {**mapping.to_booking(a_parcel_shipment()), **change}
    assert (field, code) in {
        (one["field"], one["code"]) for one in violations("ShipmentCreate", body)
    }


@pytest.mark.parametrize("weight", ["1.1", "1", "01.100", "1,100", 1.1, "-1.000", "1000.000"])
def test_a_weight_has_three_decimals(weight):
    body = mapping.to_booking(a_parcel_shipment())
    body["parcels"][0]["weightKg"] = weight
    assert [one["field"] for one in violations("ShipmentCreate", body)] == ["parcels[0].weightKg"]


def test_every_violation_is_listed_with_its_path():
    body = mapping.to_booking(a_parcel_shipment(parcels=(a_parcel(1), a_parcel(2))))
    del body["receiver"]["city"], body["parcels"][1]["weightKg"]
    body["sender"]["phone"] = "x"
    assert [one["field"] for one in violations("ShipmentCreate", body)] == [
        "parcels[1].weightKg",
        "receiver.city",
        "sender.phone",
    ]


def test_the_parcel_server_s_answers_keep_the_contract(parcel):
    client = parcel.client()
    booking = client.book(parcel.shipment("K1"))
    parcel.sends_on(booking, "come_back", 7)
    for path, schema in (
        ("ping", "Account"),
        ("shipments?reference=K1", "ShipmentList"),
        (f"shipments/{booking.waybill_ref}", "Shipment"),
        (f"shipments/{booking.waybill_ref}/label", "LabelList"),
        (f"shipments/{booking.waybill_ref}/tracking", "TrackingList"),
        (f"shipments/{booking.waybill_ref}/proof", "ProofList"),
    ):
        request = Request(f"{parcel.url}/v1/{path}", headers={"X-API-Key": API_KEY})
        with urlopen(request, timeout=10) as answer:
            assert violations(schema, json.load(answer)) == []


def test_the_freight_server_s_answers_keep_the_contract(freight):
    """Each whole answer is checked against the schema, not only what the client reads."""
    client = freight.client()
    booking = client.book(freight.shipment("K1"))
    client.find_by_reference("K1")
    client.print_again(booking.waybill_ref)
    freight.sends_on(booking, "come_back", 7)
    client.track(booking.waybill_ref)
    client.prove_delivery(booking.waybill_ref)
    client.quote(freight.shipment(service=""))
    client.cancel(booking.waybill_ref)
    operations = [exchange.operation for exchange in freight.exchanges]
    assert len(operations) == len(set(operations)) == 7
    for exchange in freight.exchanges:
        text = exchange.response_text.partition("\n\n")[2]
        # The trace shows the size of a paper instead of the paper.
        text = text.partition("<label")[0] + text.rpartition("kB>")[2] if "<label" in text else text
        message = etree.fromstring(text.encode())
        (body,) = message.find("{*}Body")
        envelope.check(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Kind>Pallet</Kind>", "<Kind>Sofa</Kind>"),
        ("<WeightKg>412.345</WeightKg>", "<WeightKg>412.3456</WeightKg>"),
        ("<Country>DE</Country>", "<Country>Germany</Country>"),
        ("<Stackable>false</Stackable>", ""),
        ("<Reference>WH/OUT/00042</Reference>", ""),
        ("</Shipment>", "<Surprise/></Shipment>"),
    ],
)
def test_the_freight_contract_refuses_with_a_client_fault(freight, old, new):
    status, text = post(freight, message(freight).replace(old, new))
    assert status == 500
    assert "soap:Client" in text
    assert "Violation" in text
    assert freight.bookings()["count"] == 0


def test_the_message_those_tests_change_is_right(freight):
    status, text = post(freight, message(freight))
    assert (status, "ProNumber" in text) == (200, True)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<Version>1.0</Version>", "<Version>2.0</Version>", "Version must be 1.0"),
        ("BookFreightRequest", "BookTrainRequest", "does not fit"),
        ("<?xml", "<!DOCTYPE x [<!ENTITY e 'x'>]><?xml", "no XML"),
        ("<s:Header>", "<!DOCTYPE x><s:Header>", "no XML"),
        ("Envelope", "Letter", "no SOAP 1.1"),
    ],
)
def test_a_malformed_message_is_told_what_is_wrong(freight, old, new, says):
    status, text = post(freight, message(freight).replace(old, new))
    assert status == 500
    assert says in text


def test_a_message_without_its_context_is_refused(freight):
    start, _header, rest = message(freight).partition("<s:Header>")
    _context, _end, body = rest.partition("</s:Header>")
    _status, text = post(freight, start + body)
    assert "RequestContext is missing" in text


def message(freight):
    """Return a right booking as text, as the client sends it, in plain prefixes."""
    freight.client().book(freight.shipment())
    sent = freight.exchanges[-1].request_text.partition("\n\n")[2]
    freight.emptied()
    for prefix, plain in (("soap-env:", "s:"), ("ns0:", ""), (":soap-env", ":s"), (":ns0", "")):
        sent = sent.replace(prefix, plain)
    return sent


def post(freight, text):
    account = freight.settings()
    headers = {
        "SOAPAction": '"urn:rehearsal:freight:v1/BookFreight"',
        "Content-Type": "text/xml; charset=utf-8",
        **basic(account.username, account.password),
    }
    request = Request(freight.url, data=text.encode(), headers=headers)
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
