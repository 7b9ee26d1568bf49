import base64
import io
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

from PIL import Image
from PyPDF2 import PdfReader

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from ..carriers import documents
from ..carriers.dto import Document
from ..tools.label_file import label_files, picture_page
from .rehearsal_common import RehearsalCommon

# The files that the pure tests send, which are no package of Odoo's.
sys.path.append(str(Path(__file__).with_name("pure")))
import papers  # noqa: E402
import poison  # noqa: E402


def a_label(content, file_format="pdf", **values):
    return Document(kind="label", format=file_format, content=content, **values)


@tagged("post_install", "-at_install")
class TestLabels(RehearsalCommon):
    """What carriers print for us: kept once, printed as goods are picked, never bought twice."""

    def booked(self, lines=(("OIL", 2),), **values):
        consignment = self.a_consignment(lines, **values)
        self.book()
        self.assertEqual(consignment.state, "done", consignment.state_message)
        return consignment

    def calls(self):
        return self.env["order.cycle.call"].search_count([])

    def texts(self, content):
        return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]

    # === KEEPING === #

    def test_each_piece_has_its_label_with_what_is_known_of_it(self):
        consignment = self.booked([("SOAP", 75)])
        labels = consignment.document_ids
        self.assertEqual(len(labels), 3)
        self.assertEqual(labels.parcel_id, consignment.parcel_ids)
        for label in labels:
            self.assertEqual((label.kind, label.format), ("label", "pdf"))
            self.assertEqual(label.mimetype, "application/pdf")
            self.assertEqual(label.attachment_id.mimetype, "application/pdf")
            self.assertEqual(label.tracking_ref, label.parcel_id.tracking_ref)
            self.assertEqual(label.size, len(base64.b64decode(label.content)))
            self.assertEqual(label.company_id, consignment.company_id)
            self.assertEqual(label.parcel_id.label_id, label.attachment_id)
        self.assertEqual(consignment.label_ids, labels.attachment_id)

    def test_the_same_paper_is_kept_once(self):
        consignment = self.booked()
        label = consignment.document_ids
        again = a_label(label.attachment_id.raw, parcel_reference=label.parcel_id.reference)
        consignment._keep_papers({consignment: [again, again]})
        self.assertEqual(consignment.document_ids, label)

    def test_a_label_that_was_made_anew_takes_the_place_of_the_old_one(self):
        consignment = self.booked()
        old = consignment.document_ids
        anew = a_label(papers.a_pdf("Anew"), parcel_reference=old.parcel_id.reference)
        consignment._keep_papers({consignment: [anew]})
        new = consignment.document_ids
        self.assertEqual(len(new), 1)
        self.assertFalse(old.active)
        self.assertEqual(consignment.parcel_ids.label_id, new.attachment_id)
        self.assertEqual(consignment.label_ids, new.attachment_id)

        consignment._keep_papers(
            {
                consignment: [
                    a_label(old.attachment_id.raw, parcel_reference=old.parcel_id.reference)
                ]
            }
        )
        self.assertEqual(consignment.document_ids, old, "what comes back is current again")

    def test_papers_of_the_whole_shipment_stand_beside_the_labels(self):
        consignment = self.booked()
        label = consignment.document_ids
        customs = Document(kind="customs", format="pdf", content=papers.a_pdf("Customs"))
        consignment._keep_papers({consignment: [customs]})
        self.assertEqual(len(consignment.document_ids), 2)
        self.assertIn(label, consignment.document_ids)
        self.assertIn("Customs", self.texts(base64.b64decode(consignment.labels_pdf))[1])

    def test_a_large_picture_is_not_made_smaller(self):
        consignment = self.a_consignment()
        picture = papers.a_png(2400, 3600)
        consignment._keep_papers({consignment: [a_label(picture, "png")]})
        self.assertEqual(consignment.document_ids.attachment_id.raw, picture)

    def test_a_file_that_somebody_attached_is_no_label(self):
        consignment = self.booked()
        self.env["ir.attachment"].create(
            {
                "name": "photo.pdf",
                "raw": papers.a_pdf("A photo"),
                "res_model": consignment._name,
                "res_id": consignment.id,
            }
        )
        consignment.invalidate_recordset()
        self.assertEqual(len(consignment.label_ids), 1)

    # === PRINTING === #

    def test_labels_of_many_come_as_one_file_in_the_order_of_picking(self):
        rows = self.a_consignment() + self.a_consignment() + self.a_consignment([("SOAP", 1)])
        self.book()
        first, second, third = rows
        today = fields.Datetime.now()
        first.picking_id.scheduled_date = today + timedelta(days=2)
        second.picking_id.scheduled_date = today + timedelta(days=1)
        third.picking_id.scheduled_date = today + timedelta(days=1)
        shelf = self.env["stock.location"].create(
            {"name": "AAA first shelf", "location_id": self.warehouse.view_location_id.id}
        )
        third.picking_id.move_line_ids.location_id = shelf
        self.assertEqual(list(rows._in_pick_order()), [third, second, first])

        action = rows.action_print_labels()
        self.assertEqual(action["target"], "new")
        self.assertEqual(action["url"], f"/order_cycle/labels/{third.id},{second.id},{first.id}")
        ending, content = rows._in_pick_order()._labels_to_print()._as_one_file()
        self.assertEqual(ending, "pdf")
        found = self.texts(content)
        for row, text in zip((third, second, first), found, strict=True):
            self.assertIn(row.parcel_ids.tracking_ref, text)

    def test_a_reprint_buys_nothing(self):
        consignment = self.booked()
        before = self.calls()
        for _time in range(3):
            consignment.action_print_labels()
            consignment._labels_to_print()._mark_printed()
        self.book()
        self.assertEqual(self.calls(), before)
        self.assertEqual(consignment.document_ids.printed_count, 3)
        self.assertTrue(consignment.document_ids.printed_at)
        self.assertEqual(len(self.parcel_carrier.held()), 1)

    def test_printer_language_and_pages_come_as_two_files_in_one(self):
        pages = self.booked()
        self.parcel.cycle_label_format = "zpl"
        commands = self.booked()
        self.assertEqual(commands.document_ids.format, "zpl")
        self.assertTrue(commands.has_zpl)
        self.assertFalse(commands.labels_pdf)
        self.assertEqual(commands.document_ids.attachment_id.mimetype, "application/x-zpl")

        rows = pages + commands
        action = rows.action_print_labels()
        self.assertIn(
            "1 labels are in the language of the label printer", action["params"]["message"]
        )
        self.assertEqual(action["params"]["next"]["target"], "download")
        ending, content = rows._labels_to_print()._as_one_file()
        self.assertEqual(ending, "zip")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertEqual(archive.namelist(), ["labels.pdf", "labels.zpl"])
            self.assertTrue(archive.read("labels.zpl").startswith(b"^XA"))

    def test_labels_in_printer_language_follow_each_other(self):
        self.parcel.cycle_label_format = "zpl"
        consignment = self.booked([("SOAP", 75)])
        ending, content = consignment._labels_to_print()._as_one_file()
        self.assertEqual((ending, content.count(b"^XA"), content.count(b"^XZ")), ("zpl", 3, 3))

    def test_pictures_become_pages(self):
        self.parcel.cycle_label_format = "png"
        consignment = self.booked()
        self.assertEqual(consignment.document_ids.format, "png")
        files = label_files([("png", papers.PNG), ("pdf", papers.a_pdf("Text"))])
        pages = self.texts(files["pdf"])
        self.assertEqual(len(pages), 2)
        self.assertIn("Text", pages[1])
        self.assertEqual(
            len(PdfReader(io.BytesIO(base64.b64decode(consignment.labels_pdf))).pages), 1
        )

    def test_a_picture_of_four_by_six_inches_is_a_page_of_four_by_six_inches(self):
        file = io.BytesIO()
        Image.new("L", (1200, 1800), 255).save(file, "PNG", dpi=(300, 300))
        for content in (file.getvalue(), papers.a_png(812, 1218)):
            box = PdfReader(io.BytesIO(picture_page(content))).pages[0].mediabox
            self.assertAlmostEqual(float(box.width), 288, 0)
            self.assertAlmostEqual(float(box.height), 432, 0)

    def test_what_has_no_label_yet_is_named(self):
        booked, waiting = self.booked(), self.a_consignment()
        action = (booked + waiting).action_print_labels()
        self.assertIn(waiting.name, action["params"]["message"])
        self.assertEqual(action["params"]["next"]["url"], f"/order_cycle/labels/{booked.id}")
        with self.assertRaises(UserError):
            waiting.action_print_labels()

    def test_deliveries_print_their_labels_too(self):
        consignment = self.booked()
        action = consignment.picking_id.action_print_cycle_labels()
        self.assertEqual(action["url"], f"/order_cycle/labels/{consignment.id}")

    # === FORMATS === #

    def test_the_carrier_is_asked_for_the_format_of_the_method(self):
        consignment = self.a_consignment()
        self.assertEqual(self.parcel._cycle_request(consignment).label_format, "pdf")
        self.parcel.cycle_label_format = "zpl"
        self.assertEqual(self.parcel._cycle_request(consignment).label_format, "zpl")

    def test_a_format_that_the_carrier_does_not_make_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "PDF"):
            self.freight.cycle_label_format = "zpl"

    # === POISON === #

    def test_a_poison_label_leaves_the_booking_done_and_is_asked_for_again(self):
        consignment = self.a_consignment()
        self.parcel_carrier.will("wrong_label")
        self.book()
        self.assertRecordValues(consignment, [{"state": "done", "wants_label": True}])
        self.assertIn("no usable PDF", consignment.state_message)
        self.assertFalse(consignment.document_ids)
        self.later(consignment)
        self.book()
        self.assertEqual(len(consignment.document_ids), 1)
        self.assertEqual(consignment.attempt, 1)


