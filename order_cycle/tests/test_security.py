import inspect
from contextlib import contextmanager

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .security_common import COLLEAGUES, LADDER, MODULE, OUTSIDERS, SecurityCommon

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}

# (r)ead, (w)rite, (c)reate, (d)elete. Outsiders may do nothing with any of these models.
#                                    user    operator manager  admin    buyer   packer
RIGHTS = {
    "order.cycle.channel":          ("r---", "r---", "rwcd", "rwcd", "r---", "r---"),
    "order.cycle.policy":           ("r---", "r---", "rwcd", "rwcd", "r---", "r---"),
    "order.cycle.buffer":           ("r---", "r---", "rwcd", "rwcd", "r---", "r---"),
    "order.cycle.sourcing.rule":    ("r---", "r---", "rwcd", "rwcd", "r---", "r---"),
    "order.cycle.allocation.rule":  ("r---", "r---", "rwcd", "rwcd", "r---", "r---"),
    "order.cycle.source":           ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.intake":           ("----", "rwc-", "rwcd", "rwcd", "----", "----"),
    "order.cycle.signal":           ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.exception":        ("r---", "rw--", "rw-d", "rw-d", "r---", "r---"),
    "order.cycle.selection":        ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.shortage":         ("r---", "rw--", "rw--", "rw--", "rw--", "r---"),
    "order.cycle.shortage.line":    ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.gate":             ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.hold":             ("r---", "rw--", "rw-d", "rw-d", "r---", "r---"),
    "order.cycle.substitute":       ("r---", "rwc-", "rwcd", "rwcd", "rwc-", "r---"),
    "order.cycle.vendor.answer":    ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.promise":          ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.promise.proposal": ("r---", "rw--", "rw--", "rw--", "r---", "r---"),
    "order.cycle.supply.change":    ("----", "----", "r---", "r---", "----", "----"),
    "order.cycle.carrier.account":  ("r---", "r---", "r---", "rwcd", "r---", "r---"),
    "order.cycle.carrier.setting":  ("r---", "r---", "r---", "rwcd", "r---", "r---"),
    "order.cycle.carrier.option":   ("r---", "r---", "r---", "rwcd", "r---", "r---"),
    "order.cycle.carrier.check":    ("r---", "r---", "r---", "rwcd", "r---", "r---"),
    "order.cycle.carrier.bill":     ("----", "r---", "rwcd", "rwcd", "----", "----"),
    "order.cycle.carrier.bill.line":
                                    ("----", "r---", "rwcd", "rwcd", "----", "----"),
    "order.cycle.consignment":      ("r---", "rw--", "rw-d", "rw-d", "r---", "rw--"),
    "order.cycle.foreign.booking":  ("r---", "rw--", "rw-d", "rw-d", "r---", "rw--"),
    "order.cycle.label":            ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.manifest":         ("r---", "rw--", "rw-d", "rw-d", "r---", "rw--"),
    "order.cycle.pickup":           ("r---", "rw--", "rw-d", "rw-d", "r---", "rw--"),
    "order.cycle.parcel":           ("r---", "rwcd", "rwcd", "rwcd", "r---", "rwcd"),
    "order.cycle.tracking.event":   ("r---", "r---", "r---", "r---", "r---", "r---"),
    "order.cycle.notice":           ("----", "r---", "r---", "r--d", "----", "----"),
    "order.cycle.call":             ("----", "r---", "r---", "r--d", "----", "----"),
    # Windows that ask something
    "order.cycle.import":           ("----", "rwcd", "rwcd", "rwcd", "----", "----"),
    "order.cycle.go.live":          ("----", "----", "----", "rwcd", "----", "----"),
    "order.cycle.bill.import":      ("----", "----", "rwcd", "rwcd", "----", "----"),
    "order.cycle.comparison":       ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.comparison.line":  ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.end.of.day":       ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.handover.scan":    ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.pickup.order":     ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.errand.outcome":   ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.foreign.outcome":  ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.inquiry":          ("----", "----", "----", "----", "rwcd", "----"),
    "order.cycle.explanation":      ("rwcd", "rwcd", "rwcd", "rwcd", "rwcd", "rwcd"),
    "order.cycle.explanation.line": ("rwcd", "rwcd", "rwcd", "rwcd", "rwcd", "rwcd"),
    "order.cycle.sourcing":         ("----", "rwc-", "rwc-", "rwc-", "----", "----"),
    "order.cycle.sourcing.line":    ("----", "rwc-", "rwc-", "rwc-", "----", "----"),
    "order.cycle.allocation":       ("----", "rwcd", "rwcd", "rwcd", "rwcd", "----"),
    "order.cycle.allocation.line":  ("----", "rwcd", "rwcd", "rwcd", "rwcd", "----"),
    "order.cycle.explanation.place":
                                    ("rwcd", "rwcd", "rwcd", "rwcd", "rwcd", "rwcd"),
    "order.cycle.outcome":          ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.taking.reason":    ("----", "rwcd", "rwcd", "rwcd", "----", "rwcd"),
    "order.cycle.purchase.escalation":
                                    ("----", "rwcd", "rwcd", "rwcd", "rwcd", "----"),
    "order.cycle.purchase.escalation.line":
                                    ("----", "rwcd", "rwcd", "rwcd", "rwcd", "----"),
    "order.cycle.purchase.escalation.proposal":
                                    ("----", "r---", "r---", "r---", "r---", "----"),
}  # fmt: skip
WINDOWS = {
    "order.cycle.allocation",
    "order.cycle.allocation.line",
    "order.cycle.bill.import",
    "order.cycle.comparison",
    "order.cycle.comparison.line",
    "order.cycle.end.of.day",
    "order.cycle.errand.outcome",
    "order.cycle.explanation",
    "order.cycle.explanation.line",
    "order.cycle.explanation.place",
    "order.cycle.foreign.outcome",
    "order.cycle.go.live",
    "order.cycle.handover.scan",
    "order.cycle.import",
    "order.cycle.inquiry",
    "order.cycle.outcome",
    "order.cycle.pickup.order",
    "order.cycle.purchase.escalation",
    "order.cycle.purchase.escalation.line",
    "order.cycle.sourcing",
    "order.cycle.sourcing.line",
    "order.cycle.taking.reason",
    "order.cycle.purchase.escalation.proposal",
}

