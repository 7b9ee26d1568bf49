from odoo.exceptions import UserError
from odoo.tests import tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestBookingPapers(RehearsalCommon):
    """Labels that did not come, and what the shipping costs and the goods are worth."""

    # === LABELS === #

    def test_a_label_that_is_none_is_asked_for_again(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("wrong_label")
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "wants_label": True}])
        self.assertFalse(consignment.label_ids)
        self.assertTrue(consignment.picking_id.carrier_tracking_ref, "the number does not wait")
        self.later(consignment)
        self.book()
        self.assertRecordValues(consignment, [{"wants_label": False, "attempt": 1}])
        self.assertEqual(consignment.parcel_ids.label_id, consignment.label_ids)
        posted = consignment.picking_id.message_ids.attachment_ids
        self.assertEqual(len(posted), 1)
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_a_label_is_asked_for_less_and_less_often_and_then_by_a_person(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("wrong_label")
        self.book()
        address, self.parcel_account.base_url = self.parcel_account.base_url, "http://127.0.0.1:9"
        for _try in range(9):
            self.parcel_account.resting_until = False
            self.later(consignment)
            self.book()
        self.assertRecordValues(consignment, [{"state": "done", "wants_label": False}])
        exception = self.open_exceptions(consignment.order_id)
        self.assertEqual(exception.kind, "failed")
        self.assertIn("label", exception.cause)

        self.parcel_account.base_url = address
        consignment.action_get_label()
        self.book()
        self.assertEqual(len(consignment.label_ids), 1)
        self.assertEqual(exception.state, "solved")

    def test_a_label_that_is_there_is_not_kept_twice(self):
        consignment = self.a_consignment([("SOAP", 75)])
        self.book()
        labels = consignment.label_ids
        self.assertEqual(len(labels), 3)
        consignment.action_get_label()
        self.book()
        self.assertEqual(consignment.label_ids, labels)

    def test_there_is_no_label_of_what_is_not_booked(self):
        with self.assertRaises(UserError):
            self.a_consignment().action_get_label()

    # === WHAT IT COSTS === #

    def real_cost(self, **values):
        self.parcel.write({"invoice_policy": "real", **values})

    def shipping_lines(self, order):
        return order.order_line.filtered("is_delivery")

    def test_the_price_is_charged_in_the_currency_of_the_order(self):
        self.real_cost()
        consignment = self.a_consignment()
        order = consignment.order_id
        dollar = self.env["res.currency"].create({"name": "XQD", "symbol": "X", "rate": 0})
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "rate": 2.0, "company_id": self.company.id}
        )
        euro_in_company = self.env.ref("base.EUR")._convert(
            100, self.company.currency_id, self.company, order.date_order
        )
        order.currency_id = dollar
        self.book()
        expected = consignment.price * euro_in_company / 100 * 2
        self.assertAlmostEqual(consignment.picking_id.carrier_price, expected, 1)
        self.assertAlmostEqual(self.shipping_lines(order).price_unit, expected, 1)

    def test_a_large_order_ships_for_nothing_as_odoo_has_it(self):
        self.real_cost(free_over=True, amount=15)
        consignment = self.a_consignment()
        self.book()
        self.assertTrue(consignment.price)
        self.assertEqual(consignment.picking_id.carrier_price, 0)
        self.assertFalse(self.shipping_lines(consignment.order_id))

    def test_a_locked_order_costs_neither_number_nor_label(self):
        self.real_cost()
        consignment = self.a_consignment()
        order = consignment.order_id
        order.locked = True
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "effects_pending": False}])
        picking = consignment.picking_id
        self.assertEqual(picking.carrier_tracking_ref, consignment.parcel_ids.tracking_ref)
        self.assertTrue(picking.message_ids.attachment_ids)
        self.assertIn("Add it by hand", "".join(order.message_ids.mapped("body")))
        self.assertFalse(self.shipping_lines(order))

    # === WHAT IT IS WORTH === #

    def test_a_part_is_declared_with_its_own_value(self):
        consignment = self.a_consignment([("OIL", 2), ("SOAP", 5)])
        lines = consignment.picking_id.move_line_ids
        lines.filtered(lambda line: line.product_id == self.soap).quantity = 0
        request = self.parcel._cycle_request(consignment)
        self.assertEqual(request.goods_value.amount, 20)

    def test_goods_for_nothing_are_shipped(self):
        self.oil.list_price = 0
        order = self.an_order([("OIL", 1)], channel="phone")
        order.carrier_id = self.parcel
        order.action_confirm()
        picking = order.picking_ids
        picking.carrier_id = self.parcel
        self.validate(picking)
        self.book()
        consignment = picking.cycle_consignment_ids
        self.assertEqual(consignment.state, "done", consignment.state_message)
        self.assertNotIn("goods_value", consignment.payload)

    def test_the_customs_want_a_value_for_gifts_too(self):
        self.oil.write({"hs_code": "150910", "country_of_origin": self.env.ref("base.it").id})
        self.oil.list_price = 0
        swiss = {"name": "Urs", "street": "Seeweg 1", "zip": "8001", "city": "Zug", "country": "CH"}
        order = self.an_order([("OIL", 1)], channel="phone", ship_to={**swiss, "phone": "+41 44 1"})
        order.action_confirm()
        picking = order.picking_ids
        picking.carrier_id = self.parcel
        problem = picking._cycle_shipment_problem()
        self.assertIn("value", str(problem))
