import csv
import io
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import OrderCycleCommon

DOOR = "/json/2/order.cycle.channel/availability_changes"


@tagged("post_install", "-at_install")
class TestFeedDoor(OrderCycleCommon, HttpCase):
    """Who gets in, by which door, and what is handed out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["order.cycle.channel"].create({"name": "Shop", "code": "shop"})
        cls.other = cls.env["res.company"].create({"name": "Another Company"})
        cls.shop = cls._person("feed_shop", "order_cycle.group_order_cycle_channel")
        cls.seller = cls._person("feed_seller", "sales_team.group_sale_salesman")

    @classmethod
    def _person(cls, login, group, **values):
        return new_test_user(cls.env, login, groups=group, password=login, **values)

    def _key(self, user):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        return self.env["res.users.apikeys"].with_user(user)._generate(None, "feed", tomorrow)

    def _headers(self, user):
        return {"Authorization": f"bearer {self._key(user)}"} if user else {}

    def _post(self, user, channel="shop", headers=None, **arguments):
        self.env.flush_all()
        headers = {**(headers or self._headers(user)), "Content-Type": "application/json"}
        body = json.dumps({"channel": channel, **arguments})
        return self.opener.post(self.base_url() + DOOR, data=body, headers=headers)

    def _get(self, user, code="shop", **query):
        self.env.flush_all()
        path = f"{self.base_url()}/order_cycle/availability/{code}.csv"
        return self.opener.get(path, headers=self._headers(user), params=query)

    def _rows(self, answer):
        table = list(csv.DictReader(io.StringIO(answer.content.decode())))
        return {row["sku"]: row for row in table}

    def _ask(self, user, code="shop", **context):
        channels = self.env["order.cycle.channel"].with_user(user).with_context(**context)
        return channels.availability_changes(code)

    # === OVER THE INTERFACE === #

    def test_a_shop_reads_with_its_key(self):
        answer = self._post(self.shop, limit=5000)
        self.assertEqual(answer.status_code, 200, answer.text)
        told = answer.json()
        self.assertTrue(told["complete"])
        items = {item["sku"]: item for item in told["items"]}
        self.assertEqual(items["OIL"]["available"], 10.0)
        again = self._post(self.shop, cursor=told["cursor"])
        self.assertEqual(again.status_code, 200, again.text)
        self.assertFalse(again.json()["complete"])

    def test_a_reader_of_channels_reads_too(self):
        self.assertEqual(self._post(self.seller).status_code, 200)

    @mute_logger("odoo.http")
    def test_others_are_refused_in_words(self):
        customer = self._person("feed_customer", "base.group_portal")
        employee = self._person("feed_employee", "base.group_user")
        for user in (customer, employee):
            answer = self._post(user)
            self.assertEqual(answer.status_code, 403, answer.text)
            self.assertIn("may not read what a channel can sell", answer.json()["message"])
        self.assertEqual(self._post(None).status_code, 401)
        self.assertEqual(self._post(None, headers={"Authorization": "bearer x"}).status_code, 401)

    @mute_logger("odoo.http")
    def test_a_bad_question_is_refused_in_words(self):
        for arguments, words in (
            ({"cursor": "x"}, "no cursor of this database"),
            ({"limit": 0}, "from 1 to 5000"),
            ({"channel": "nowhere"}, "no channel with the code"),
        ):
            answer = self._post(self.shop, **arguments)
            self.assertEqual(answer.status_code, 422, answer.text)
            self.assertIn(words, answer.json()["message"])

    # === RIGHTS === #

    def test_a_key_that_may_not_send_for_the_channel_does_not_read_it(self):
        self.channel.sender_ids = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self._ask(self.shop)
        self._ask(self.seller)

    def test_a_channel_of_another_company_is_unknown(self):
        self.channel.company_id = self.other
        for user in (self.shop, self.seller):
            with self.assertRaises(UserError):
                self._ask(user)
            with self.assertRaises(AccessError):
                self._ask(user, allowed_company_ids=self.other.ids)

    def test_a_shared_channel_tells_each_company_of_its_own_goods(self):
        stranger = self._person(
            "feed_stranger",
            "order_cycle.group_order_cycle_channel",
            company_id=self.other.id,
            company_ids=self.other.ids,
        )
        ours = {item["sku"]: item for item in self._ask(self.shop)["items"]}
        self.assertEqual(ours["OIL"]["available"], 10.0)
        items = {item["sku"]: item for item in self._ask(stranger)["items"]}
        self.assertEqual(items["OIL"]["available"], 0.0)
        theirs = self.env["stock.warehouse"].search([("company_id", "=", self.other.id)])
        self.assertEqual(set(items["OIL"]["warehouses"]), set(theirs.mapped("code")))

    def test_a_cursor_of_another_company_has_everything_told(self):
        stranger = self._person(
            "feed_stranger",
            "order_cycle.group_order_cycle_channel",
            company_id=self.other.id,
            company_ids=self.other.ids,
        )
        cursor = self._ask(self.shop)["cursor"]
        channels = self.env["order.cycle.channel"].with_user(stranger)
        answer = channels.availability_changes("shop", cursor)
        self.assertEqual(answer["reason"], "other_warehouses")

    # === AS A FILE === #

    def test_the_file_says_the_same(self):
        self.soap.default_code = "=SOAP"
        answer = self._get(self.shop)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(answer.headers["X-Order-Cycle-Complete"], "true")
        rows = self._rows(answer)
        self.assertEqual(rows["OIL"]["available"], "10")
        self.assertEqual(rows["OIL"][f"available.{self.warehouse.code}"], "10")
        self.assertEqual((rows["OIL"]["next_date"], rows["OIL"]["removed"]), ("", "0"))
        self.assertIn("'=SOAP", rows, "a spreadsheet must not run it")
        later = self._get(self.shop, cursor=answer.headers["X-Order-Cycle-Cursor"])
        self.assertEqual(later.headers["X-Order-Cycle-Complete"], "false")

    @mute_logger("odoo.http")
    def test_the_file_is_not_for_others(self):
        employee = self._person("feed_employee", "base.group_user")
        self.assertEqual(self._get(None).status_code, 401)
        self.assertEqual(self._get(employee).status_code, 403)
        self.assertEqual(self._get(self.shop, "nowhere").status_code, 422)
        self.assertEqual(self._get(self.shop, cursor="x").status_code, 422)

    def test_people_download_the_goods_of_the_company_they_work_for(self):
        everywhere = (self.env.company | self.other).ids
        self.seller.company_ids = everywhere
        code = self.env["stock.warehouse"].search([("company_id", "=", self.other.id)]).code
        self.authenticate("feed_seller", "feed_seller")
        for company, quantity in ((self.env.company, "10"), (self.other, "0")):
            channel = self.channel.with_user(self.seller).with_company(company)
            self.env.flush_all()
            answer = self.url_open(channel.action_download_availability()["url"])
            self.assertEqual(self._rows(answer)["OIL"]["available"], quantity)
            self.assertEqual(f"available.{code}" in answer.text, company == self.other)
        # One that is not theirs is not told, whatever the address says.
        self.seller.company_ids = self.env.company
        self.env.flush_all()
        answer = self.url_open(
            f"/order_cycle/channel/{self.channel.id}/availability.csv?company={self.other.id}"
        )
        self.assertEqual(self._rows(answer)["OIL"]["available"], "10")

    def test_the_goods_of_a_channel_with_a_company_are_that_company_s(self):
        self.channel.company_id = self.other
        self.seller.company_ids = (self.env.company | self.other).ids
        self.authenticate("feed_seller", "feed_seller")
        self.env.flush_all()
        answer = self.url_open(f"/order_cycle/channel/{self.channel.id}/availability.csv")
        self.assertEqual(self._rows(answer)["OIL"]["available"], "0")

    @mute_logger("odoo.http")
    def test_people_download_it_from_the_channel(self):
        action = self.channel.with_user(self.seller).action_download_availability()
        self.authenticate("feed_seller", "feed_seller")
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("availability-shop.csv", answer.headers["Content-Disposition"])
        self.assertEqual(self._rows(answer)["OIL"]["available"], "10")
        self.channel.company_id = self.other
        self.env.flush_all()
        self.assertEqual(self.url_open(action["url"]).status_code, 403)
        self.assertEqual(self.url_open("/order_cycle/channel/0/availability.csv").status_code, 404)
        self.authenticate("feed_shop", "feed_shop")
        self.assertEqual(self.url_open(action["url"]).status_code, 403)