# Seen by every company unless a company is named on the record. All others belong to one company.
SHARED = {
    "order.cycle.allocation.rule",
    "order.cycle.buffer",
    "order.cycle.channel",
    "order.cycle.policy",
    "order.cycle.sourcing.rule",
    "order.cycle.substitute",
}

# Every method of ours that can be called over the interface, and what it does.
# changes: refuses whoever may not write. asks: opens a window, which is refused to whoever may
# not use it. opens: returns what the client shows next and writes nothing. tells: answers channels
# and whoever reads them, and writes nothing.
# odoo: Odoo's own method, extended. provider: takes recordsets, which cannot be sent.
PUBLIC_METHODS = {
    "order.cycle.channel": {
        "availability_changes": "tells",
        "action_download_availability": "opens",
        "action_view_intakes": "opens",
        "action_view_orders": "opens",
    },
    "order.cycle.policy": {"write": "odoo", "action_view_orders": "opens"},
    "order.cycle.intake": {
        "receive": "changes",
        "action_retry": "changes",
        "action_open_order": "opens",
    },
    "order.cycle.exception": {
        "action_retry": "changes",
        "action_accept": "changes",
        "action_accept_delivered": "changes",
        "action_compare_carriers": "changes",
        "action_dismiss": "changes",
        "action_assign_to_me": "changes",
        "action_open_document": "opens",
    },
    "order.cycle.shortage": {
        "action_escalate": "asks",
        "action_ask_vendor": "changes",
        "action_ask_several": "changes",
        "action_compare_inquiries": "changes",
        "action_simulate_allocation": "asks",
        "action_withdrawn_cancel": "changes",
        "action_withdrawn_keep": "changes",
        "action_withdrawn_hand_over": "changes",
        "action_view_orders": "opens",
        "action_view_purchases": "opens",
    },
    "order.cycle.hold": {"hold": "changes", "release": "changes", "action_release": "changes"},
    "order.cycle.inquiry": {"action_ask": "changes"},
    "purchase.order": {"button_approve": "odoo", "button_cancel": "odoo"},
    "order.cycle.taking.reason": {"action_take": "changes"},
    "order.cycle.promise": {"init": "odoo", "write": "odoo"},
    "order.cycle.promise.proposal": {
        "action_accept": "changes",
        "action_keep": "changes",
        "action_open_order": "opens",
    },
    "order.cycle.sourcing": {"action_apply": "changes"},
    "order.cycle.allocation": {"action_apply": "changes", "action_simulate": "changes"},
    "order.cycle.allocation.rule": {
        "create": "odoo",
        "write": "odoo",
        "unlink": "odoo",
        "action_simulate": "opens",
    },
    "order.cycle.carrier.account": {
        "create": "odoo",
        "write": "odoo",
        "action_check": "changes",
        "action_confirm_database": "changes",
        "action_new_webhook_secret": "changes",
        "action_new_webhook_address": "changes",
        "action_drop_webhook_secret_before": "changes",
        "action_fetch_services": "changes",
        "action_rehearse": "changes",
        "action_view_services": "opens",
    },
    "order.cycle.carrier.setting": {"write": "odoo"},
    "order.cycle.carrier.check": {"action_open_label": "opens"},
    "order.cycle.carrier.bill": {"action_match": "changes", "action_view_open": "opens"},
    "order.cycle.carrier.bill.line": {
        "action_accept": "changes",
        "action_open_consignment": "opens",
    },
    "order.cycle.go.live": {"action_run": "changes"},
    "order.cycle.bill.import": {"action_import": "changes"},
    "order.cycle.comparison.line": {"action_choose": "changes"},
    "order.cycle.consignment": {
        "create": "odoo",
        "write": "odoo",
        "action_book_again": "changes",
        "action_withdraw": "changes",
        "action_book_now": "changes",
        "action_cancel_shipment": "changes",
        "action_cancelled_at_carrier": "changes",
        "action_hand_over_again": "changes",
        "action_get_label": "changes",
        "action_open_next": "asks",
        "action_open_label": "opens",
        "action_print_labels": "opens",
        "action_hand_over": "changes",
        "action_return_label": "changes",
        "action_open_tracking": "opens",
        "action_open_proof": "opens",
        "action_track_now": "changes",
    },
    "order.cycle.parcel": {"create": "odoo", "write": "odoo", "action_open_label": "opens"},
    "order.cycle.import": {"action_import": "changes"},
    "order.cycle.manifest": {
        "create": "odoo",
        "write": "odoo",
        "action_print": "opens",
        "action_hand_over": "changes",
        "action_close_again": "changes",
        "action_cancel": "changes",
        "action_answer": "asks",
    },
    "order.cycle.pickup": {
        "create": "odoo",
        "write": "odoo",
        "action_change": "asks",
        "action_cancel": "changes",
        "action_answer": "asks",
    },
    "order.cycle.end.of.day": {"action_close": "changes", "action_order_pickup": "asks"},
    "order.cycle.handover.scan": {"action_confirm": "changes"},
    "order.cycle.pickup.order": {"action_order": "changes"},
    "order.cycle.errand.outcome": {"action_answer": "changes"},
    "order.cycle.foreign.booking": {
        "create": "odoo",
        "write": "odoo",
        "action_book_now": "changes",
        "action_book_again": "changes",
        "action_withdraw": "changes",
        "action_open_next": "asks",
    },
    "order.cycle.foreign.outcome": {"action_answer": "changes"},
    "order.cycle.outcome": {"action_answer": "changes"},
    "order.cycle.purchase.escalation": {
        "action_apply": "changes",
        "action_apply_and_ask": "changes",
        "action_ask": "changes",
    },
    "order.cycle.purchase.escalation.line": {"create": "odoo"},
    "order.cycle.purchase.escalation.proposal": {"action_choose": "changes"},
    "product.product": {"action_cycle_why": "opens"},
    "product.template": {"action_cycle_why": "opens"},
    "sale.order": {
        "create": "odoo",
        "write": "odoo",
        "action_draft": "odoo",
        "action_take_order": "changes",
        "action_compare_carriers": "changes",
        "action_cycle_advance": "changes",
        "action_cycle_hold": "changes",
        "action_cycle_release": "changes",
        "action_cycle_tell_promise": "changes",
        "action_escalate_shortages": "asks",
        "action_view_cycle_consignments": "opens",
        "action_view_cycle_exceptions": "opens",
        "action_view_cycle_intakes": "opens",
        "action_view_cycle_shortages": "opens",
        "action_cycle_where_from": "changes",
    },
    "payment.transaction": {"create": "odoo"},
    "stock.move.line": {"create": "odoo", "write": "odoo"},
    "purchase.order.line": {"write": "odoo"},
    "sale.order.line": {"create": "odoo", "write": "odoo"},
    "stock.move": {"write": "odoo"},
    "stock.picking": {
        "action_assign": "odoo",
        "button_validate": "odoo",
        "send_to_shipper": "changes",
        "cancel_shipment": "changes",
        "action_cancel": "changes",
        "action_compare_carriers": "changes",
        "action_print_cycle_labels": "opens",
        "action_cycle_book_now": "changes",
        "action_cycle_return_label": "changes",
        "action_escalate_shortages": "asks",
        "action_view_cycle_consignments": "opens",
        "action_view_cycle_foreign": "opens",
        "action_view_cycle_shortages": "opens",
    },
    "delivery.carrier": {
        "create": "odoo",
        "write": "odoo",
        "action_cycle_confirm_database": "changes",
        "send_shipping": "provider",
        "cancel_shipment": "provider",
        "get_return_label": "provider",
        "order_cycle_rate_shipment": "provider",
        "order_cycle_send_shipping": "provider",
        "order_cycle_get_tracking_link": "provider",
        "order_cycle_cancel_shipment": "provider",
        "order_cycle_get_return_label": "provider",
    },
}

