from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import AppsCommon


@tagged("post_install", "-at_install")
class TestRemedyMake(AppsCommon):
    """What is missing and can be made is made, for the orders that wait."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flour = cls.a_product("FLOUR", stock=100)
        cls.flour.standard_price = 0.5
        cls.bread = cls.a_product("BREAD", seller_ids=[])
        cls.bread.standard_price = 3.0
        cls.bill = cls.a_bill(cls.bread, [(cls.flour, 2)], kind="normal", produce_delay=2)
        cls.buyer.group_ids = cls.env.ref("purchase.group_purchase_user")
        cls.order = None

    def setUp(self):
        super().setUp()
        self.order = self.short(("BREAD", 8), promised=9)
        self.case = self.shortage_of(self.bread)

    def production(self):
        return self.env["mrp.production"].search([("product_id", "=", self.bread.id)])

    def make(self, user=None):
        wizard = self.window(self.case, user)
        wizard.line_ids.decision = "make"
        wizard.action_apply()
        return self.production()

    def test_it_is_proposed_with_its_date_and_cost(self):
        wizard = self.window(self.case)
        made = wizard.line_ids.proposal_ids.filtered(lambda row: row.kind == "make")
        self.assertEqual(wizard.line_ids.decision, "make")
        self.assertEqual(made.expected_at.date(), self.in_days(2).date())
        self.assertEqual((made.quantity, made.cost, made.margin), (8, 8.0, 16.0))

    def test_a_buyer_without_rights_in_production_has_it_made(self):
        production = self.make(self.buyer)
        self.assertRecordValues(
            production, [{"product_qty": 8, "state": "confirmed", "origin": self.order.name}]
        )
        self.assertEqual(self.case.state, "ordered")
        self.assertEqual(production.date_finished.date(), self.in_days(2).date())
        self.assertEqual(self.order.commitment_date.date(), self.in_days(2).date())
        self.assertEqual(self.order.order_line.cycle_promise_date.date(), self.in_days(2).date())

    def test_it_is_pegged_to_the_order_both_ways(self):
        production = self.make()
        self.assertEqual(self.case.transfer_move_ids, production.move_finished_ids)
        self.assertIn(production, self.order.mrp_production_ids)
        self.assertEqual(production.reference_ids, self.order.stock_reference_ids)

    def test_what_is_made_serves_the_order_and_closes_the_case(self):
        production = self.make()
        form = Form(production)
        form.qty_producing = 8
        form.save()
        production.button_mark_done()
        self.assertEqual(production.state, "done")
        self.advance()
        self.assertEqual(self.case.state, "solved")
        self.assertEqual(self.order.cycle_track_stock, "reserved")

    def test_what_is_made_for_an_order_goes_to_it_first(self):
        production = self.make()
        later = self.an_order([("BREAD", 8)], channel="phone")
        later.picking_ids.move_ids.write({"priority": "1", "date": self.in_days(-9)})
        form = Form(production)
        form.qty_producing = 8
        form.save()
        production.button_mark_done()
        self.assertEqual(self.order.order_line.move_ids.quantity, 8)

    def test_it_is_made_once(self):
        first, second = self.window(self.case), self.window(self.case)
        (first | second).line_ids.decision = "make"
        first.action_apply()
        with self.assertRaisesRegex(UserError, "answered"):
            second.action_apply()
        self.assertEqual(len(self.production()), 1)

    def test_all_or_nothing(self):
        self.short(("OIL", 12))
        wizard = self.window(self.case | self.shortage_of(self.oil))
        make, buy = wizard.line_ids.sorted(lambda line: line.product_id != self.bread)
        make.decision, buy.decision = "make", "buy"
        self.bill.active = False
        with self.assertRaisesRegex(UserError, "no bill of materials any more"):
            wizard.action_apply()
        self.assertFalse(self.production())
        self.assertEqual(self.shortage_of(self.oil).state, "open")
        self.assertFalse(self.shortage_of(self.oil).purchase_line_ids)

    def test_components_that_are_missing_are_waited_for(self):
        self.stock(self.flour, -100)
        made = self.window(self.case).line_ids.proposal_ids.filtered(lambda r: r.kind == "make")
        # Five days until the flour is there, two to bake.
        self.assertEqual(made.expected_at.date(), self.in_days(7).date())
        self.assertIn("Flour", made.text)
        production = self.make()
        self.assertEqual(production.date_start.date(), self.in_days(5).date())
        self.assertEqual(self.order.commitment_date.date(), self.in_days(7).date())

    def test_without_components_or_a_vendor_of_them_nothing_is_promised(self):
        self.stock(self.flour, -100)
        self.flour.seller_ids.unlink()
        self.assertNotIn("make", self.ranking(self.window(self.case)))

    def test_a_kit_is_not_made(self):
        self.a_kit("SET", (self.oil, 1))
        order = self.short(("SET", 12))
        case = order.cycle_shortage_line_ids.shortage_id
        self.assertEqual(case.product_id, self.oil)
        self.assertNotIn("make", self.ranking(self.window(case)))

    def test_who_makes_may_decide_to_make(self):
        baker = new_test_user(
            self.env, "bea", groups="mrp.group_mrp_user,order_cycle.group_order_cycle_operator"
        )
        self.make(baker)
        self.assertEqual(self.case.state, "ordered")

    def test_who_has_no_part_in_it_may_not(self):
        packer = new_test_user(
            self.env, "pia", groups="stock.group_stock_user,order_cycle.group_order_cycle_operator"
        )
        with self.assertRaisesRegex(UserError, "purchasing"):
            self.make(packer)
        self.assertFalse(self.production())
