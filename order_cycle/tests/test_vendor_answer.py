import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..models.order_cycle_vendor_answer import PATH
from .shortage_common import ShortageCommon


@tagged("post_install", "-at_install")
class TestVendorAnswer(ShortageCommon, HttpCase):
    """A vendor says by a link what comes when; no account, one answer."""

    def setUp(self):
        super().setUp()
        self.buyer.group_ids = self.env.ref("purchase.group_purchase_user")
        self.vendor.email = "ordini@rossi.example"
        self.order = self.short(("OIL", 22), promised=5)
        self.shortage = self.shortage_of(self.oil)
        self.day = fields.Date.today() + timedelta(days=11)

    def ask(self):
        """Ask as the buyer; return the address in the mail."""
        before = self.env["mail.mail"].search([])
        self.shortage.with_user(self.buyer).action_ask_vendor()
        self.mail = self.env["mail.mail"].search([]) - before
        return re.search(rf"{PATH}[\w-]+", self.mail.body_html)[0]

    def answer(self, path, **values):
        page = self.url_open(path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return self.url_open(path, data={"csrf_token": token, **values})

    def test_the_answer_lands_in_the_case_and_moves_the_promise(self):
        self.window(self.shortage).action_apply()
        path = self.ask()
        self.assertEqual(self.mail.email_to, self.vendor.email_formatted)
        page = self.url_open(path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Oil", page.text)
        done = self.answer(
            path, quantity="12", expected=self.day.isoformat(), reason="Harvest is late"
        )
        self.assertEqual(done.status_code, 200)
        self.assertIn("Thank you", done.text)
        self.env.invalidate_all()
        self.assertRecordValues(
            self.shortage.vendor_answer_ids,
            [{"state": "answered", "quantity": 12, "reason": "Harvest is late"}],
        )
        self.assertEqual(self.order.commitment_date.date(), self.day)
        self.assertEqual(self.shortage.promised_date.date(), self.day)
        self.assertEqual(self.shortage.purchase_line_ids.date_planned.date(), self.day)
        self.assertIn("Harvest is late", "".join(self.shortage.message_ids.mapped("body")))

    def test_the_vendor_reads_its_own_name_of_the_goods(self):
        offer = self.oil.seller_ids.filtered(lambda row: row.partner_id == self.vendor)
        offer.write({"product_code": "EVO-750", "product_name": "Olio Rossi"})
        path = self.ask()
        self.assertIn("[EVO-750] Olio Rossi", self.mail.subject)
        self.assertIn("[EVO-750] Olio Rossi", self.mail.body_html)
        self.assertIn("[EVO-750] Olio Rossi", self.url_open(path).text)

    def test_the_page_speaks_the_vendor_s_language_and_the_case_that_of_the_company(self):
        self.vendor.lang = "it_IT"
        self.env.company.partner_id.lang = "en_US"
        path = self.ask()
        self.assertIn("Quando potete consegnare", self.url_open(path).text)
        self.answer(path, quantity="12", expected=self.day.isoformat())
        self.env.invalidate_all()
        self.assertIn("answers: 12 of 12", self.shortage.message_ids[:1].body)

    def test_a_link_works_once_and_then_says_so_kindly(self):
        path = self.ask()
        self.answer(path, quantity="12", expected=self.day.isoformat())
        page = self.url_open(path)
        self.assertEqual(page.status_code, 410)
        self.assertIn("This link is closed", page.text)

    def test_an_old_or_wrong_link_learns_nothing(self):
        path = self.ask()
        self.shortage.vendor_answer_ids.expires_at = fields.Datetime.now() - timedelta(hours=1)
        for address in (path, f"{PATH}{'x' * 43}"):
            page = self.url_open(address)
            self.assertEqual(page.status_code, 410)
            self.assertNotIn("Oil", page.text)

    def test_the_database_does_not_hold_the_link(self):
        token = self.ask().removeprefix(PATH)
        answer = self.shortage.vendor_answer_ids
        self.assertNotEqual(answer.token_hash, token)
        self.assertGreaterEqual(len(token), 43)
        self.assertNotIn(token, "".join(self.shortage.message_ids.mapped("body")))
        with self.assertRaises(AccessError):
            answer.with_user(self.buyer).read(["token_hash"])

    def test_nonsense_is_asked_again(self):
        path = self.ask()
        yesterday = (fields.Date.today() - timedelta(days=1)).isoformat()
        for values in (
            {"quantity": "many", "expected": self.day.isoformat()},
            {"quantity": "-1", "expected": self.day.isoformat()},
            {"quantity": "nan", "expected": self.day.isoformat()},
            {"quantity": "12", "expected": yesterday},
            {"quantity": "12", "expected": "soon"},
        ):
            with self.subTest(values):
                self.assertEqual(self.answer(path, **values).status_code, 422)
        self.env.invalidate_all()
        self.assertEqual(self.shortage.vendor_answer_ids.state, "asked")

    def test_fewer_goods_than_needed_open_the_case_again(self):
        self.window(self.shortage).action_apply()
        path = self.ask()
        self.answer(path, quantity="5", expected=self.day.isoformat())
        self.env.invalidate_all()
        self.assertEqual(self.shortage.state, "open")
        self.assertEqual(self.shortage.purchase_line_ids.product_qty, 5)
        self.assertEqual(self.window(self.shortage).line_ids.to_answer_qty, 7)

    def test_an_answer_before_the_purchase_limits_what_is_proposed(self):
        self.offer(self.oil, self.tuscan, price=9.0, delay=3)
        before = self.env["mail.mail"].search([])
        self.shortage.with_user(self.buyer).action_ask_vendor()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 2)
        rossi = mails.filtered(lambda mail: "rossi" in mail.email_to)
        self.answer(
            re.search(rf"{PATH}[\w-]+", rossi.body_html)[0],
            quantity="4",
            expected=self.day.isoformat(),
        )
        self.env.invalidate_all()
        wizard = self.window(self.shortage)
        bought = wizard.line_ids.proposal_ids.filtered(lambda row: row.kind in ("buy", "faster"))
        self.assertEqual(bought.seller_id.partner_id, self.tuscan)

    def test_a_new_question_closes_the_link_before(self):
        old, new = self.ask(), self.ask()
        self.assertEqual(self.url_open(old).status_code, 410)
        self.assertEqual(self.url_open(new).status_code, 200)

    def test_a_vendor_without_an_address_is_said(self):
        self.vendor.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self.ask()
