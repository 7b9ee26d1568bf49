from datetime import datetime

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged

from .shortage_common import ShortageCommon


@tagged("post_install", "-at_install")
class TestShortageLadder(ShortageCommon):
    """Who is called when, in the hours people work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Monday to Friday, 8 to 12 and 13 to 17, in UTC so that the numbers can be read.
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.chief = new_test_user(
            cls.env, "paola", groups="purchase.group_purchase_manager", email="p@example.com"
        )
        cls.seller = new_test_user(
            cls.env, "sara", groups="sales_team.group_sale_salesman", email="s@example.com"
        )
        cls.trade.write(
            {"shortage_hours": 8, "manager_hours": 4, "purchase_manager_id": cls.chief.id}
        )
        cls.env.ref("order_cycle.channel_phone").user_id = cls.seller

    def climb_at(self, moment):
        with freeze_time(moment):
            self.run_cron("cron_shortage_ladder")

    def a_case(self, moment="2026-03-05 15:00:00"):
        """A Thursday afternoon: eight hours of work end on Friday at three."""
        with freeze_time(moment):
            order = self.short(("OIL", 12))
        return order, self.shortage_of(self.oil)

    def test_it_climbs_exactly_when_the_working_hours_are_over(self):
        order, shortage = self.a_case()
        self.assertEqual(shortage.step_due_at, datetime(2026, 3, 6, 15))
        self.assertRecordValues(
            shortage, [{"step": "buyer", "owner_id": self.buyer.id, "due_at": shortage.step_due_at}]
        )
        self.climb_at("2026-03-06 14:59:59")
        self.assertEqual(shortage.step, "buyer")
        self.climb_at("2026-03-06 15:00:00")
        self.assertRecordValues(shortage, [{"step": "manager", "owner_id": self.chief.id}])
        self.assertEqual(shortage.activity_ids.user_id, self.buyer | self.chief)
        # Two hours are left on Friday, two on Monday.
        self.assertEqual(shortage.step_due_at, datetime(2026, 3, 9, 10))
        self.climb_at("2026-03-09 09:59:00")
        self.assertEqual(shortage.step, "manager")
        self.climb_at("2026-03-09 10:00:00")
        self.assertRecordValues(
            shortage, [{"step": "sales", "owner_id": self.seller.id, "step_due_at": False}]
        )
        self.assertIn(self.seller, order.activity_ids.user_id)
        self.climb_at("2026-03-20 10:00:00")
        self.assertEqual(shortage.step, "sales")

    def test_holidays_do_not_count(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Patron saint",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-03-06 00:00:00",
                "date_to": "2026-03-06 23:59:59",
            }
        )
        _order, shortage = self.a_case()
        self.assertEqual(shortage.step_due_at, datetime(2026, 3, 9, 15))
        self.climb_at("2026-03-06 15:00:00")
        self.assertEqual(shortage.step, "buyer")

    def test_the_scheduled_action_is_woken_for_the_minute(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        _order, shortage = self.a_case()
        cron = self.env.ref("order_cycle.cron_shortage_ladder")
        woken = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn(shortage.step_due_at, woken.mapped("call_at"))

    def test_each_step_is_told_in_the_chatter(self):
        _order, shortage = self.a_case()
        self.climb_at("2026-03-06 15:00:00")
        message = shortage.message_ids.filtered(lambda row: "did not answer" in (row.body or ""))
        self.assertIn(self.chief.partner_id, message.partner_ids)

    def test_an_answered_shortage_does_not_climb(self):
        _order, shortage = self.a_case()
        with freeze_time("2026-03-06 09:00:00"):
            self.window(shortage).action_apply()
        self.climb_at("2026-03-12 15:00:00")
        self.assertRecordValues(shortage, [{"step": "buyer", "state": "ordered"}])

    def test_a_new_order_starts_the_ladder_again(self):
        _order, shortage = self.a_case()
        self.climb_at("2026-03-06 15:00:00")
        with freeze_time("2026-03-09 08:00:00"):
            self.window(shortage).action_apply()
            self.short(("OIL", 9))
        self.assertRecordValues(
            shortage,
            [{"step": "buyer", "state": "open", "step_due_at": datetime(2026, 3, 9, 17)}],
        )

    def test_the_case_says_what_each_order_loses(self):
        order, shortage = self.a_case()
        line = shortage.line_ids
        self.assertEqual(line.value, 20)
        self.assertEqual(shortage.value, 20)
        line.original_date = fields.Datetime.to_datetime("2026-03-06 12:00:00")
        with freeze_time("2026-03-09 12:00:00"):
            order.order_line.cycle_promise_date = "2026-03-11 12:00:00"
            self.assertEqual((line.days_late, shortage.days_late), (5, 5))

    # === IT CLOSES ITSELF, BY WHATEVER ROUTE === #

    def test_it_closes_when_a_receipt_arrives_that_nobody_ordered_here(self):
        order, shortage = self.a_case()
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.oil.id,
                            "product_uom_qty": 5,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        },
                    )
                ],
            }
        )
        receipt.action_confirm()
        self.validate(receipt)
        self.closed(order, shortage)

    def test_it_closes_when_the_shelf_is_counted(self):
        order, shortage = self.a_case()
        quant = self.env["stock.quant"].create(
            {
                "product_id": self.oil.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "inventory_quantity": 15,
            }
        )
        quant.action_apply_inventory()
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.closed(order, shortage)

    def test_it_closes_when_another_order_gives_its_goods_back(self):
        self.trade.auto_ship = False
        first = self.short(("OIL", 10))
        second = self.short(("OIL", 4))
        shortage = self.shortage_of(self.oil)
        first._action_cancel()
        self.env["order.cycle.signal"]._emit(second, "clock")
        self.advance()
        self.assertEqual(shortage.state, "solved")

    def closed(self, order, shortage):
        self.advance()
        self.assertRecordValues(shortage, [{"state": "solved", "step_due_at": False}])
        self.assertEqual(order.order_line.qty_delivered, 12)
