from odoo.tests import tagged
from odoo.tools import SQL

from .common import AppsCommon


@tagged("post_install", "-at_install")
class TestKitsFeed(AppsCommon):
    """Shops are told how many kits they can sell, and again when a component changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bottle = cls.a_product("BOTTLE", stock=10)
        cls.box = cls.a_product("BOX", stock=4)
        cls.kit = cls.a_kit("GIFT", (cls.bottle, 2), (cls.box, 1))

    def read(self, cursor=None):
        """Return the answer of the feed; what was marked so far is told by none that follows."""
        answer = self.env["order.cycle.channel"].availability_changes("web", cursor, 5000)
        self.env.cr.execute("DELETE FROM order_cycle_availability_mark")
        return answer

    def told(self, answer):
        return {item["sku"]: item["available"] for item in answer["items"]}

    def test_a_kit_is_told_with_the_number_its_scarcest_component_is_enough_for(self):
        item = next(item for item in self.read()["items"] if item["product_id"] == self.kit.id)
        self.assertEqual((item["sku"], item["available"], item["removed"]), ("GIFT", 4, False))

    def test_it_is_told_again_when_a_component_changes_and_only_then(self):
        cursor = self.read()["cursor"]
        answer = self.read(cursor)
        self.assertEqual(answer["items"], [])
        self.stock(self.box, -3)
        answer = self.read(answer["cursor"])
        self.assertEqual(self.told(answer), {"BOX": 1, "GIFT": 1})
        self.env["order.cycle.buffer"].create(
            {"name": "Kits", "product_id": self.kit.id, "kind": "pieces", "quantity": 1}
        )
        self.assertEqual(self.told(self.read(answer["cursor"])), {"GIFT": 0})

    def test_another_recipe_has_everything_told_again(self):
        cursor = self.read()["cursor"]
        self.env["mrp.bom"].search([("product_tmpl_id", "=", self.kit.product_tmpl_id.id)])[
            0
        ].bom_line_ids[0].product_qty = 5
        answer = self.read(cursor)
        self.assertEqual((answer["complete"], answer["reason"]), (True, "everything_changed"))
        self.assertEqual(self.told(answer)["GIFT"], 2)

    def test_recipes_are_watched_again_after_manufacturing_was_away(self):
        """Its tables go with their triggers; the functions behind them stay."""
        self.env.cr.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname LIKE 'order_cycle_mark_%' AND tgrelid::regclass::text LIKE 'mrp_bom%'"
        )
        known = set(self.env.cr.fetchall())
        self.assertEqual(len(known), 6)
        self.env.flush_all()
        for trigger, table in known:
            self.env.cr.execute(
                SQL("DROP TRIGGER %s ON %s", SQL.identifier(trigger), SQL.identifier(table))
            )
        self.env["order.cycle.availability.mark"]._register_hook()
        self.test_another_recipe_has_everything_told_again()

    def test_what_is_made_is_no_kit(self):
        made = self.a_product("MADE", stock=3)
        bill = self.a_bill(made, [(self.bottle, 1)], kind="normal")
        cursor = self.read()["cursor"]
        bill.bom_line_ids.product_qty = 2
        self.assertEqual(self.read(cursor)["items"], [])

    def test_a_kit_without_goods_in_stock_has_no_number(self):
        endless = self.a_kit("WRAP", (self.a_product("PAPER", is_storable=False), 1))
        endless.is_storable = True
        self.assertNotIn("WRAP", self.told(self.read()))
