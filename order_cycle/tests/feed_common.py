from datetime import timedelta

from odoo import Command, fields
from odoo.tools import SQL

from .availability_common import AvailabilityCommon

# Of a mark: it concerns every product, or every warehouse.
EVERY = 0


class FeedCommon(AvailabilityCommon):
    """What changes a quantity that can be promised leaves a mark: which ones, since last asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product, cls.other = cls._products(cls, 2)
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})
        cls.channel = cls.env.ref("order_cycle.channel_web")

    def _marks(self):
        """Return {(product id, warehouse id)} since last asked, and forget them."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM order_cycle_availability_mark WHERE xid = pg_current_xact_id()"
            " RETURNING product_id, warehouse_id"
        )
        return set(self.env.cr.fetchall())

    def _pair(self, *warehouses, product=None):
        return {((product or self.product).id, warehouse.id) for warehouse in warehouses}

    def _quant(self, quantity=10, place="milan", **values):
        return self.env["stock.quant"].create(
            {
                "product_id": self.product.id,
                "location_id": self.places[place].id,
                "quantity": quantity,
                **values,
            }
        )

    def _order(self, quantity=2):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "warehouse_id": self.milan.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": quantity})
                ],
            }
        )

    def _hold(self, **values):
        return self.env["order.cycle.hold"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.milan.id,
                "quantity": 1,
                "uom_id": self.product.uom_id.id,
                "expires_at": fields.Datetime.now() + timedelta(hours=1),
                **values,
            }
        )

    def _set(self, record, **values):
        """Write one column and nothing that Odoo would write with it."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(name),
                    value,
                    record.id,
                )
            )

    def _copy(self, record):
        """Have PostgreSQL write a row as it is, which Odoo does in several steps."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name != 'id'",
            [record._table],
        )
        columns = SQL(", ").join(SQL.identifier(name) for (name,) in self.env.cr.fetchall())
        table = SQL.identifier(record._table)
        parts = table, columns, columns, table, record.id
        self.env.cr.execute(SQL("INSERT INTO %s (%s) SELECT %s FROM %s WHERE id = %s", *parts))
