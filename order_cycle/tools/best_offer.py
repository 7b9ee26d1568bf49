"""Which of several carriers' offers is taken. Without Odoo, and the same for the same offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

FAR = date.max


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What one carrier wants.

    :param key: tells the offers apart; decides when all else is equal
    :param price: in a currency that all offers have in common
    :param arrives_on: None if the carrier names no day
    :param sequence: which one people prefer when price and day are equal
    """

    key: int
    price: float
    arrives_on: date | None = None
    sequence: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The offer that is taken, and why.

    :param merit: ``cheapest``, ``fastest``, ``in_time`` (the cheapest that keeps the promise),
        ``late`` (the fastest, because nobody keeps it), ``undated`` (the cheapest, because nobody
        names a day) or ``unpromised`` (the cheapest, because no day was promised)
    :param count: how many offers it was the best of
    :param days_late: days after the promised one, with the merit ``late``
    """

    offer: Offer
    merit: str
    count: int
    days_late: int = 0


def best_offer(offers: Sequence[Offer], rule: str, promised_on: date | None) -> Choice | None:
    """Return the best of ``offers`` by ``rule``, or None if there is none.

    :param rule: ``cheapest``, ``fastest`` or ``promise``
    :param promised_on: the last day on which the goods keep the promise; None: nothing promised
    """
    if not offers:
        return None
    if rule == "promise":
        return _keeping_the_promise(offers, promised_on)
    order = _by_day if rule == "fastest" else _by_price
    return Choice(offer=min(offers, key=order), merit=rule, count=len(offers))


def _keeping_the_promise(offers: Sequence[Offer], promised_on: date | None) -> Choice:
    cheapest = min(offers, key=_by_price)
    if not promised_on:
        return Choice(offer=cheapest, merit="unpromised", count=len(offers))
    dated = [offer for offer in offers if offer.arrives_on]
    if not dated:
        return Choice(offer=cheapest, merit="undated", count=len(offers))
    in_time = [offer for offer in dated if offer.arrives_on <= promised_on]
    if in_time:
        return Choice(offer=min(in_time, key=_by_price), merit="in_time", count=len(in_time))
    fastest = min(dated, key=_by_day)
    days = (fastest.arrives_on - promised_on).days
    return Choice(offer=fastest, merit="late", count=len(offers), days_late=days)


def _by_price(offer: Offer) -> tuple:
    return (offer.price, offer.arrives_on or FAR, offer.sequence, offer.key)


def _by_day(offer: Offer) -> tuple:
    return (offer.arrives_on or FAR, offer.price, offer.sequence, offer.key)
