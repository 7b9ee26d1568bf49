from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestSupply(OrderCycleCommon):
    """What is missing goes to purchasing and comes back to the customer with a date."""

    def escalate(self, shortages, **values):
        wizard = self.env["order.cycle.purchase.escalation"].browse(
            shortages.action_escalate()["res_id"]
        )
        wizard.write(values)
        return wizard

    def shortage_of(self, product):
        return self.env["order.cycle.shortage"].search(
            [("product_id", "=", product.id), ("state", "!=", "solved")]
        )

    # === PROMISE === #

    def test_goods_in_stock_are_promised_today_and_missing_ones_by_the_vendor_s_lead_time(self):
        in_stock = self.an_order([("OIL", 10)], paid=100.0)
        short = self.an_order([("OIL", 1)], paid=10.0)
        self.advance()
        today = fields.Date.today()
        self.assertEqual(in_stock.commitment_date.date(), today)
        self.assertEqual(short.commitment_date.date(), today + timedelta(days=5))

    def test_nothing_is_promised_that_nobody_can_serve(self):
        self.a_product("RARE", seller_ids=False)
        order = self.an_order([("RARE", 1)], paid=10.0)
        self.advance()
        self.assertFalse(order.commitment_date)
        self.assertEqual(order.cycle_stage, "short")

    def test_a_later_wish_of_the_customer_is_the_promise(self):
        wish = fields.Datetime.now() + timedelta(days=20)
        order = self.an_order([("OIL", 1)], requested_date=wish.isoformat(), paid=10.0)
        self.advance()
        self.assertEqual(order.commitment_date.date(), wish.date())

    # === SHORTAGE === #

    def test_one_shortage_per_product_lists_every_order_it_hurts(self):
        orders = self.an_order([("OIL", 8)], channel="phone")
        orders |= self.an_order([("OIL", 8)], channel="phone")
        orders |= self.an_order([("OIL", 8), ("SOAP", 1)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        self.assertRecordValues(shortage, [{"missing_qty": 14, "order_count": 2}])
        self.assertEqual(shortage.line_ids.order_id, orders[1:])

    def test_buyer_and_salesperson_are_told_with_a_due_time(self):
        seller = new_test_user(self.env, "sara", groups="sales_team.group_sale_salesman")
        self.env.ref("order_cycle.channel_phone").user_id = seller
        self.trade.shortage_hours = 4
        # Without a calendar the clock on the wall counts.
        self.company.resource_calendar_id = False
        order = self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        self.assertEqual(shortage.activity_ids.user_id, self.buyer)
        self.assertEqual(order.activity_ids.user_id, seller)
        self.assertAlmostEqual(
            shortage.due_at, fields.Datetime.now() + timedelta(hours=4), delta=timedelta(minutes=1)
        )
        self.assertFalse(shortage.is_overdue)
        shortage.due_at = fields.Datetime.now() - timedelta(hours=1)
        self.assertTrue(shortage.is_overdue)
        self.assertIn(
            shortage, self.env["order.cycle.shortage"].search([("is_overdue", "=", True)])
        )

    def test_an_unpaid_prepaid_order_asks_nobody_to_buy(self):
        order = self.an_order([("OIL", 12)], channel="web")
        self.advance()
        self.assertEqual(order.cycle_stage, "to_pay")
        self.assertFalse(self.shortage_of(self.oil))

    def test_it_closes_itself_when_goods_come_by_another_way(self):
        order = self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        self.stock(self.oil, 5)
        order.picking_ids.action_assign()
        self.advance()
        self.assertRecordValues(shortage, [{"state": "solved", "missing_qty": 0}])
        self.assertFalse(shortage.activity_ids | order.activity_ids)
        self.assertEqual(order.cycle_stage, "to_collect")

    def test_it_closes_itself_when_the_order_is_cancelled(self):
        order = self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        order.action_cancel()
        self.advance()
        self.assertEqual(shortage.state, "solved")
        self.assertEqual(order.cycle_stage, "cancelled")

    def test_an_order_that_comes_after_the_purchase_opens_it_again(self):
        self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        self.escalate(shortage).action_apply()
        self.assertEqual(shortage.state, "ordered")
        self.an_order([("OIL", 3)], channel="phone")
        self.advance()
        self.assertRecordValues(shortage, [{"state": "open", "missing_qty": 5}])

    def test_units_of_measure_are_respected(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.vendor.id,
                "cycle_channel_id": self.env.ref("order_cycle.channel_phone").id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.oil.id,
                            "product_uom_qty": 2,
                            "product_uom_id": dozen.id,
                        },
                    )
                ],
            }
        )
        order.action_take_order()
        self.advance()
        self.assertEqual(self.shortage_of(self.oil).missing_qty, 14)

    # === THE WIZARD === #

    def test_the_wizard_shows_the_vendor_s_offer_and_buys_at_least_the_minimum(self):
        self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        line = self.escalate(self.shortage_of(self.oil)).line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "partner_id": self.vendor.id,
                    "price_unit": 5.0,
                    "delay": 5,
                    "min_qty": 6,
                    "missing_qty": 2,
                    "quantity": 6,
                }
            ],
        )
        self.assertIn("Frantoio Rossi", line.offers)

    def test_one_request_per_vendor_linked_to_every_order_it_saves(self):
        tuscan = self.env["res.partner"].create({"name": "Oleificio Toscano"})
        wine = self.a_product("WINE")
        wine.seller_ids.partner_id = tuscan
        salt = self.a_product("SALT")
        first = self.an_order([("OIL", 12), ("WINE", 3)], channel="phone")
        second = self.an_order([("SALT", 7)], channel="phone")
        self.advance()
        shortages = (first | second).cycle_shortage_line_ids.shortage_id
        self.escalate(shortages).action_apply()
        purchases = shortages.purchase_line_ids.order_id
        self.assertEqual(len(purchases), 2)
        frantoio = purchases.filtered(lambda order: order.partner_id == self.vendor)
        self.assertEqual(frantoio.order_line.product_id, self.oil | salt)
        self.assertEqual(frantoio._get_sale_orders(), first | second)
        self.assertEqual(set(purchases.mapped("state")), {"draft"})

    def test_orders_are_promised_the_date_the_buyer_expects(self):
        order = self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        expected = fields.Datetime.now() + timedelta(days=9)
        wizard = self.escalate(self.shortage_of(self.oil))
        wizard.line_ids.promised_date = expected
        wizard.action_apply()
        self.assertEqual(order.commitment_date, wizard.line_ids.promised_date)
        self.assertIn(fields.Date.to_string(expected)[:4], order.cycle_reason)

    def test_a_shortage_is_answered_once(self):
        self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        first, second = self.escalate(shortage), self.escalate(shortage)
        first.action_apply()
        with self.assertRaisesRegex(UserError, "already"):
            second.action_apply()
        self.assertEqual(len(shortage.purchase_line_ids), 1)

    def test_a_product_without_vendor_asks_for_one(self):
        rare = self.a_product("RARE", seller_ids=False)
        self.an_order([("RARE", 1)], channel="phone")
        self.advance()
        wizard = self.escalate(self.shortage_of(rare))
        self.assertEqual(wizard.line_ids.decision, "wait")
        with self.assertRaisesRegex(UserError, "Nothing is marked"):
            wizard.action_apply()
        wizard.line_ids.decision = "buy"
        with self.assertRaisesRegex(UserError, "has no vendor"):
            wizard.action_apply()
        wizard.line_ids.write({"partner_id": self.vendor.id, "price_unit": 3, "quantity": 1})
        self.assertEqual(wizard.line_ids.decision, "buy")
        wizard.action_apply()
        self.assertEqual(self.shortage_of(rare).state, "ordered")

    def test_a_buyer_answers_with_a_buyer_s_rights_only(self):
        order = self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        shortage = self.shortage_of(self.oil).with_user(self.buyer)
        wizard = self.env["order.cycle.purchase.escalation"].with_user(self.buyer)
        wizard = wizard.browse(shortage.action_escalate()["res_id"])
        wizard.action_apply()
        self.assertEqual(shortage.state, "ordered")
        self.assertTrue(order.commitment_date)

    def test_received_goods_go_first_to_the_orders_they_were_bought_for(self):
        early = self.an_order([("OIL", 12)], channel="phone")
        late = self.an_order([("OIL", 4)], channel="phone")
        self.advance()
        shortage = self.shortage_of(self.oil)
        shortage.line_ids.filtered(lambda line: line.order_id == early)._solve()
        self.escalate(shortage, confirm_purchases=True).action_apply()
        self.validate(shortage.purchase_line_ids.order_id.picking_ids)
        self.advance()
        self.assertEqual(late.order_line.qty_delivered, 4)
