from odoo import api, fields, models
from odoo.tools import SQL


class OrderCycleGate(models.Model):
    """Where everybody passes who takes goods of a product in a warehouse: one at a time.

    Odoo's transactions see the database as it was when they began. Two that begin together both
    see the last unit free, and neither Odoo's reservation (which skips locked rows and writes
    another one beside them) nor a sum of what is promised (which no row stands for) makes them
    meet. Here they meet: whoever takes goods first writes on the row of their product and
    warehouse. The second waits for the first and is then told by PostgreSQL that the row has
    changed since it began (a serialization failure), so it cannot act on what it saw.

    A row is made when goods are taken for the first time.
    """

    _name = "order.cycle.gate"
    _description = "Gate to the Goods of a Warehouse"
    _log_access = False

    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    warehouse_id = fields.Many2one(
        "stock.warehouse", ondelete="cascade", help="Empty: places that belong to no warehouse."
    )
    passes = fields.Integer(help="How many transactions have taken goods here.")

    _one_per_place = models.UniqueIndex("(product_id, COALESCE(warehouse_id, 0))")

    @api.model
    def _pass(self, places, *, wait=True):
        """Have this transaction take its turn at each of `places`, until it ends.

        :param places: set of pairs (product id, warehouse id or False)
        :param bool wait: False: do not wait for whoever is there
        :raises psycopg2.errors.SerializationFailure: goods were taken there since this
            transaction began: what it has seen is out of date, and it has to start again
        :raises psycopg2.errors.LockNotAvailable: somebody is there, and `wait` is False
        """
        # Sorted, so that two who want several gates never wait for each other in a circle.
        keys = sorted({(product, warehouse or 0) for product, warehouse in places})
        if not keys:
            return
        [*known] = self._take_turn(keys, wait=wait)
        missing = [key for key in keys if key not in known]
        if missing:
            self._make(missing)

    def _take_turn(self, keys, *, wait):
        """Lock and change the rows of `keys`; return the keys that have a row."""
        self.env.cr.execute(
            SQL(
                """WITH turn AS (
                       SELECT id FROM order_cycle_gate
                        WHERE (product_id, COALESCE(warehouse_id, 0)) IN %s
                     ORDER BY product_id, COALESCE(warehouse_id, 0)
                          FOR NO KEY UPDATE %s
                   )
                   UPDATE order_cycle_gate gate
                      SET passes = passes + 1
                     FROM turn
                    WHERE gate.id = turn.id
                RETURNING gate.product_id, COALESCE(gate.warehouse_id, 0)""",
                tuple(keys),
                SQL() if wait else SQL("NOWAIT"),
            )
        )
        return self.env.cr.fetchall()

    def _make(self, keys):
        """Make the rows of `keys`. Who finds that another one has just made one, starts again."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO order_cycle_gate (product_id, warehouse_id, passes)
                        VALUES %s
                   ON CONFLICT DO NOTHING""",
                SQL(", ").join(
                    SQL("(%s, %s, 1)", product, warehouse or None) for product, warehouse in keys
                ),
            )
        )
