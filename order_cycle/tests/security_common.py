from odoo import Command
from odoo.tests import new_test_user

from ..carriers.dto import Document
from .common import OrderCycleCommon
from .stage_carrier import registered

MODULE = "order_cycle"

# Each person has these rights and no others.
LADDER = {
    "user": "order_cycle.group_order_cycle_user",
    "operator": "order_cycle.group_order_cycle_operator",
    "manager": "order_cycle.group_order_cycle_manager",
    "admin": "order_cycle.group_order_cycle_admin",
}
COLLEAGUES = {"buyer": "purchase.group_purchase_user", "packer": "stock.group_stock_user"}
OUTSIDERS = {
    "employee": "base.group_user",
    "shop": "order_cycle.group_order_cycle_channel",
    "customer": "base.group_portal",
    "visitor": "base.group_public",
}


class SecurityCommon(OrderCycleCommon):
    """An order with something in every one of our tables, and people with few rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["order.cycle.carrier.account"].create(
            {
                "name": "Parcels Milan",
                "carrier_code": "rehearsal_rest",
                "environment": "rehearsal",
                "base_url": "http://127.0.0.1:9",
                "username": "bottega",
                "password": "top-secret",
                "api_key": "sk-secret",
            }
        )
        # A carrier with settings of its own.
        cls.enterClassContext(registered())
        cls.stage_account = cls.env["order.cycle.carrier.account"].create(
            {
                "name": "Stage",
                "carrier_code": "stage",
                "environment": "rehearsal",
                "base_url": "http://127.0.0.1:9",
            }
        )
        cls.method = cls.env["delivery.carrier"].create(
            {
                "name": "Parcels Milan",
                "delivery_type": "order_cycle",
                "product_id": cls.env.ref("order_cycle.product_shipping").id,
                "cycle_account_id": cls.account.id,
                "cycle_service": "rehearsal_rest:standard",
            }
        )

    def person(self, login, groups=None):
        """Return the user of that name, made when first asked for.

        :param str groups: for names that are not in the tables above
        """
        known = self.env["res.users"].search([("login", "=", f"s_{login}")])
        return known or new_test_user(
            self.env,
            f"s_{login}",
            groups=groups or {**LADDER, **COLLEAGUES, **OUTSIDERS}[login],
        )

    def an_order_with_everything(self):
        """Return an order that misses goods, failed a step, and is being booked with a carrier."""
        order = self.an_order([("OIL", 12)], channel="phone")
        self.advance()
        order.carrier_id = self.method
        order.picking_ids.carrier_id = self.method
        order.picking_ids._cycle_hand_over()
        consignment = order.cycle_consignment_ids
        consignment.parcel_ids.label_id = self.a_label(consignment)
        self.env["order.cycle.call"].create(
            {
                "consignment_id": consignment.id,
                "account_id": self.account.id,
                "company_id": self.company.id,
                "operation": "book",
                "started_at": "2026-01-01",
            }
        )
        self.bill = self.a_bill(consignment)
        pair = {"product_id": self.oil.id, "substitute_id": self.soap.id}
        if not self.env["order.cycle.substitute"].search_count([]):
            self.env["order.cycle.substitute"].create(pair)
        self.env["order.cycle.vendor.answer"]._ask(
            order.cycle_shortage_line_ids.shortage_id,
            self.vendor,
            self.env["purchase.order.line"],
        )
        self.manifest = self.env["order.cycle.manifest"]._close_list(self.account, consignment)
        self.pickup = self.a_pickup(consignment)
        # What stands here of another connector must not keep ours from booking.
        self.env["order.cycle.foreign.booking"].create(
            {
                **order.picking_ids._prepare_cycle_foreign_vals(),
                "state": "cancelled",
                "track": "cancelled",
            }
        )
        paper = Document(kind="label", format="pdf", content=b"%PDF")
        self.env["order.cycle.label"]._keep({consignment: [paper]})
        checks = self.env["order.cycle.carrier.check"]._start(self.stage_account)
        checks.label_id = self.a_label(checks[0])
        self.a_delivery(consignment)
        self.env["order.cycle.buffer"].create({"name": "Safety stock", "quantity": 0})
        self.env["order.cycle.source"].create(
            {
                "order_line_id": order.order_line.id,
                "product_id": self.oil.id,
                "warehouse_id": self.warehouse.id,
                "quantity": 1,
            }
        )
        self.Exception._raise(order, "ship", "failed", "The customer moved.")
        self.receive(self.a_payload("BAD", [("NOTHING", 1)]), "phone")
        self.env["order.cycle.signal"]._emit(order, "clock")
        self.env["order.cycle.hold"].hold("phone", "CART-1", [{"sku": "SOAP", "qty": 1}])
        self.env["order.cycle.selection"].create(
            {"order_id": order.id, "company_id": self.company.id, "state": "failed"}
        )
        self.a_slip(order)
        return order

    def a_slip(self, order):
        """Have the supply of the order change, seen and not yet seen by the worker."""
        line = order.order_line[:1]
        Change = self.env["order.cycle.supply.change"]
        Change._note(line, "supply", "a count")
        self.env["order.cycle.promise"]._record({line: [line._cycle_manual_part("2026-01-02")]})
        self.env["order.cycle.promise.proposal"].create(
            {
                "order_line_id": line.id,
                "promised_date": "2026-01-02",
                "proposed_date": "2026-01-05",
                "slip_days": 3,
                "parts": [line._cycle_manual_part("2026-01-05")],
                "cause": "supply",
            }
        )

    def a_bill(self, consignment):
        """Return the carrier's bill: one row of it is this consignment, as told by a person."""
        type(self)._bills = getattr(type(self), "_bills", 0) + 1
        line = {
            "waybill_ref": "W-1",
            "amount": 12.5,
            "currency_id": self.company.currency_id.id,
            "consignment_id": consignment.id,
            "state": "different",
        }
        return self.env["order.cycle.carrier.bill"].create(
            {
                "name": f"B-{type(self)._bills}-S",
                "account_id": self.account.id,
                "line_ids": [Command.create(line)],
            }
        )

    def a_pickup(self, consignment):
        pickup = self.env["order.cycle.pickup"].create(
            {
                "account_id": self.account.id,
                "partner_id": self.warehouse.partner_id.id,
                "pickup_date": "2026-01-02",
                "ready_from": 14,
                "closes_at": 18,
                "pieces": 1,
                "weight": 1,
            }
        )
        consignment.pickup_id = pickup
        return pickup

    def a_delivery(self, consignment):
        """Have the carrier tell that the goods were handed over, and prove it."""
        told = {
            "company_id": self.company.id,
            "consignment_id": consignment.id,
            "code": "delivered",
            "happened_at": "2026-01-05",
            "received_at": "2026-01-05",
        }
        self.env["order.cycle.tracking.event"].create(
            {**told, "source": "webhook", "event_key": "e-1"}
        )
        self.env["order.cycle.notice"].create(
            {**told, "account_id": self.account.id, "notice_ref": f"n-{consignment.id}"}
        )
        consignment.proof_ids = self.a_label(consignment)

    def a_label(self, consignment):
        return self.env["ir.attachment"].create(
            {
                "name": "label.pdf",
                "raw": b"%PDF",
                "res_model": consignment._name,
                "res_id": consignment.id,
            }
        )

    def our_models(self):
        """Return the names of the models this module made; those it extends are others'."""
        return {
            name
            for name, model in self.env.registry.items()
            if model._original_module == MODULE and not model._abstract
        }
