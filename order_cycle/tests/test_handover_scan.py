from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestHandoverScan(RehearsalCommon):
    """The gate: what the driver loads, piece by piece."""

    def booked(self, count=1, lines=(("SOAP", 1),)):
        rows = self.env["order.cycle.consignment"].union(
            *(self.a_consignment(lines) for _number in range(count))
        )
        self.book()
        return rows

    def test_scans_close_each_piece_and_the_last_one_the_shipment(self):
        [row] = self.booked(1, [("SOAP", 75)])
        first, *others = row.parcel_ids
        gate = Form(self.env["order.cycle.handover.scan"])
        gate.barcode = first.tracking_ref
        self.assertFalse(gate.barcode, "ready for the next scan")
        self.assertIn("loaded", gate.message)
        self.assertEqual((gate.parcel_count, gate.missing_count), (1, 2))
        gate.save().action_confirm()
        self.assertTrue(first.handed_over_at)
        self.assertFalse(row.handed_over_at, "two pieces are missing")

        gate = Form(self.env["order.cycle.handover.scan"])
        for parcel in others:
            gate.barcode = parcel.tracking_ref
        gate.barcode = others[0].tracking_ref
        self.assertIn("already", gate.message)
        self.assertEqual((gate.parcel_count, gate.missing_count), (2, 0))
        gate.save().action_confirm()
        self.assertTrue(row.handed_over_at)

    def test_a_waybill_takes_all_pieces(self):
        [row] = self.booked(1, [("SOAP", 75)])
        gate = Form(self.env["order.cycle.handover.scan"])
        gate.barcode = row.waybill_ref
        self.assertEqual(gate.parcel_count, 3)
        gate.save().action_confirm()
        self.assertTrue(row.handed_over_at)

    def test_a_wrong_piece_stays_here(self):
        [row] = self.booked()
        row._set_state("cancelled")
        gate = Form(self.env["order.cycle.handover.scan"])
        for code in ("NO-SUCH-NUMBER", row.parcel_ids.tracking_ref):
            gate.barcode = code
            self.assertTrue(gate.is_wrong)
            self.assertIn("Keep it here", gate.message)
        self.assertEqual(gate.parcel_count, 0)
        with self.assertRaises(UserError):
            gate.save().action_confirm()

    def test_a_whole_list_is_taken_at_once(self):
        rows = self.booked(2)
        manifest = self.env["order.cycle.manifest"]._close_list(self.parcel_account, rows)
        self.assertFalse(manifest.is_handed_over)
        manifest.action_hand_over()
        self.assertTrue(manifest.is_handed_over)
        self.assertTrue(all(rows.parcel_ids.mapped("handed_over_at")))
        with self.assertRaises(UserError):
            self.a_consignment().action_hand_over()
