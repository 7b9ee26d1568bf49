from odoo import http
from odoo.http import content_disposition, request

from ..tools.label_file import MIMETYPES


class LabelController(http.Controller):
    """Hands out labels. What the browser is told about them is ours, never what is inside."""

    @http.route("/order_cycle/labels/<string:numbers>", type="http", auth="user", readonly=False)
    def labels(self, numbers):
        """Answer with the labels of consignments, in the order of their numbers, as one file.

        :param str numbers: record numbers, joined by commas
        """
        ids = [int(number) for number in numbers.split(",") if number.isdecimal()]
        rows = request.env["order.cycle.consignment"].browse(ids).exists()
        rows.check_access("read")
        labels = rows._labels_to_print()
        ending, content = labels._as_one_file()
        if not content:
            raise request.not_found()
        labels._mark_printed()
        name = rows.name if len(rows) == 1 else "labels"
        disposition = content_disposition(f"{name}.{ending}")
        if ending == "pdf":
            disposition = disposition.replace("attachment", "inline", 1)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", MIMETYPES[ending]),
                ("Content-Disposition", disposition),
                ("Content-Length", len(content)),
                ("Content-Security-Policy", "default-src 'none'"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
