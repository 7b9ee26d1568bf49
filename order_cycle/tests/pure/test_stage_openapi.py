"""The check of JSON calls is not blind: what is wrong by the published contracts is found."""

import json

import pytest
from stages import contract, missing_contracts
from stages.base import StageReply, StageRequest
from stages.openapi import NotInContract, OpenApi
from stages.openapi_file import resolve

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts())

_PERSON = {"phone": "045800100", "companyName": "Shelves", "fullName": "Ann"}
_PLACE = {"postalCode": "37100", "cityName": "Verona", "countryCode": "IT", "addressLine1": "Via 1"}
_PARTY = {"postalAddress": _PLACE, "contactInformation": _PERSON}
_STOP = {
    "name": "Shelves",
    "address1": "Dock Street 1",
    "city": "Akron",
    "stateProvince": "OH",
    "postalCode": "44301",
    "country": "USA",
    "contact": {"phone": "3305550100"},
}
_UPS_ADDRESS = {"AddressLine": ["Via Roma 1"], "City": "Verona", "CountryCode": "IT"}
_SENDCLOUD_ADDRESS = {
    "name": "Ann",
    "address_line_1": "Via Roma",
    "house_number": "1",
    "postal_code": "37100",
    "city": "Verona",
    "country_code": "IT",
}

#: name -> contract file, base path, method, path, headers, a right body
CALLS = {
    "ups": (
        ("ups", "Shipping.yaml"),
        "/api",
        "POST",
        "/api/shipments/v2409/ship",
        {},
        {
            "ShipmentRequest": {
                "Request": {"RequestOption": "nonvalidate"},
                "Shipment": {
                    "Shipper": {"Name": "A", "ShipperNumber": "A1B2C3", "Address": _UPS_ADDRESS},
                    "ShipTo": {"Name": "B", "Address": _UPS_ADDRESS},
                    "Service": {"Code": "11"},
                    "Package": [{"Packaging": {"Code": "02"}}],
                },
            }
        },
    ),
    "mydhl": (
        ("dhl_express_rest", "mydhl-3.1.1.fixed.json"),
        "/mydhlapi",
        "POST",
        "/mydhlapi/shipments",
        {"x-version": "3.1.1"},
        {
            "plannedShippingDateAndTime": "2026-11-25T10:00:00 GMT+01:00",
            "pickup": {"isRequested": False},
            "productCode": "U",
            "accounts": [{"typeCode": "shipper", "number": "123456789"}],
            "customerDetails": {"shipperDetails": _PARTY, "receiverDetails": _PARTY},
            "content": {
                "packages": [
                    {"weight": 1.113, "dimensions": {"length": 10, "width": 10, "height": 10}}
                ],
                "isCustomsDeclarable": False,
                "description": "Shelves",
                "incoterm": "DAP",
                "unitOfMeasurement": "metric",
            },
        },
    ),
    "sendcloud": (
        ("sendcloud", "sendcloud-shipments-openapi.yml"),
        "/api/v3",
        "POST",
        "/api/v3/shipments/announce",
        {},
        {
            "to_address": _SENDCLOUD_ADDRESS,
            "from_address": _SENDCLOUD_ADDRESS,
            "ship_with": {
                "type": "shipping_option_code",
                "properties": {"shipping_option_code": "postnl:standard"},
            },
            "parcels": [{"weight": {"value": "1.113", "unit": "kg"}}],
        },
    ),
    "ebol": (
        ("nmfta_ebol", "ltl-ebol-2.1.0-openapi.yaml"),
        "",
        "POST",
        "/bol/v1/app/",
        {},
        {
            "version": "2.1.0",
            "bol": {
                "requestedPickupDate": "2026-11-25",
                "function": "Create",
                "isTest": True,
                "requestorRole": "Shipper",
            },
            "payment": {"terms": "Prepaid"},
            "commodities": {
                "lineItemLayout": "Stacked",
                "handlingUnits": [{"count": 1, "type": "PLT", "weight": 500}],
                "lineItems": [{"weight": 500, "classification": "70", "description": "Shelves"}],
            },
            "origin": _STOP,
            "destination": _STOP,
            "billTo": _STOP,
        },
    ),
}
_GONE = object()
_UPS = ("ShipmentRequest", "Shipment")
_DHL = ("content", "packages", 0)
#: (call, where, what is put there, what must be said)
WRONG = [
    ("ups", (*_UPS, "Service"), _GONE, "'Service' is a required property"),
    ("ups", (*_UPS, "Shipper", "Name"), "x" * 36, "too long"),
    ("ups", (*_UPS, "Service", "Code"), 11, "not of type 'string'"),
    ("ups", (*_UPS, "ShipTo", "Address", "AddressLine"), ["x" * 36], "too long"),
    ("ups", (*_UPS, "Descriptoin"), "Shelves", "Descriptoin is not declared"),
    ("mydhl", ("accounts", 0, "typeCode"), "sender", "is not one of"),
    ("mydhl", ("productCode",), _GONE, "'productCode' is a required property"),
    (
        "mydhl",
        ("customerDetails", "receiverDetails", "postalAddress", "cityName"),
        "x" * 46,
        "long",
    ),
    ("mydhl", (*_DHL, "weight"), "1.113", "not of type 'number'"),
    ("mydhl", (*_DHL, "weight"), 1.1134, "multiple of"),
    ("mydhl", ("content", "incoterm"), "ZZZ", "is not one of"),
    ("sendcloud", ("to_address",), _GONE, "'to_address' is a required property"),
    ("sendcloud", ("parcels", 0, "weight", "unit"), "stone", "is not one of"),
    ("sendcloud", ("to_address", "country_code"), 39, "not of type 'string'"),
    ("sendcloud", ("parcels", 0, "weihgt"), 1, "weihgt is not declared"),
    ("ebol", ("billTo",), _GONE, "'billTo' is a required property"),
    ("ebol", ("commodities", "handlingUnits", 0, "count"), "1", "not of type 'integer'"),
    ("ebol", ("bol", "isTest"), "yes", "not of type 'boolean'"),
    ("ebol", ("origin", "zip"), "44301", "zip is not declared"),
]