# What channels may call, and with what.
SENT_BY_CHANNELS = {
    "receive": [[{"external_ref": "RPC"}]],
    "hold": ["RPC", [{"sku": "SOAP", "qty": 1}]],
    "release": ["RPC"],
    "availability_changes": [],
}

SECRETS = ("username", "password", "api_key")


@tagged("post_install", "-at_install")
class TestRights(SecurityCommon):
    """Who may do what, read from the access rights themselves."""

    def rights_of(self, login, model):
        empty = self.env[model].with_user(self.person(login))
        return "".join(
            letter if empty.has_access(operation) else "-"
            for letter, operation in OPERATIONS.items()
        )

    def test_every_model_has_its_row_in_the_table(self):
        self.assertEqual(self.our_models(), set(RIGHTS))
        windows = {name for name in self.our_models() if self.env[name]._transient}
        self.assertEqual(windows, WINDOWS)

    def test_the_rights_are_those_of_the_table(self):
        people = [*LADDER, *COLLEAGUES]
        found = {
            model: tuple(self.rights_of(login, model) for login in people)
            for model in self.our_models()
        }
        self.assertEqual(found, RIGHTS)

    def test_each_rung_may_what_the_rung_below_may(self):
        for model in self.our_models():
            rungs = [set(self.rights_of(login, model)) - {"-"} for login in LADDER]
            for lower, higher in zip(rungs, rungs[1:], strict=False):
                self.assertLessEqual(lower, higher, model)

    def test_outsiders_may_do_nothing(self):
        found = {
            (login, model): self.rights_of(login, model)
            for login in OUTSIDERS
            for model in self.our_models()
        }
        self.assertEqual(set(found.values()), {"----"}, found)

    def test_every_access_right_names_a_group(self):
        rights = self.env["ir.model.access"].search([("model_id.model", "in", list(RIGHTS))])
        self.assertEqual(set(rights.mapped("model_id.model")), set(RIGHTS))
        self.assertFalse(rights.filtered(lambda right: not right.group_id).mapped("name"))

    def test_every_stored_model_is_kept_apart_by_company(self):
        rules = self.env["ir.rule"].search([("model_id.model", "in", list(RIGHTS))])
        by_company = rules.filtered(
            lambda rule: (
                rule["global"]
                and "company_id" in rule.domain_force
                and "company_ids" in rule.domain_force
                and all(rule[f"perm_{operation}"] for operation in OPERATIONS.values())
            )
        )
        self.assertEqual(set(by_company.mapped("model_id.model")), set(RIGHTS) - WINDOWS)
        shared = by_company.filtered(lambda rule: "False" in rule.domain_force)
        self.assertEqual(set(shared.mapped("model_id.model")), SHARED)


