from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..models import availability_sql
from .availability_common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityBranches(AvailabilityCommon):
    """What the random histories do not hold: order lines, owners, expiry, other units."""

    def setUp(self):
        super().setUp()
        self.product = self._products(1)
        self.env["stock.quant"]._update_available_quantity(self.product, self.places["milan"], 40)

    # === ORDER LINES === #

    def test_sold_without_a_delivery_counts_now(self):
        line = self._sold(2)
        self.assertFalse(line.move_ids)
        self.assertEqual(self._free(self.product, None), 16, "Two dozen of 40 are sold.")
        line.qty_delivered_method = "manual"
        line.qty_delivered = 1
        self.assertEqual(self._free(self.product, None), 28)

    def test_a_sold_line_with_a_delivery_counts_once(self):
        line = self._sold(2)
        move = self._move(self.product, "milan", "customer", 24, 3)
        move.sale_line_id = line
        self.assertEqual(self._free(self.product, None), 16)
        # Somebody decided that it is not delivered: the goods are free.
        move.state = "cancel"
        self.assertEqual(self._free(self.product, None), 40)

    def test_quotations_and_cancelled_orders_want_nothing(self):
        line = self._sold(2)
        for state in ("draft", "sent", "cancel"):
            line.order_id.state = state
            self.assertEqual(self._free(self.product, None), 40, state)

    def test_a_line_that_asks_does_not_compete_with_itself(self):
        line, other = self._sold(1), self._sold(1)
        self.assertEqual(self._free(self.product, None, without_lines=line), 28)
        move = self._move(self.product, "milan", "customer", 12, 3)
        move.sale_line_id = line
        self.assertEqual(self._free(self.product, None), 16)
        self.assertEqual(self._free(self.product, None, without_lines=line), 28)
        self.assertEqual(self._free(self.product, None, without_lines=line | other), 40)

    # === OWNERS === #

    def test_goods_of_other_owners_neither_help_nor_hurt(self):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.places["milan"], 100, owner_id=self.owner
        )
        self.assertEqual(self._free(self.product, None), 40)
        theirs = self._move(self.product, "milan", "customer", 30, 2)
        theirs.restrict_partner_id = self.owner
        self.assertEqual(self._free(self.product, None), 40)
        theirs.restrict_partner_id = self.env.company.partner_id
        self.assertEqual(self._free(self.product, None), 10)

    def test_a_receipt_for_another_owner_is_not_ours(self):
        move = self._move(self.product, "vendor", "milan", 8, 2)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.milan.in_type_id.id,
                "location_id": self.places["vendor"].id,
                "location_dest_id": self.places["milan"].id,
            }
        )
        move.picking_id = picking
        by = fields.Datetime.now() + timedelta(days=30)
        self.assertEqual(self._free(self.product, by), 48)
        picking.owner_id = self.owner
        self.assertEqual(self._free(self.product, by), 40)

    # === EXPIRY === #

    def test_expired_goods_are_free_no_longer(self):
        """Without product_expiry: its column is added for this transaction."""
        now = fields.Datetime.now()
        [quant] = self.product.stock_quant_ids
        quant.reserved_quantity = 4
        self.env.flush_all()
        if "removal_date" not in quant._fields:
            self.env.cr.execute("ALTER TABLE stock_quant ADD COLUMN removal_date timestamp")
        self.assertEqual(self._by_date(now), [(now, 40)])
        soon = now + timedelta(days=5)
        self._expire(quant, soon)
        self.assertEqual(self._by_date(now), [(now, 4), (soon, 4)], "Nobody may keep the rest.")
        self._expire(quant, now - timedelta(days=1))
        self.assertEqual(self._by_date(now), [(now, 4)])

    def _expire(self, quant, at):
        self.env.cr.execute(
            "UPDATE stock_quant SET removal_date = %s WHERE id = %s", (at, quant.id)
        )

    def _by_date(self, now):
        changes = availability_sql.changes(
            tuple(self.product.ids), tuple(self.milan.ids), now, expiry=True
        )
        self.env.cr.execute(availability_sql.balances(changes))
        return sorted((at, free) for _product, _warehouse, at, free in self.env.cr.fetchall())

    # === BUILDERS === #

    def _sold(self, dozens):
        """Return a confirmed line without a delivery, as an import leaves it."""
        values = {
            "product_id": self.product.id,
            "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
            "product_uom_qty": dozens,
        }
        order = self.env["sale.order"].create(
            {
                "partner_id": self.owner.id,
                "warehouse_id": self.milan.id,
                "order_line": [Command.create(values)],
            }
        )
        order.state = "sale"
        return order.order_line
