import base64
import io
import logging

from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .rehearsal_common import RehearsalCommon

# What the carriers' accounts hold, and what it looks like on the wire.
SECRETS = ("rehearsal-parcel-key", "rehearsal-freight", "wr0ng-c4n4ry")
BASIC = [base64.b64encode(f"rehearsal:{one}".encode()).decode() for one in SECRETS]
CANARIES = (*SECRETS, *BASIC)
# Where they are kept.
KEPT_IN = {"order_cycle_carrier_account"}


@tagged("post_install", "-at_install")
class TestSecrets(RehearsalCommon):
    """What a carrier's account is secret about is nowhere but in the account."""

    def test_no_secret_leaves_the_account(self):
        # What the fixture wrote is on its way to the database, and is no business of the log.
        self.env.flush_all()
        log = self.read_along()
        self.make_every_kind_of_call()
        self.env.flush_all()
        self.assertGreater(self.env["order.cycle.call"].search_count([]), 6)
        told = log.getvalue()
        self.assertIn("urllib3", told, "the log was read, at its most talkative")
        for canary in CANARIES:
            self.assertNotIn(canary, told)
            self.assertFalse(self.tables_with(canary), canary)
        self.assertFalse(self.files_with(CANARIES))

    def test_the_search_finds_what_is_there(self):
        self.env["res.partner"].create({"name": f"Mr {CANARIES[0]}"})
        self.env["ir.attachment"].create({"name": "x", "raw": CANARIES[1].encode()})
        self.env.flush_all()
        self.assertIn("res_partner", self.tables_with(CANARIES[0]))
        self.assertTrue(self.files_with(CANARIES))

    def test_no_secret_is_exported(self):
        for group in ("manager", "admin"):
            groups = f"order_cycle.group_order_cycle_{group},base.group_allow_export"
            user = new_test_user(self.env, f"exports_{group}", groups=groups)
            accounts = (self.parcel_account | self.freight_account).with_user(user)
            exportable = [
                name
                for name, field in accounts.fields_get().items()
                if field.get("exportable", True) and field["type"] not in ("binary", "one2many")
            ]
            self.assertGreater(len(exportable), 10)
            text = str(accounts.export_data(exportable))
            for canary in CANARIES:
                self.assertNotIn(canary, text)

    # === HELPERS === #

    def make_every_kind_of_call(self):
        """Book over both protocols, be refused, lose answers, get rubbish, and be locked out."""
        self.stock(self.oil, 50)
        self.stock(self.soap, 1000)
        for play in (None, "refuse", "error_500_after", "answer_lost_after", "garbage"):
            consignment = self.a_consignment()
            if play:
                self.parcel_carrier.will(play)
            self.book()
            self.assertTrue(consignment.call_ids, play)
        freight = self.a_consignment([("SOAP", 400)])
        self.assertEqual(freight.account_id, self.freight_account)
        self.book()
        self.assertEqual(freight.state, "done")
        self.freight_account.password = self.parcel_account.api_key = SECRETS[2]
        self.env["order.cycle.carrier.account"].flush_model()
        for lines in ([("OIL", 2)], [("SOAP", 400)]):
            locked_out = self.a_consignment(lines)
            self.book()
            self.assertEqual(locked_out.state, "todo")
            self.assertTrue(locked_out.state_message)
        with self.assertRaises(Exception) as caught:
            self.parcel_account.action_check()
        self.assertNotIn(SECRETS[2], repr(caught.exception))

    def read_along(self):
        """Return what every logger says from now on, at its most talkative, but for SQL itself."""
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
        root, sql = logging.getLogger(), logging.getLogger("odoo.sql_db")
        for logger, level in ((root, logging.DEBUG), (sql, sql.level)):
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(level)
        for name in ("odoo.addons.order_cycle", "urllib3", "zeep"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
        root.addHandler(handler)
        self.addCleanup(root.removeHandler, handler)
        return stream

    def tables_with(self, text):
        """Return the tables that say `text` in any column of any row."""
        self.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema ORDER BY 1"
        )
        tables = [name for (name,) in self.env.cr.fetchall() if name not in KEPT_IN]
        self.assertGreater(len(tables), 300)
        found = []
        for table in tables:
            self.env.cr.execute(
                SQL(
                    "SELECT 1 FROM %s one WHERE strpos(one::text, %s) > 0 LIMIT 1",
                    SQL.identifier(table),
                    text,
                )
            )
            found += [table] if self.env.cr.fetchone() else []
        return found

    def files_with(self, texts):
        """Return the attachments of this test whose content says one of `texts`."""
        files = self.env["ir.attachment"].search([("create_date", ">=", self.env.cr.now())])
        return files.filtered(
            lambda file: any(text.encode() in (file.raw or b"") for text in texts)
        )
