import time
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.order_cycle.models import order_cycle_quoting

from .stage_carrier import Stage
from .test_account_settings import StageCommon

WEDNESDAY, NEXT_MONDAY = date(2026, 11, 25), date(2026, 11, 30)


class ShoppingCommon(StageCommon):
    """Methods of several carriers that all could take the same goods."""

    def setUp(self):
        super().setUp()
        self.account._keep_services(
            [type("Choice", (), {"code": code, "label": code.title()}) for code in ("eco", "fast")]
        )
        self.eco, self.fast = (self.a_stage_method(code) for code in ("eco", "fast"))
        self.use_euro()
        currency = self.company.currency_id.name
        self.stage.quotes = [
            {"service": "eco", "amount": "7.50", "currency": currency, "days": 5},
            {"service": "fast", "amount": "19.90", "currency": currency, "days": 1},
        ]
        # Every method at hand, and no other.
        self.env["delivery.carrier"].search(
            [("id", "not in", (self.eco | self.fast | self.parcel | self.freight).ids)]
        ).active = False
        self.order = self.an_order([("OIL", 2)], channel="web")
        self.order.carrier_id = self.parcel

    def a_stage_method(self, code):
        option = self.account.service_ids.filtered(lambda one: one.code == code)
        return self.env["delivery.carrier"].create(
            {
                "name": f"Stage {code}",
                "delivery_type": "order_cycle",
                "product_id": self.env.ref("order_cycle.product_shipping").id,
                "cycle_account_id": self.account.id,
                "cycle_service_id": option.id,
                "cycle_pricing": "quote",
            }
        )

    def rate(self, method, order=None):
        with self.in_production():
            return method.rate_shipment(order or self.order)


