import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..rehearsal.parcel.notices import signed_headers
from .rehearsal_common import RehearsalCommon

WRONG = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@tagged("post_install", "-at_install")
class TestWebhook(RehearsalCommon, HttpCase):
    """A carrier tells us what happened, and nobody else can."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parcel_account.action_new_webhook_secret()
        cls.secret = cls.parcel_account.webhook_secret
        cls.path = f"/order_cycle/webhook/{cls.parcel_account.webhook_ref}"
        cls.Notice = cls.env["order.cycle.notice"]

    def run_cron(self, name):
        """Run a scheduled action; an `HttpCase` lets it commit already."""
        self.env.flush_all()
        self.env.ref(f"order_cycle.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.consignment = self.a_consignment()
        self.book()
        self.assertEqual(self.consignment.state, "done")

    def a_body(self, code="IN_HUB", **changes):
        event = {
            "code": code,
            "description": "The parcel passed a hub.",
            "time": "2026-03-02T08:00:00+00:00",
            "location": "Lecco, IT",
            "trackingNumber": self.consignment.parcel_ids.tracking_ref,
        }
        told = {
            "type": "tracking.updated",
            "shipmentId": self.consignment.waybill_ref,
            "reference": self.consignment.request_ref,
            "event": event,
        }
        return json.dumps({**told, **changes}).encode()

    def send(self, body=None, secret=None, name="n-1", path=None, headers=None, **changes):
        """Call the door as a carrier does and return the answer."""
        self.env.flush_all()
        body = self.a_body() if body is None else body
        signed = signed_headers(name, body, secret or self.secret)
        answer = self.opener.post(
            self.base_url() + (path or self.path),
            data=body,
            headers={**signed, **changes} if headers is None else headers,
            timeout=30,
        )
        self.env.invalidate_all()
        return answer

    def notices(self):
        return self.Notice.search([("account_id", "=", self.parcel_account.id)])

    # === WHAT THE CARRIER TELLS === #

    def test_a_notice_is_stored_at_once_and_applied_by_the_worker(self):
        answer = self.send()
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertFalse(answer.cookies)
        [notice] = self.notices()
        self.assertRecordValues(
            notice, [{"state": "new", "code": "in_transit", "company_id": self.company.id}]
        )
        self.assertIn("tracking.updated", notice.raw_text)
        self.assertFalse(self.consignment.event_ids, "no business is done in the request")
        self.run_cron("cron_notices")
        self.assertRecordValues(notice, [{"state": "done", "consignment_id": self.consignment.id}])
        self.assertRecordValues(
            self.consignment.event_ids, [{"code": "in_transit", "source": "webhook"}]
        )
        self.assertEqual(self.consignment.delivery_state, "in_transit")

    def test_the_rehearsal_carrier_s_own_notices_arrive(self):
        self.parcel_carrier.sends_on(self.consignment, "delivered", 5)
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            statuses = self.parcel_carrier.notifies(
                self.consignment, self.base_url() + self.path, self.secret
            )
        self.env.invalidate_all()
        self.assertEqual(statuses, [200] * 5)
        self.run_cron("cron_notices")
        self.assertEqual(self.consignment.delivery_state, "delivered")
        self.assertEqual(self.consignment.signed_by, "Carla Bianchi")
        self.track()
        self.assertTrue(self.consignment.proof_ids, "the proof is asked for")
        self.assertEqual(len(self.consignment.event_ids), 5, "polling tells the same scans")

    def test_a_carrier_that_tells_is_asked_less_often(self):
        before = self.consignment._next_track_at()
        self.send()
        self.run_cron("cron_notices")
        self.assertGreater(self.consignment._next_track_at(), before + timedelta(hours=6))

    def test_the_same_notice_fifty_times_is_one(self):
        statuses = {self.send().status_code for _ in range(50)}
        self.assertEqual(statuses, {200})
        self.assertEqual(len(self.notices()), 1)
        self.run_cron("cron_notices")
        self.assertEqual(len(self.consignment.event_ids), 1)

    def test_a_notice_that_overtakes_the_booking_waits_for_it(self):
        waybill = self.consignment.waybill_ref
        tracking_ref = self.consignment.parcel_ids.tracking_ref
        body = self.a_body(reference="not-known-yet")
        self.consignment.waybill_ref = self.consignment.parcel_ids.tracking_ref = False
        self.send(body)
        self.run_cron("cron_notices")
        [notice] = self.notices()
        self.assertEqual((notice.state, notice.tries), ("new", 1))
        self.consignment.waybill_ref = waybill
        self.consignment.parcel_ids.tracking_ref = tracking_ref
        notice.next_try_at = fields.Datetime.now()
        self.run_cron("cron_notices")
        self.assertEqual(notice.state, "done")

    def test_a_notice_about_nothing_of_ours_is_given_up_after_a_day(self):
        body = self.a_body(shipmentId="RP999999999", reference="OTHER")
        body = body.replace(self.consignment.parcel_ids.tracking_ref.encode(), b"RPP000")
        self.send(body)
        notice = self.notices()
        notice.received_at -= timedelta(days=2)
        self.run_cron("cron_notices")
        self.assertEqual(notice.state, "unmatched")
        self.assertFalse(self.consignment.event_ids)

    def test_what_cannot_be_read_is_kept_for_a_person(self):
        for number, body in enumerate((b"{", b"[]", b"\x00\xff", b'{"type": "tracking.updated"}')):
            self.assertEqual(self.send(body, name=f"u-{number}").status_code, 200)
        self.assertEqual(self.notices().mapped("state"), ["failed"] * 4)
        self.assertTrue(all(self.notices().mapped("message")))
        self.run_cron("cron_notices")

    def test_what_we_do_not_follow_is_passed_over(self):
        self.assertEqual(self.send(b'{"type": "invoice.created"}').status_code, 200)
        self.assertFalse(self.notices())

    # === WHO IS NOT THE CARRIER === #

    def test_forged_calls_are_counted_and_nothing_else(self):
        body = self.a_body()
        good = signed_headers("n-1", body, self.secret)
        forged = [
            {},
            {**good, "Webhook-Signature": ""},
            {**good, "Webhook-Id": "n-2"},
            {**good, "Webhook-Timestamp": "1"},
            signed_headers("n-1", body, WRONG),
            signed_headers("n-1", body + b" ", self.secret),
        ]
        for headers in forged:
            self.assertEqual(self.send(body, headers=headers).status_code, 401)
        self.assertFalse(self.notices())
        self.assertEqual(self.parcel_account.webhook_refused, len(forged))

    def test_an_old_call_is_refused(self):
        body = self.a_body()
        with self.subTest("recorded and sent again ten minutes later"):
            headers = signed_headers("n-1", body, self.secret)
            moment = str(int(headers["Webhook-Timestamp"]) - 600)
            self.assertEqual(
                self.send(body, headers={**headers, "Webhook-Timestamp": moment}).status_code, 401
            )
        self.assertFalse(self.notices())

    def test_nobody_is_behind_an_unknown_address(self):
        for path in (
            "/order_cycle/webhook/" + "0" * 32,
            "/order_cycle/webhook/",
            "/order_cycle/webhook/short",
            self.path + "0",
            self.path[:-1] + "'",
        ):
            self.assertEqual(self.send(path=path).status_code, 404, path)
        self.assertFalse(self.parcel_account.webhook_refused)

    def test_the_door_is_shut_without_a_secret_or_with_an_archived_account(self):
        self.parcel_account.write({"webhook_secret": False, "webhook_secret_before": False})
        self.assertEqual(self.send().status_code, 404)
        self.parcel_account.webhook_secret = self.secret
        self.assertEqual(self.send().status_code, 200)
        self.parcel_account.active = False
        self.assertEqual(self.send().status_code, 404)

    def test_a_carrier_that_sends_no_notices_has_no_door(self):
        self.freight_account.webhook_secret = self.secret
        path = f"/order_cycle/webhook/{self.freight_account.webhook_ref}"
        self.assertEqual(self.send(path=path).status_code, 404)
        with self.assertRaises(UserError):
            self.freight_account.action_new_webhook_secret()

    @mute_logger("odoo.http")
    def test_only_post_and_only_so_much(self):
        self.env.flush_all()
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = self.opener.request(method, self.base_url() + self.path, timeout=30)
            self.assertEqual(answer.status_code, 405, method)
        body = self.a_body(padding="x" * 70_000)
        self.assertEqual(self.send(body).status_code, 413)
        self.assertEqual(self.send(self.a_body(padding="x" * 40_000)).status_code, 200)
        self.assertEqual(len(self.notices()), 1)

    def test_a_form_and_a_query_confuse_nobody(self):
        answer = self.send(**{"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status_code, 401, "the raw body is what is signed")
        self.assertEqual(self.send(path=self.path + "?ref=x&body=y").status_code, 200)

    # === SECRETS === #

    def test_both_secrets_are_believed_while_one_replaces_the_other(self):
        before = self.secret
        self.parcel_account.action_new_webhook_secret()
        after = self.parcel_account.webhook_secret
        self.assertNotEqual(before, after)
        self.assertEqual(self.send(secret=before, name="n-1").status_code, 200)
        self.assertEqual(self.send(secret=after, name="n-2").status_code, 200)
        self.parcel_account.action_drop_webhook_secret_before()
        self.assertEqual(self.send(secret=before, name="n-3").status_code, 401)
        self.assertEqual(self.send(secret=after, name="n-4").status_code, 200)

    def test_a_new_address_is_the_only_one(self):
        self.parcel_account.action_new_webhook_address()
        self.assertEqual(self.send().status_code, 404)
        path = f"/order_cycle/webhook/{self.parcel_account.webhook_ref}"
        self.assertEqual(self.send(path=path).status_code, 200)
        self.assertRegex(path, r"/[0-9a-f]{32}$")
        self.assertTrue(self.parcel_account.webhook_url.endswith(path))

    def test_a_copied_account_has_no_door(self):
        copy = self.parcel_account.copy()
        self.assertFalse(copy.webhook_ref or copy.webhook_secret or copy.webhook_secret_before)

    def test_only_administrators_see_and_change_secrets(self):
        names = ["webhook_ref", "webhook_url", "webhook_secret", "webhook_secret_before"]
        for group in ("operator", "manager"):
            person = self.env["res.users"].create(
                {
                    "name": group,
                    "login": f"w_{group}",
                    "group_ids": [(4, self.env.ref(f"order_cycle.group_order_cycle_{group}").id)],
                }
            )
            theirs = self.parcel_account.with_user(person)
            for name in names:
                with self.assertRaises(AccessError):
                    theirs.read([name])
            for method in (
                "action_new_webhook_secret",
                "action_new_webhook_address",
                "action_drop_webhook_secret_before",
            ):
                with self.assertRaises(AccessError):
                    getattr(theirs, method)()
        for name in names:
            self.assertFalse(self.parcel_account._fields[name].exportable)

    def test_what_is_kept_of_a_call_holds_no_secret(self):
        self.send(self.a_body(note=f"{self.secret} rehearsal-parcel-key"))
        raw = self.notices().raw_text
        self.assertNotIn(self.secret, raw)
        self.assertNotIn("rehearsal-parcel-key", raw)
        self.assertIn("***", raw)

    # === COMPANIES, AND FORGETTING === #

    def test_an_account_tells_of_its_own_shipments_only(self):
        other = self.env["res.company"].create({"name": "Another Company"})
        account = self.env["order.cycle.carrier.account"].create(
            {
                "name": "Theirs",
                "carrier_code": "rehearsal_rest",
                "environment": "rehearsal",
                "base_url": self.parcel_carrier.url,
                "company_id": other.id,
                "webhook_secret": WRONG,
            }
        )
        path = f"/order_cycle/webhook/{account.webhook_ref}"
        self.assertEqual(self.send(path=path).status_code, 401, "our secret opens our door only")
        self.assertEqual(self.send(path=path, secret=WRONG).status_code, 200)
        notice = self.Notice.search([("account_id", "=", account.id)])
        self.assertEqual(notice.company_id, other)
        self.run_cron("cron_notices")
        self.assertFalse(self.consignment.event_ids)
        self.assertFalse(notice.consignment_id)

    def test_notices_are_forgotten_after_thirty_days(self):
        self.send(name="old")
        self.notices().received_at -= timedelta(days=31)
        self.send(name="new")
        self.Notice._vacuum_old_notices()
        self.assertEqual(self.notices().mapped("notice_ref"), ["new"])
        self.env["ir.config_parameter"].set_param("order_cycle.notice_days", 0)
        self.notices().received_at -= timedelta(days=1)
        self.Notice._vacuum_old_notices()
        self.assertFalse(self.notices())
