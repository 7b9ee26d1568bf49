from datetime import datetime, time

from odoo import fields, http
from odoo.http import request

from ..models.order_cycle_vendor_answer import PATH


class VendorAnswerController(http.Controller):
    """Where a vendor says, without an account, how many can be delivered and when.

    The link is the key: 256 random bits, good for one answer, until a day. A wrong, used or old
    link gets a friendly page and learns nothing.
    """

    @http.route(
        f"{PATH}<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=16 * 1024,
    )
    def answer(self, token, **values):
        question = request.env["order.cycle.vendor.answer"]._by_token(token)
        if question.partner_id.lang:
            request.update_context(lang=question.partner_id.lang)
            question = question.with_context(lang=question.partner_id.lang)
        if not question or not question._is_answerable():
            return self._page("order_cycle.vendor_answer_closed", question, status=410)
        if request.httprequest.method == "GET":
            return self._page("order_cycle.vendor_answer_page", question)
        quantity, expected = self._read(question, values)
        if expected is None:
            return self._page("order_cycle.vendor_answer_page", question, values=values, status=422)
        if not question._take(quantity, expected, values.get("reason")):
            return self._page("order_cycle.vendor_answer_closed", question, status=410)
        return self._page("order_cycle.vendor_answer_thanks", question)

    def _read(self, question, values):
        """Return quantity and day (naive UTC) as typed in; a day of None if they make no sense."""
        try:
            quantity = float((values.get("quantity") or "").replace(",", "."))
            day = datetime.fromisoformat(values.get("expected") or "").date()
        except ValueError:
            return 0.0, None
        is_sane = 0 <= quantity <= 1e9 and day >= fields.Date.today()
        return quantity, datetime.combine(day, time(12)) if is_sane else None

    def _page(self, template, question, values=None, status=200):
        page = request.render(
            template,
            {"question": question, "values": values or {}, "today": fields.Date.today()},
        )
        page.status_code = status
        # Nobody keeps a copy, and no other site learns the link.
        page.headers["Cache-Control"] = "no-store"
        page.headers["Referrer-Policy"] = "no-referrer"
        page.headers["X-Robots-Tag"] = "noindex"
        return page
