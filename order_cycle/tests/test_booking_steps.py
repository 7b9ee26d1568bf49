from odoo.tests import tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestBookingSteps(RehearsalCommon):
    """Warehouses that pick, pack and ship: the goods are booked once, whoever prints the label."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse.delivery_steps = "pick_pack_ship"
        cls.warehouse.pack_type_id.print_label = True
        cls.web.auto_ship = False

    def steps(self, quantity=4):
        """Return the order of somebody whose goods are picked, and its next step."""
        order = self.an_order([("OIL", quantity)], paid=10.0 * quantity)
        self.advance()
        order.picking_ids.carrier_id = self.parcel
        self.validate(order.picking_ids)
        return order

    def next_step(self, order, kind):
        step = order.picking_ids.filtered(
            lambda picking: picking.picking_type_id == kind and picking.state != "done"
        )
        step.carrier_id = self.parcel
        step.partner_id = order.partner_shipping_id
        return step

    def test_goods_labelled_in_packing_are_not_booked_again_when_they_leave(self):
        order = self.steps()
        packing = self.next_step(order, self.warehouse.pack_type_id)
        self.validate(packing)
        consignment = packing.cycle_consignment_ids
        self.assertEqual(consignment.state, "todo", "the answer is not there yet")
        leaving = self.next_step(order, self.warehouse.out_type_id)
        self.validate(leaving)
        self.assertEqual(order.cycle_consignment_ids, consignment)
        self.assertTrue(leaving._cycle_is_handed_over())
        self.book()
        self.assertEqual(len(self.parcel_carrier.held()), 1)
        self.assertEqual(consignment.state, "done")
        number = consignment.parcel_ids.tracking_ref
        for step in order.picking_ids:
            self.assertEqual(step.carrier_tracking_ref, number, step.name)

    def test_a_second_booking_is_added_to_the_numbers_of_the_steps_before(self):
        order = self.steps()
        packing = self.next_step(order, self.warehouse.pack_type_id)
        packing.carrier_tracking_ref = "OLDER"
        packing._cycle_hand_over()
        self.book()
        consignment = packing.cycle_consignment_ids
        number = consignment.parcel_ids.tracking_ref
        self.assertEqual(packing.carrier_tracking_ref, f"OLDER,{number}")
        consignment.effects_pending = True
        self.later(consignment)
        self.book()
        self.assertEqual(packing.carrier_tracking_ref, f"OLDER,{number}", "done twice, said once")

    def test_what_leaves_later_out_of_the_same_picking_is_another_shipment(self):
        self.warehouse.pack_type_id.print_label = False
        order = self.steps()
        self.validate(self.next_step(order, self.warehouse.pack_type_id))
        leaving = self.next_step(order, self.warehouse.out_type_id)
        leaving.move_ids.write({"quantity": 3, "picked": True})
        leaving.with_context(skip_backorder=True).button_validate()
        rest = self.next_step(order, self.warehouse.out_type_id)
        self.assertNotEqual(rest, leaving)
        self.assertFalse(rest._cycle_live_consignments())
        rest.action_assign()
        self.validate(rest)
        self.book()
        self.assertEqual(len(self.parcel_carrier.held()), 2)
