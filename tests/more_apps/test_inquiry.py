from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import AppsCommon


@tagged("post_install", "-at_install")
class TestSeveralVendors(AppsCommon):
    """Several vendors are asked for the same goods; one gets the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor.email = "ordini@rossi.example"
        cls.offer(cls, cls.oil, cls.tuscan, price=4.0, delay=8)
        cls.buyer.group_ids = cls.env.ref("purchase.group_purchase_user")

    def setUp(self):
        super().setUp()
        # 10 of 24 are there: 14 are missing.
        self.order = self.short(("OIL", 24), promised=3)
        self.case = self.shortage_of(self.oil)

    def ask(self, **values):
        action = self.case.with_user(self.buyer).action_ask_several()
        wizard = self.env[action["res_model"]].with_user(self.buyer).browse(action["res_id"])
        wizard.write(values)
        wizard.action_ask()
        return self.case.inquiry_line_ids.order_id

    def of(self, vendor):
        return self.case.inquiry_line_ids.filtered(lambda line: line.partner_id == vendor)

    def test_each_vendor_gets_a_request_and_they_are_alternatives(self):
        self.assertTrue(self.case.can_ask_several)
        requests = self.ask()
        self.assertEqual(requests.partner_id, self.vendor | self.tuscan)
        self.assertEqual(requests[0].alternative_po_ids, requests)
        self.assertEqual(requests.mapped("state"), ["draft", "draft"])
        self.assertEqual(requests.order_line.mapped("product_qty"), [14, 14])
        self.assertEqual(requests.reference_ids, self.order.stock_reference_ids)
        self.assertEqual(requests.user_id, self.buyer)
        self.assertEqual((self.of(self.vendor).price_unit, self.of(self.tuscan).price_unit), (5, 4))
        self.assertEqual(self.case.inquiry_count, 2)

    def test_requests_are_no_supply(self):
        before = self.order.commitment_date
        self.ask()
        self.assertEqual(self.available(self.oil, by=self.in_days(30)), -14)
        self.assertEqual(self.case._on_the_way()[self.case], [])
        self.assertRecordValues(self.case, [{"state": "open", "missing_qty": 14}])
        self.assertFalse(self.case.purchase_line_ids)
        self.assertEqual(self.order.commitment_date, before)

    def test_odoo_offers_to_cancel_the_others_and_the_winner_is_the_answer(self):
        requests = self.ask()
        winner = self.of(self.tuscan)
        action = winner.order_id.with_user(self.buyer).button_confirm()
        self.assertEqual(action["res_model"], "purchase.requisition.alternative.warning")
        self.assertEqual(self.case.state, "open", "nothing is bought by asking")
        window = self.env[action["res_model"]].with_user(self.buyer)
        window.with_context(**action["context"]).create({}).action_cancel_alternatives()
        self.assertEqual(
            {order.partner_id: order.state for order in requests},
            {self.tuscan: "purchase", self.vendor: "cancel"},
        )
        self.assertEqual(self.case.state, "ordered")
        self.assertEqual(self.case.purchase_line_ids, winner)
        self.assertEqual(winner.cycle_shortage_line_ids.order_id, self.order)
        self.assertEqual(self.order.commitment_date.date(), self.in_days(8).date())
        self.assertEqual(self.available(self.oil, by=self.in_days(30)), 0)

    def test_what_the_winner_sends_serves_the_order(self):
        self.ask()
        purchase = self.of(self.tuscan).order_id
        purchase.with_context(skip_alternative_check=True).button_confirm()
        self.validate(purchase.picking_ids)
        self.advance()
        self.assertEqual(self.case.state, "solved")
        self.assertEqual(self.order.cycle_track_stock, "reserved")

    def test_vendors_answer_by_their_links(self):
        self.ask(has_link=True)
        answers = self.case.vendor_answer_ids
        self.assertEqual(answers.purchase_line_id, self.case.inquiry_line_ids)
        mails = self.env["mail.mail"].search([("email_to", "ilike", "toscano.example")])
        self.assertIn("/order_cycle/answer/", mails[:1].body_html)
        tuscan = answers.filtered(lambda row: row.partner_id == self.tuscan)
        self.assertTrue(tuscan._take(14, self.in_days(4), "Fresh"))
        self.assertEqual(self.of(self.tuscan).date_planned.date(), self.in_days(4).date())
        self.assertEqual(self.case.state, "open", "an offer is no purchase")
        self.of(self.tuscan).order_id.with_context(skip_alternative_check=True).button_confirm()
        self.assertEqual(self.order.commitment_date.date(), self.in_days(4).date())

    def test_the_link_is_sent_again_for_the_requests(self):
        self.ask()
        self.case.with_user(self.buyer).action_ask_vendor()
        self.assertEqual(self.case.vendor_answer_ids.purchase_line_id, self.case.inquiry_line_ids)

    def test_buying_elsewhere_leaves_the_requests_alone_and_says_so(self):
        requests = self.ask()
        wizard = self.window(self.case, self.buyer)
        wizard.line_ids.decision = "buy"
        wizard.action_apply()
        self.assertEqual(self.case.state, "ordered")
        self.assertFalse(self.case.purchase_line_ids & requests.order_line)
        self.assertEqual(requests.order_line.mapped("product_qty"), [14, 14])
        said = self.case.message_ids.filtered(lambda m: "bought twice" in (m.body or ""))
        self.assertEqual(len(said), 1)
        for request in requests:
            self.assertIn(request.name, said.body)

    def test_more_vendors_are_asked_later(self):
        third = self.env["res.partner"].create({"name": "Umbro", "email": "u@umbro.example"})
        requests = self.ask()
        self.ask(partner_ids=third.ids)
        self.assertEqual(len(self.case.inquiry_line_ids), 3)
        self.assertEqual(requests[0].alternative_po_ids, self.case.inquiry_line_ids.order_id)

    def test_nobody_is_asked_twice_and_one_is_not_several(self):
        with self.assertRaisesRegex(UserError, "at least two"):
            self.ask(partner_ids=self.vendor.ids)
        self.assertFalse(self.case.inquiry_line_ids)
        self.ask()
        with self.assertRaisesRegex(UserError, "not asked yet"):
            self.ask()
        self.assertEqual(len(self.case.inquiry_line_ids), 2)

    def test_the_approval_of_a_large_purchase_comes_first(self):
        self.company.write({"po_double_validation": "two_step", "po_double_validation_amount": 10})
        self.ask()
        purchase = self.of(self.tuscan).order_id.with_user(self.buyer)
        purchase.with_context(skip_alternative_check=True).button_confirm()
        self.assertEqual(purchase.state, "to approve")
        self.assertEqual(self.case.state, "open")
        chief = new_test_user(self.env, "paola", groups="purchase.group_purchase_manager")
        purchase.with_user(chief).button_approve()
        self.assertEqual(self.case.state, "ordered")

    def test_only_who_buys_asks(self):
        seller = new_test_user(self.env, "sara", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.case.with_user(seller).action_ask_several()

    def test_the_offers_are_compared_in_odoos_own_list(self):
        self.ask()
        action = self.case.with_user(self.buyer).action_compare_inquiries()
        lines = self.env["purchase.order.line"].search(action["domain"])
        self.assertEqual(lines, self.case.inquiry_line_ids)
