"""Beside booking: what every carrier must pass of the verbs it offers, held against its stage."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from carriers import documents
from carriers.api import Capability, WebhookCall
from carriers.dto import TRACKING_CODES
from carriers.errors import CarrierError, CarrierProtocolError, CarrierRejected
from carriers.registry import get_webhook
from conformance_desk import another_number, offered


@offered(Capability.CANCEL)
def test_cancelling_twice_is_harmless(desk):
    client, request = desk.client(), desk.request()
    booking, other = client.book(request), client.book(desk.request())
    client.cancel(booking.waybill_ref)
    client.cancel(booking.waybill_ref)
    assert desk.stage.live() == [other.waybill_ref]
    if desk.can(Capability.FIND_BY_REFERENCE):
        assert client.find_by_reference(request.request_ref) == ()


@offered(Capability.CANCEL)
def test_what_nobody_booked_cannot_be_cancelled(desk):
    client = desk.client()
    booking = client.book(desk.request())
    with pytest.raises(CarrierRejected):
        client.cancel(another_number(booking.waybill_ref))
    assert desk.stage.live() == [booking.waybill_ref]


def test_of_what_nobody_booked_there_is_nothing_to_see(desk):
    client = desk.client()
    number = another_number(client.book(desk.request()).waybill_ref)
    if desk.can(Capability.PRINT_AGAIN):
        with pytest.raises(CarrierError):
            client.print_again(number)
    if desk.can(Capability.TRACK):
        try:
            assert client.track(number) == ()
        except CarrierError as error:
            assert error.code


@offered(Capability.PRINT_AGAIN)
def test_papers_are_printed_again(desk):
    client = desk.client()
    papers = client.print_again(client.book(desk.request()).waybill_ref)
    assert papers
    assert all(documents.is_usable(paper) for paper in papers)
    assert desk.stage.live() != []


@offered(Capability.TRACK)
def test_goods_are_followed(desk):
    client = desk.client()
    events = client.track(client.book(desk.request()).waybill_ref)
    assert {event.code for event in events} <= set(TRACKING_CODES)
    assert [*events] == sorted(events, key=lambda event: event.happened_at)


@offered(Capability.PROVE_DELIVERY)
def test_a_delivery_is_proved(desk):
    client = desk.client()
    waybill = client.book(desk.request()).waybill_ref
    assert client.prove_delivery(waybill) is None
    desk.stage.deliver(waybill)
    proof = client.prove_delivery(waybill)
    assert proof.delivered_at or proof.signed_by or proof.documents


@offered(Capability.QUOTE)
def test_prices_are_named_and_nothing_is_booked(desk):
    client, request = desk.client(), desk.request()
    one = client.quote(request)
    offered = client.quote(replace(request, service=""))
    assert {quote.service for quote in one} == {request.service}
    services = {choice.code for choice in desk.info.services}
    assert {quote.service for quote in offered} <= services
    assert request.service in {quote.service for quote in offered}
    assert all(quote.price.amount > 0 for quote in (*one, *offered))
    assert desk.stage.live() == []


@offered(Capability.CLOSE_MANIFEST)
def test_the_list_at_the_end_of_the_day_is_closed(desk):
    client = desk.client()
    waybill = client.book(desk.request()).waybill_ref
    assert client.close_manifest([waybill]).manifest_ref


@offered(Capability.CHECK_ACCOUNT)
def test_the_account_is_checked(desk):
    desk.client().check_account()
    assert desk.stage.live() == []


@offered(Capability.CHECK_ADDRESS)
def test_an_address_is_checked(desk):
    assert desk.client().check_address(desk.request().receiver) == ()


@offered(Capability.BOOK_PICKUP)
def test_a_driver_is_asked_to_come(desk):
    client, wanted = desk.client(), desk.stage.pickup()
    if desk.info.mode == "parcel":
        wanted = replace(wanted, waybill_refs=(client.book(desk.request()).waybill_ref,))
    pickup = client.book_pickup(wanted)
    assert pickup.pickup_ref
    if desk.can(Capability.CHANGE_PICKUP):
        changed = replace(wanted, instructions="Ring twice")
        pickup = client.change_pickup(pickup.pickup_ref, changed)
        assert pickup.pickup_ref
    if desk.can(Capability.CANCEL_PICKUP):
        client.cancel_pickup(pickup.pickup_ref, wanted)
        with pytest.raises(CarrierRejected):
            client.cancel_pickup(another_number(pickup.pickup_ref), wanted)


def test_goods_come_back_or_it_is_said_that_they_cannot(desk):
    request = desk.request()
    request = replace(request, sender=request.receiver, receiver=request.sender, is_return=True)
    client = desk.client()
    if desk.can(Capability.RETURN):
        assert client.find_problems(request) == ()
        booking = client.book(request)
        assert desk.stage.live() == [booking.waybill_ref]
    else:
        problems = [(problem.field, problem.code) for problem in client.find_problems(request)]
        assert ("is_return", "not_offered") in problems


@offered(Capability.WEBHOOK)
def test_a_notice_is_believed_by_nobody_who_has_no_secret(desk):
    webhook = get_webhook(desk.info.code)
    now = datetime.now(timezone.utc)
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}):
        call = WebhookCall(headers=headers, body=b"{}")
        for secrets in ((), ("",), ("a-long-secret",)):
            assert webhook.is_authentic(call, secrets, now) is False
    for body in (b"", b"{", b"[]", b"{}", b'"text"', b"\xff"):
        with pytest.raises(CarrierProtocolError):
            webhook.read(WebhookCall(headers={}, body=body))