@tagged("post_install", "-at_install")
class TestCompanies(SecurityCommon):
    """What belongs to one company is nobody's business in another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Another Company"})
        groups = f"{LADDER['admin']},purchase.group_purchase_manager,stock.group_stock_manager"
        cls.stranger = new_test_user(
            cls.env,
            "stranger",
            groups=groups,
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def test_another_company_sees_nothing_of_ours(self):
        self.an_order_with_everything()
        for model in sorted(set(RIGHTS) - WINDOWS - SHARED):
            ours = self.env[model].search([])
            self.assertTrue(ours, f"nothing to hide in {model}: this test would prove nothing")
            theirs = self.env[model].with_user(self.stranger)
            self.assertFalse(theirs.search([]), model)
            self.assertEqual(theirs.search_count([]), 0, model)
            with self.assertRaises(AccessError, msg=model):
                ours.with_user(self.stranger).read(["display_name"])

    def test_another_company_changes_nothing_of_ours(self):
        order = self.an_order_with_everything()
        for records in (
            order.cycle_exception_ids,
            order.cycle_shortage_line_ids.shortage_id,
            order.cycle_consignment_ids,
            self.account,
        ):
            with self.assertRaises(AccessError, msg=records._name):
                records.with_user(self.stranger).check_access("write")

    def test_channels_and_policies_are_shared_unless_they_name_a_company(self):
        web = self.env.ref("order_cycle.channel_web")
        for shared in (web, self.web):
            theirs = self.env[shared._name].with_user(self.stranger)
            self.assertIn(shared, theirs.search([]))
            shared.company_id = self.company
            self.assertNotIn(shared, theirs.search([]))
            with self.assertRaises(AccessError):
                shared.with_user(self.stranger).check_access("read")

    def test_an_order_cannot_be_sent_to_a_company_of_others(self):
        intake = self.Intake.with_user(self.stranger)
        with self.assertRaises(AccessError):
            intake.with_context(allowed_company_ids=self.company.ids).receive(
                "phone", [self.a_payload("X1")]
            )
        self.assertFalse(self.Intake.search([("external_ref", "=", "X1")]))

    def test_goods_cannot_be_bought_for_a_shortage_of_another_company(self):
        shortage = self.an_order_with_everything().cycle_shortage_line_ids.shortage_id
        with self.assertRaises(AccessError):
            wizard = self.env["order.cycle.purchase.escalation"].with_user(self.stranger)
            vals = {"shortage_id": shortage.id, "partner_id": self.vendor.id, "quantity": 1}
            wizard.create({"line_ids": [Command.create(vals)]}).action_apply()
        self.assertEqual(shortage.state, "open")


@tagged("post_install", "-at_install")
class TestInterface(SecurityCommon):
    """Every method without an underscore can be called over the interface, by anybody."""

    def setUp(self):
        super().setUp()
        order = self.an_order_with_everything()
        consignment = order.cycle_consignment_ids
        # Its outcome is unknown: the one case in which the next action is to ask somebody.
        consignment.write({"state": "unknown", "tracking_url": "https://example.com"})
        foreign = order.picking_ids.cycle_foreign_ids
        foreign.state = "human"
        shortage = order.cycle_shortage_line_ids.shortage_id
        rejected = self.Intake.search([("state", "=", "rejected")], limit=1)
        rejected.order_id = order
        window = self.env["order.cycle.purchase.escalation"].browse(
            shortage.action_escalate()["res_id"]
        )
        self.records = {
            "order.cycle.channel": order.cycle_channel_id,
            "order.cycle.policy": order.cycle_policy_id,
            "order.cycle.intake": rejected,
            "order.cycle.exception": order.cycle_exception_ids[:1],
            "order.cycle.shortage": shortage,
            "order.cycle.hold": self.env["order.cycle.hold"].search([], limit=1),
            "order.cycle.inquiry": self.env["order.cycle.inquiry"].create(
                {"shortage_id": shortage.id}
            ),
            "order.cycle.taking.reason": self.env["order.cycle.taking.reason"].create(
                {"picking_ids": order.picking_ids.ids, "reason": "The customer waits."}
            ),
            "order.cycle.sourcing": self.env["order.cycle.sourcing"].create({"order_id": order.id}),
            "order.cycle.allocation": self.env["order.cycle.allocation"].browse(
                shortage.action_simulate_allocation()["res_id"]
            ),
            "order.cycle.allocation.rule": self.env.ref("order_cycle.allocation_rule_default"),
            "order.cycle.carrier.account": self.account,
            "order.cycle.carrier.setting": self.stage_account.setting_ids[:1],
            "order.cycle.carrier.check": self.stage_account.check_ids[:1],
            "order.cycle.carrier.bill": self.bill,
            "order.cycle.carrier.bill.line": self.bill.line_ids,
            "order.cycle.go.live": self.env["order.cycle.go.live"].create(
                {
                    "account_id": self.account.id,
                    "method_id": self.method.id,
                    "partner_id": order.partner_id.id,
                }
            ),
            "order.cycle.bill.import": self.env["order.cycle.bill.import"].create(
                {
                    "account_id": self.account.id,
                    "number": "B-2",
                    "file": b"YSxiCjEsMgo=",
                    "waybill_column": "a",
                    "amount_column": "b",
                }
            ),
            "order.cycle.comparison.line": self.env["order.cycle.comparison"]
            .create(
                {
                    "order_id": order.id,
                    "company_id": self.company.id,
                    "line_ids": [Command.create({"method_id": self.method.id, "is_answer": True})],
                }
            )
            .line_ids,
            "order.cycle.consignment": consignment,
            "order.cycle.parcel": consignment.parcel_ids,
            "order.cycle.import": self.env["order.cycle.import"].create(
                {"channel_id": order.cycle_channel_id.id, "file": b"W10="}
            ),
            "order.cycle.manifest": self.manifest,
            "order.cycle.pickup": self.pickup,
            "order.cycle.end.of.day": self.env["order.cycle.end.of.day"].create(
                {"account_id": self.account.id}
            ),
            "order.cycle.handover.scan": self.env["order.cycle.handover.scan"].create(
                {"parcel_ids": [Command.set(consignment.parcel_ids.ids)]}
            ),
            "order.cycle.pickup.order": self.env["order.cycle.pickup.order"].create(
                {"account_id": self.account.id}
            ),
            "order.cycle.errand.outcome": self.env["order.cycle.errand.outcome"].create(
                {"manifest_id": self.manifest.id}
            ),
            "order.cycle.foreign.booking": foreign,
            "order.cycle.foreign.outcome": self.env["order.cycle.foreign.outcome"].create(
                {"booking_id": foreign.id, "answer": "drop"}
            ),
            "order.cycle.outcome": self.env["order.cycle.outcome"].create(
                {"consignment_id": consignment.id, "answer": "cancel"}
            ),
            "order.cycle.purchase.escalation": window,
            "order.cycle.purchase.escalation.proposal": window.proposal_ids[:1],
            "product.product": self.soap,
            "product.template": self.soap.product_tmpl_id,
            "order.cycle.promise": order.cycle_promise_ids,
            "order.cycle.promise.proposal": order.cycle_proposal_ids,
            "sale.order": order,
            "stock.picking": order.picking_ids,
            "delivery.carrier": self.method,
        }
        self.Exception.flush_model()

    def methods(self, kind):
        """Return the pairs (model, method) of one kind of the table."""
        return [
            (model, method)
            for model, methods in PUBLIC_METHODS.items()
            for method, its_kind in methods.items()
            if its_kind == kind
        ]

    def call(self, login, model, method, *arguments):
        """Call as the interface does: by name, with record numbers."""
        if method in SENT_BY_CHANNELS:
            ids = ["phone", *SENT_BY_CHANNELS[method]]
        else:
            ids = [self.records[model].ids]
        try:
            result = call_kw(
                self.env[model].with_user(self.person(login)), method, [*ids, *arguments], {}
            )
        finally:
            self.env.invalidate_all()
        return result

    @contextmanager
    def assert_nothing_written(self, message):
        self.env.flush_all()
        before = self.rows_written()
        yield
        self.env.flush_all()
        self.assertEqual(self.rows_written(), before, message)

    def rows_written(self):
        """Return how many rows this transaction has written so far, as PostgreSQL counts them."""
        self.env.cr.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return self.env.cr.fetchone()[0]

    maxDiff = None

    def test_every_public_method_is_in_the_table(self):
        found = {}
        for name, model in self.env.registry.items():
            methods = {
                method
                for part in model.mro()
                if part.__module__.startswith(f"odoo.addons.{MODULE}.")
                for method, function in vars(part).items()
                if inspect.isfunction(function)
                and not method.startswith("_")
                and not getattr(function, "_api_private", False)
            }
            if methods and not model._abstract:
                found[name] = methods
        self.assertEqual(found, {name: set(methods) for name, methods in PUBLIC_METHODS.items()})

    def test_what_changes_something_refuses_whoever_may_not(self):
        for model, method in self.methods("changes") + self.methods("asks"):
            for login in (*OUTSIDERS, "user"):
                if login == "shop" and method in SENT_BY_CHANNELS:
                    continue  # what it is for
                with self.assertRaises(AccessError, msg=f"{login}: {model}.{method}"):
                    self.call(login, model, method)

    def test_what_tells_something_refuses_outsiders_and_writes_nothing(self):
        for model, method in self.methods("tells"):
            for login in set(OUTSIDERS) - {"shop"}:
                with self.assertRaises(AccessError, msg=f"{login}: {model}.{method}"):
                    self.call(login, model, method)
            for login in ("shop", "user"):
                self.person(login)
                with self.assert_nothing_written(f"{login}: {model}.{method}"):
                    self.call(login, model, method)

    def test_whoever_reads_deliveries_only_has_nothing_booked(self):
        """Odoo lets auditors read every delivery; the handover itself runs with all rights."""
        reading = ("account.group_account_readonly", "base.group_partner_manager", LADDER["user"])
        self.person("auditor", ",".join(reading))
        picking = self.records["stock.picking"]
        picking.cycle_consignment_ids.write({"state": "cancelled"})
        with self.assertRaises(AccessError):
            self.call("auditor", "stock.picking", "send_to_shipper")
        self.assertEqual(len(picking.cycle_consignment_ids), 1)

    def test_what_opens_something_writes_nothing(self):
        self.person("all", ",".join([LADDER["admin"], *COLLEAGUES.values()]))
        self.person("employee")
        for model, method in self.methods("opens"):
            label = f"{model}.{method}"
            with self.assert_nothing_written(label):
                self.assertIn("ir.actions.", self.call("all", model, method)["type"], label)
            with self.assert_nothing_written(label):
                self.look_as_an_employee(model, method)

    def look_as_an_employee(self, model, method):
        """Whoever may not read is refused, or told where to look and then refused there."""
        try:
            self.assertIn("ir.actions.", self.call("employee", model, method)["type"])
        except AccessError:
            return

    def test_windows_are_opened_by_whoever_may_use_them(self):
        for model, method in self.methods("asks"):
            action = self.call("operator", model, method)
            self.assertEqual(action["target"], "new", f"{model}.{method}")

    def test_what_takes_recordsets_cannot_be_used_from_outside(self):
        self.person("admin")
        for model, method in self.methods("provider"):
            deliveries = self.records["stock.picking"].ids
            with self.assert_nothing_written(method), self.assertRaises(AttributeError, msg=method):
                self.call("admin", model, method, deliveries)

    def test_the_spy_sees_a_write(self):
        """`assert_nothing_written` would be worth nothing if it never failed."""
        fails = self.assertRaisesRegex(AssertionError, "a write")
        with fails, self.assert_nothing_written("a write"):
            self.records["sale.order"].client_order_ref = "changed"


@tagged("post_install", "-at_install")
class TestPeople(SecurityCommon):
    """Each rung of the ladder at work."""

    # === USER: sees where each order stands and why === #

    def test_a_salesperson_sees_stage_and_exceptions_and_changes_neither_policy_nor_exception(self):
        self.person("seller", "sales_team.group_sale_salesman_all_leads")
        order = self.an_order_with_everything().with_user(self.person("seller"))
        self.assertEqual(order.cycle_stage, "short")
        self.assertEqual(order.cycle_exception_ids.cause, "The customer moved.")
        self.assertEqual(order.cycle_reason, "The customer moved.")
        self.assertEqual(order.cycle_exception_count, 1)
        with self.assertRaises(AccessError):
            order.cycle_exception_ids.action_retry()
        with self.assertRaises(AccessError):
            order.cycle_policy_id.auto_ship = False
        with self.assertRaises(AccessError):
            order.cycle_consignment_ids.call_ids.read(["request_text"])

    def test_whoever_packs_opens_deliveries_where_carriers_go_by_postcode(self):
        """Odoo shows which carriers fit, and lets only sellers read their postcodes."""
        self.method.zip_prefix_ids = [Command.create({"name": "201"})]
        packer = self.person("packer", "stock.group_stock_user")
        picking = self.an_order_with_everything().picking_ids.with_user(packer)
        picking.invalidate_recordset()
        self.assertLessEqual(picking.carrier_id, picking.allowed_carrier_ids)

    def test_whoever_packs_opens_orders_that_are_invoiced(self):
        """Odoo counts the invoices of an order as the reader, whom it does not let."""
        order = self.an_order([("SOAP", 1)], paid=4.0)
        self.advance()
        self.assertTrue(order.invoice_ids)
        packed = order.with_user(self.person("packer", "stock.group_stock_user"))
        packed.invalidate_recordset()
        self.assertEqual(packed.web_read({"invoice_count": {}})[0]["invoice_count"], 1)
        with self.assertRaises(AccessError):
            packed.invoice_ids.read(["name"])

    def test_whoever_only_buys_is_offered_no_door_to_orders(self):
        """They see what is short, and may not read what was sold."""
        buyer = self.person("buys", "purchase.group_purchase_user")
        order = self.an_order_with_everything()
        exception, consignment = order.cycle_exception_ids, order.cycle_consignment_ids
        self.env.invalidate_all()
        self.assertTrue(exception.with_user(buyer).name)
        consignment.state = "unknown"
        exception.consignment_id = consignment
        action = exception.with_user(buyer).action_open_document()
        self.assertEqual(action["res_model"], consignment._name)
        for model in ("shortage", "promise.proposal", "shortage.line", "exception", "hold"):
            view = self.env[f"order.cycle.{model}"].with_user(buyer).get_view(view_type="form")
            form = etree.fromstring(view["arch"])
            doors = [button.get("name") for button in form.iter("button")]
            self.assertFalse({"action_view_orders", "action_open_order"} & {*doors}, model)
            # The orders of lists inside are no links.
            for field in form.xpath("//field[@name='order_id'][not(ancestor::field)]"):
                self.assertIn("no_open", field.get("options", ""), model)

    # === OPERATOR: takes orders, solves exceptions, books carriers again === #

    def test_an_operator_solves_an_exception_and_changes_no_policy(self):
        operator = self.person("operator")
        order = self.an_order_with_everything().with_user(operator)
        exception = order.cycle_exception_ids
        exception.action_assign_to_me()
        self.assertEqual(exception.user_id, operator)
        self.env["order.cycle.signal"].search([]).unlink()
        exception.action_retry()
        signal = self.env["order.cycle.signal"].search([("order_id", "=", order.id)])
        self.assertEqual(signal.reason, "retry")
        exception.action_dismiss()
        self.assertRecordValues(exception, [{"state": "dismissed", "solved_by_id": operator.id}])
        with self.assertRaises(AccessError):
            order.cycle_policy_id.auto_ship = False
        with self.assertRaises(AccessError):
            exception.unlink()

    def test_an_operator_takes_an_order_by_phone(self):
        order = self.env["sale.order"].with_user(self.person("operator"))
        order = order.create(
            {
                "partner_id": self.vendor.id,
                "cycle_channel_id": self.env.ref("order_cycle.channel_phone").id,
                "order_line": [Command.create({"product_id": self.soap.id})],
            }
        )
        order.action_take_order()
        self.advance()
        self.assertRecordValues(order, [{"state": "sale", "cycle_stage": "to_collect"}])

    def test_an_operator_books_again_what_a_carrier_refused(self):
        consignment = self.an_order_with_everything().cycle_consignment_ids
        consignment.state = "refused"
        consignment.with_user(self.person("operator")).action_book_again()
        self.assertEqual(consignment.state, "todo")

    def test_an_operator_answers_what_no_machine_knows(self):
        consignment = self.an_order_with_everything().cycle_consignment_ids
        consignment.state = "unknown"
        action = consignment.with_user(self.person("operator")).action_open_next()
        window = self.env[action["res_model"]].with_user(self.person("operator"))
        window = window.browse(action["res_id"])
        window.waybill_ref = "W-1"
        window.action_answer()
        self.assertRecordValues(consignment, [{"state": "done", "waybill_ref": "W-1"}])

    def test_an_operator_retries_an_invoice_that_was_not_sent(self):
        """Its queue is on the invoice, on which an operator may not write."""
        self.web.auto_send = True
        order = self.an_order([("SOAP", 1)], paid=4.0)
        self.advance()
        invoice = order.invoice_ids
        invoice._cycle_sending_failed(UserError("No e-mail address."))
        later = invoice.cycle_send_at
        order.cycle_exception_ids.with_user(self.person("operator")).action_retry()
        self.assertLess(invoice.cycle_send_at, later)

    def test_an_operator_reads_a_rejected_order_again(self):
        self.receive(self.a_payload("BAD", [("RARE", 1)]), "phone")
        rejected = self.Intake.search([("external_ref", "=", "BAD")])
        self.a_product("RARE", stock=1)
        rejected.with_user(self.person("operator")).action_retry()
        self.assertEqual(rejected.state, "accepted")

    # === MANAGER: decides what happens by itself === #

    def test_a_manager_changes_policies_and_reads_no_secrets(self):
        manager = self.person("manager")
        self.trade.with_user(manager).auto_ship = False
        self.assertFalse(self.trade.auto_ship)
        account = self.account.with_user(manager)
        self.assertEqual(account.name, "Parcels Milan")
        self.assert_no_secret(account)

    # === ADMINISTRATOR: holds the credentials === #

    def test_only_an_administrator_reads_secrets(self):
        for login in ("user", "operator", "manager", *COLLEAGUES):
            self.assert_no_secret(self.account.with_user(self.person(login)))
        account = self.account.with_user(self.person("admin"))
        self.assertEqual(
            account.read(SECRETS),
            [
                {
                    "id": account.id,
                    "username": "bottega",
                    "password": "top-secret",
                    "api_key": "sk-secret",
                }
            ],
        )

    def assert_no_secret(self, account):
        """Neither by reading, nor by searching letter by letter, nor by way of something else."""
        self.assertTrue(account.has_access("read"))
        for secret in SECRETS:
            self.assertNotIn(secret, account.fields_get())
            with self.assertRaises(AccessError, msg=secret):
                account.read([secret])
            with self.assertRaises(AccessError, msg=secret):
                account.search([(secret, "=like", "%")])
            with self.assertRaises(AccessError, msg=secret):
                account.env["order.cycle.consignment"].search([(f"account_id.{secret}", "!=", 0)])

    def test_a_copy_of_an_account_has_no_secrets(self):
        copy = self.account.with_user(self.person("admin")).copy()
        self.assertFalse(any(copy[secret] for secret in SECRETS))

    # === CHANNEL: sends orders, and that is all === #

    def test_the_user_of_a_channel_sends_orders_and_sees_none(self):
        order = self.an_order_with_everything()
        shop = self.person("shop")
        [told] = self.Intake.with_user(shop).receive("web", [self.a_payload("SHOP-1")])
        self.assertEqual(told["status"], "created")
        [again] = self.Intake.with_user(shop).receive("web", [self.a_payload("SHOP-1")])
        self.assertEqual((again["status"], again["order_id"]), ("known", told["order_id"]))
        for records in (
            self.env["sale.order"].browse(told["order_id"]),
            self.Intake.search([("external_ref", "=", "SHOP-1")]),
            order.cycle_exception_ids,
            order.picking_ids,
            self.account,
        ):
            with self.assertRaises(AccessError, msg=records._name):
                records.with_user(shop).read(["display_name"])

    # === COLLEAGUES: what Odoo lets them do, they still can === #

    def test_a_salesperson_cancels_an_order_of_their_own(self):
        seller = self.person("owner", "sales_team.group_sale_salesman")
        for is_confirmed in (False, True):
            order = self.env["sale.order"].with_user(seller)
            order = order.create(
                {
                    "partner_id": self.vendor.id,
                    "order_line": [Command.create({"product_id": self.soap.id})],
                }
            )
            if is_confirmed:
                order.action_confirm()
            order._action_cancel()
            self.assertEqual(order.state, "cancel")

    def test_a_buyer_cancels_a_purchase(self):
        purchase = self.env["purchase.order"].with_user(self.person("buyer"))
        purchase = purchase.create(
            {
                "partner_id": self.vendor.id,
                "order_line": [Command.create({"product_id": self.soap.id, "product_qty": 6})],
            }
        )
        purchase.button_confirm()
        self.assertTrue(purchase.picking_ids)
        purchase.button_cancel()
        self.assertEqual(purchase.picking_ids.state, "cancel")

    def test_a_packer_validates_a_delivery_and_has_it_booked(self):
        self.trade.auto_ship = False
        order = self.an_order([("SOAP", 1)], channel="phone")
        self.advance()
        order.picking_ids.carrier_id = self.method
        self.validate(order.picking_ids.with_user(self.person("packer")))
        self.assertEqual(order.cycle_consignment_ids.state, "todo")

    def test_who_sees_only_their_own_orders_sees_only_what_is_said_about_those(self):
        mine, theirs = self.an_order_with_everything(), self.an_order([("OIL", 99)], "phone")
        self.advance()
        self.Exception._raise(theirs, "ship", "failed", "The customer moved.")
        seller = self.person("seller", "sales_team.group_sale_salesman")
        mine.user_id, theirs.user_id = (
            seller,
            self.person("rival", "sales_team.group_sale_salesman"),
        )
        for model in ("order.cycle.exception", "order.cycle.shortage.line"):
            seen = self.env[model].with_user(seller).search([]).sudo().order_id
            self.assertIn(mine, seen, model)
            self.assertNotIn(theirs, seen, model)
            everything = self.env[model].with_user(self.person("packer")).search([])
            self.assertIn(theirs, everything.sudo().order_id, model)

    def test_whoever_could_open_an_order_s_form_still_can(self):
        """Also people who have nothing to do with the cycle, and no right on our own tables."""
        order = self.an_order_with_everything()
        rights = self.env["ir.model.access"].search(
            [("model_id.model", "=", "sale.order"), ("perm_read", "=", True)]
        )
        groups = rights.group_id - self.env.ref("base.group_portal")
        readers = 0
        for group, name in groups.get_external_id().items():
            record = order.with_user(self.person(f"reader_{group}", name))
            theirs, ours = self.fields_of_form(record)
            if self.can_read(record, theirs):
                readers += 1
                with self.subTest(group=name):
                    record.web_read(dict.fromkeys(ours, {}))
        self.assertGreater(readers, 2)

    def fields_of_form(self, record):
        """Return the names of the fields on the form of `record`: others' and ours."""
        names = record.get_views([(False, "form")])["models"][record._name]["fields"]
        ours = {name for name in names if name.startswith("cycle_")}
        self.assertTrue(ours)
        return set(names) - ours, ours

    def can_read(self, record, names):
        self.env.invalidate_all()
        try:
            record.web_read(dict.fromkeys(names, {}))
        except AccessError:
            return False
        return True
