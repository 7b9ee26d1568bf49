from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestIntake(OrderCycleCommon):
    """Orders come in once, whole or not at all, and what is wrong is named."""

    def orders(self, reference):
        return self.env["sale.order"].search([("cycle_external_ref", "=", reference)])

    # === ONCE === #

    def test_the_same_order_twice_is_one_order(self):
        first = self.receive(self.a_payload("W1"))
        again = self.receive(self.a_payload("W1"))
        self.assertEqual((first["status"], again["status"]), ("created", "known"))
        self.assertEqual(first["order_id"], again["order_id"])
        self.assertEqual(len(self.orders("W1")), 1)

    def test_the_same_order_twice_in_one_call_is_one_order(self):
        results = self.Intake.receive("web", [self.a_payload("W1"), self.a_payload("W1")])
        self.assertEqual([result["status"] for result in results], ["created", "known"])
        self.assertEqual(len(self.orders("W1")), 1)

    def test_what_says_the_same_is_the_same(self):
        self.receive(self.a_payload("W1", [("OIL", 2)]))
        payload = self.a_payload("W1", [("OIL", 2.0)])
        payload["customer"]["city"] = "  Milano "
        payload["note"] = ""
        self.assertEqual(self.receive(payload)["status"], "known")

    def test_the_same_reference_of_another_channel_is_another_order(self):
        self.receive(self.a_payload("W1"), "web")
        self.assertEqual(self.receive(self.a_payload("W1"), "phone")["status"], "created")

    def test_other_content_is_a_conflict_that_a_person_looks_at(self):
        order = self.an_order([("OIL", 2)], reference="W1")
        result = self.receive(self.a_payload("W1", [("OIL", 3)]))
        self.assertEqual(result["status"], "conflict")
        self.assertEqual(result["order_id"], order.id)
        self.assertEqual(order.order_line.product_uom_qty, 2, "the order is left as it was")
        exception = self.open_exceptions(order)
        self.assertEqual(exception.kind, "conflict")
        self.assertIn("lines[1].qty: 2 → 3", exception.cause)

    def test_a_conflict_within_one_call_finds_its_order(self):
        results = self.Intake.receive(
            "web", [self.a_payload("W1", [("OIL", 2)]), self.a_payload("W1", [("OIL", 3)])]
        )
        self.assertEqual([result["status"] for result in results], ["created", "conflict"])
        order = self.env["sale.order"].browse(results[0]["order_id"])
        self.assertEqual(self.open_exceptions(order).kind, "conflict")
        self.assertEqual(results[1]["order_id"], order.id)

    def test_the_same_conflict_again_raises_nothing_new(self):
        order = self.an_order([("OIL", 2)], reference="W1")
        for _time in range(3):
            self.assertEqual(self.receive(self.a_payload("W1", [("OIL", 3)]))["status"], "conflict")
        self.assertEqual(len(self.open_exceptions(order)), 1)
        self.assertEqual(len(order.cycle_intake_ids), 2)

    # === WHOLE OR NOT AT ALL === #

    def test_a_bad_line_names_line_and_field_and_leaves_nothing(self):
        counts = self.count_everything()
        payload = self.a_payload("W1", [("OIL", 2), ("NOPE", 0)])
        payload["lines"][1]["price"] = "a lot"
        result = self.receive(payload)
        self.assertEqual(result["status"], "rejected")
        self.assertEqual(
            sorted((error["line"], error["field"]) for error in result["errors"]),
            [(2, "price"), (2, "qty"), (2, "sku")],
        )
        self.assertEqual(self.count_everything(), counts)

    def count_everything(self):
        models = ("sale.order", "sale.order.line", "res.partner", "order.cycle.exception")
        return {model: self.env[model].search_count([]) for model in models}

    def test_every_wrong_field_is_named_at_once(self):
        payload = {
            "external_ref": "W1",
            "customer": {"email": "not an address", "country": "Atlantis", "colour": "red"},
            "ship_to": "there",
            "requested_date": "soon",
            "payment": {"amount": -5},
            "total": "NaN",
            "lines": [{"sku": "OIL"}, "two"],
            "surprise": 1,
        }
        found = {(error["line"], error["field"]) for error in self.receive(payload)["errors"]}
        self.assertEqual(
            found,
            {
                (None, "customer.email"),
                (None, "customer.name"),
                (None, "customer.country"),
                (None, "customer.colour"),
                (None, "ship_to"),
                (None, "requested_date"),
                (None, "payment.amount"),
                (None, "total"),
                (1, "qty"),
                (2, "lines"),
                (2, "sku"),
                (2, "qty"),
                (None, "surprise"),
            },
        )

    def test_an_order_without_reference_is_refused_because_it_could_come_twice(self):
        for reference in ("", None, [], True):
            result = self.receive(self.a_payload(reference))
            self.assertEqual(result["status"], "rejected")
            self.assertEqual(result["errors"][0]["field"], "external_ref")

    def test_what_is_no_order_at_all_is_rejected(self):
        for payload in (None, 7, "order", [], {"external_ref": "W9"}):
            self.assertEqual(self.receive(payload)["status"], "rejected")

    def test_one_bad_order_does_not_stop_the_others(self):
        payloads = [self.a_payload(f"W{number}") for number in range(5)]
        payloads[2]["lines"] = [{"sku": "NOPE", "qty": 1}]
        # A tax number that Odoo refuses shows only when the customer is written.
        payloads[3]["lines"] = [{"sku": "OIL", "qty": 1, "price": 1e15}]
        statuses = [result["status"] for result in self.Intake.receive("web", payloads)]
        self.assertEqual(statuses, ["created", "created", "rejected", "rejected", "created"])

    def test_a_corrected_order_is_taken_in_and_the_rejected_one_is_no_work_any_more(self):
        self.receive(self.a_payload("W1", [("NOPE", 1)]))
        rejected = self.Intake.search([("external_ref", "=", "W1")])
        self.assertEqual(rejected.state, "rejected")
        self.assertIn("NOPE", rejected.error_text)
        self.assertEqual(self.receive(self.a_payload("W1"))["status"], "created")
        self.assertEqual(rejected.state, "replaced")

    def test_a_rejected_order_is_read_again_after_the_product_was_created(self):
        self.receive(self.a_payload("W1", [("LATE", 1)]))
        rejected = self.Intake.search([("external_ref", "=", "W1")])
        self.a_product("LATE")
        rejected.action_retry()
        self.assertEqual(rejected.state, "accepted")
        self.assertEqual(rejected.order_id.order_line.product_id.default_code, "LATE")

    def test_an_unknown_channel_says_where_channels_are(self):
        with self.assertRaisesRegex(UserError, "Configuration / Channels"):
            self.Intake.receive("fax", [self.a_payload()])

    # === WHO MAY === #

    def test_only_who_may_send_orders_sends_orders(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        shop = new_test_user(self.env, "shop", groups="order_cycle.group_order_cycle_channel")
        with self.assertRaises(AccessError):
            self.Intake.with_user(clerk).receive("web", [self.a_payload("W1")])
        [result] = self.Intake.with_user(shop).receive("web", [self.a_payload("W1")])
        self.assertEqual(result["status"], "created")
        with self.assertRaises(AccessError):
            self.env["sale.order"].with_user(shop).browse(result["order_id"]).read(["name"])

    # === CUSTOMERS === #

    def test_one_system_does_not_send_in_the_name_of_another_channel(self):
        group = "order_cycle.group_order_cycle_channel"
        shop, till = (new_test_user(self.env, login, groups=group) for login in ("shop1", "till1"))
        self.env.ref("order_cycle.channel_store").sender_ids = till
        with self.assertRaisesRegex(AccessError, "Who Sends"):
            self.Intake.with_user(shop).receive("store", [self.a_payload()])
        [told] = self.Intake.with_user(till).receive("store", [self.a_payload()])
        self.assertEqual(told["status"], "created")

    def test_a_known_customer_is_matched_and_never_overwritten(self):
        customer = self.env["res.partner"].create(
            {
                "name": "Carla Bianchi",
                "email": "Carla@Example.com",
                "street": "Corso Buenos Aires 9",
            }
        )
        order = self.an_order(reference="W1")
        self.assertEqual(order.partner_id, customer)
        self.assertEqual(customer.street, "Corso Buenos Aires 9")
        self.assertEqual(order.partner_shipping_id.street, "Via Roma 1")
        self.assertEqual(order.partner_shipping_id.parent_id, customer)

    def test_the_same_delivery_address_is_added_once(self):
        orders = self.an_order(reference="W1") | self.an_order(reference="W2")
        self.assertEqual(len(orders.partner_id), 1)
        self.assertEqual(len(orders.partner_shipping_id), 1)
        self.assertFalse(orders.partner_id.child_ids)

    def test_two_people_with_one_address_stay_two(self):
        first = self.an_order(reference="W1")
        payload = self.a_payload("W2")
        payload["customer"]["name"] = "Dario Bianchi"
        self.env["res.partner"].create({"name": "Third", "email": "carla@example.com"})
        second = self.env["sale.order"].browse(self.receive(payload)["order_id"])
        self.assertNotEqual(first.partner_id, second.partner_id)

    def test_a_percent_sign_in_a_name_is_no_pattern(self):
        self.env["res.partner"].create({"name": "Anna", "street": "Via Po 1", "zip": "10100"})
        party = {"name": "A%", "street": "Via%", "zip": "10100", "country": "IT"}
        payload = {**self.a_payload("W1"), "customer": party}
        order = self.env["sale.order"].browse(self.receive(payload)["order_id"])
        self.assertEqual(order.partner_id.name, "A%")

    def test_history_is_shown_on_the_next_order(self):
        self.an_order([("OIL", 2)], paid=20.0)
        self.advance()
        order = self.an_order([("SOAP", 1)], paid=4.0)
        self.assertEqual(order.cycle_customer_orders, 1)
        self.assertEqual(order.cycle_customer_volume, 20.0)
        self.assertEqual(order.cycle_customer_preference, "prepaid")

    # === MONEY === #

    def test_a_total_the_customer_was_not_shown_holds_the_order(self):
        order = self.an_order([("OIL", 2)], paid=19.0, total=19.0)
        self.advance()
        self.assertEqual(order.state, "draft")
        exception = self.open_exceptions(order)
        self.assertRecordValues(exception, [{"kind": "price", "is_blocking": True}])

        exception.action_retry()
        self.advance()
        self.assertEqual(order.state, "draft", "trying again is no consent")

        exception.action_accept()
        self.advance()
        self.assertEqual(order.state, "sale")

    def test_shipping_is_charged_as_the_shop_charged_it(self):
        order = self.an_order([("OIL", 2)], shipping={"price": 6.5})
        self.assertEqual(order.amount_untaxed, 26.5)

    def test_what_no_database_can_keep_is_named_and_stops_nobody(self):
        poison = [
            self.a_payload("P1", lines=[("OIL", float("nan"))]),
            self.a_payload("P\x002", note="zero\x00byte and half a \ud800 character"),
            self.a_payload("P3", ordered_at="0001-01-01T00:00:00+05:00"),
            self.a_payload("P4"),
        ]
        results = self.Intake.receive("web", poison)
        self.assertEqual(
            [result["status"] for result in results], ["rejected", "created", "rejected", "created"]
        )
        self.assertEqual(results[0]["errors"][0]["field"], "qty")
        self.assertEqual(results[2]["errors"][0]["field"], "ordered_at")

    def test_a_price_that_was_sent_is_the_price_whatever_the_pricelist_says(self):
        self.env["product.pricelist"].search([]).active = False
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Half",
                "item_ids": [(0, 0, {"compute_price": "percentage", "percent_price": 50})],
            }
        )
        channel = self.env.ref("order_cycle.channel_web")
        channel.write({"company_id": self.company.id, "pricelist_id": pricelist.id})
        payload = self.a_payload("W1")
        payload["lines"] = [{"sku": "OIL", "qty": 1, "price": 10}, {"sku": "SOAP", "qty": 1}]
        order = self.env["sale.order"].browse(self.receive(payload)["order_id"])
        self.assertEqual(order.order_line.mapped("price_subtotal"), [10.0, 2.0])
