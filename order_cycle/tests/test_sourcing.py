from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .sourcing_common import SourcingCommon


@tagged("post_install", "-at_install")
class TestSourcing(SourcingCommon):
    """What is proposed: by each criterion, with what it costs."""

    def test_the_button_is_there_only_when_another_warehouse_can_help(self):
        order = self.a_quotation((self.oil, 12))
        self.assertFalse(order.cycle_can_source)
        with self.assertRaisesRegex(UserError, "No other warehouse can help"):
            order.action_cycle_where_from()
        self.stock(self.oil, 5, self.second)
        order.invalidate_recordset()
        self.assertTrue(order.cycle_can_source)
        self.assertFalse(self.a_quotation((self.oil, 8)).cycle_can_source)
        self.rule.active = False
        order.invalidate_recordset()
        self.assertFalse(order.cycle_can_source)

    def test_it_takes_what_a_hold_and_a_buffer_leave(self):
        self.stock(self.oil, 8, self.second)
        order = self.a_quotation((self.oil, 15))
        self.env["order.cycle.buffer"].create(
            {"name": "Safety", "quantity": 2, "warehouse_id": self.second.id}
        )
        window = self.where_from(order)
        self.assertEqual(self.row(window, self.second).available_qty, 6)
        self.assertEqual(self.row(window, self.warehouse, "stay").available_qty, 10)

    def test_the_earliest_date_splits_the_line_and_prices_it(self):
        self.stock(self.oil, 8, self.second)
        window = self.where_from(self.a_quotation((self.oil, 15)))
        self.assertEqual(self.taken(window), {self.second: 5})
        self.assertEqual(self.row(window, self.warehouse, "stay").quantity, 10)
        self.assertEqual(self.row(window, self.second).why, "only")
        self.assertRecordValues(window, [{"shipments": 2, "cost": 3.0}])

    def test_a_rule_that_splits_no_line_takes_all_from_one(self):
        self.rule.may_split = False
        self.stock(self.oil, 8, self.second)
        self.stock(self.oil, 20, self.third)
        window = self.where_from(self.a_quotation((self.oil, 15)))
        self.assertEqual(self.taken(window), {self.third: 15})
        self.assertRecordValues(window, [{"shipments": 1, "cost": 0.0}])

    def test_the_fewest_shipments_take_all_from_one(self):
        self.rule.write({"first": "shipments", "second": "date"})
        self.stock(self.oil, 8, self.second)
        self.stock(self.oil, 20, self.third)
        window = self.where_from(self.a_quotation((self.oil, 15)))
        self.assertEqual(self.taken(window), {self.third: 15})
        self.assertEqual(self.row(window, self.third).why, "shipments")
        self.assertEqual(self.row(window, self.second).further, 1)

    def test_the_fewest_shipments_move_other_lines_along(self):
        self.rule.write({"first": "shipments", "second": "date"})
        self.stock(self.oil, 20, self.third)
        self.stock(self.soap, 20, self.third)
        order = self.a_quotation((self.oil, 15), (self.soap, 3))
        window = self.where_from(order)
        self.assertEqual(set(window.line_ids.mapped("order_line_id")), set(order.order_line))
        self.assertEqual(window.shipments, 1)
        window.action_apply()
        self.assertEqual(order.order_line.warehouse_id, self.third)

    def test_the_nearest_warehouse_by_postal_code(self):
        self.rule.write({"first": "distance", "second": "date", "third": False, "fourth": False})
        self.stock(self.oil, 20, self.second)
        self.stock(self.oil, 20, self.third)
        window = self.where_from(self.a_quotation((self.oil, 15)))
        self.assertEqual(window.basis, "steps")
        self.assertEqual(self.taken(window), {self.third: 15})
        self.assertEqual(self.row(window, self.third).distance_text, "Same region")
        self.assertEqual(self.row(window, self.third).why, "distance")

    def test_the_nearest_warehouse_by_coordinates(self):
        self.rule.write({"first": "distance", "second": "date", "third": False, "fourth": False})
        where = {
            self.warehouse: (45.46, 9.19), self.second: (44.49, 11.34), self.third: (41.90, 12.50),
        }  # fmt: skip
        for warehouse, (latitude, longitude) in where.items():
            warehouse.partner_id.write(
                {"partner_latitude": latitude, "partner_longitude": longitude}
            )
        # Florence: nearer to Bologna, though its postal code says Rome.
        self.customer.write({"partner_latitude": 43.77, "partner_longitude": 11.26})
        self.stock(self.oil, 20, self.second)
        self.stock(self.oil, 20, self.third)
        window = self.where_from(self.a_quotation((self.oil, 15)))
        self.assertEqual(window.basis, "km")
        self.assertEqual(self.taken(window), {self.second: 15})
        self.assertEqual(self.row(window, self.second).distance_text, "80 km")

    def test_the_lowest_cost_counts_the_delivery_method_without_asking_a_carrier(self):
        self.rule.write({"first": "cost", "second": "date", "third": False, "fourth": False})
        order = self.a_quotation((self.oil, 15))
        method = self.env["delivery.carrier"].create(
            {
                "name": "Van",
                "delivery_type": "base_on_rule",
                "product_id": self.env.ref("order_cycle.product_shipping").id,
                "price_rule_ids": [
                    Command.create(
                        {
                            "variable": "weight",
                            "operator": "<=",
                            "max_value": 100,
                            "list_base_price": 2.0,
                            "list_price": 0.5,
                            "variable_factor": "weight",
                        }
                    )
                ],
            }
        )
        order.carrier_id = method
        self.stock(self.oil, 8, self.second)
        self.stock(self.oil, 15, self.third)
        window = self.where_from(order)
        self.assertTrue(window.is_price_known)
        # 3 by the rule, 2 and 15 times 0.5 by the method, for 15 kilos.
        self.assertEqual(window.price, 12.5)
        self.assertEqual(self.row(window, self.second).cost, 12.5)
        self.assertEqual(self.taken(window), {self.third: 15})
        self.assertEqual(self.row(window, self.third).why, "cost")
        self.assertEqual(window.cost, 0.0)

    def test_an_order_is_served_by_transfer_where_that_is_cheaper(self):
        self.rule.write({"first": "cost", "second": "date", "third": False, "transfer_cost": 1.0})
        order = self.a_sale((self.oil, 15))
        self.stock(self.oil, 8, self.second)
        window = self.where_from(order)
        self.assertEqual(self.taken(window, "transfer"), {self.second: 5})
        self.assertEqual(self.row(window, self.second).cost, 3.0)
        self.assertEqual(window.cost, 1.0)
        self.rule.write({"first": "date", "second": "cost"})
        window = self.where_from(order)
        self.assertEqual(self.taken(window), {self.second: 5})
        self.assertEqual(self.row(window, self.second).why, "date")

    def test_who_may_help_whom(self):
        self.stock(self.oil, 20, self.second)
        self.stock(self.oil, 20, self.third)
        self.rule.helper_ids = self.third
        window = self.where_from(self.a_quotation((self.oil, 15)))
        self.assertEqual(window.line_ids.warehouse_id, self.warehouse | self.third)
        self.rule.warehouse_ids = self.second
        self.assertFalse(self.a_quotation((self.oil, 15)).cycle_can_source)

    def test_the_policy_names_the_rule(self):
        mine = self.rule.copy({"name": "Mine", "helper_ids": [Command.set(self.third.ids)]})
        self.trade.sourcing_rule_id = mine
        order = self.a_quotation((self.oil, 15))
        Rule = self.env["order.cycle.sourcing.rule"]
        self.assertEqual(Rule._for(order), self.rule)
        order.cycle_policy_id = self.trade
        self.assertEqual(Rule._for(order), mine)

    def test_a_criterion_counts_once(self):
        with self.assertRaisesRegex(ValidationError, "names a criterion twice"):
            self.rule.second = "date"

    def test_another_company_helps_nobody(self):
        other = self.env["res.company"].create({"name": "Another Company"})
        foreign = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        self.stock(self.oil, 50, foreign)
        order = self.a_quotation((self.oil, 15))
        self.assertFalse(order.cycle_can_source)
        self.stock(self.oil, 5, self.second)
        window = self.where_from(order)
        self.assertNotIn(foreign, window.line_ids.warehouse_id)
        self.row(window, self.second).warehouse_id = foreign
        with self.assertRaisesRegex(UserError, "may not help"):
            window.action_apply()

    def test_two_lines_of_one_product_do_not_get_the_same_pieces(self):
        self.stock(self.oil, 6, self.second)
        order = self.a_quotation((self.oil, 13), (self.oil, 5))
        window = self.where_from(order)
        self.assertLessEqual(sum(self.taken(window).values()), 6)
        window.action_apply()
