from datetime import timedelta

from .common import OrderCycleCommon
from .foreign_carrier import CourierServer, install

CALL_LOGGER = "odoo.addons.order_cycle.models.order_cycle_foreign_call"


class ForeignCommon(OrderCycleCommon):
    """Another connector, written by Odoo's contract, and its carrier on a real socket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = CourierServer()
        cls.addClassCleanup(cls.carrier.close)
        install(cls, cls.carrier.url)
        cls.method = cls.env["delivery.carrier"].create(
            {
                "name": "Courier",
                "delivery_type": "courier",
                "integration_level": "rate_and_ship",
                "product_id": cls.env.ref("order_cycle.product_shipping").id,
                "cycle_through_outbox": True,
            }
        )
        (cls.web | cls.trade).carrier_id = cls.method

    def setUp(self):
        super().setUp()
        self.carrier.booked.clear()
        self.carrier.cancelled.clear()
        self.carrier.script.clear()

    def a_booking(self, lines=(("SOAP", 1),)):
        """Ship an order and return the booking that waits for the worker."""
        picking = self.a_delivery(lines)
        self.validate(picking)
        return picking.cycle_foreign_ids

    def a_delivery(self, lines=(("SOAP", 1),)):
        """Return a delivery that is ready to be validated by hand."""
        self.web.auto_ship = False
        order = self.an_order(lines, channel="web", paid=sum(qty * 4 for _sku, qty in lines))
        self.advance()
        self.assertEqual(order.picking_ids.carrier_id, self.method)
        return order.picking_ids

    def book(self):
        self.run_cron("cron_book_foreign")

    def later(self, row, seconds=3600):
        """Let time pass for a booking."""
        for name in ("next_try_at", "lease_until"):
            if row[name]:
                row[name] -= timedelta(seconds=seconds)

    def the_open_exception(self, row):
        exception = self.open_exceptions(row.order_id)
        self.assertEqual(len(exception), 1, exception.mapped("cause"))
        self.assertEqual(exception.foreign_booking_id, row)
        return exception

    def labels(self, picking):
        return picking.message_ids.attachment_ids.mapped("name")

    def get_in_the_way(self, cursor):
        """Have the database itself report a serialization failure."""
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40001'; END $$")

    def answer(self, row, answer, **values):
        window = self.env["order.cycle.foreign.outcome"].browse(row.action_open_next()["res_id"])
        window.write({"answer": answer, **values})
        window.action_answer()