def the_call(name, right_or_wrong=None, **changes):
    """Return the contract and a call; a right one unless changed."""
    file, base, method, path, headers, right = CALLS[name]
    values = {
        "method": method,
        "path": path,
        "query": {},
        "headers": {"content-type": "application/json", "transid": "1", **headers},
        "body": json.dumps(right if right_or_wrong is None else right_or_wrong).encode(),
    } | changes
    return OpenApi(contract(*file), base), StageRequest(**values)


def changed(name, where, value):
    """Return the right body with one thing changed or taken out."""
    # Through its text: the two parties of a body above are one object.
    body = json.loads(json.dumps(CALLS[name][-1]))
    place = body
    for step in where[:-1]:
        place = place[step]
    if value is _GONE:
        del place[where[-1]]
    else:
        place[where[-1]] = value
    return body


@pytest.mark.parametrize("name", CALLS)
def test_a_right_call_has_no_problems(name):
    api, call = the_call(name)
    assert api.request_problems(call) == []


@pytest.mark.parametrize(("name", "where", "value", "said"), WRONG)
def test_what_is_wrong_is_found(name, where, value, said):
    api, call = the_call(name, changed(name, where, value))
    problems = api.request_problems(call)
    assert problems
    assert any(said in problem for problem in problems)


def test_a_header_that_must_be_there_is_missed():
    api, call = the_call("mydhl", headers={"content-type": "application/json"})
    assert api.request_problems(call) == ["POST /shipments: header parameter x-version is missing"]


def test_a_query_is_read_by_its_types():
    api, call = the_call("mydhl", query={"validateDataOnly": "true", "bypassPLTError": "perhaps"})
    (problem,) = api.request_problems(call)
    assert "bypassPLTError" in problem
    assert "not of type 'boolean'" in problem


def test_a_query_that_nobody_knows_is_found():
    api, call = the_call("mydhl", query={"dryRun": "true"})
    assert api.request_problems(call) == ["POST /shipments: query parameter dryRun is unknown"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"body": b"{"}, "not readable"),
        ({"body": b""}, "the body is missing"),
        ({"headers": {"content-type": "text/plain", "x-version": "1"}}, "content type"),
        ({"path": "/mydhlapi/shipment"}, "is not in the contract"),
        ({"method": "PUT"}, "is not in the contract"),
        ({"path": "/elsewhere/shipments"}, "is not below"),
    ],
)
def test_what_cannot_be_read_or_found_is_a_problem(changes, said):
    api, call = the_call("mydhl", **changes)
    assert any(said in problem for problem in api.request_problems(call))


