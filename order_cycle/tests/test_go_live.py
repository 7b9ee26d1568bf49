from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_account_settings import StageCommon


@tagged("post_install", "-at_install")
class TestGoLive(StageCommon):
    """A test shipment walks through the sandbox before real ones do."""

    def setUp(self):
        super().setUp()
        self.use_euro()

    def rehearse(self, account):
        action = account.action_rehearse()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.partner_id = self.env["res.partner"].create(
            {
                "name": "Carla Bianchi",
                "street": "Via Roma 1",
                "zip": "20121",
                "city": "Milano",
                "country_id": self.env.ref("base.it").id,
                "phone": "+39 02 1234567",
            }
        )
        if account == self.freight_account:
            wizard.weight = 120
        with self.in_production():
            wizard.action_run()
        return wizard

    def found(self, account):
        return {check.step: check.state for check in account.check_ids}

    def test_parcels_by_rest_and_freight_by_soap(self):
        for account, carrier in (
            (self.parcel_account, self.parcel_carrier),
            (self.freight_account, self.freight_carrier),
        ):
            wizard = self.rehearse(account)
            with self.subTest(account=account.name):
                states = self.found(account)
                self.assertEqual(set(states), {"quote", "book", "label", "track", "cancel"})
                self.assertLessEqual(set(states.values()), {"passed", "different"}, states)
                self.assertTrue(wizard.is_over)
                self.assertIn(account.check_state, ("passed", "different"))
                self.assertTrue(account.checked_at)
                [held] = carrier.held(wizard.request_ref)
                self.assertEqual(states["cancel"], "passed", "nothing is left at the sandbox")
                label = account.check_ids.filtered(lambda one: one.step == "label").label_id
                self.assertTrue(label.raw.startswith(b"%PDF"))
                self.assertFalse(self.env["order.cycle.consignment"].search_count([]))

    def test_what_differs_is_named(self):
        self.parcel_carrier.will("wrong_label")
        self.rehearse(self.parcel_account)
        book = self.parcel_account.check_ids.filtered(lambda one: one.step == "book")
        self.assertEqual(book.state, "different")
        self.assertIn("Booked as", book.message)

    def test_a_refusal_is_shown_and_the_rest_left_out(self):
        self.parcel_carrier.will("refuse")
        self.rehearse(self.parcel_account)
        self.assertEqual(
            self.found(self.parcel_account),
            {
                "quote": "passed",
                "book": "failed",
                "label": "skipped",
                "track": "skipped",
                "cancel": "skipped",
            },
        )
        self.assertEqual(self.parcel_account.check_state, "failed")

    def test_a_lost_answer_is_told_with_our_reference(self):
        self.parcel_carrier.will("answer_lost_after")
        wizard = self.rehearse(self.parcel_account)
        book = self.parcel_account.check_ids.filtered(lambda one: one.step == "book")
        self.assertEqual(book.state, "failed")
        self.assertIn(wizard.request_ref, book.message)

    def test_a_new_rehearsal_replaces_the_last(self):
        self.rehearse(self.parcel_account)
        first = self.parcel_account.check_ids
        self.parcel_account.action_rehearse()
        self.assertFalse(first.exists())
        self.assertEqual(self.parcel_account.check_state, "open")

    def test_a_live_account_is_not_rehearsed_with(self):
        action = self.parcel_account.action_rehearse()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.parcel_account.environment = "live"
        with self.assertRaisesRegex(UserError, "is live"):
            wizard.action_run()
        self.assertFalse(self.parcel_carrier.held())

    def test_only_administrators_rehearse(self):
        manager = new_test_user(
            self.env, "go_live_manager", groups="order_cycle.group_order_cycle_manager"
        )
        with self.assertRaises(AccessError):
            self.parcel_account.with_user(manager).action_rehearse()
