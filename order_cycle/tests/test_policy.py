from odoo.tests import tagged

from .common import OrderCycleCommon


@tagged("post_install", "-at_install")
class TestPolicy(OrderCycleCommon):
    """An order takes the first policy whose conditions it meets."""

    def a_policy(self, **values):
        return self.env["order.cycle.policy"].create({"name": "Special", "sequence": 1, **values})

    def policy_of(self, lines=(("OIL", 2),), channel="web", **values):
        return self.an_order(lines, channel=channel, **values).cycle_policy_id

    def test_the_shipped_policies_follow_the_channel(self):
        self.assertEqual(self.policy_of(channel="web"), self.web)
        self.assertEqual(self.policy_of(channel="store"), self.store)
        self.assertEqual(self.policy_of(channel="phone"), self.trade)

    def test_sequence_decides_between_policies_that_fit(self):
        special = self.a_policy()
        self.assertEqual(self.policy_of(), special)
        special.sequence = 99
        self.assertEqual(self.policy_of(), self.web)

    def test_by_country_of_delivery(self):
        special = self.a_policy(country_ids=self.env.ref("base.de").ids)
        self.assertEqual(self.policy_of(), self.web)
        berlin = {"name": "B", "street": "S 1", "zip": "10115", "city": "Berlin", "country": "DE"}
        self.assertEqual(self.policy_of(ship_to=berlin), special)

    def test_by_customer_and_whoever_belongs_to_them(self):
        shop = self.env["res.partner"].create({"name": "Alimentari Bianchi", "is_company": True})
        person = self.env["res.partner"].create({"name": "Carla Bianchi", "parent_id": shop.id})
        special = self.a_policy(partner_ids=shop.ids)
        self.assertEqual(self.policy_of(), self.web)
        for customer in (shop, person):
            order = self.env["sale.order"].create({"partner_id": customer.id})
            self.assertTrue(special._fits(order))

    def test_by_customer_tag_of_the_company_a_person_belongs_to(self):
        tag = self.env["res.partner.category"].create({"name": "Wholesale"})
        special = self.a_policy(partner_category_ids=tag.ids)
        self.an_order()
        customer = self.env["res.partner"].search([("email", "=", "carla@example.com")])
        self.assertEqual(self.policy_of(), self.web)
        customer.category_id = tag
        self.assertEqual(self.policy_of(), special)

    def test_a_condition_that_was_archived_fits_nobody_rather_than_everybody(self):
        self.env.ref("order_cycle.channel_store").active = False
        self.store.sequence = -1
        self.assertEqual(self.policy_of(), self.web)

    def test_by_amount(self):
        special = self.a_policy(amount_min=50, amount_max=60)
        self.assertEqual(self.policy_of([("OIL", 4)]), self.web)
        self.assertEqual(self.policy_of([("OIL", 5)]), special)
        self.assertEqual(self.policy_of([("OIL", 6)]), special)
        self.assertEqual(self.policy_of([("OIL", 7)]), self.web)

    def test_by_team(self):
        team = self.env["crm.team"].create({"name": "Export"})
        special = self.a_policy(team_ids=team.ids)
        self.assertEqual(self.policy_of(), self.web)
        self.env.ref("order_cycle.channel_web").team_id = team
        self.assertEqual(self.policy_of(), special)

    def test_a_policy_of_another_company_does_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.a_policy(company_id=other.id)
        self.assertEqual(self.policy_of(), self.web)

    def test_terms_come_from_the_policy_only_where_the_customer_has_none(self):
        order = self.an_order(channel="phone")
        self.assertEqual(order.payment_term_id, self.trade.payment_term_id)
        immediate = self.env.ref("account.account_payment_term_immediate")
        order.partner_id.property_payment_term_id = immediate
        self.assertEqual(self.an_order(channel="phone").payment_term_id, immediate)

    def test_heavy_orders_travel_as_freight(self):
        parcel, freight = self.env["delivery.carrier"].create(
            [
                {"name": name, "product_id": self.env.ref("order_cycle.product_shipping").id}
                for name in ("Parcel", "Freight")
            ]
        )
        self.web.write(
            {"carrier_id": parcel.id, "freight_carrier_id": freight.id, "freight_from_weight": 50}
        )
        self.assertEqual(self.an_order([("SOAP", 49)]).carrier_id, parcel)
        self.assertEqual(self.an_order([("SOAP", 50)]).carrier_id, freight)
