import base64

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestCarrierBill(RehearsalCommon):
    """What the carrier bills, beside what was quoted and charged."""

    def setUp(self):
        super().setUp()
        self.env.ref("base.EUR").active = True
        self.clerk = new_test_user(
            self.env, "clerk", groups="account.group_account_invoice,base.group_user"
        )
        self.consignments = self.a_consignment() | self.a_consignment()
        self.book()
        self.assertEqual(self.consignments.mapped("state"), ["done", "done"])
        # In the company's currency, so that each test sees its own numbers.
        self.consignments.write({"price": 10.0, "currency_id": self.company.currency_id.id})

    def a_wizard(self, rows, number="B-1", header="Waybill;Net Amount;Service"):
        text = "\n".join([header, *rows])
        form = Form(self.env["order.cycle.bill.import"].with_user(self.clerk))
        form.account_id = self.parcel_account
        form.file = base64.b64encode(text.encode())
        form.number = number
        return form

    def a_bill(self, rows, number="B-1", **options):
        action = self.a_wizard(rows, number, **options).save().action_import()
        return self.env["order.cycle.carrier.bill"].browse(action["res_id"])

    def row(self, amount, consignment=None, service="Standard"):
        waybill = consignment.waybill_ref if consignment else "UNKNOWN-1"
        return f"{waybill};{amount};{service}"

    # === WHAT DIFFERS === #

    def test_rows_are_set_beside_what_was_charged_at_booking(self):
        one, two = self.consignments
        bill = self.a_bill([self.row("10,00", one), self.row("12,50", two), self.row("99,00")])
        self.assertRecordValues(
            bill.line_ids,
            [
                {"consignment_id": one.id, "expected": 10.0, "difference": 0.0, "state": "matched"},
                {
                    "consignment_id": two.id,
                    "expected": 10.0,
                    "difference": 2.5,
                    "state": "different",
                },
                {
                    "consignment_id": False,
                    "expected": 0.0,
                    "difference": 0.0,
                    "state": "unmatched",
                },
            ],
        )
        self.assertRecordValues(
            bill,
            [{"amount_total": 121.5, "expected_total": 20.0, "open_count": 2, "state": "open"}],
        )
        self.assertEqual((two.price_invoiced, two.cost_difference), (12.5, 2.5))

    def test_a_shipment_with_surcharges_is_compared_as_a_whole(self):
        one = self.consignments[0]
        bill = self.a_bill([self.row("8,00", one), self.row("2,00", one, "Fuel")])
        self.assertEqual(bill.line_ids.mapped("state"), ["matched", "matched"])
        self.assertEqual(bill.line_ids.mapped("expected"), [10.0, 0.0])

    def test_a_small_difference_is_accepted_as_the_bill_says(self):
        one = self.consignments[0]
        bill = self.a_bill([self.row("10,45", one)])
        self.assertEqual(bill.line_ids.state, "matched")
        bill.tolerance_amount = 0.1
        bill.action_match()
        self.assertEqual(bill.line_ids.state, "different")
        bill.tolerance_percent = 5
        bill.action_match()
        self.assertEqual(bill.line_ids.state, "matched")

    def test_what_was_quoted_counts_where_nothing_was_charged(self):
        one = self.consignments[0]
        one.write({"price": 0.0, "currency_id": False})
        bill = self.a_bill([self.row("7,50", one)])
        self.assertEqual(bill.line_ids.state, "unpriced")
        one.price_quoted = 7.5
        bill.action_match()
        self.assertRecordValues(bill.line_ids, [{"state": "matched", "expected": 7.5}])

    def test_what_was_billed_before_is_not_paid_again(self):
        one = self.consignments[0]
        self.a_bill([self.row("10,00", one)])
        again = self.a_bill([self.row("10,00", one, "Again")], number="B-2")
        self.assertEqual(again.line_ids.state, "twice")

    def test_a_row_with_the_number_of_one_parcel_finds_its_consignment(self):
        one = self.consignments[0]
        tracking = one.parcel_ids[0].tracking_ref
        bill = self.a_bill([f"{tracking};10.00;Standard"])
        self.assertEqual(bill.line_ids.consignment_id, one)

    def test_another_account_s_waybill_is_not_ours(self):
        other = self.parcel_account.copy()
        one = self.consignments[0]
        form = self.a_wizard([self.row("10,00", one)])
        form.account_id = other
        action = form.save().action_import()
        bill = self.env["order.cycle.carrier.bill"].browse(action["res_id"])
        self.assertEqual(bill.line_ids.state, "unmatched")

    def test_people_accept_what_they_have_cleared_up(self):
        two = self.consignments[1]
        bill = self.a_bill([self.row("12,50", two)]).with_user(self.clerk)
        bill.line_ids.note = "Agreed: weight was wrong."
        bill.line_ids.action_accept()
        self.assertEqual(bill.state, "checked")
        bill.action_match()
        self.assertEqual(bill.line_ids.state, "accepted", "matching again does not forget it")
        with self.assertRaises(UserError):
            bill.unlink()

    def test_a_corrected_waybill_is_matched(self):
        one = self.consignments[0]
        bill = self.a_bill([self.row("10,00")])
        bill.line_ids.waybill_ref = one.waybill_ref
        bill.action_match()
        self.assertEqual(bill.line_ids.state, "matched")

    def test_a_bill_in_another_currency_is_converted(self):
        one = self.consignments[0]
        euro = self.env.ref("base.EUR")
        if euro == self.company.currency_id:
            euro = self.env.ref("base.USD")
            euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.5, "company_id": self.company.id}
        )
        bill = self.a_bill(
            [f"{one.waybill_ref};5.00;{euro.name}"], header="Waybill;Net Amount;Currency"
        )
        self.assertRecordValues(bill.line_ids, [{"amount_company": 10.0, "state": "matched"}])

    # === THE FILE === #

    def test_columns_are_guessed_and_shown_before_anything_is_made(self):
        form = self.a_wizard(
            ["W-1;1.234,50;Espresso"], header="Lettera di vettura;Importo;Servizio"
        )
        self.assertEqual(
            (form.waybill_column, form.amount_column, form.currency_column, form.mark),
            ("Lettera di vettura", "Importo", False, ","),
        )
        self.assertIn("1234.50", form.preview)
        self.assertEqual(form.columns, "Lettera di vettura, Importo, Servizio")
        self.assertFalse(self.env["order.cycle.carrier.bill"].search_count([]))

    def test_people_choose_other_columns(self):
        one = self.consignments[0]
        form = self.a_wizard([f"{one.waybill_ref};9;10"], header="Our Code;Net Amount;Gross")
        self.assertFalse(form.waybill_column)
        form.waybill_column = "Our Code"
        form.amount_column = "Gross"
        bill = self.env["order.cycle.carrier.bill"].browse(form.save().action_import()["res_id"])
        self.assertEqual(bill.line_ids.state, "matched")

    def test_a_hostile_file_shows_no_markup_of_its_own(self):
        form = self.a_wizard(["<img src=x onerror=alert(1)>;5.00;S"])
        self.assertNotIn("<img", form.preview)
        self.assertIn("&lt;img", form.preview)

    def test_the_same_file_makes_one_bill(self):
        rows = [self.row("10,00", self.consignments[0])]
        bill = self.a_bill(rows)
        self.assertEqual(self.a_bill(rows, number="another number"), bill)
        with self.assertRaisesRegex(UserError, "another file"):
            self.a_bill([self.row("11,00", self.consignments[0])])

    @mute_logger("odoo.sql_db")
    def test_two_at_once_make_one_bill(self):
        bill = self.a_bill([self.row("10,00", self.consignments[0])])
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            bill.copy({"name": "B-9", "file_hash": bill.file_hash})

    def test_totals_and_blanks_are_no_shipments(self):
        bill = self.a_bill([self.row("10,00", self.consignments[0]), ";10,00;Total", ";;"])
        self.assertEqual(len(bill.line_ids), 1)

    def test_what_cannot_be_read_is_said_with_its_row(self):
        with self.assertRaisesRegex(UserError, "Row 3.*free"):
            self.a_bill([self.row("10.00"), self.row("free")])
        with self.assertRaisesRegex(UserError, "ZZZ"):
            self.a_bill(["W;1.00;ZZZ"], header="Waybill;Amount;Currency")
        with self.assertRaisesRegex(UserError, "no table"):
            self.env["order.cycle.bill.import"].with_user(self.clerk).create(
                {
                    "account_id": self.parcel_account.id,
                    "number": "X",
                    "file": base64.b64encode(b"\x00"),
                    "waybill_column": "a",
                    "amount_column": "b",
                }
            ).action_import()

    # === WHO === #

    def test_people_of_the_accounts_check_bills_and_others_do_not(self):
        bill = self.a_bill([self.row("12,50", self.consignments[1])])
        packer = new_test_user(self.env, "bill_packer", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            bill.with_user(packer).read(["name"])
        operator = new_test_user(
            self.env, "bill_operator", groups="order_cycle.group_order_cycle_operator"
        )
        self.assertEqual(bill.with_user(operator).name, "B-1")
        with self.assertRaises(AccessError):
            bill.with_user(operator).line_ids.action_accept()
