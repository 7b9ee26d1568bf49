"""What people do with goods and orders, by Odoo's own methods; runs inside Odoo.

Nothing here knows a field of the add-on, so that it does the same with and without it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

# Odoo's own scheduler of procurements: it runs whether anybody asked for it or not.
SCHEDULER = "stock.ir_cron_scheduler_action"
# Jobs may ask for each other; none of these stories needs more turns.
TURNS = 6


class World:
    """A warehouse, a vendor, a customer, and those who work there."""

    def __init__(self, env: Any) -> None:
        self.env = env
        self.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        self.vendor = env["res.partner"].create({"name": "Frantoio Rossi"})
        self.customer = env["res.partner"].create({"name": "Carla Bianchi"})

    # === GOODS === #

    def a_product(self, stock: float = 0, delay: int | None = 5, **values: Any) -> Any:
        """Make goods with so many on the shelf.

        :param delay: days the vendor needs; None for goods that no vendor has
        """
        vals = {"name": "Oil", "is_storable": True, "list_price": 10.0, **values}
        if delay is not None:
            vals["seller_ids"] = [(0, 0, {"partner_id": self.vendor.id, "delay": delay})]
        product = self.env["product.product"].create(vals)
        self.put(product, stock, self.warehouse)
        return product

    def made_to_order(self) -> list[Any]:
        """Return the command for goods that are bought for each order."""
        route = self.warehouse.mto_pull_id.route_id
        route.active = True
        buy = self.env.ref("purchase_stock.route_warehouse0_buy")
        return [(6, 0, (route | buy).ids)]

    def put(self, product: Any, quantity: float, warehouse: Any) -> None:
        """Put goods on a shelf."""
        if quantity:
            self.env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, quantity
            )

    def receive(self, product: Any, quantity: float) -> None:
        """Take goods in at the door that nobody has ordered in Odoo."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": self.vendor.id,
                "location_id": self.vendor.property_stock_supplier.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.vendor.property_stock_supplier.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()

    def reserved(self, order: Any) -> float:
        """Return what is reserved for an order."""
        return sum(order.picking_ids.move_line_ids.mapped("quantity"))

    # === ORDERS === #

    def a_sale(self, product: Any, quantity: float, **values: Any) -> Any:
        """Sell goods at the desk."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": quantity})],
                **values,
            }
        )
        order.action_confirm()
        return order

    def purchase_of(self, order: Any) -> Any:
        """Confirm what was bought for an order, and return it."""
        purchase = order.order_line.move_ids.created_purchase_line_ids.order_id
        purchase.button_confirm()
        return purchase

    def told_date(self, order: Any) -> date | None:
        """Return the day the customer reads: the promised one, else what Odoo expects."""
        told = order.commitment_date or order.expected_date
        return told.date() if told else None

    def in_days(self, days: int) -> datetime:
        """Return the time it is now, some days later."""
        return datetime.now().replace(microsecond=0) + timedelta(days=days)

    # === WHAT HAPPENS BY ITSELF === #

    def work_off(self) -> None:
        """Run every scheduled action that was asked for, and Odoo's scheduler, with commits."""
        self._run_triggered()
        self.env.ref(SCHEDULER).method_direct_trigger()
        self._run_triggered()
        self.env.invalidate_all()

    def _run_triggered(self) -> None:
        for _turn in range(TURNS):
            self.env.cr.commit()
            due = self.env["ir.cron.trigger"].search([("call_at", "<=", datetime.now())])
            jobs = due.cron_id.filtered("active")
            due.unlink()
            self.env.cr.commit()
            if not jobs:
                return
            for job in jobs:
                job.method_direct_trigger()

    # === WHO IS TOLD === #

    def messages(self, order: Any) -> int:
        """Return how many messages an order has, those of changed fields included."""
        self.env.flush_all()
        return len(order.message_ids)

    def tasks(self, order: Any) -> int:
        """Return for how many things somebody has to do something about an order."""
        return len(order.activity_ids)
