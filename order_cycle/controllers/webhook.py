from odoo import http
from odoo.http import request

from ..models.order_cycle_webhook import PATH

BODY_LIMIT = 64 * 1024


class WebhookController(http.Controller):
    """Where carriers tell what happened. Stores and answers; nothing is done about it here."""

    @http.route(
        f"{PATH}<string(length=32):ref>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=BODY_LIMIT,
    )
    def webhook(self, ref, **_query):
        """Answer 404 where nobody listens, 401 to whoever is not the carrier, else 200.

        :param str ref: names the account; random, and known to the carrier only
        """
        # sudo: a carrier is no user; the path and the signature say who it is
        accounts = request.env["order.cycle.carrier.account"].sudo()
        account = accounts._by_webhook_ref(ref)
        if not account:
            raise request.not_found()
        headers = {name.lower(): value for name, value in request.httprequest.headers.items()}
        is_believed = account._take_call(headers, request.httprequest.get_data())
        return request.make_response("", status=200 if is_believed else 401)
