from odoo.exceptions import UserError
from odoo.tests import tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestReturn(RehearsalCommon):
    """Goods on their way back, with a label of ours."""

    def delivered(self, lines=(("OIL", 2),)):
        consignment = self.a_consignment(lines)
        self.book()
        self.assertEqual(consignment.state, "done", consignment.state_message)
        return consignment.picking_id

    def returned(self, picking):
        action = picking.action_cycle_return_label()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_a_return_goes_from_the_customer_to_the_warehouse(self):
        picking = self.delivered()
        self.assertTrue(picking.cycle_can_return)
        row = self.returned(picking)
        self.assertRecordValues(row, [{"state": "todo", "is_return": True, "leg": 2}])
        request = self.parcel._cycle_request(row)
        self.assertTrue(request.is_return)
        self.assertEqual(request.contents_type, "return")
        self.assertEqual(request.sender.name, "Carla Bianchi")
        self.assertEqual(request.receiver.city, "Lecco")
        self.assertIsNone(request.cash_on_delivery)
        self.book()
        self.assertEqual(row.state, "done", row.state_message)
        self.assertEqual(len(self.parcel_carrier.held()), 2)

    def test_the_order_s_own_shipment_is_left_alone(self):
        picking = self.delivered()
        order, out = picking.sale_id, picking.cycle_consignment_ids
        before = (
            picking.carrier_tracking_ref,
            picking.carrier_price,
            order.cycle_track_delivery,
            order.cycle_stage,
        )
        row = self.returned(picking)
        self.assertEqual(order.cycle_stage, before[3])
        self.book()
        self.advance()
        after = (
            picking.carrier_tracking_ref,
            picking.carrier_price,
            order.cycle_track_delivery,
            order.cycle_stage,
        )
        self.assertEqual(after, before)
        self.assertEqual(picking.cycle_consignment_ids, out)
        self.assertEqual(picking.cycle_return_ids, row)
        self.assertEqual(order.cycle_consignment_ids, out)

    def test_its_label_is_where_odoo_looks_for_return_labels(self):
        picking = self.delivered()
        row = self.returned(picking)
        self.book()
        self.assertEqual(len(picking.return_label_ids), 1)
        self.assertTrue(row.label_ids.name.startswith("LabelReturn-order_cycle"))
        self.assertFalse(picking.return_label_ids.access_token)
        bodies = "".join(picking.message_ids.mapped("body"))
        self.assertIn("Return label of", bodies)

        row.action_get_label()
        self.book()
        self.assertEqual(len(picking.return_label_ids), 1, "posted once")

    def test_the_customer_may_fetch_it_where_odoo_s_setting_says_so(self):
        self.parcel.write({"return_label_on_delivery": True, "get_return_label_from_portal": True})
        picking = self.delivered()
        row = picking.cycle_return_ids
        self.assertTrue(row.is_return)
        self.book()
        self.assertEqual(row.state, "done", row.state_message)
        self.assertTrue(picking.return_label_ids.access_token)
        self.book()
        self.assertEqual(len(picking.cycle_return_ids), 1)

    def test_asking_twice_books_once(self):
        picking = self.delivered()
        row = self.returned(picking)
        self.assertEqual(self.returned(picking), row)
        self.book()
        self.assertEqual(self.returned(picking), row)
        self.assertEqual(len(picking.cycle_return_ids), 1)

    def test_a_refused_return_is_booked_again(self):
        picking = self.delivered()
        row = self.returned(picking)
        self.parcel_carrier.will("refuse")
        self.book()
        self.assertEqual(row.state, "refused")
        self.assertTrue(self.open_exceptions(picking.sale_id))
        self.assertEqual(self.returned(picking), row)
        self.book()
        self.assertEqual(row.state, "done")
        self.assertFalse(self.open_exceptions(picking.sale_id))

    def test_a_lost_answer_is_found_out_as_for_any_booking(self):
        picking = self.delivered()
        row = self.returned(picking)
        self.parcel_carrier.will("answer_lost_after")
        self.book()
        self.later(row)
        self.book()
        self.assertRecordValues(row, [{"state": "done", "attempt": 2}])
        self.assertEqual(len(self.parcel_carrier.held()), 2)

    def test_goods_can_be_sent_out_again_beside_a_return(self):
        picking = self.delivered()
        self.returned(picking)
        out = picking.cycle_consignment_ids
        out.action_cancelled_at_carrier()
        self.book()
        self.assertTrue(out.can_hand_over)
        out.action_hand_over_again()
        self.book()
        again = picking.cycle_consignment_ids - out
        self.assertRecordValues(again, [{"state": "done", "leg": 3}])

    def test_a_return_that_is_cancelled_says_nothing_of_the_delivery(self):
        picking = self.delivered()
        number = picking.carrier_tracking_ref
        row = self.returned(picking)
        self.book()
        row.action_cancelled_at_carrier()
        self.book()
        self.assertEqual(row.track, "cancelled")
        self.assertEqual(picking.carrier_tracking_ref, number)
        self.assertFalse(self.open_exceptions(picking.sale_id))

    def test_odoo_s_own_return_gets_the_label_of_the_delivery_it_takes_back(self):
        picking = self.delivered()
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        )
        wizard = wizard.create({})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.carrier_id = self.parcel
        self.assertTrue(back.is_return_picking)
        back.print_return_label()
        self.assertEqual(len(picking.cycle_return_ids), 1)
        self.assertFalse(back.cycle_consignment_ids)

    def test_returns_are_on_no_list_for_the_driver(self):
        picking = self.delivered()
        row = self.returned(picking)
        self.book()
        window = self.env["order.cycle.end.of.day"].create({"account_id": self.parcel_account.id})
        self.assertNotIn(row, window.consignment_ids)

    def test_a_carrier_without_returns_offers_none(self):
        picking = self.delivered([("SOAP", 100)])
        self.assertEqual(picking.carrier_id, self.freight)
        self.assertFalse(self.freight.can_generate_return)
        self.assertFalse(picking.cycle_can_return)
        self.assertFalse(picking.cycle_consignment_ids.can_return)
        with self.assertRaisesRegex(UserError, "makes no return labels"):
            picking.action_cycle_return_label()
