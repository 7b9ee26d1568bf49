import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

PATH = "/order_cycle/answer/"
TOKEN_BYTES = 32
VALID_DAYS = 14


class OrderCycleVendorAnswer(models.Model):
    """A question to a vendor, and the answer: how many, when, why not earlier.

    The vendor answers once, by a link. Of the link only a hash is kept: whoever reads the database
    cannot answer in the vendor's name, and 256 random bits are not guessed.
    """

    _name = "order.cycle.vendor.answer"
    _description = "Vendor Answer"
    _order = "id desc"
    _rec_name = "partner_id"

    shortage_id = fields.Many2one(
        "order.cycle.shortage", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="shortage_id.company_id", store=True, index=True)
    product_id = fields.Many2one(related="shortage_id.product_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    partner_id = fields.Many2one("res.partner", string="Vendor", required=True, readonly=True)
    purchase_line_id = fields.Many2one("purchase.order.line", readonly=True, ondelete="set null")
    asked_qty = fields.Float(string="Asked", digits="Product Unit", readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    token_hash = fields.Char(required=True, readonly=True, copy=False, groups="base.group_system")
    state = fields.Selection(
        [("asked", "Asked"), ("answered", "Answered"), ("withdrawn", "Withdrawn")],
        required=True,
        default="asked",
        readonly=True,
        index=True,
    )
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="How many the vendor can send."
    )
    expected_at = fields.Datetime(
        string="Expected", readonly=True, help="When the vendor says the goods arrive."
    )
    reason = fields.Char(readonly=True, help="What the vendor says about it.")
    answered_at = fields.Datetime(readonly=True)

    _one_token = models.UniqueIndex("(token_hash)", "This link exists already.")

    # === ASKING === #

    @api.model
    def _ask(self, shortage, vendor, purchase_line):
        """Ask `vendor` about `shortage`; an older question that was not answered is withdrawn.

        :return: the question and its token, which is not kept
        """
        shortage.vendor_answer_ids.filtered(
            lambda row: row.partner_id == vendor and row.state == "asked"
        ).state = "withdrawn"
        token = secrets.token_urlsafe(TOKEN_BYTES)
        answer = self.create(
            {
                "shortage_id": shortage.id,
                "partner_id": vendor.id,
                "purchase_line_id": purchase_line.id,
                "asked_qty": purchase_line._cycle_left(shortage.uom_id) or shortage.missing_qty,
                "token_hash": self._hash(token),
                "expires_at": fields.Datetime.now() + timedelta(days=VALID_DAYS),
            }
        )
        return answer, token

    @api.model
    def _hash(self, token):
        return hashlib.sha256(token.encode()).hexdigest()

    def _send(self, token):
        """Queue a mail with the link, in the vendor's language.

        It is no message of the chatter: the link would stay there for everybody to use.
        """
        self.ensure_one()
        vendor = self.partner_id
        if not vendor.email:
            raise UserError(
                self.env._(
                    "%(vendor)s has no e-mail address, so nobody would read the question. Enter "
                    "one on the vendor.",
                    vendor=vendor.display_name,
                )
            )
        words = self.with_context(lang=vendor.lang or self.env.lang)
        values = {"answer": words, "link": self.get_base_url() + PATH + token}
        body = words.env["ir.qweb"]._render("order_cycle.vendor_question_mail", values)
        # sudo: a buyer who may not write mails of others still asks
        self.env["mail.mail"].sudo().create(
            {
                "subject": words.env._(
                    "When can you deliver %(product)s?",
                    product=words._goods(),
                ),
                "body_html": body,
                "email_to": vendor.email_formatted,
                "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
                "auto_delete": True,
            }
        )

    def _goods(self):
        """Return what the goods are called at the vendor's: by its own code, where we know it."""
        self.ensure_one()
        return (
            self.product_id.with_context(partner_id=self.partner_id.id)
            .with_company(self.company_id)
            .display_name
        )

    # === ANSWERING === #

    @api.model
    def _by_token(self, token):
        """Return the question a link belongs to, answered or not; empty for a wrong link."""
        return self.sudo().search([("token_hash", "=", self._hash(token))], limit=1)

    def _is_answerable(self):
        self.ensure_one()
        return (
            self.state == "asked"
            and self.expires_at > fields.Datetime.now()
            and self.shortage_id.state != "solved"
        )

    def _take(self, quantity, expected, reason):
        """Keep the vendor's answer, and let it move what was promised.

        :param float quantity: in the product's unit
        :param datetime expected: naive UTC
        :param str reason: the vendor's words
        :return: whether it was taken; not, if the link was used by now
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        if not self._is_answerable():
            return False
        self.write(
            {
                "state": "answered",
                "answered_at": fields.Datetime.now(),
                "quantity": quantity,
                "expected_at": expected,
                "reason": (reason or "")[:300],
            }
        )
        # The page speaks the vendor's language, the case that of the company.
        words = self.company_id.partner_id.lang or self.shortage_id.buyer_id.lang
        self.shortage_id.with_context(lang=words)._hear(self)
        return True