def test_the_template_whose_parameters_are_right_is_meant():
    """UPS has one path for its version of today and one, of the same form, for older ones."""
    api, _call = the_call("ups")
    route, texts = api.find("POST", "/api/shipments/v2409/ship")
    assert (route.template, texts) == ("/shipments/{version}/ship", {"version": "v2409"})
    with pytest.raises(NotInContract):
        api.find("POST", "/api/shipments/v2409/sheep")


def test_answers_are_held_to_the_contract_too():
    api, call = the_call("ebol")
    assert api.response_problems(call, StageReply(200, b'{"transactionId": 1}'))
    (problem,) = api.response_problems(call, StageReply(418, b"{}"))
    assert "the contract has only 200, 400" in problem
    api, call = the_call("mydhl")
    good = {"shipmentTrackingNumber": "1234567890", "packages": []}
    assert api.response_problems(call, StageReply(201, json.dumps(good).encode())) == []
    bad = {"shipmentTrackingNumber": 1234567890}
    (problem,) = api.response_problems(call, StageReply(201, json.dumps(bad).encode()))
    assert "not of type 'string'" in problem


def test_a_text_for_people_that_is_none_keeps_no_schema_from_being_compiled():
    api = OpenApi(contract("ups", "Pickup.yaml"), "/api")
    assert any("PICKUPTriggerGWNRequestWrapper" in repair for repair in api.repairs)
    path, headers = "/api/pickupcreation/v2409/pickup", {"content-type": "application/json"}
    call = StageRequest("POST", path, {}, headers, b'{"PickupCreationRequest": {}}')
    (problem,) = api.request_problems(call)
    assert "is a required property" in problem


def test_a_contract_that_contradicts_itself_is_corrected_by_name():
    """UPS Pickup: a date yyyyMMdd of 4 characters."""
    place = "/components/schemas/PickupCreationRequest_PickupDateInfo/properties/PickupDate"
    right = {"CloseTime": "1800", "ReadyTime": "0900", "PickupDate": "20261125"}
    name, path = "PickupCreationRequest_PickupDateInfo", contract("ups", "Pickup.yaml")
    assert OpenApi(path).schema_problems(name, right) == ["$.PickupDate: '20261125' is too long"]
    api = OpenApi(path, corrections={place: {"minLength": 8, "maxLength": 8}})
    assert api.schema_problems(name, right) == []
    assert f"{place}: minLength, maxLength corrected" in api.repairs
    assert api.schema_problems(name, right | {"PickupDate": "2611"})
    assert OpenApi(path).schema_problems(name, right), "the file itself stays as published"


def test_a_schema_that_cannot_be_compiled_is_said_loudly(tmp_path):
    document = {
        "openapi": "3.0.3",
        "info": {},
        "paths": {
            "/a": {
                "post": {
                    "requestBody": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/A"}}
                        }
                    },
                    "responses": {},
                }
            }
        },
        "components": {"schemas": {"A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}}}},
    }
    for broken in ({"type": "strnig"}, {"type": "string", "pattern": "("}, None):
        if broken:
            document["components"]["schemas"]["B"] = broken
        else:
            del document["components"]["schemas"]["B"]
        path = tmp_path / f"{bool(broken)}{broken and broken['type']}.json"
        path.write_text(json.dumps(document))
        call = StageRequest("POST", "/a", {}, {"content-type": "application/json"}, b"{}")
        (problem,) = OpenApi(path).request_problems(call)
        assert "CANNOT BE COMPILED" in problem


def test_every_schema_of_every_contract_can_be_compiled():
    files = [
        *contract().glob("*/*.yaml"),
        *contract().glob("*/*.yml"),
        *contract().glob("*/*.json"),
    ]
    assert len(files) >= 15
    for file in files:
        api = OpenApi(file)
        faulty = {str(route) for route in api.routes if faults_of(api, route)}
        assert not faulty, file.name


def faults_of(api, route):
    """Return why schemas of the route's body and answers cannot be compiled."""
    document = route.file.data
    bodies = [route.body] if route.body else []
    bodies += [(*route.pointer, "responses", key) for key in route.operation["responses"]]
    found = []
    for pointer, body in (resolve(document, pointer) for pointer in bodies):
        for kind, content in body.get("content", {}).items():
            if "schema" in content:
                schemas = api._schemas[id(route.file)]
                found.append(schemas.fault((*pointer, "content", kind, "schema")))
    return [fault for fault in found if fault]
