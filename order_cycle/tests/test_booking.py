import base64
import io
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from .rehearsal_common import RehearsalCommon


@tagged("post_install", "-at_install")
class TestBooking(RehearsalCommon):
    """A shipment is booked once, or a person is told that nobody can know."""

    # === THE USUAL WAY === #

    def test_validating_a_delivery_writes_a_row_and_calls_nobody(self):
        consignment = self.a_consignment()
        self.assertRecordValues(consignment, [{"state": "todo", "attempt": 0, "track": "booking"}])
        self.assertFalse(self.parcel_carrier.held())
        self.assertFalse(consignment.picking_id.carrier_tracking_ref)
        self.assertEqual(consignment.order_id.cycle_stage, "booking")

    def test_the_worker_books_it_and_label_and_tracking_come_back(self):
        consignment = self.a_consignment()
        self.book()
        [held] = self.parcel_carrier.held(consignment.request_ref)
        self.assertRecordValues(consignment, [{"state": "done", "waybill_ref": held["number"]}])
        parcel = consignment.parcel_ids
        picking = consignment.picking_id
        self.assertTrue(parcel.tracking_ref)
        self.assertEqual(picking.carrier_tracking_ref, parcel.tracking_ref)
        self.assertEqual(picking.carrier_tracking_url, parcel.tracking_url)
        self.assertEqual(base64.b64decode(parcel.label_id.datas)[:5], b"%PDF-")
        self.assertIn(parcel.tracking_ref, picking.message_ids[0].body)
        self.assertEqual(len(picking.message_ids[0].attachment_ids), 1)
        self.advance()
        self.assertRecordValues(
            consignment.order_id, [{"cycle_stage": "complete", "cycle_track_delivery": "booked"}]
        )

    def test_goods_are_divided_into_parcels_with_a_number_and_a_label_each(self):
        consignment = self.a_consignment([("SOAP", 75)])
        self.book()
        parcels = consignment.parcel_ids
        self.assertEqual(parcels.mapped("weight"), [25, 25, 25])
        self.assertEqual(len(set(parcels.mapped("tracking_ref"))), 3)
        self.assertEqual(len(parcels.label_id), 3)
        self.assertEqual(
            consignment.picking_id.carrier_tracking_ref, ",".join(parcels.mapped("tracking_ref"))
        )
        pages = consignment.picking_id.get_multiple_carrier_tracking()
        self.assertEqual([page[0] for page in pages], parcels.mapped("tracking_ref"))
        document = PdfFileReader(io.BytesIO(base64.b64decode(consignment.labels_pdf)))
        self.assertEqual(len(document.pages), 3, "all labels are printed in one go")

    def test_heavy_goods_travel_as_freight_over_soap(self):
        self.stock(self.soap, 500)
        consignment = self.a_consignment([("SOAP", 400)])
        self.assertEqual(consignment.carrier_id, self.freight)
        self.book()
        self.assertRecordValues(consignment, [{"state": "done"}])
        [held] = self.freight_carrier.held(consignment.request_ref)
        self.assertEqual(held["number"], consignment.waybill_ref)
        self.assertTrue(consignment.label_ids, "the bill of lading")

    def test_each_call_is_kept_for_people_without_secrets(self):
        consignment = self.a_consignment()
        self.book()
        call = consignment.call_ids
        self.assertEqual(call.status, 201)
        self.assertIn(consignment.request_ref, call.request_text)
        self.assertNotIn("rehearsal-parcel-key", call.request_text + call.response_text)

    # === WHAT GOES WRONG === #

    def test_goods_do_not_leave_before_their_address_is_complete(self):
        nowhere = {"name": "B", "street": "Via Po 1", "city": "Torino", "country": "IT"}
        order = self.an_order([("OIL", 1)], paid=10.0, ship_to=nowhere)
        self.advance()
        self.assertEqual(order.cycle_track_stock, "reserved")
        exception = self.open_exceptions(order)
        self.assertRecordValues(exception, [{"kind": "shipment", "step": "ship"}])
        self.assertIn("postcode", exception.cause)
        self.assertFalse(order.cycle_consignment_ids)

        order.partner_shipping_id.zip = "10123"
        exception.action_retry()
        self.advance()
        self.book()
        self.advance()
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.cycle_stage, "complete")

    def test_an_address_that_lacks_something_is_named_before_anything_is_sent(self):
        consignment = self.a_consignment()
        consignment.partner_id.zip = False
        self.book()
        self.assertRecordValues(consignment, [{"state": "refused", "attempt": 0}])
        order, old_ref = consignment.order_id, consignment.request_ref
        exception = self.open_exceptions(order)
        self.assertEqual(exception.kind, "shipment")
        self.assertIn("postcode", exception.cause.lower())
        self.assertEqual(order.cycle_track_delivery, "refused")
        self.assertFalse(self.parcel_carrier.held())

        order.partner_shipping_id.zip = "10123"
        exception.action_retry()
        self.book()
        self.advance()
        self.assertEqual(consignment.state, "done")
        self.assertNotEqual(consignment.request_ref, old_ref, "other data, another reference")
        self.assertEqual(exception.state, "solved")
        self.assertEqual(order.cycle_stage, "complete")

    def test_a_postcode_of_another_country_is_refused_by_the_carrier_and_nothing_is_booked(self):
        order = self.an_order(
            [("OIL", 1)],
            paid=10.0,
            ship_to={"name": "B", "street": "S", "zip": "AB1", "city": "Torino", "country": "IT"},
        )
        self.advance()
        self.book()
        self.assertRecordValues(order.cycle_consignment_ids, [{"state": "refused", "attempt": 1}])
        self.assertFalse(self.parcel_carrier.held())

    def test_goods_that_leave_the_union_are_declared_to_the_customs(self):
        self.oil.write({"hs_code": "150910", "country_of_origin": self.env.ref("base.it").id})
        swiss = {"name": "Urs", "street": "Seeweg 1", "zip": "8001", "city": "Zug", "country": "CH"}
        consignment = self.a_consignment(ship_to=swiss)
        self.book()
        self.assertEqual(consignment.state, "done", consignment.state_message)
        self.assertIn("150910", consignment.payload)

    def test_what_the_carrier_refuses_is_shown_in_its_words(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("refuse")
        self.book()
        self.assertRecordValues(consignment, [{"state": "refused", "attempt": 1}])
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "refused")
        self.assertTrue(consignment.state_message)
        self.assertFalse(self.parcel_carrier.held())

    def test_later_means_later(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will({"play": "too_many_requests", "seconds": 120})
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo", "attempt": 1}])
        self.assertGreater((consignment.next_try_at - consignment.last_sent_at).seconds, 90)
        self.book()
        self.assertEqual(consignment.attempt, 1, "not before the carrier said")
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")

    def test_a_wrong_key_stops_the_account_and_tells_who_owns_the_order(self):
        self.parcel_account.api_key = "wrong"
        consignment = self.a_consignment()
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo"}])
        self.assertTrue(self.parcel_account.paused_until)
        self.assertEqual(self.open_exceptions(consignment.order_id).kind, "account")
        calls = self.env["order.cycle.call"].search_count([])
        self.a_consignment()
        self.book()
        self.assertEqual(self.env["order.cycle.call"].search_count([]), calls, "no more knocking")

        self.parcel_account.api_key = "rehearsal-parcel-key"
        self.parcel_account.action_check()
        self.assertFalse(self.parcel_account.paused_until)
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")

    def test_a_carrier_that_is_not_there_was_certainly_not_reached(self):
        self.parcel_account.base_url = "http://127.0.0.1:9"
        consignment = self.a_consignment()
        self.book()
        self.assertRecordValues(consignment, [{"state": "todo", "is_in_doubt": False}])

    def test_the_row_that_waits_longest_is_served_first_and_not_the_newest(self):
        self.parcel_account.max_in_flight = 1
        first, second = self.a_consignment(), self.a_consignment()
        self.later(first, 10)
        self.book()
        [newer, older] = self.parcel_carrier.held()
        self.assertEqual(
            [older["reference"], newer["reference"]], [first.request_ref, second.request_ref]
        )

    def test_what_the_database_refuses_is_an_unknown_outcome_tried_less_and_less_often(self):
        consignment = self.a_consignment()
        with (
            patch.object(type(consignment), "_record_booking", side_effect=ValueError("NUL")),
            mute_logger("odoo.addons.order_cycle.models.order_cycle_outbox"),
        ):
            self.book()
            self.assertRecordValues(
                consignment, [{"state": "unknown", "is_in_doubt": True, "failures": 1}]
            )
            self.assertGreater(consignment.next_try_at, fields.Datetime.now())
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_a_failure_that_cannot_even_be_noted_stops_no_other(self):
        first, second = self.a_consignment(), self.a_consignment()
        step = type(first)._next_step

        def failing(row):
            if row.id == first.id:
                raise ValueError("a bad row")
            return step(row)

        with (
            patch.object(type(first), "_next_step", failing),
            patch.object(type(first), "_put_off", side_effect=ValueError("and worse")) as put_off,
            mute_logger("odoo.addons.order_cycle.models.outbox_worker"),
        ):
            self.book()
        self.assertTrue(put_off.called)
        self.assertEqual((first | second).mapped("state"), ["todo", "done"])

    def test_a_run_that_fails_keeps_the_answers_that_are_under_way(self):
        self.parcel_account.max_in_flight = 2
        first, second = self.a_consignment(), self.a_consignment()
        search_due = type(first)._search_due

        def failing(model, domain, limit, under_way):
            if under_way:
                raise ValueError("a bad query")
            return search_due(model, domain, limit, under_way)

        self.parcel_carrier.will({"play": "slow", "seconds": 0.5})
        with (
            patch.object(type(first), "_search_due", failing),
            mute_logger("odoo.addons.base.models.ir_cron"),
        ):
            try:
                self.book()
            except ValueError as error:
                self.assertIn("a bad query", str(error))
        self.env.invalidate_all()
        self.assertEqual((first | second).mapped("state"), ["done", "done"])
        self.assertEqual((first | second).mapped("attempt"), [1, 1])

    def test_a_request_that_never_arrived_is_built_anew_on_another_day(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will({"play": "too_many_requests", "seconds": 1})
        self.book()
        reference = consignment.request_ref
        yesterday = fields.Date.to_string(fields.Date.today() - timedelta(days=1))
        today = fields.Date.to_string(fields.Date.today())
        consignment.payload = consignment.payload.replace(today, yesterday)
        self.later(consignment)
        self.book()
        self.assertEqual(consignment.state, "done")
        self.assertIn(today, consignment.payload)
        self.assertNotEqual(consignment.request_ref, reference, "another request, another key")

    def test_the_worker_speaks_the_language_of_the_company_of_the_row(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.company.partner_id.lang = "it_IT"
        consignment = self.a_consignment()
        row = consignment._in_its_company()
        self.assertEqual(row.env.lang, "it_IT")
        self.assertEqual(row.env.company, consignment.company_id)
        seen = []
        with patch.object(
            type(consignment),
            "_next_step",
            lambda row: seen.append((row.env.lang, row.env.company)),
        ):
            self.book()
        self.assertEqual(set(seen), {("it_IT", self.company)})
