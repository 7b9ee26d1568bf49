from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestManifest(RehearsalCommon):
    """The end of the day: the list, the carrier that closes it, and the scans at the gate."""

    def booked(self, count=1, lines=(("SOAP", 1),)):
        rows = self.env["order.cycle.consignment"].union(
            *(self.a_consignment(lines) for _number in range(count))
        )
        self.book()
        self.assertEqual(set(rows.mapped("state")), {"done"})
        return rows

    def a_freight_consignment(self):
        rows = self.a_consignment([("SOAP", 100)])
        self.book()
        self.assertEqual(rows.state, "done", rows.state_message)
        return rows

    def end_of_day(self, account=None):
        window = self.env["order.cycle.end.of.day"]
        return window.create({"account_id": (account or self.parcel_account).id})

    def close(self, window):
        action = window.action_close()
        return self.env[action["res_model"]].browse(action["res_id"])

    def work(self):
        self.run_cron("cron_manifests")

    # === THE LIST === #

    def test_the_window_shows_what_a_driver_has_still_to_take(self):
        rows = self.booked(3)
        rows[0].action_hand_over()
        self.a_consignment()
        window = self.end_of_day()
        self.assertEqual(window.consignment_ids, rows[1:])
        self.assertEqual((window.consignment_count, window.parcel_count), (2, 2))

    def test_the_account_with_most_to_take_comes_first(self):
        self.stock(self.soap, 50)
        self.a_freight_consignment()
        self.booked(2)
        window = Form(self.env["order.cycle.end.of.day"])
        self.assertEqual(window.account_id, self.parcel_account)
        self.assertEqual(len(window.consignment_ids), 2)
        window.account_id = self.freight_account
        self.assertEqual(len(window.consignment_ids), 1)

    def test_the_carrier_closes_the_list_and_sends_its_paper(self):
        rows = self.booked(2)
        manifest = self.close(self.end_of_day())
        self.assertRecordValues(manifest, [{"state": "todo", "attempt": 0, "is_ours": False}])
        self.assertEqual(self.parcel_carrier.errands("manifests"), [], "nothing in the request")
        self.work()
        self.assertRecordValues(
            manifest, [{"state": "done", "attempt": 1, "effects_pending": False}]
        )
        [held] = self.parcel_carrier.errands("manifests")
        self.assertEqual(manifest.manifest_ref, held["number"])
        self.assertCountEqual(held["payload"]["shipments"], rows.mapped("waybill_ref"))
        self.assertRecordValues(manifest.document_ids, [{"kind": "manifest", "format": "pdf"}])
        self.assertIn("/web/content/", manifest.action_print()["url"])
        self.assertEqual(manifest.call_ids.operation, "closeManifest")

    def test_what_is_on_a_list_is_on_no_other(self):
        self.booked(2)
        window, late = self.end_of_day(), self.end_of_day()
        self.close(window)
        with self.assertRaises(UserError):
            late.action_close()
        self.assertFalse(self.end_of_day().consignment_ids)
        with self.assertRaises(UserError):
            self.end_of_day().action_close()

    def test_a_carrier_without_manifests_gets_our_own_list(self):
        row = self.a_freight_consignment()
        manifest = self.close(self.end_of_day(self.freight_account))
        self.assertRecordValues(manifest, [{"state": "done", "is_ours": True, "attempt": 0}])
        self.work()
        self.assertFalse(manifest.call_ids)
        action = manifest.action_print()
        self.assertEqual(action["report_name"], "order_cycle.report_handover")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            action["report_name"], manifest.ids
        )
        page = html.decode()
        for text in (manifest.name, row.waybill_ref, row.partner_id.city, "Signature"):
            self.assertIn(text, page)

    # === WHAT CAN GO WRONG === #

    def test_a_lost_answer_is_asked_of_a_person_and_never_sent_again(self):
        self.booked(2)
        manifest = self.close(self.end_of_day())
        self.parcel_carrier.will("answer_lost_after")
        self.work()
        self.assertEqual(manifest.state, "human")
        self.assertEqual(len(manifest.activity_ids), 1)
        for _time in range(3):
            self.later(manifest, 7200)
            self.work()
        self.assertEqual(len(self.parcel_carrier.errands("manifests")), 1)
        self.assertEqual(manifest.attempt, 1)

        window = self.question(manifest, "made", reference="MF-7")
        window.action_answer()
        self.work()
        self.assertRecordValues(manifest, [{"state": "done", "manifest_ref": "MF-7"}])
        self.assertFalse(manifest.activity_ids)

    def test_a_list_that_was_not_closed_is_sent_again_when_a_person_says_so(self):
        self.booked()
        manifest = self.close(self.end_of_day())
        self.parcel_carrier.will("answer_lost_before")
        self.work()
        first = manifest.request_ref
        self.question(manifest, "missing").action_answer()
        self.work()
        self.assertRecordValues(manifest, [{"state": "done", "attempt": 2}])
        self.assertNotEqual(manifest.request_ref, first)
        self.assertEqual(len(self.parcel_carrier.errands("manifests")), 1)

    def test_a_list_that_is_given_up_lets_its_shipments_go(self):
        rows = self.booked(2)
        manifest = self.close(self.end_of_day())
        self.parcel_carrier.will("answer_lost_before")
        self.work()
        self.question(manifest, "drop").action_answer()
        self.assertEqual(manifest.state, "cancelled")
        self.assertEqual(self.end_of_day().consignment_ids, rows)

    def test_a_worker_that_died_leaves_a_question(self):
        self.booked()
        manifest = self.close(self.end_of_day())
        manifest.write({"state": "sending", "attempt": 1, "lease_until": datetime(2026, 1, 1)})
        self.work()
        self.assertEqual(manifest.state, "human")
        self.assertFalse(self.parcel_carrier.errands("manifests"))

    def test_a_refused_list_is_shown_and_closed_again(self):
        self.booked()
        manifest = self.close(self.end_of_day())
        self.parcel_carrier.will("refuse")
        self.work()
        self.assertEqual(manifest.state, "refused")
        self.assertIn("Refused", manifest.state_message)
        self.assertTrue(manifest.activity_ids)
        manifest.action_close_again()
        self.work()
        self.assertEqual(manifest.state, "done")
        self.assertFalse(manifest.activity_ids)

    def test_a_carrier_that_asks_to_wait_is_asked_again_by_itself(self):
        self.booked()
        manifest = self.close(self.end_of_day())
        self.parcel_carrier.will("too_many_requests")
        self.work()
        self.assertEqual(manifest.state, "todo")
        self.parcel_account.resting_until = False
        self.later(manifest, 7200)
        self.work()
        self.assertRecordValues(manifest, [{"state": "done", "attempt": 2}])

    def test_an_answer_that_comes_after_a_person_settled_it_is_told(self):
        self.booked()
        manifest = self.close(self.end_of_day())
        step = manifest._next_step()
        answer = step.call()
        manifest.write({"state": "human"})
        manifest._answer_drop()
        step.record(manifest, answer)
        self.assertEqual(manifest.state, "cancelled")
        self.assertIn("came late", "".join(manifest.message_ids.mapped("body")))
        self.assertTrue(manifest.activity_ids)

    def question(self, errand, answer, **values):
        action = errand.action_answer()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write({"answer": answer, **values})
        return window

    def test_nobody_writes_what_happened(self):
        self.booked()
        manifest = self.close(self.end_of_day())
        packer = new_test_user(self.env, "pia", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            manifest.with_user(packer).state = "todo"
        with self.assertRaises(AccessError):
            manifest.with_user(packer).manifest_ref = "X"
        manifest.with_user(packer).action_cancel()
        self.assertEqual(manifest.state, "cancelled")

    # === THE CLOCK === #

    def test_the_clock_says_how_long_it_is_to_the_cut_off(self):
        account = self.parcel_account
        account.company_id.partner_id.tz = "Europe/Rome"
        account.cutoff_time = 17.5
        for now, text in (
            ("2026-11-25 15:10:00", "Closes today at 17:30, in 1 h 20 min."),
            ("2026-11-25 16:25:00", "Closes today at 17:30, in 5 min."),
            ("2026-11-25 16:31:00", "Closed today at 17:30."),
            ("2026-11-28 12:00:00", "No driver comes today."),
            # Summer time: an hour less to Greenwich.
            ("2026-07-01 14:10:00", "Closes today at 17:30, in 1 h 20 min."),
        ):
            with freeze_time(now):
                account.invalidate_recordset(["cutoff_text"])
                self.assertEqual(account.cutoff_text, text, now)
        account.cutoff_time = 0
        self.assertIn("No cut-off", account.cutoff_text)

    def test_what_was_booked_before_the_last_cut_off_and_is_still_here_is_late(self):
        [row] = self.booked()
        account = self.parcel_account
        account.company_id.partner_id.tz = "Europe/Rome"
        account.cutoff_time = 17.5
        row.booked_at = datetime(2026, 11, 27, 15, 0)  # Friday, 16:00 in Rome
        for now, is_late in (
            ("2026-11-27 16:00:00", False),
            ("2026-11-27 16:31:00", True),
            ("2026-11-29 12:00:00", True),
        ):
            with freeze_time(now):
                row.invalidate_recordset(["is_late"])
                self.assertEqual(row.is_late, is_late, now)
        row.booked_at = datetime(2026, 11, 27, 17, 0)  # after the cut-off of Friday
        for now, is_late in (("2026-11-30 16:00:00", False), ("2026-11-30 16:31:00", True)):
            with freeze_time(now):
                row.invalidate_recordset(["is_late"])
                self.assertEqual(row.is_late, is_late, now)
                self.assertEqual(self.end_of_day().late_count, int(is_late))
        row.action_hand_over()
        row.invalidate_recordset(["is_late"])
        self.assertFalse(row.is_late)

    def later(self, row, seconds=3600):
        if row._name == "order.cycle.consignment":
            return super().later(row, seconds)
        for name in ("next_try_at", "lease_until"):
            if row[name]:
                row[name] -= timedelta(seconds=seconds)
        return None
