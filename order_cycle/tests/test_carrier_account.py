import dataclasses
import traceback
from pathlib import Path
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .rehearsal_common import ADDON, RehearsalCommon


@tagged("post_install", "-at_install")
class TestCarrierAccount(RehearsalCommon):
    """Whose credentials are used, for whom, and from which database."""

    def another_company(self):
        return self.env["res.company"].create(
            {"name": "Another Company", "country_id": self.env.ref("base.it").id}
        )

    # === ONE ACCOUNT FOR ONE BOOKING === #

    def test_an_account_that_is_exchanged_is_not_asked_for_what_the_other_may_have(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        other = self.parcel_account.copy({"api_key": "wrong", "base_url": "http://127.0.0.1:9"})
        self.parcel.cycle_account_id = other
        self.assertEqual(consignment.account_id, self.parcel_account)
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_what_was_refused_is_booked_again_with_the_new_account(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("refuse")
        self.book()
        other = self.parcel_account.copy({"api_key": "rehearsal-parcel-key"})
        self.parcel.cycle_account_id = other
        consignment.action_book_again()
        self.assertEqual(consignment.account_id, other)

    @mute_logger("odoo.sql_db")
    def test_an_account_in_use_is_not_deleted(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.parcel_account.unlink()

    # === ONE ACCOUNT FOR ONE COMPANY === #

    def test_a_method_of_all_companies_can_be_given_an_account_on_the_screen(self):
        method = self.parcel.copy({"company_id": False})
        # The client asks with this domain, filled from the form.
        domain = self.env["delivery.carrier"]._fields["cycle_account_id"].domain
        offered = self.env["order.cycle.carrier.account"].search(
            safe_eval(domain, {"company_id": method.company_id.id})
        )
        self.assertIn(self.parcel_account, offered)
        with Form(method) as form:
            form.cycle_account_id = self.parcel_account
            form.cycle_service = "rehearsal_rest:standard"
        self.assertEqual(method.cycle_account_id, self.parcel_account)

    def test_a_method_of_one_company_takes_no_account_of_another(self):
        self.parcel_account.company_id = self.another_company()
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.parcel.company_id = self.company

    def test_goods_of_one_company_do_not_travel_on_the_account_of_another(self):
        order = self.an_order([("OIL", 1)], paid=10.0)
        self.parcel_account.company_id = self.another_company()
        self.advance()
        self.assertEqual(order.cycle_track_stock, "reserved", "the goods stay")
        self.assertIn("Choose a delivery method", self.open_exceptions(order).cause)
        self.assertFalse(order.cycle_consignment_ids)
        with self.assertRaisesRegex(UserError, "another company"):
            order.picking_ids._cycle_hand_over()

    # === ONE DATABASE === #

    def test_a_copy_of_the_database_does_not_ship_until_somebody_says_so(self):
        consignment = self.a_consignment()
        # As in a database made with createdb -T: the same rows in another database.
        self.parcel_account.armed_for = "production/4711/the-same-uuid"
        self.assertTrue(self.parcel_account.is_of_other_database)
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo", "attempt": 0}])
        self.assertFalse(self.env["order.cycle.call"].search_count([]))
        exception = self.open_exceptions(consignment.order_id)
        self.assertEqual(exception.kind, "account")
        self.assertIn("copy", exception.cause)
        with self.assertRaisesRegex(UserError, "copy"):
            self.parcel_account.action_check()

        self.parcel_account.action_confirm_database()
        self.assertFalse(self.parcel_account.is_of_other_database)
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")

    def test_each_way_to_tell_a_copy_counts(self):
        here = self.env["order.cycle.carrier.account"]._database_identity()
        name, oid, cluster, uuid = here.split("/")
        self.assertEqual(name, self.env.cr.dbname)
        self.assertTrue(cluster, "the tests' server may be asked which one it is")
        for other in (
            f"x{name}/{oid}/{cluster}/{uuid}",
            f"{name}/1{oid}/{cluster}/{uuid}",
            f"{name}/{oid}/1{cluster}/{uuid}",
            f"{name}/{oid}/{cluster}/x",
        ):
            self.parcel_account.armed_for = other
            self.assertTrue(self.parcel_account.is_of_other_database, other)

    def test_new_credentials_belong_to_the_database_in_which_they_were_typed(self):
        self.parcel_account.armed_for = "production/4711/the-same-uuid"
        self.parcel_account.name = "Another name"
        self.assertTrue(self.parcel_account.is_of_other_database)
        self.parcel_account.api_key = "rehearsal-parcel-key"
        self.assertFalse(self.parcel_account.is_of_other_database)

    def test_a_neutralized_database_reaches_nobody(self):
        consignment = self.a_consignment()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo", "attempt": 0}])
        self.assertFalse(self.parcel_carrier.held())
        with self.assertRaisesRegex(UserError, "neutralized"):
            self.parcel_account.action_check()

    def test_neutralizing_leaves_no_credential_and_nothing_to_send(self):
        consignment = self.a_consignment()
        self.env.flush_all()
        self.env.cr.execute(Path(ADDON, "data/neutralize.sql").read_text())
        self.env.invalidate_all()
        account = self.parcel_account
        secrets = ("base_url", "username", "password", "api_key", "account_number", "armed_for")
        self.assertFalse([name for name in secrets if account[name]])
        self.assertEqual(account.environment, "test")
        self.assertEqual(consignment.state, "cancelled")
        self.book()
        self.assertFalse(self.parcel_carrier.held())

    # === SECRETS === #

    def test_a_key_that_fits_into_no_header_is_in_no_message_and_no_traceback(self):
        self.parcel_account.api_key = "c4n4ry\nS3cret"
        with self.assertRaises(UserError) as caught:
            self.parcel_account.action_check()
        # Odoo shows the whole chain of an error to the client.
        self.assertNotIn("c4n4ry", "".join(traceback.format_exception(caught.exception)))
        self.assertIsNone(caught.exception.__cause__)

    def test_the_address_of_a_carrier_that_has_one_is_not_the_user_s_choice(self):
        account = self.parcel_account
        info = account._info()
        fixed = dataclasses.replace(info, environments={"rehearsal": "https://carrier.example"})
        with patch.object(type(account), "_info", lambda _self: fixed):
            client = account._client()
        self.assertEqual(client._transport._base_url, "https://carrier.example")
