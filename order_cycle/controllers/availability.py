from odoo import http
from odoo.http import content_disposition, request

from ..tools.feed_file import feed_file


class AvailabilityController(http.Controller):
    """Hands out the availability feed as a file, to systems and to people."""

    @http.route(
        "/order_cycle/availability/<string:code>.csv",
        type="http",
        auth="bearer",
        methods=["GET"],
        readonly=False,  # a replica does not know which transactions are under way
        save_session=False,
    )
    def for_a_system(self, code, cursor=None, **_query):
        """Answer with the changes since `cursor`, or with every product.

        :param str code: of the channel
        :param str cursor: of the file before, from its header X-Order-Cycle-Cursor
        """
        channel = request.env["order.cycle.channel"]._feed_channel(code)
        return self._answer(channel, cursor)

    @http.route(
        "/order_cycle/channel/<int:number>/availability.csv",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def for_a_person(self, number, company="", **_query):
        """Answer with every product.

        :param int number: of the channel's record
        :param str company: number of one of the reader's companies, for a channel of every company
        """
        channel = request.env["order.cycle.channel"].browse(number).exists()
        if not channel:
            raise request.not_found()
        channel.check_access("read")
        companies = request.env.user.company_ids
        chosen = companies.filtered(lambda known: str(known.id) == company)
        # sudo: who may read a channel may read what it sells, whatever they may read of the stock
        return self._answer(channel.sudo().with_company(chosen or request.env.company), None)

    def _answer(self, channel, cursor):
        answer = channel._feed(cursor, None)
        content = feed_file(answer["items"])
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition(f"availability-{channel.code}.csv")),
                ("Content-Length", len(content)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
                ("X-Order-Cycle-Cursor", answer["cursor"]),
                ("X-Order-Cycle-Complete", "true" if answer["complete"] else "false"),
            ],
        )
