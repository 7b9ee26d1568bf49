from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestCorrections(OrderCycleCommon):
    """What people change by hand is respected: nothing is billed, paid or shipped over it."""

    def invoice(self, order, method="delivered", **values):
        """Invoice through Odoo's own wizard, as a person does."""
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        wizard.create({"advance_payment_method": method, **values}).create_invoices()
        return order.invoice_ids - order.invoice_ids.filtered(lambda move: move.state != "draft")

    def credit(self, invoice, **values):
        """Credit an invoice through Odoo's own wizard."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id, **values}).reverse_moves()
        return self.env["account.move"].browse(action["res_id"])

    # === INVOICES === #

    def test_a_down_payment_is_taken_off_what_is_billed_in_the_end(self):
        self.trade.auto_ship = False
        order = self.an_order([("OIL", 4)], channel="phone")
        self.advance()
        deposit = self.invoice(order, "percentage", amount=30)
        deposit.action_post()
        self.advance()
        self.assertEqual(order.cycle_track_accounts, "partial")

        self.validate(order.picking_ids)
        self.advance()
        self.assertEqual(sorted(order.invoice_ids.mapped("amount_total")), [12.0, 28.0])
        self.assertEqual(order.cycle_track_accounts, "open")

    def test_a_trade_in_is_taken_off_the_same_invoice(self):
        order = self.an_order([("OIL", 4)], channel="phone")
        self.a_product("OLD", price=5.0, type="service", is_storable=False, invoice_policy="order")
        order.order_line = [
            Command.create(
                {
                    "product_id": self.env["product.product"]
                    .search([("default_code", "=", "OLD")])
                    .id,
                    "product_uom_qty": -1,
                }
            )
        ]
        self.advance()
        self.assertEqual(order.invoice_ids.mapped("amount_total"), [35.0])
        self.assertEqual(order.cycle_track_accounts, "open")

    def test_what_was_credited_is_not_billed_again(self):
        order = self.an_order([("OIL", 2)], paid=20.0)
        self.advance()
        self.credit(order.invoice_ids).action_post()
        order.action_cycle_advance()
        self.advance()
        self.assertEqual(
            sorted(order.invoice_ids.mapped("move_type")), ["out_invoice", "out_refund"]
        )

    def test_a_line_added_after_a_credit_note_is_left_to_people(self):
        order = self.an_order([("OIL", 2)], channel="phone")
        self.advance()
        self.credit(order.invoice_ids).action_post()
        order.order_line = [Command.create({"product_id": self.soap.id})]
        self.advance()
        self.advance()
        self.assertEqual(len(order.invoice_ids), 2, "the credited line is not billed with it")
        self.assertEqual(self.open_exceptions(order).kind, "credited")

        self.invoice(order).action_post()
        self.advance()
        self.assertFalse(self.open_exceptions(order))

    def test_a_cancelled_invoice_is_not_made_again_behind_a_person_s_back(self):
        order = self.an_order([("OIL", 2)], channel="phone")
        self.advance()
        order.invoice_ids.button_draft()
        order.invoice_ids.button_cancel()
        order.action_cycle_advance()
        self.advance()
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(self.open_exceptions(order).kind, "credited")

    def test_a_draft_invoice_is_not_billed_and_not_forgotten(self):
        self.trade.auto_invoice = False
        order = self.an_order([("OIL", 2)], channel="phone")
        self.advance()
        draft = self.invoice(order)
        self.assertRecordValues(
            order, [{"cycle_track_accounts": "draft", "cycle_stage": "to_invoice"}]
        )
        self.assertIn("draft", order.cycle_reason)
        draft.action_post()
        self.assertEqual(order.cycle_stage, "to_collect")

    def test_a_cash_sale_is_paid_once_even_if_its_payment_settles_nothing(self):
        with patch.object(type(self.env["sale.order"]), "_cycle_reconcile", lambda *_args: None):
            order = self.an_order([("SOAP", 3)], channel="store")
            for _time in range(3):
                order.action_cycle_advance()
                self.advance()
        self.assertEqual(order.cycle_payment_ids.mapped("amount"), [12.0])
        self.assertEqual(self.open_exceptions(order).kind, "payment")

    def test_a_cash_sale_finds_its_receivable_wherever_the_fiscal_position_put_it(self):
        usual = self.env["res.partner"].new({}).property_account_receivable_id
        other = usual.copy({"code": "122199", "name": "Receivable abroad"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    Command.create({"account_src_id": usual.id, "account_dest_id": other.id})
                ],
            }
        )
        order = self.an_order([("SOAP", 3)], channel="store")
        order.fiscal_position_id = position
        self.advance()
        self.assertEqual(order.cycle_stage, "complete", order.cycle_reason)

    # === WHO DECIDES ABOUT MONEY === #

    def test_a_salesperson_cannot_make_the_worker_record_money(self):
        order = self.an_order([("OIL", 2)], channel="phone")
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        order.user_id = seller
        for values in ({"cycle_policy_id": self.store.id}, {"cycle_paid_amount": 20.0}):
            with self.assertRaises(AccessError):
                order.with_user(seller).write(values)
        order.with_user(seller).write({"note": "Ring twice"})

    def test_odoo_s_own_confirm_button_follows_the_policy(self):
        order = self.an_order([("OIL", 2)], channel="phone")
        order.write({"cycle_policy_id": False, "payment_term_id": False})
        order.action_confirm()
        self.assertEqual(order.cycle_policy_id, self.trade)
        self.assertEqual(order.payment_term_id, self.trade.payment_term_id)

    # === GOODS === #

    def test_what_will_never_leave_is_decided_by_a_person(self):
        order = self.an_order([("OIL", 15)], channel="phone")
        self.trade.ship_partial = True
        self.advance()
        self.assertEqual(order.order_line.qty_delivered, 10)
        order.picking_ids.filtered(lambda picking: picking.state != "done").action_cancel()
        self.advance()
        exception = self.open_exceptions(order)
        self.assertRecordValues(order, [{"cycle_track_stock": "closed", "cycle_stage": "to_ship"}])
        self.assertEqual(exception.kind, "short_closed")
        self.assertIn("10 of 15", exception.cause)
        self.assertFalse(order.invoice_ids)

        exception.action_accept_delivered()
        self.advance()
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.invoice_ids.amount_total, 100.0)
        self.assertEqual(order.cycle_stage, "to_collect")

    def test_what_came_back_after_it_was_paid_is_to_be_credited(self):
        order = self.an_order([("OIL", 2)], paid=20.0)
        self.advance()
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=order.picking_ids.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        self.validate(self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"]))
        self.advance()
        self.open_exceptions(order).action_accept_delivered()
        self.advance()
        self.assertRecordValues(
            order, [{"cycle_track_accounts": "credit", "cycle_stage": "to_invoice"}]
        )
        self.assertIn("credit note", order.cycle_reason)

    def test_a_line_that_is_short_again_after_it_was_served_is_a_new_shortage(self):
        self.trade.auto_ship = False
        order = self.an_order([("OIL", 15)], channel="phone")
        self.advance()
        self.stock(self.oil, 5)
        order.action_cycle_advance()
        self.advance()
        self.assertEqual(order.cycle_track_stock, "reserved")

        for quantity in (18, 20):
            order.order_line.product_uom_qty = quantity
            order.action_cycle_advance()
            self.advance()
        self.assertEqual(order.cycle_shortage_line_ids.mapped("state"), ["open", "solved"])
        self.assertEqual(order.cycle_shortage_line_ids.mapped("missing_qty"), [5, 0])
        self.assertFalse(self.open_exceptions(order))

    def test_an_exception_that_a_person_solved_outside_closes_itself(self):
        order = self.an_order([("OIL", 2)], channel="phone")
        Order = type(self.env["sale.order"])
        with patch.object(Order, "_step_ship", side_effect=ValueError("a bad day")):
            self.advance()
        exception = self.open_exceptions(order)
        self.assertEqual(exception.step, "ship")

        self.validate(order.picking_ids)
        order.action_cycle_advance()
        self.advance()
        self.assertEqual(exception.state, "solved")

    def test_where_the_warehouse_reserves_by_hand_nothing_is_reserved_by_itself(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self.an_order([("OIL", 2)], channel="phone")
        self.advance()
        self.assertEqual(order.picking_ids.move_ids.quantity, 0)

    # === TAKEN BACK === #

    def test_an_order_set_back_to_quotation_is_left_alone(self):
        self.trade.auto_ship = False
        order = self.an_order([("OIL", 2)], channel="phone")
        self.advance()
        order._action_cancel()
        order.action_draft()
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.run_cron("cron_clock")
        self.advance()
        self.assertRecordValues(order, [{"state": "draft", "cycle_stage": False}])

    def test_a_cancelled_order_that_was_paid_is_told_to_a_person(self):
        self.web.auto_ship = False
        order = self.an_order([("OIL", 2)], paid=20.0)
        self.advance()
        order._action_cancel()
        self.assertEqual(self.open_exceptions(order).kind, "refund")
        self.assertIn("20.00", self.open_exceptions(order).cause)

    def test_an_order_that_cannot_be_looked_at_stops_nobody(self):
        orders = self.an_order([("SOAP", 1)], channel="store")
        bad = self.an_order([("SOAP", 2)], channel="store")
        orders |= self.an_order([("SOAP", 3)], channel="store")
        lacks = type(self.env["sale.order"])._lacks_promise

        def lacks_promise(batch):
            if bad in batch:
                raise ValueError("a bad day")
            return lacks(batch)

        with (
            patch.object(type(self.env["sale.order"]), "_lacks_promise", lacks_promise),
            self.assertLogs("odoo.addons.order_cycle.models", "ERROR"),
        ):
            self.advance()
        self.assertEqual(orders.mapped("cycle_stage"), ["complete", "complete"])
        self.assertRecordValues(self.open_exceptions(bad), [{"step": "advance", "kind": "crashed"}])
        self.assertTrue(self.env["order.cycle.signal"].search([("order_id", "=", bad.id)]))
