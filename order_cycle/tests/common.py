from odoo import Command
from odoo.tests import TransactionCase


class OrderCycleCommon(TransactionCase):
    """Builders that read as the trade speaks: a product, a customer, an order from a channel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.Intake = cls.env["order.cycle.intake"]
        cls.Exception = cls.env["order.cycle.exception"]
        cls.web = cls.env.ref("order_cycle.policy_web")
        cls.store = cls.env.ref("order_cycle.policy_store")
        cls.trade = cls.env.ref("order_cycle.policy_trade")
        (cls.web | cls.store | cls.trade).write({"auto_ship": True, "auto_send": False})
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.till = cls.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": cls.company.id}
        )
        cls.store.journal_id = cls.till
        cls.buyer = cls.env["res.users"].create(
            {"name": "Bruno Buyer", "login": "bruno", "email": "bruno@example.com"}
        )
        cls.vendor = cls.env["res.partner"].create(
            {"name": "Frantoio Rossi", "buyer_id": cls.buyer.id}
        )
        cls.oil = cls.a_product("OIL", stock=10, price=10.0)
        cls.soap = cls.a_product("SOAP", stock=100, price=4.0)

    # === BUILDERS === #

    @classmethod
    def a_product(cls, sku, stock=0, price=10.0, weight=1.0, **values):
        product = cls.env["product.product"].create(
            {
                "name": sku.title(),
                "default_code": sku,
                "is_storable": True,
                "list_price": price,
                "weight": weight,
                "taxes_id": [Command.clear()],
                "seller_ids": [
                    Command.create(
                        {"partner_id": cls.vendor.id, "price": price / 2, "delay": 5, "min_qty": 6}
                    )
                ],
                **values,
            }
        )
        if stock:
            cls.stock(product, stock)
        return product

    @classmethod
    def stock(cls, product, quantity, warehouse=None):
        location = (warehouse or cls.warehouse).lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity)

    def a_payload(self, reference="W1", lines=(("OIL", 2),), **values):
        return {
            "external_ref": reference,
            "customer": {
                "name": "Carla Bianchi",
                "email": "carla@example.com",
                "street": "Via Roma 1",
                "zip": "20121",
                "city": "Milano",
                "country": "IT",
                "phone": "+39 02 1234567",
            },
            "lines": [{"sku": sku, "qty": quantity} for sku, quantity in lines],
            **values,
        }

    def receive(self, payload, channel="web"):
        """Send one order through the public intake and return what the sender is told."""
        [result] = self.Intake.receive(channel, [payload])
        return result

    def an_order(self, lines=(("OIL", 2),), channel="web", reference=None, paid=None, **values):
        """Receive an order; `paid` is the amount the channel says was paid."""
        type(self)._count = getattr(type(self), "_count", 0) + 1
        reference = reference or f"{channel.upper()}-{type(self)._count}"
        if paid is not None:
            values["payment"] = {"amount": paid, "reference": f"CH-{reference}"}
        result = self.receive(self.a_payload(reference, lines, **values), channel)
        self.assertEqual(result["status"], "created", result)
        return self.env["sale.order"].browse(result["order_id"])

    # === WHAT HAPPENS BY ITSELF === #

    def run_cron(self, name):
        """Run a scheduled action the way production does, commits included."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"order_cycle.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def advance(self):
        """Let the worker look at every order that has a signal."""
        self.run_cron("cron_advance")

    # === WHAT PEOPLE DO === #

    def validate(self, pickings):
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        self.assertTrue(pickings.with_context(skip_backorder=True).button_validate())

    def register_payment(self, invoices):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        return wizard.create({"journal_id": self.bank.id})._create_payments()

    def open_exceptions(self, order):
        return order.cycle_exception_ids.filtered("is_open")
