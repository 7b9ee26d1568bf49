import uuid
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..carriers.api import Capability
from ..carriers.dto import ShipmentRequest
from ..carriers.errors import CarrierError
from .carrier_words import error_text

# Somebody waits for the price, perhaps a customer in a shop.
QUOTE_DEADLINE_S = 8.0
SATURDAY = 5
RELIABILITY = timedelta(days=90)


class OrderCycleQuoting(models.AbstractModel):
    """What carriers ask for goods that are not booked yet. Part of `delivery.carrier`.

    A quote creates nothing at the carrier, so it may be asked for from a request, as Odoo's own
    contract wants it; it holds no lock meanwhile and is over after a few seconds.
    """

    _name = "order.cycle.quoting"
    _description = "Quotes of Carriers"

    def _cycle_rate(self, order):
        """Return the carrier's price of `order` as Odoo's `rate_shipment` wants it.

        Odoo itself adds margins and leaves out what is free.
        """
        self.ensure_one()
        try:
            quote = self._cycle_quote(order)
            price = self._cycle_price(quote.price, order.company_id)
        except (CarrierError, UserError) as error:
            return self._cycle_no_rate(error)
        return {"success": True, "price": price, "error_message": False, "warning_message": False}

    def _cycle_no_rate(self, error):
        # Odoo computes with the price even so.
        return {
            "success": False,
            "price": 0.0,
            "error_message": self._cycle_error_text(error),
            "warning_message": False,
        }

    def _cycle_error_text(self, error):
        if isinstance(error, CarrierError):
            return error_text(self.env, error)
        return str(error)

    def _cycle_quote(self, source):
        """Ask the carrier and return its `Quote` for this method's service.

        :param source: sale.order or stock.picking singleton
        :raises CarrierError: no price, in plain English
        :raises UserError: it cannot be asked
        """
        account, ask = self._cycle_prepare_quote(source)
        return self._cycle_pick_quote(account._ask_now(ask, QUOTE_DEADLINE_S))

    def _cycle_prepare_quote(self, source):
        """Return (account, question), so that several carriers can be asked side by side.

        :raises UserError: this method cannot be asked
        :raises CarrierError: the carrier is left alone for a while
        """
        self.ensure_one()
        account = self._cycle_account_for(source.company_id)
        if Capability.QUOTE not in account._info().capabilities:
            raise UserError(
                self.env._(
                    "%(carrier)s names no price before it is booked. Give %(method)s a fixed "
                    "price.",
                    carrier=account._info().label,
                    method=self.name,
                )
            )
        account._check_is_open()
        request = self._cycle_quote_request(source, account._info().mode)
        return account, lambda client: client.quote(request)

    def _cycle_quote_request(self, source, mode):
        """Return the `ShipmentRequest` that a price is asked for."""
        # sudo: whoever packs need not see what was sold, and has it told to the carrier
        source = source.sudo()
        is_order = source._name == "sale.order"
        order = source if is_order else source.sale_id
        warehouse = order.warehouse_id if is_order else source.picking_type_id.warehouse_id
        sender = warehouse.partner_id or source.company_id.partner_id
        receiver = order.partner_shipping_id if is_order else source.partner_id
        goods = (self._cycle_goods_of_order if is_order else self._cycle_goods_of_delivery)(source)
        return ShipmentRequest(
            request_ref=f"Q{source.id}",
            idempotency_key=str(uuid.uuid4()),
            ship_date=fields.Date.context_today(source),
            **self._cycle_method_values(),
            **self._cycle_parties(sender, receiver),
            **self._cycle_values(goods),
            **self._cycle_customs(order, goods, sender, receiver),
            **self._cycle_expected_pieces(source, mode),
        )

    def _cycle_pick_quote(self, quotes):
        """Return the cheapest of the quotes for this method's service.

        :raises UserError: there is none
        """
        service = self._cycle_service_code()
        own = [quote for quote in quotes if quote.service == service]
        if not own:
            raise UserError(
                self.env._(
                    "The carrier does not offer the service of %(method)s for this address and "
                    "weight.",
                    method=self.name,
                )
            )
        return min(own, key=lambda quote: quote.price.amount)

    def _cycle_offer(self, reply, company):
        """Return what came of the question for a quote, as values that windows and rows keep.

        :param reply: `Reply` whose value is a list of `Quote`
        :return: dict with `method_id`, `service`, `reliability` and, if `is_answer`, `price` in the
            currency of `company`, `original_price`, `transit_days`, `arrives_on`; else `message`
        """
        if reply.error:
            return self._cycle_no_offer(reply.error)
        try:
            quote = self._cycle_pick_quote(reply.value)
            price = self._cycle_price(quote.price, company)
        except UserError as error:
            return self._cycle_no_offer(error)
        return {
            "method_id": self.id,
            "is_answer": True,
            "price": company.currency_id.round(price),
            "original_price": f"{quote.price.amount:.2f} {quote.price.currency}",
            "service": quote.name or self._cycle_service_label(),
            "transit_days": quote.transit_days or 0,
            "arrives_on": self._cycle_arrival(quote),
            "reliability": self._cycle_reliability(),
        }

    def _cycle_no_offer(self, error):
        return {
            "method_id": self.id,
            "service": self._cycle_service_label(),
            "message": self._cycle_error_text(error),
            "reliability": self._cycle_reliability(),
        }

    def _cycle_price(self, money, company):
        """Return `money` in the currency of `company`.

        :raises UserError: nobody knows the rate of its currency
        """
        currency = self.env["res.currency"]._cycle_in_use([money.currency], company)
        if not currency:
            raise UserError(
                self.env._(
                    "The carrier's price is in %(currency)s, which is not in use here. Activate "
                    "that currency and give it a rate.",
                    currency=money.currency,
                )
            )
        today = fields.Date.context_today(self)
        return currency._convert(float(money.amount), company.currency_id, company, today)

    def _cycle_arrival(self, quote):
        """Return the day on which the goods of `quote` arrive, or False if nobody says."""
        if quote.delivers_on:
            return quote.delivers_on
        if quote.transit_days is None:
            return False
        day = fields.Date.context_today(self)
        for _working_day in range(quote.transit_days):
            day += timedelta(days=1)
            while day.weekday() >= SATURDAY:
                day += timedelta(days=1)
        return day

    def _cycle_reliability(self):
        """Return in words how often this method was booked without help lately, or False."""
        # sudo: everybody who chooses may know how the carrier does
        Consignment = self.env["order.cycle.consignment"].sudo()
        told = [
            ("carrier_id", "=", self.id),
            ("attempt", ">", 0),
            ("create_date", ">", fields.Datetime.now() - RELIABILITY),
        ]
        count = Consignment.search_count(told)
        if not count:
            return False
        good = Consignment.search_count([*told, ("attempt", "=", 1), ("waybill_ref", "!=", False)])
        return self.env._(
            "%(share)s %% of %(count)s booked at the first try",
            share=round(100 * good / count),
            count=count,
        )