@tagged("post_install", "-at_install")
class TestLabelDoor(HttpCase, RehearsalCommon):
    """How labels leave the house: as what we say they are."""

    def get(self, rows, login="admin"):
        self.authenticate(login, login)
        return self.url_open(f"/order_cycle/labels/{','.join(map(str, rows.ids))}")

    def test_a_label_is_handed_out_as_a_pdf_and_nothing_else(self):
        consignment = self.a_consignment()
        consignment._keep_papers({consignment: [a_label(papers.a_pdf("A label"))]})
        answer = self.get(consignment)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("inline", answer.headers["Content-Disposition"])
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertTrue(answer.content.startswith(b"%PDF-"))
        self.assertEqual(consignment.document_ids.printed_count, 1)

    def test_even_a_poison_file_that_came_in_is_never_shown_as_a_page(self):
        """The check is put aside here: the second line of defence has to hold alone."""
        self.authenticate("admin", "admin")
        consignment = self.a_consignment()
        served = 0
        for number, (_name, file_format, content) in enumerate(poison.corpus(documents.decode)):
            if file_format not in ("pdf", "png", "zpl") or len(content) > 100_000 or not content:
                continue
            label = self.env["order.cycle.label"]._keep(
                {consignment: [a_label(content + b"\n%%%d" % number, file_format)]}
            )
            answer = self.url_open(f"/web/content/{label.attachment_id.id}")
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            kind = answer.headers["Content-Type"].partition(";")[0]
            self.assertIn(kind, ("application/pdf", "image/png", "application/x-zpl"))
            served += 1
        self.assertGreater(served, 40)

    def test_there_is_nothing_for_whoever_may_not_read(self):
        consignment = self.a_consignment()
        consignment._keep_papers({consignment: [a_label(papers.PDF)]})
        self.env["res.users"].create({"name": "Nobody", "login": "nobody", "password": "nobody"})
        answer = self.get(consignment, "nobody")
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(self.get(consignment.browse(consignment.id + 999)).status_code, 404)
