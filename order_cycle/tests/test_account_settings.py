from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .rehearsal_common import ADDON, RehearsalCommon
from .stage_carrier import Stage, registered

SECRETS = ("open sesame", "m3ter-canary")


class StageCommon(RehearsalCommon):
    """An account at a carrier with settings, secrets and a token of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(registered())
        cls.admin = new_test_user(
            cls.env, "carrier_admin", groups="order_cycle.group_order_cycle_admin"
        )
        cls.reader = new_test_user(
            cls.env,
            "carrier_reader",
            groups="order_cycle.group_order_cycle_manager,base.group_allow_export",
        )

    def setUp(self):
        super().setUp()
        self.stage = Stage()
        self.addCleanup(self.stage.close)
        self.account = self.env["order.cycle.carrier.account"].create(
            {
                "name": "Stage Milan",
                "carrier_code": "stage",
                "environment": "rehearsal",
                "base_url": self.stage.url,
                "username": "bottega",
                "password": "open sesame",
            }
        )
        self.setting("depot").value = "170"
        self.setting("meter_key").secret = "m3ter-canary"

    def use_euro(self):
        """Have the currency of the rehearsal carriers in use, at par."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        if euro != self.company.currency_id:
            euro.rate_ids.unlink()
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "rate": 1.0, "company_id": self.company.id}
            )

    def setting(self, code):
        return self.account.setting_ids.filtered(lambda row: row.code == code)

    @contextmanager
    def in_production(self):
        """Let other cursors see what this test has written, as after a commit."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            yield
        self.env.invalidate_all()

    @contextmanager
    def worker(self):
        """Give the account to a worker whose cursor may commit."""
        with self.in_production(), self.registry.cursor() as cr:
            yield self.account.with_env(self.env(cr=cr, su=True))


@tagged("post_install", "-at_install")
class TestAccountSettings(StageCommon):
    """Each carrier asks for something else, and gets it."""

    # === WHAT IS ASKED FOR === #

    def test_an_account_has_one_row_for_each_setting_of_its_carrier(self):
        self.assertRecordValues(
            self.account.setting_ids,
            [
                {"code": "pickup_type", "label": "Pickup type", "is_secret": False},
                {"code": "depot", "label": "Depot", "is_secret": False},
                {"code": "meter_key", "label": "Meter key", "is_secret": True},
            ],
        )
        self.assertEqual(
            self.setting("pickup_type").help_text,
            "How parcels reach the carrier. One of: daily (Every day), call (On call). "
            "If empty: daily.",
        )

    def test_another_carrier_takes_the_rows_away_and_brings_its_own(self):
        self.account.carrier_code = "rehearsal_rest"
        self.assertFalse(self.account.setting_ids)
        self.account.carrier_code = "stage"
        self.assertEqual(len(self.account.setting_ids), 3)

    def test_the_form_shows_the_settings_as_soon_as_the_carrier_is_chosen(self):
        with Form(self.env["order.cycle.carrier.account"].with_user(self.admin)) as form:
            form.name = "New"
            form.carrier_code = "stage"
            form.environment = "rehearsal"
            form.base_url = self.stage.url
            self.assertEqual(form.username_label, "Client ID")
            self.assertFalse(form.api_key_label, "it is not asked for")
            form.username = "bottega"
            form.password = "open sesame"
            self.assertEqual(len(form.setting_ids), 3)
            with form.setting_ids.edit(1) as row:
                row.value = "171"
            with form.setting_ids.edit(2) as row:
                row.secret = "m3ter"
        account = form.record
        self.assertEqual(
            account._carrier_settings().extra_secrets, {"meter_key": "m3ter"}, "kept and used"
        )
        self.assertEqual(account._carrier_settings().extra, {"depot": "171"})
        self.assertFalse(account.missing_text)

    def test_what_is_missing_is_named(self):
        self.setting("depot").value = False
        self.setting("meter_key").secret = False
        self.account.password = False
        self.assertEqual(self.account.missing_text, "Client secret, Depot, Meter key")
        with self.in_production(), self.assertRaisesRegex(UserError, "Depot"):
            self.account.action_check()
        self.assertFalse(self.stage.calls)

    def test_a_value_is_one_of_the_choices(self):
        with self.assertRaisesRegex(ValidationError, "daily, call"):
            self.setting("pickup_type").value = "sometimes"

    def test_a_secret_does_not_stand_among_the_values(self):
        with self.assertRaisesRegex(ValidationError, "secret"):
            self.setting("meter_key").value = "m3ter-canary"

    def test_settings_reach_the_carrier(self):
        self.setting("pickup_type").value = "call"
        with self.in_production():
            self.account.action_check()
        headers = self.stage.headers
        self.assertEqual(
            (headers["X-Depot"], headers["X-Pickup"], headers["X-Meter-Key"]),
            ("170", "call", "m3ter-canary"),
        )

    # === SECRETS === #

    def test_nobody_else_reads_a_secret_by_any_way(self):
        secret = self.setting("meter_key").with_user(self.reader)
        self.assertTrue(secret.has_access("read"))
        self.assertNotIn("secret", secret.fields_get())
        model = secret.browse()
        for attempt in (
            lambda: secret.read(["secret"]),
            lambda: model.search([("secret", "=like", "m%")]),
            lambda: model.formatted_read_group([], ["secret"], ["__count"]),
            lambda: model.formatted_read_group([], [], ["secret:max"]),
            lambda: model.search([], order="secret"),
            lambda: secret.export_data(["secret"]),
            lambda: secret.account_id.search([("setting_ids.secret", "=like", "m%")]),
            lambda: secret.account_id.search([("access_token", "!=", False)]),
            lambda: secret.account_id.read(["access_token"]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_an_administrator_does_not_export_a_secret(self):
        for model, field in (
            ("order.cycle.carrier.setting", "secret"),
            ("order.cycle.carrier.account", "access_token"),
            ("order.cycle.carrier.account", "password"),
        ):
            offered = self.env[model].fields_get([field], ["exportable"])
            self.assertFalse(offered[field].get("exportable", True), field)

    def test_a_copy_has_the_settings_and_no_secret(self):
        copy = self.account.copy()
        self.assertEqual(copy._carrier_settings().extra, {"depot": "170"})
        self.assertFalse(copy._carrier_settings().extra_secrets)
        self.assertFalse(copy.access_token)

    def test_no_secret_is_in_what_was_said_to_the_carrier(self):
        with self.in_production():
            self.account.action_check()
        calls = self.env["order.cycle.call"].search([("account_id", "=", self.account.id)])
        self.assertEqual(set(calls.mapped("operation")), {"signIn", "checkAccount"})
        said = repr(calls.read())
        for secret in (*SECRETS, self.stage.tokens[0]):
            self.assertNotIn(secret, said)

    def test_neutralizing_takes_them_all(self):
        with self.in_production():
            self.account.action_check()
        self.env.flush_all()
        self.env.cr.execute(Path(ADDON, "data/neutralize.sql").read_text())
        self.env.invalidate_all()
        self.assertFalse(self.account.access_token)
        self.assertFalse(any(self.account.setting_ids.mapped("secret")))

    # === SERVICES OF THE ACCOUNT === #

    def test_services_are_fetched_and_those_that_are_gone_are_archived(self):
        with self.in_production():
            self.account.action_fetch_services()
        self.env.invalidate_all()
        self.assertEqual(self.account.service_ids.mapped("name"), ["Economy", "Overnight"])
        self.stage.services = [{"code": "fast", "name": "Next day"}]
        with self.in_production():
            self.account.action_fetch_services()
        self.env.invalidate_all()
        self.assertEqual(self.account.service_ids.mapped("name"), ["Next day"])
        gone = self.account.with_context(active_test=False).service_ids - self.account.service_ids
        self.assertEqual(gone.code, "eco")

    def test_services_are_imported_from_a_file(self):
        result = (
            self.env["order.cycle.carrier.option"]
            .with_user(self.admin)
            .load(
                ["account_id", "kind", "code", "name"],
                [["Stage Milan", "Service", "eco", "Economy"]],
            )
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self.account.service_ids.code, "eco")

    def test_a_method_takes_a_service_of_its_account_and_no_other(self):
        self.account._keep_services(())
        option = self.env["order.cycle.carrier.option"].create(
            {"account_id": self.account.id, "code": "eco", "name": "Economy"}
        )
        method = self.env["delivery.carrier"].create(
            {
                "name": "Stage",
                "delivery_type": "order_cycle",
                "product_id": self.env.ref("order_cycle.product_shipping").id,
                "cycle_account_id": self.account.id,
                "cycle_service_id": option.id,
            }
        )
        self.assertEqual(method._cycle_service_code(), "eco")
        option.account_id = self.account.copy()
        with self.assertRaisesRegex(ValidationError, "services"):
            method.cycle_service_id = option

    def test_extra_services_are_those_of_the_carrier(self):
        signature = self.parcel_account.option_ids.filtered(lambda one: one.code == "signature")
        self.assertEqual(signature.kind, "accessorial")
        self.parcel.cycle_accessorial_ids = [Command.set(signature.ids)]
        with self.assertRaisesRegex(ValidationError, "Signature"):
            self.freight.cycle_accessorial_ids = signature


@tagged("post_install", "-at_install")
class TestAccessToken(StageCommon):
    """One token for everybody, fetched by one."""

    def test_a_token_is_fetched_once_and_kept(self):
        with self.worker() as account:
            self.assertTrue(account._ensure_token())
            self.assertTrue(account._ensure_token())
        self.assertEqual(len(self.stage.tokens), 1)
        self.assertEqual(self.account.access_token, self.stage.tokens[0])
        self.assertEqual(self.account._client()._settings.access_token, self.stage.tokens[0])

    def test_a_token_that_ends_within_a_minute_is_as_good_as_none(self):
        self.stage.expires_in = 61
        with self.worker() as account:
            account._ensure_token()
            account.token_expires_at = fields.Datetime.now() + timedelta(seconds=59)
            self.assertTrue(account._ensure_token())
        self.assertEqual(len(self.stage.tokens), 2)

    def test_while_somebody_signs_in_the_others_come_back(self):
        self.account.token_lease_until = fields.Datetime.now() + timedelta(seconds=20)
        with self.worker() as account:
            self.assertFalse(account._ensure_token())
        self.assertFalse(self.stage.tokens)

    def test_a_worker_that_died_while_signing_in_is_not_waited_for(self):
        self.account.token_lease_until = fields.Datetime.now() - timedelta(seconds=1)
        with self.worker() as account:
            self.assertTrue(account._ensure_token())

    def test_sixteen_that_find_it_expired_sign_in_once(self):
        """One after the other; on cursors of their own see `tests/test_token.py`."""
        self.stage.sign_in_seconds = 0.2
        with self.worker() as account:
            results = [account._ensure_token() for _worker in range(16)]
        self.assertTrue(all(results))
        self.assertEqual(len(self.stage.tokens), 1)

    def test_wrong_credentials_pause_the_account(self):
        self.account.password = "wrong"
        with self.worker() as account:
            self.assertFalse(account._ensure_token())
        self.assertTrue(self.account.paused_until)
        self.assertFalse(self.account.access_token)

    def test_a_carrier_that_cannot_sign_in_now_is_not_asked_at_once_again(self):
        self.stage.status_of_sign_in = 503
        with self.worker() as account:
            self.assertFalse(account._ensure_token())
            self.stage.status_of_sign_in = 200
            self.assertFalse(account._ensure_token(), "not at once")
            account.token_lease_until = fields.Datetime.now() - timedelta(seconds=1)
            self.assertTrue(account._ensure_token())
        self.assertFalse(self.account.paused_until)

    def test_a_paused_account_is_not_asked_for_a_token(self):
        with self.worker() as account:
            row = account.env["order.cycle.consignment"].new({"account_id": account.id})
            account.paused_until = fields.Datetime.now() + timedelta(minutes=5)
            self.assertFalse(row._put_off_without_token(), "the pause puts it off, not the token")
            self.assertFalse(self.stage.tokens)
            account.paused_until = False
            row._put_off_without_token()
            self.assertEqual(len(self.stage.tokens), 1)

    def test_new_credentials_forget_the_token(self):
        for change in (
            lambda: self.account.write({"password": "open sesame"}),
            lambda: self.setting("meter_key").write({"secret": "m3ter-canary"}),
        ):
            with self.worker() as account:
                account._ensure_token()
            self.assertTrue(self.account.access_token)
            change()
            self.assertFalse(self.account.access_token)

    def test_a_token_for_older_credentials_is_not_kept(self):
        Client = type(self.account._client())
        original = Client.sign_in
        with self.worker() as account:

            def sign_in(client):
                account.password = "changed meanwhile"
                return original(client)

            with patch.object(Client, "sign_in", sign_in):
                self.assertFalse(account._ensure_token())
        self.assertEqual(len(self.stage.tokens), 1)
        self.assertFalse(self.account.access_token)

    def test_only_the_token_that_failed_is_forgotten(self):
        with self.worker() as account:
            account._ensure_token()
        self.account._forget_token("an older one")
        self.assertTrue(self.account.access_token)
        self.account._forget_token(self.account.access_token)
        self.assertFalse(self.account.access_token)

    def test_a_question_replaces_a_token_that_the_carrier_has_ended(self):
        with self.worker() as account:
            account._ensure_token()
        self.stage.good_tokens = set()
        with self.in_production():
            services = self.account._ask_now(lambda client: client.list_services())
        self.assertEqual(len(services), 2)
        self.assertEqual(len(self.stage.tokens), 2)

    def test_testing_the_connection_signs_in_anew(self):
        with self.worker() as account:
            account._ensure_token()
        with self.in_production():
            self.account.action_check()
        self.assertEqual(len(self.stage.tokens), 2)
        self.account.password = "wrong"
        with self.in_production(), self.assertRaisesRegex(UserError, "credentials"):
            self.account.action_check()
