from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.order_cycle.models import selection_worker

from .stage_carrier import Stage
from .test_rate_shopping import WEDNESDAY, ShoppingCommon


class WorkerDied(BaseException):
    """Nothing that follows is done."""


@tagged("post_install", "-at_install")
class TestChoosing(ShoppingCommon):
    """The program compares carriers and chooses one, outside the flow."""

    def setUp(self):
        super().setUp()
        self.trade.write(
            {
                "carrier_choice": "cheapest",
                "candidate_ids": [Command.set((self.eco | self.fast).ids)],
                "carrier_id": False,
                "freight_carrier_id": False,
            }
        )
        self.enterContext(
            patch.object(fields.Date, "context_today", lambda *_args, **_kwargs: WEDNESDAY)
        )

    def a_trade_order(self, promised="2026-11-27 12:00:00", lines=(("OIL", 2),)):
        order = self.an_order(lines, channel="phone")
        order.commitment_date = promised
        return order

    def choose(self):
        self.run_cron("cron_choose")

    def asked(self, rule="cheapest", **values):
        """Return an order that went through the flow, the worker, and the flow again."""
        self.trade.carrier_choice = rule
        order = self.a_trade_order(**values)
        self.advance()
        self.choose()
        self.advance()
        return order

    def a_stage(self):
        """Return one more carrier, with an account and a method of its own."""
        stage = Stage()
        self.addCleanup(stage.close)
        account = self.account.copy(
            {"base_url": stage.url, "username": "bottega", "password": "open sesame"}
        )
        account.setting_ids.filtered(lambda row: row.code == "meter_key").secret = "m3ter"
        option = self.env["order.cycle.carrier.option"].create(
            {"account_id": account.id, "code": "eco", "name": "Third"}
        )
        method = self.eco.copy({"sequence": 99})
        method.write(
            {"name": "Third", "cycle_account_id": account.id, "cycle_service_id": option.id}
        )
        self.trade.candidate_ids += method
        return stage, method

    def quote_of_third(self, stage, amount, days):
        currency = self.company.currency_id.name
        stage.quotes = [{"service": "eco", "amount": amount, "currency": currency, "days": days}]

    # === WHO IS CHOSEN === #

    def test_the_cheapest_is_chosen_and_the_goods_leave_by_it(self):
        order = self.asked()
        self.assertEqual(order.carrier_id, self.eco)
        self.assertEqual(order.cycle_quoted_price, 7.5)
        self.assertIn("cheapest of 2", order.cycle_carrier_reason)
        self.assertIn("7.50", order.cycle_carrier_reason)
        self.assertIn("2 Dec", order.cycle_carrier_reason.replace("Dec 2", "2 Dec"))
        self.assertIn("cheapest of 2", "".join(order.message_ids.mapped("body")))
        self.assertEqual(order.picking_ids.carrier_id, self.eco)
        self.assertEqual(order.cycle_track_stock, "shipped", order.cycle_reason)
        self.assertEqual(order.cycle_consignment_ids.price_quoted, 7.5)
        row = order.cycle_selection_ids
        self.assertEqual((row.state, row.method_id, row.rule), ("done", self.eco, "cheapest"))
        self.assertIn("Stage fast", row.offers)
        self.assertIn("19.90", row.offers)

    def test_the_fastest_is_chosen(self):
        order = self.asked("fastest")
        self.assertEqual(order.carrier_id, self.fast)
        self.assertIn("fastest of 2", order.cycle_carrier_reason)

    def test_the_cheapest_that_keeps_the_promise(self):
        stage, third = self.a_stage()
        self.quote_of_third(stage, "12.40", 2)
        order = self.asked("promise")
        self.assertEqual(order.carrier_id, third, "neither the cheapest nor the fastest")
        self.assertIn("cheapest of 2 in time", order.cycle_carrier_reason)

    def test_none_keeps_the_promise_so_the_fastest_and_how_late(self):
        order = self.asked("promise", promised="2026-11-24 12:00:00")
        self.assertEqual(order.carrier_id, self.fast)
        self.assertIn("2 days late", order.cycle_carrier_reason)

    def test_freight_carriers_are_not_asked_for_parcels_nor_the_other_way_round(self):
        self.trade.candidate_ids = self.eco | self.freight
        order = self.a_trade_order()
        self.assertEqual(self.trade._candidates_for(order), self.eco)
        self.trade.freight_from_weight = 1
        self.assertEqual(self.trade._candidates_for(order), self.freight)

    # === CARRIERS THAT SAY NOTHING === #

    def test_a_dead_carrier_only_drops_out_and_its_reason_is_kept(self):
        stage, third = self.a_stage()
        stage.close()
        order = self.asked("promise")
        self.assertEqual(order.carrier_id, self.fast)
        self.assertIn("cheapest of 1 in time", order.cycle_carrier_reason)
        self.assertIn("no price from Third", order.cycle_carrier_reason)
        [line] = [one for one in order.cycle_selection_ids.offers.splitlines() if "Third" in one]
        self.assertGreater(len(line), len("Third: "))
        self.assertEqual(third.cycle_account_id.paused_until, False)

    def test_a_late_carrier_only_drops_out(self):
        stage, _third = self.a_stage()
        self.quote_of_third(stage, "1.00", 1)
        stage.answer_seconds = 3
        with patch.object(selection_worker, "QUOTE_DEADLINE_S", 0.7):
            order = self.asked()
        self.assertEqual(order.carrier_id, self.eco)
        self.assertIn("no price from Third", order.cycle_carrier_reason)

    def test_all_dead_takes_the_fixed_method(self):
        self.trade.carrier_id = self.parcel
        self.stage.close()
        order = self.asked()
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertIn("None of 2 carriers named a price", order.cycle_carrier_reason)
        self.assertIn("fixed method", order.cycle_carrier_reason)
        self.assertEqual(order.cycle_quoted_price, 0.0)
        self.assertFalse(self.open_exceptions(order))

    def test_all_dead_and_no_fixed_method_is_for_a_person_who_compares(self):
        self.stage.close()
        order = self.asked()
        [exception] = self.open_exceptions(order)
        self.assertEqual((exception.kind, exception.step), ("no_carrier", "choose"))
        self.assertIn("None of 2 carriers", exception.cause)
        self.assertIn("ompare", exception.next_action)
        self.assertNotEqual(order.cycle_track_stock, "shipped")
        # Once: not at each pass.
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.advance()
        self.assertEqual(len(order.cycle_selection_ids), 1)
        with self.in_production():
            action = exception.action_compare_carriers()
        comparison = self.env[action["res_model"]].browse(action["res_id"])
        line = comparison.line_ids.filtered(lambda one: one.method_id == self.parcel)
        line.action_choose()
        self.advance()
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.cycle_track_stock, "shipped", order.cycle_reason)

    def test_asked_again_when_a_person_wants_it(self):
        self.stage.status_of_sign_in = 503
        order = self.asked()
        [exception] = self.open_exceptions(order)
        self.stage.status_of_sign_in = 200
        self.account.write({"token_lease_until": False, "resting_until": False})
        exception.action_retry()
        self.advance()
        self.choose()
        self.assertEqual(order.carrier_id, self.eco)
        self.advance()
        self.assertEqual(exception.state, "solved")

    def test_nobody_to_ask_is_said(self):
        self.trade.candidate_ids = self.freight
        order = self.asked()
        [exception] = self.open_exceptions(order)
        self.assertIn("None of the policy's carriers can take", exception.cause)

    # === WHEN, AND HOW OFTEN === #

    def test_the_flow_asks_nobody_and_the_order_waits(self):
        order = self.a_trade_order()
        self.advance()
        self.assertFalse(self.stage.calls or self.stage.tokens)
        self.assertEqual(order.cycle_selection_ids.state, "todo")
        self.assertEqual(order.cycle_track_stock, "reserved")
        self.assertEqual(order.cycle_reason, "Waits for the carriers' prices.")
        self.assertFalse(self.open_exceptions(order))

    def test_the_row_is_committed_before_any_call(self):
        order = self.a_trade_order()
        self.advance()
        events, run_all = [], selection_worker.run_all

        def committing(env):
            events.append("commit")
            return commit(env)

        def asking(calls, **options):
            self.env.cr.execute("SELECT state FROM order_cycle_selection")
            events.extend([self.env.cr.fetchone()[0], len(calls), len(self.stage.calls)])
            return run_all(calls, **options)

        commit = selection_worker.commit
        with (
            patch.object(selection_worker, "commit", committing),
            patch.object(selection_worker, "run_all", asking),
        ):
            self.choose()
        place = events.index("asking")
        self.assertEqual(events[place - 1 : place + 4], ["commit", "asking", 2, 0, "commit"])
        self.assertEqual(order.carrier_id, self.eco)

    def test_it_is_asked_once(self):
        order = self.asked()
        count = len(self.stage.calls)
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.advance()
        self.choose()
        self.assertEqual(len(self.stage.calls), count)
        self.assertEqual(len(order.cycle_selection_ids), 1)

    def test_a_worker_that_dies_has_the_carriers_asked_again(self):
        order = self.a_trade_order()
        self.advance()
        has_died = False
        with patch.object(selection_worker.SelectionWorker, "_keep", side_effect=WorkerDied):
            # Not assertRaises, which would take back what the worker has committed.
            try:
                self.choose()
            except WorkerDied:
                has_died = True
        self.assertTrue(has_died)
        self.env.invalidate_all()
        row = order.cycle_selection_ids
        count = len(self.stage.calls)
        self.assertEqual((row.state, order.carrier_id.id, count), ("asking", False, 2))
        self.choose()
        self.assertEqual(len(self.stage.calls), count, "as long as the lease is good nobody asks")
        row.lease_until -= timedelta(minutes=5)
        self.choose()
        self.assertEqual(len(self.stage.calls), 2 * count)
        self.assertEqual((row.state, row.attempt, order.carrier_id), ("done", 2, self.eco))

    def test_an_answer_to_an_earlier_question_is_not_taken(self):
        order = self.a_trade_order()
        self.advance()
        row = order.cycle_selection_ids
        row.write({"state": "asking", "attempt": 2})
        row._record([], 1)
        self.assertEqual((row.state, order.carrier_id.id), ("asking", False))

    def test_a_choice_that_does_not_come_is_seen(self):
        order = self.a_trade_order()
        self.advance()
        order.cycle_selection_ids.deadline -= timedelta(hours=1)
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.advance()
        self.assertEqual(self.open_exceptions(order).kind, "no_carrier")
        self.choose()
        self.advance()
        self.assertEqual(order.carrier_id, self.eco, "late, and still good")
        self.assertFalse(self.open_exceptions(order))

    def test_a_choice_that_does_not_come_is_replaced_by_the_fixed_method(self):
        self.trade.carrier_id = self.parcel
        order = self.a_trade_order()
        self.advance()
        waits = self.env["order.cycle.signal"].search([("order_id", "=", order.id)])
        self.assertEqual(len(waits), 1, "the flow comes back by itself")
        order.cycle_selection_ids.deadline -= timedelta(hours=1)
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.advance()
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertIn("overdue", order.cycle_carrier_reason)
        self.choose()
        self.assertEqual(order.carrier_id, self.parcel)

    # === OTHER GOODS, ANOTHER ADDRESS === #

    def a_chosen_order(self):
        """Return an order whose carrier is chosen and whose goods people still have to send."""
        self.trade.auto_ship = False
        return self.asked()

    def test_another_address_is_asked_for_again(self):
        order = self.a_chosen_order()
        self.assertEqual(order.carrier_id, self.eco)
        other = order.partner_id.copy({"name": "Depot", "zip": "90100", "city": "Palermo"})
        self.stage.quotes[0]["amount"] = "40.00"
        order.partner_shipping_id = other
        self.advance()
        self.assertFalse(order.carrier_id or order.picking_ids.carrier_id, "nothing leaves by it")
        self.choose()
        self.assertEqual(order.carrier_id, self.fast)
        self.assertEqual(order.cycle_selection_ids.mapped("state"), ["done", "dropped"])

    def test_other_goods_are_asked_for_again(self):
        order = self.a_chosen_order()
        order.order_line.filtered("product_id")[0].product_uom_qty = 3
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.advance()
        self.assertEqual(order.cycle_selection_ids[0].state, "todo")

    def test_an_address_that_changes_while_carriers_are_asked(self):
        order = self.a_trade_order()
        self.advance()
        offers = selection_worker.SelectionWorker._offers

        def moving(worker, rows):
            found = offers(worker, rows)
            rows.order_id.partner_shipping_id.city = "Elsewhere"
            return found

        with patch.object(selection_worker.SelectionWorker, "_offers", moving):
            self.choose()
        self.assertEqual(order.cycle_selection_ids.attempt, 2)
        self.assertEqual(order.carrier_id, self.eco)

    def test_goods_that_are_booked_are_not_asked_for_again(self):
        order = self.a_chosen_order()
        order.picking_ids._cycle_hand_over()
        order.partner_shipping_id.city = "Elsewhere"
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.advance()
        self.assertEqual(order.carrier_id, self.eco)
        self.assertEqual(len(order.cycle_selection_ids), 1)

    # === WHAT PEOPLE CHOSE === #

    def test_the_choice_of_a_person_stays(self):
        order = self.a_trade_order()
        order.carrier_id = self.fast
        self.advance()
        self.assertFalse(order.cycle_selection_ids)
        self.assertEqual(order.carrier_id, self.fast)
        self.assertEqual(order.cycle_track_stock, "shipped")

    def test_a_person_who_is_faster_than_the_carriers_wins(self):
        order = self.a_trade_order()
        self.advance()
        offers = selection_worker.SelectionWorker._offers

        def deciding(worker, rows):
            found = offers(worker, rows)
            rows.order_id.carrier_id = self.parcel
            return found

        with patch.object(selection_worker.SelectionWorker, "_offers", deciding):
            self.choose()
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertEqual(order.cycle_selection_ids.state, "dropped")

    def test_a_carrier_on_the_delivery_stays(self):
        order = self.a_trade_order()
        order.action_confirm()
        order.picking_ids.carrier_id = self.parcel
        self.advance()
        self.assertFalse(order.cycle_selection_ids)

    def test_one_bad_order_stops_no_other(self):
        bad, good = self.a_trade_order(), self.a_trade_order()
        self.advance()
        choose = type(bad)._cycle_choose
        refusal = UserError("This one cannot.")  # pylint: disable=translation-required

        def choosing(order, *arguments):
            if order.id == bad.id:
                raise refusal
            return choose(order, *arguments)

        with (
            patch.object(type(bad), "_cycle_choose", choosing),
            self.assertLogs("odoo.addons.order_cycle.models.selection_worker", "ERROR"),
        ):
            self.choose()
        self.assertEqual(good.carrier_id, self.eco)
        self.assertEqual(bad.cycle_selection_ids.state, "failed")
        self.advance()
        self.assertIn("This one cannot.", self.open_exceptions(bad).cause)

    def test_carriers_that_cannot_be_asked_stop_no_other_order(self):
        bad, good = self.a_trade_order(), self.a_trade_order()
        self.advance()
        prepare = type(self.eco)._cycle_prepare_quote

        def preparing(method, source):
            if source.id == bad.id:
                raise ZeroDivisionError("Nobody thought of this.")
            return prepare(method, source)

        with (
            patch.object(type(self.eco), "_cycle_prepare_quote", preparing),
            self.assertLogs("odoo.addons.order_cycle.models.selection_worker", "ERROR"),
        ):
            self.choose()
        self.assertEqual(good.carrier_id, self.eco)
        self.advance()
        self.assertIn("Nobody thought of this.", self.open_exceptions(bad).cause)

    def test_a_policy_that_lets_nobody_choose_any_more(self):
        order = self.a_trade_order()
        self.advance()
        self.trade.write({"carrier_choice": "fixed", "carrier_id": self.parcel.id})
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertEqual(order.picking_ids.carrier_id, self.parcel)
        self.choose()
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertFalse(self.stage.calls)

    def test_who_is_to_choose_needs_candidates(self):
        with self.assertRaisesRegex(ValidationError, "candidates"):
            self.trade.candidate_ids = False

    def test_the_day_is_that_of_the_company(self):
        order = self.a_trade_order(promised="2026-11-27 23:30:00")
        self.company.partner_id.tz = "Europe/Rome"
        self.assertEqual(order._cycle_promised_on(), date(2026, 11, 28))
