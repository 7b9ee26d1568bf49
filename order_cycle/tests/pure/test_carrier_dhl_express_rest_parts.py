"""MyDHL's mapping and answers, which need no contract at hand."""

import base64
from dataclasses import replace
from decimal import Decimal

import pytest
from carriers.dhl_express_rest import answers, checks, mapping
from carriers.errors import CarrierProtocolError, CarrierRejected, FieldProblem
from conformance_cases import GOODS, SWISS
from papers import a_pdf
from shipments import a_parcel_shipment

VALUES = {
    "account_number": "123456789",
    "ready_time": "16:00",
    "gmt_offset": "+01:00",
    "goods_description": "Merchandise",
    "incoterm": "DAP",
}
ABROAD = {"receiver": SWISS, "commodities": GOODS, "incoterm": "DAP"}


def a_request(**changes):
    return a_parcel_shipment(service="express_worldwide", **changes)


def an_answer(*kinds):
    """Return a booking of one parcel with papers of these kinds."""
    content = base64.b64encode(a_pdf("Paper")).decode()
    return {
        "shipmentTrackingNumber": "1",
        "packages": [{"trackingNumber": "T1"}],
        "documents": [
            {"typeCode": kind, "imageFormat": "PDF", "content": content} for kind in kinds
        ],
    }


def test_the_invoice_is_asked_for_where_there_are_customs():
    for request, kinds in ((a_request(), ["label"]), (a_request(**ABROAD), ["label", "invoice"])):
        options = mapping.to_booking(request, VALUES)["outputImageProperties"]["imageOptions"]
        assert [one["typeCode"] for one in options] == kinds
        assert all(one["isRequested"] for one in options)


@pytest.mark.parametrize(
    ("changes", "kinds", "missing"),
    [
        ({}, ["label"], ()),
        ({}, [], (answers.NO_LABEL,)),
        (ABROAD, ["label", "invoice"], ()),
        (ABROAD, ["label"], (answers.NO_INVOICE,)),
        (ABROAD, ["invoice"], (answers.NO_LABEL,)),
        (ABROAD, [], (answers.NO_LABEL, answers.NO_INVOICE)),
    ],
)
def test_a_paper_that_did_not_come_is_missed(changes, kinds, missing):
    assert answers.read_booking(an_answer(*kinds), a_request(**changes)).warnings == missing


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        (["996: Invalid postcode and location combination."], ["receiver.zip_code"]),
        (["Parameters not having correct format: cityName (maxLength=45)"], ["receiver.city"]),
        (
            ["#/countryCode: unknown", "cityName is unknown"],
            ["receiver.country_code", "receiver.city"],
        ),
        (["cityName is unknown", "8003: Account not allowed for this service."], []),
        (["8003: Account not allowed for this service."], []),
        ([], []),
    ],
)
def test_only_what_is_about_the_place_is_a_problem_of_the_address(texts, fields):
    problems = [FieldProblem(field="", code="refused", text=text) for text in texts]
    error = CarrierRejected("The carrier refused.", code="refused", fields=problems)
    assert [problem.field for problem in answers.place_problems(error)] == fields


def test_an_absence_has_the_form_of_the_carrier_s_errors():
    answers.check_absence({"title": "Not Found", "status": "404"})
    for nothing in (None, {}, [], "Not Found", {"error": "no route"}):
        with pytest.raises(CarrierProtocolError):
            answers.check_absence(nothing)


def test_goods_that_cannot_be_declared_are_all_named():
    wrong = replace(
        GOODS[0],
        description="",
        hs_code="12",
        origin_country="Italy",
        quantity=Decimal("1.5"),
        unit_value=Decimal(0),
        weight_grams=0,
    )
    goods = (wrong, replace(GOODS[0], currency="CHF"))
    request = a_request(receiver=SWISS, commodities=goods, incoterm="ZZZ", contents_type="fun")
    assert [(one.field, one.code) for one in checks.booking_problems(request)] == [
        ("incoterm", "not_offered"),
        ("contents_type", "not_offered"),
        ("commodities", "not_unique"),
        ("commodities[0].description", "missing"),
        ("commodities[0].hs_code", "wrong_form"),
        ("commodities[0].origin_country", "wrong_form"),
        ("commodities[0].quantity", "wrong_form"),
        ("commodities[0].unit_value", "not_positive"),
        ("commodities[0].weight_grams", "not_positive"),
    ]
