from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize, ormcache

# Names in daily use that are neither an ISO code nor Odoo's name of the country.
COUNTRY_NAMES = {"UK": "GB", "USA": "US", "EL": "GR", "ENGLAND": "GB", "HOLLAND": "NL"}
ADDRESS_PARTS = ("name", "street", "street2", "zip", "city")
MEMORY = timedelta(days=365)


class ResPartner(models.Model):
    _inherit = "res.partner"

    cycle_payment_preference = fields.Selection(
        [("cash", "Cash sale"), ("prepaid", "Prepaid"), ("credit", "Credit terms")],
        string="Prefers to Pay",
        help="How this customer likes to pay. Filled from the first order, then yours to change.",
    )
    cycle_delivery_instructions = fields.Char(
        string="Instructions for the Driver",
        help="Told to the carrier with every shipment to this address, e.g. “Ring at gate 2”. "
        "Carriers take about 100 characters.",
    )
    cycle_eori = fields.Char(
        string="EORI Number",
        help="Number by which the customs of the EU or the United Kingdom know this company. "
        "Carriers ask for it when goods cross that border.",
    )
    cycle_order_count = fields.Integer(string="Orders", compute="_compute_cycle_history")
    cycle_order_volume = fields.Monetary(
        string="Volume of 12 Months",
        compute="_compute_cycle_history",
        help="Untaxed total of the confirmed orders of the last 12 months, in the company's "
        "currency.",
    )
    cycle_last_order_date = fields.Datetime(string="Last Order", compute="_compute_cycle_history")

    def _compute_cycle_history(self):
        # sudo: a salesperson sees what the company sold to this customer, not each of the orders
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [
                    ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "=", "sale"),
                ],
                ["partner_id", "currency_id"],
                ["__count", "date_order:max", "id:recordset"],
            )
        )
        history = {}
        since = fields.Datetime.now() - MEMORY
        for partner, currency, count, last, orders in groups:
            known = history.setdefault(partner.commercial_partner_id.id, [0, False, 0.0])
            recent = orders.filtered(lambda order: order.date_order >= since)
            known[0] += count
            known[1] = max(known[1] or last, last)
            known[2] += currency._convert(
                sum(recent.mapped("amount_untaxed")),
                self.env.company.currency_id,
                self.env.company,
                fields.Date.context_today(self),
            )
        for partner in self:
            count, last, volume = history.get(partner.commercial_partner_id.id, (0, False, 0.0))
            partner.cycle_order_count = count
            partner.cycle_last_order_date = last
            partner.cycle_order_volume = volume

    # === MATCHING: who sent this order === #

    @api.model
    def _cycle_match(self, party, company):
        """Return the customer that `party` describes, created if nobody fits.

        What is known of a customer is never overwritten by what a channel sends.

        :param dict party: an address as `order.cycle.intake.document` reads it
        :param company: the company that sells
        """
        found = self._cycle_find(party, company)
        return found or self.create(self._prepare_cycle_partner_vals(party))

    def _cycle_find(self, party, company):
        """Look by our number, the tax number, the e-mail, then by name and address."""
        base = [*self._check_company_domain(company), ("parent_id", "=", False)]
        for field, value in (("ref", party["ref"]), ("vat", party["vat"])):
            if value and (found := self.search([*base, (field, "=", value)], limit=1)):
                return found
        email = email_normalize(party["email"]) if party["email"] else False
        if email:
            found = self.search([*base, ("email_normalized", "=", email)])
            namesakes = found.filtered(lambda partner: _same(partner.name, party["name"]))
            # Two people may share an address; then the name decides.
            return namesakes[:1] or (found if len(found) == 1 else found.browse())
        if not party["name"] or not party["street"]:
            return self.browse()
        return self.search(
            [
                *base,
                ("name", "=ilike", _escape(party["name"])),
                ("street", "=ilike", _escape(party["street"])),
                ("zip", "=", party["zip"] or False),
            ],
            limit=1,
        )

    def _cycle_address(self, party, kind):
        """Return the address of this customer that `party` describes, added if it is new.

        :param dict party: an address as `order.cycle.intake.document` reads it
        :param str kind: `delivery` or `invoice`
        """
        self.ensure_one()
        wanted = self._prepare_cycle_address_vals(party)
        if not wanted.get("street"):
            return self
        for address in self | self.child_ids:
            if all(_same(address[part], wanted[part]) for part in ADDRESS_PARTS) and (
                address.country_id.id == wanted["country_id"]
            ):
                return address
        # Without Odoo's synchronisation upwards, which would write on the customer: two orders of
        # one customer that come at the same moment must not wait for each other.
        address = self.with_context(_partners_skip_fields_sync=True).create(
            {**wanted, "type": kind, "parent_id": self.id}
        )
        address._commercial_sync_from_company()
        return address

    @api.model
    def _prepare_cycle_partner_vals(self, party):
        language = self.env["res.lang"]._get_data(code=party["lang"]) if party["lang"] else None
        vals = {
            **self._prepare_cycle_address_vals(party),
            "ref": party["ref"] or False,
            "vat": party["vat"] or False,
            "is_company": party["is_company"] or bool(party["vat"]),
        }
        if language:
            vals["lang"] = language.code
        return vals

    @api.model
    def _prepare_cycle_address_vals(self, party):
        country = self._cycle_country(party["country"])
        return {
            "name": party["name"] or party["ref"],
            "street": party["street"] or False,
            "street2": party["street2"] or False,
            "zip": party["zip"] or False,
            "city": party["city"] or False,
            "country_id": country.id,
            "state_id": self._cycle_state(country, party["state"]).id,
            "phone": party["phone"] or False,
            "email": party["email"] or False,
            # Odoo counts it up from 0 on the first invoice, on the spot and for every other order
            # of this customer to wait; from 1 on it does so after the commit.
            "customer_rank": 1,
        }

    @api.model
    def _cycle_country(self, text):
        """Return the country with this ISO code or English name; empty if there is none."""
        return self.env["res.country"].browse(self._cycle_country_id((text or "").strip().upper()))

    @api.model
    @ormcache("text")
    def _cycle_country_id(self, text):
        Country = self.env["res.country"].with_context(lang="en_US")
        code = COUNTRY_NAMES.get(text, text)
        # The field is 2 characters wide: a longer text would be cut and find another country.
        found = Country.search([("code", "=", code)], limit=1) if len(code) == 2 else Country
        if text and not found:
            found = Country.search([("name", "=ilike", _escape(text))], limit=1)
        return found.id

    @api.model
    def _cycle_state(self, country, text):
        """Return the state or province with this code or name; empty if Odoo does not know it."""
        state_id = country and self._cycle_state_id(country.id, (text or "").strip())
        return self.env["res.country.state"].browse(state_id)

    @api.model
    @ormcache("country_id", "text")
    def _cycle_state_id(self, country_id, text):
        domain = ["|", ("code", "=ilike", _escape(text)), ("name", "=ilike", _escape(text))]
        states = self.env["res.country.state"]
        return text and states.search([("country_id", "=", country_id), *domain], limit=1).id

    def _cycle_categories(self):
        """Return the tags of this customer and of the company it belongs to."""
        return self.category_id | self.commercial_partner_id.category_id


def _same(left, right):
    return (left or "").strip().casefold() == (right or "").strip().casefold()


def _escape(text):
    """Keep what a sender wrote from being read as a pattern by `=ilike`."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