@tagged("post_install", "-at_install")
class TestRate(ShoppingCommon):
    """What Odoo asks a delivery method, answered by the carrier."""

    def test_the_carrier_s_price_of_this_method_s_service(self):
        rate = self.rate(self.eco)
        self.assertEqual((rate["success"], rate["price"]), (True, 7.5))
        self.assertFalse(rate["error_message"] or rate["warning_message"])
        self.assertEqual(self.rate(self.fast)["price"], 19.9)

    def test_a_real_quote_over_rest_and_over_soap(self):
        self.parcel.cycle_pricing = self.freight.cycle_pricing = "quote"
        self.assertGreater(self.rate(self.parcel)["price"], 0)
        heavy = self.an_order([("OIL", 120)], channel="web")
        rate = self.rate(self.freight, heavy)
        self.assertFalse(rate["error_message"])
        self.assertGreater(rate["price"], 0)
        self.assertFalse(self.parcel_carrier.held() or self.freight_carrier.held(), "nothing made")

    def test_margins_and_free_shipping_stay_odoo_s(self):
        self.eco.write({"margin": 0.1, "fixed_margin": 1.0})
        rate = self.rate(self.eco)
        self.assertAlmostEqual(rate["price"], 7.5 * 1.1 + 1.0)
        self.eco.write({"free_over": True, "amount": 10.0})
        rate = self.rate(self.eco)
        self.assertEqual(rate["price"], 0.0)
        self.assertAlmostEqual(rate["carrier_price"], 9.25, msg="what it really costs is kept")

    def test_a_price_in_another_currency_is_converted(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        company_currency = self.company.currency_id
        other = self.env.ref("base.EUR") if company_currency == dollar else dollar
        other.active = True
        other.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 2.0, "company_id": self.company.id}
        )
        self.stage.quotes[0]["currency"] = other.name
        self.assertAlmostEqual(self.rate(self.eco)["price"], 3.75)

    def test_a_currency_without_a_rate_is_no_price(self):
        self.stage.quotes[0]["currency"] = "JPY"
        self.env.ref("base.JPY").active = False
        rate = self.rate(self.eco)
        self.assertEqual((rate["success"], rate["price"]), (False, 0.0))
        self.assertIn("JPY", rate["error_message"])

    def test_a_currency_that_nobody_gave_a_rate_is_no_price(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        yen.rate_ids.unlink()
        self.stage.quotes[0]["currency"] = "JPY"
        rate = self.rate(self.eco)
        self.assertEqual((rate["success"], rate["price"]), (False, 0.0))
        self.assertIn("JPY", rate["error_message"])

    def test_a_service_that_is_not_offered_there(self):
        self.stage.quotes.pop(0)
        rate = self.rate(self.eco)
        self.assertEqual((rate["success"], rate["price"]), (False, 0.0))
        self.assertIn("does not offer", rate["error_message"])

    def test_a_carrier_that_does_not_answer_is_not_waited_for(self):
        self.stage.answer_seconds = 5
        started = time.monotonic()
        with patch.object(order_cycle_quoting, "QUOTE_DEADLINE_S", 0.5):
            rate = self.rate(self.eco)
        self.assertLess(time.monotonic() - started, 3)
        self.assertEqual(rate["price"], 0.0)
        self.assertIn("answer", rate["error_message"])

    def test_a_carrier_that_refused_the_account_is_not_asked(self):
        self.account.paused_until = fields.Datetime.now() + timedelta(minutes=5)
        rate = self.rate(self.eco)
        self.assertIn("credentials", rate["error_message"])
        self.assertFalse(self.stage.calls)

    def test_the_goods_of_another_company_are_not_asked_for(self):
        self.account.company_id = self.env["res.company"].create({"name": "Another"})
        rate = self.rate(self.eco)
        self.assertFalse(rate["success"])
        self.assertIn("another company", rate["error_message"])

    def test_a_fixed_price_asks_nobody(self):
        self.eco.write({"cycle_pricing": "fixed", "fixed_price": 5.0})
        self.assertEqual(self.rate(self.eco)["price"], 5.0)
        self.assertFalse(self.stage.calls)

    def test_whoever_sells_or_shops_gets_a_price_without_seeing_the_account(self):
        seller = new_test_user(self.env, "rate_seller", groups="sales_team.group_sale_salesman")
        self.order.user_id = seller
        portal = new_test_user(self.env, "rate_portal", groups="base.group_portal")
        self.order.partner_id = portal.partner_id
        self.assertEqual(self.rate(self.eco.with_user(seller))["price"], 7.5)
        # As a web shop asks: the order with all rights, the customer with none.
        rate = self.rate(self.eco.with_user(portal).sudo(), self.order.with_user(portal).sudo())
        self.assertEqual(rate["price"], 7.5)

    def test_odoo_s_own_window_shows_the_price(self):
        wizard = self.env["choose.delivery.carrier"].create(
            {"order_id": self.order.id, "carrier_id": self.eco.id}
        )
        with self.in_production():
            wizard.update_price()
        self.assertEqual(wizard.delivery_price, 7.5)
        wizard.button_confirm()
        self.assertEqual(self.order.order_line.filtered("is_delivery").price_unit, 7.5)


@tagged("post_install", "-at_install")
class TestComparison(ShoppingCommon):
    """All carriers side by side, and one of them chosen."""

    def compare(self, source=None):
        with self.in_production():
            action = (source or self.order).action_compare_carriers()
        return self.env[action["res_model"]].browse(action["res_id"])

    def line(self, comparison, method):
        return comparison.line_ids.filtered(lambda one: one.method_id == method)

    def at(self, day):
        """Let it be that day for everybody who asks the calendar."""
        return patch.object(fields.Date, "context_today", lambda *_args, **_kwargs: day)

    def test_who_wants_what_and_who_says_nothing_why(self):
        self.stage.quotes.pop(0)
        comparison = self.compare()
        self.assertEqual(
            set(comparison.line_ids.method_id),
            {*(self.eco | self.fast | self.parcel | self.freight)},
        )
        self.assertEqual(self.line(comparison, self.fast).price, 19.9)
        self.assertEqual(
            self.line(comparison, self.fast).original_price,
            f"19.90 {self.company.currency_id.name}",
        )
        silent = self.line(comparison, self.eco)
        self.assertFalse(silent.is_answer)
        self.assertIn("does not offer", silent.message)
        self.assertGreater(comparison.line_ids.ids.index(silent.id), 0, "answers come first")

    def test_cheapest_fastest_and_who_keeps_the_promise(self):
        self.parcel.active = self.freight.active = False
        self.order.commitment_date = "2026-11-27 12:00:00"
        with self.at(WEDNESDAY):
            comparison = self.compare()
        eco, fast = self.line(comparison, self.eco), self.line(comparison, self.fast)
        self.assertEqual((eco.arrives_on, fast.arrives_on), (date(2026, 12, 2), date(2026, 11, 26)))
        self.assertEqual((eco.promise, fast.promise), ("late", "kept"))
        self.assertTrue(eco.is_cheapest and not eco.is_fastest and not eco.is_best)
        self.assertTrue(fast.is_fastest and fast.is_best and not fast.is_cheapest)
        self.assertEqual(fast.merits, "cheapest in time, fastest")

    def test_days_without_work_do_not_count(self):
        self.stage.quotes[1]["days"] = 3
        with self.at(WEDNESDAY):
            comparison = self.compare()
        self.assertEqual(self.line(comparison, self.fast).arrives_on, NEXT_MONDAY)

    def test_the_slowest_decides_how_long_it_takes(self):
        """Two methods at a carrier that needs half a second each: asked side by side."""
        self.compare()
        self.stage.answer_seconds = 0.5
        started = time.monotonic()
        comparison = self.compare()
        seconds = time.monotonic() - started
        self.assertGreaterEqual(comparison.answer_count, 2)
        self.assertLess(seconds, 0.95)

    def test_a_hanging_carrier_takes_nothing_from_the_others(self):
        slow = Stage()
        self.addCleanup(slow.close)
        slow.answer_seconds = 5
        other = self.account.copy(
            {"base_url": slow.url, "username": "bottega", "password": "open sesame"}
        )
        other.setting_ids.filtered(lambda row: row.code == "meter_key").secret = "m3ter"
        self.fast.write(
            {
                "cycle_account_id": other.id,
                "cycle_service_id": self.env["order.cycle.carrier.option"]
                .create({"account_id": other.id, "code": "fast", "name": "Fast"})
                .id,
            }
        )
        started = time.monotonic()
        with (
            patch("odoo.addons.order_cycle.wizards.order_cycle_comparison.QUOTE_DEADLINE_S", 1.0),
        ):
            comparison = self.compare()
        self.assertLess(time.monotonic() - started, 3)
        self.assertTrue(self.line(comparison, self.eco).is_answer)
        self.assertIn("answer", self.line(comparison, self.fast).message)

    def test_choosing_remembers_why(self):
        self.order.action_confirm()
        comparison = self.compare()
        self.line(comparison, self.fast).action_choose()
        self.assertEqual(self.order.carrier_id, self.fast)
        self.assertEqual(self.order.picking_ids.carrier_id, self.fast)
        self.assertIn("fastest", self.order.cycle_carrier_reason)
        self.assertIn("19.90", self.order.cycle_carrier_reason)
        self.assertIn("fastest", self.order.message_ids[0].body)
        self.assertEqual(self.order.cycle_quoted_price, 19.9)

    def test_what_was_quoted_stands_on_the_consignment(self):
        self.order.action_confirm()
        comparison = self.compare()
        self.line(comparison, self.fast).action_choose()
        picking = self.order.picking_ids
        picking._cycle_hand_over()
        self.assertEqual(picking.cycle_consignment_ids.price_quoted, 19.9)

    def test_a_delivery_is_compared_by_its_packages(self):
        self.order.action_confirm()
        picking = self.order.picking_ids
        picking.action_assign()
        package = self.env["stock.package"].create({"shipping_weight": 7.5})
        picking.move_line_ids.result_package_id = package
        request = self.eco._cycle_quote_request(picking, "parcel")
        self.assertEqual([parcel.weight_grams for parcel in request.parcels], [7500])
        comparison = self.compare(picking)
        self.line(comparison, self.eco).action_choose()
        self.assertEqual(picking.carrier_id, self.eco)
        self.assertTrue(picking.cycle_carrier_reason)

    def test_goods_that_a_carrier_has_are_not_given_to_another(self):
        self.order.action_confirm()
        comparison = self.compare()
        self.order.picking_ids.carrier_id = self.parcel
        self.order.picking_ids._cycle_hand_over()
        with self.assertRaisesRegex(UserError, "booked"):
            self.line(comparison, self.fast).action_choose()
        self.assertEqual(self.order.carrier_id, self.parcel)

    def test_who_packs_and_who_sells_compares_and_chooses(self):
        self.order.action_confirm()
        packer = new_test_user(self.env, "compare_packer", groups="stock.group_stock_user")
        seller = new_test_user(self.env, "compare_seller", groups="sales_team.group_sale_salesman")
        self.order.user_id = seller
        for source, user in ((self.order.picking_ids, packer), (self.order, seller)):
            with self.subTest(user=user.login):
                comparison = self.compare(source.with_user(user)).with_user(user)
                self.line(comparison, self.fast).action_choose()
                self.assertEqual(source.carrier_id, self.fast)
                source.carrier_id = self.parcel

    def test_nobody_to_ask_is_said(self):
        (self.eco | self.fast | self.parcel | self.freight).active = False
        with self.assertRaisesRegex(UserError, "No connected delivery method"):
            self.compare()

    def test_how_reliable_a_method_was(self):
        self.assertFalse(self.parcel._cycle_reliability())
        consignment = self.a_consignment()
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertEqual(self.parcel._cycle_reliability(), "100 % of 1 booked at the first try")


@tagged("post_install", "-at_install")
class TestRequest(ShoppingCommon):
    """What carriers are told beside address and weight."""

    def a_waiting_consignment(self, method=None, **values):
        order = self.an_order([("OIL", 2)], channel="phone", **values)
        self.trade.auto_ship = False
        order.carrier_id = method or self.parcel
        order.action_confirm()
        order.picking_ids.action_assign()
        order.picking_ids.carrier_id = order.carrier_id
        order.picking_ids._cycle_hand_over()
        return order.cycle_consignment_ids

    def request(self, consignment):
        return consignment.carrier_id._cycle_request(consignment)

    def test_extra_services_insurance_and_instructions(self):
        offered = self.parcel_account.option_ids
        self.parcel.cycle_accessorial_ids = offered.filtered(lambda one: one.code == "signature")
        self.parcel.shipping_insurance = 50
        consignment = self.a_waiting_consignment()
        consignment.partner_id.cycle_delivery_instructions = "Ring at gate 2"
        request = self.request(consignment)
        self.assertEqual(request.accessorials, ("signature",))
        self.assertEqual(request.instructions, "Ring at gate 2")
        self.assertEqual(request.insured_value.amount * 2, request.goods_value.amount)
        self.assertTrue(self.parcel.supports_shipping_insurance)
        self.book()
        [held] = self.parcel_carrier.held()
        self.assertEqual(consignment.state, "done")
        self.assertTrue(held)

    def test_cash_on_delivery_is_what_is_not_paid_yet(self):
        self.parcel.cycle_collects_cash = True
        consignment = self.a_waiting_consignment()
        order = consignment.order_id
        self.assertEqual(
            float(self.request(consignment).cash_on_delivery.amount), order.amount_total
        )
        invoice = order._create_invoices()
        invoice.action_post()
        self.register_payment(invoice)
        order.invalidate_recordset()
        self.assertIsNone(self.request(consignment).cash_on_delivery, "paid meanwhile")

    def test_several_deliveries_collect_their_own_goods(self):
        self.parcel.cycle_collects_cash = True
        consignment = self.a_waiting_consignment()
        picking = consignment.picking_id
        picking.move_line_ids.quantity = 1
        self.validate_part(picking)
        self.assertEqual(float(self.request(consignment).cash_on_delivery.amount), 10.0)

    def validate_part(self, picking):
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(len(picking.sale_id.picking_ids), 2)

    def test_customs_are_told_incoterm_invoice_and_numbers(self):
        consignment = self.a_waiting_consignment()
        consignment.partner_id.country_id = self.env.ref("base.ch")
        consignment.partner_id.vat = "CHE-123.456.788 TVA"
        consignment.company_id.partner_id.write({"vat": "IT12345670017", "cycle_eori": "IT123"})
        order = consignment.order_id
        order.incoterm = self.env["account.incoterms"].search([("code", "=", "DAP")])
        request = self.request(consignment)
        self.assertEqual((request.incoterm, request.invoice_ref), ("DAP", order.name))
        self.assertEqual((request.sender.tax_id, request.sender.eori), ("IT12345670017", "IT123"))
        self.assertEqual(request.receiver.tax_id, "CHE-123.456.788 TVA")
        [commodity] = request.commodities
        self.assertEqual((float(commodity.quantity), float(commodity.unit_value)), (2.0, 10.0))

    def test_nothing_of_the_customs_within_the_union(self):
        request = self.request(self.a_waiting_consignment())
        self.assertEqual((request.incoterm, request.invoice_ref, request.commodities), ("", "", ()))

    def test_a_pallet_has_the_highest_class_on_board(self):
        self.oil.product_tmpl_id.write({"cycle_freight_class": "92.5", "cycle_nmfc": "156600-02"})
        consignment = self.a_waiting_consignment(self.freight)
        [unit] = self.request(consignment).handling_units
        self.assertEqual((unit.freight_class, unit.nmfc), ("92.5", "156600-02"))
        both = (self.oil | self.soap).product_tmpl_id
        self.soap.product_tmpl_id.cycle_freight_class = "100"
        self.assertEqual(both._cycle_freight_values(), {"freight_class": "100", "nmfc": ""})

    def test_an_order_by_the_pallet_travels_as_freight_whatever_it_weighs(self):
        pallet = self.env["uom.uom"].create(
            {
                "name": "Pallet of 10",
                "relative_factor": 10,
                "relative_uom_id": self.oil.uom_id.id,
                "package_type_id": self.env.ref("order_cycle.package_type_euro_pallet").id,
            }
        )
        self.trade.write(
            {
                "carrier_id": self.parcel.id,
                "freight_carrier_id": self.freight.id,
                "freight_from_weight": 0,
            }
        )
        order = self.an_order([("OIL", 1)], channel="phone")
        self.assertEqual(self.trade._carrier_for(order), self.parcel)
        order.order_line.product_uom_id = pallet
        self.assertEqual(self.trade._carrier_for(order), self.freight)
        self.trade.freight_units = False
        self.assertEqual(self.trade._carrier_for(order), self.parcel)
        self.trade.freight_from_weight = 10
        self.assertEqual(self.trade._carrier_for(order), self.freight, "by weight, as before")

    def test_an_order_of_two_lines_of_one_product_is_worth_both(self):
        self.order.order_line = [
            Command.create({"product_id": self.oil.id, "product_uom_qty": 1, "price_unit": 4.0})
        ]
        request = self.eco._cycle_quote_request(self.order, "parcel")
        self.assertEqual(float(request.goods_value.amount), 24.0)
