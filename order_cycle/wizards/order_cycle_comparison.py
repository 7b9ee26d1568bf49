from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..carriers.errors import CarrierError
from ..models.order_cycle_policy_travel import MOST_METHODS
from ..models.order_cycle_quoting import QUOTE_DEADLINE_S
from ..tools import run_all


class OrderCycleComparison(models.TransientModel):
    """Shows side by side what each carrier wants for the same goods, and when they arrive."""

    _name = "order.cycle.comparison"
    _description = "Compare Carriers"

    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    picking_id = fields.Many2one(
        "stock.picking", string="Delivery", readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    promised_on = fields.Date(string="Promised for", readonly=True)
    line_ids = fields.One2many("order.cycle.comparison.line", "comparison_id", readonly=True)
    answer_count = fields.Integer(compute="_compute_answer_count")
    has_silent = fields.Boolean(string="Some Named No Price", compute="_compute_answer_count")

    @api.depends("line_ids.is_answer")
    def _compute_answer_count(self):
        for comparison in self:
            comparison.answer_count = len(comparison.line_ids.filtered("is_answer"))
            comparison.has_silent = comparison.answer_count < len(comparison.line_ids)

    @api.model
    def _open_for(self, source):
        """Ask, and return the action that shows the answers.

        :param source: sale.order or stock.picking singleton
        """
        comparison = self.create(self._prepare_vals(source))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Carriers"),
            "res_model": self._name,
            "res_id": comparison.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _prepare_vals(self, source):
        is_order = source._name == "sale.order"
        # sudo: whoever packs need not see the order, and has to keep its promise
        order = source if is_order else source.sudo().sale_id
        promise = order.commitment_date or order.cycle_requested_date
        promised_on = promise and fields.Datetime.context_timestamp(self, promise).date()
        methods = self._methods(source)
        if not methods:
            raise UserError(
                self.env._(
                    "No connected delivery method can take these goods: connect a carrier, or look "
                    "at the countries and the weight the methods are limited to."
                )
            )
        lines = self._ask(source, methods)
        self._mark(lines, promised_on)
        return {
            "order_id": source.id if is_order else False,
            "picking_id": False if is_order else source.id,
            "company_id": source.company_id.id,
            "promised_on": promised_on,
            "line_ids": [Command.create(vals) for vals in sorted(lines, key=_order_of)],
        }

    # === ASKING === #

    def _methods(self, source):
        """Return the connected delivery methods that may take the goods."""
        Method = self.env["delivery.carrier"]
        company = source.company_id
        # sudo: who may use an account need not be able to read it
        methods = Method.sudo().search(
            [
                *Method._check_company_domain(company),
                ("delivery_type", "=", "order_cycle"),
                ("cycle_account_id.company_id", "=", company.id),
            ]
        )
        is_order = source._name == "sale.order"
        receiver = source.partner_shipping_id if is_order else source.partner_id
        return methods.available_carriers(receiver, source)[:MOST_METHODS]

    def _ask(self, source, methods):
        """Return the values of one line for each of `methods`, all asked at the same time."""
        accounts, calls, lines = {}, {}, []
        for method in methods:
            try:
                accounts[method], question = method._cycle_prepare_quote(source)
                calls[method] = accounts[method]._prepare_question(question, QUOTE_DEADLINE_S)
            except (CarrierError, UserError) as error:
                lines.append(method._cycle_no_offer(error))
        replies = dict(run_all(calls, size=MOST_METHODS))
        for method, reply in replies.items():
            accounts[method]._note_reply(reply)
            lines.append(method._cycle_offer(reply, source.company_id))
        return lines

    # === WHAT IS BEST === #

    def _mark(self, lines, promised_on):
        """Say of each line what speaks for it."""
        answers = [line for line in lines if line.get("is_answer")]
        dated = [line for line in answers if line["arrives_on"]]
        cheapest = min((line["price"] for line in answers), default=None)
        fastest = min((line["arrives_on"] for line in dated), default=None)
        for line in answers:
            line["is_cheapest"] = line["price"] == cheapest
            line["is_fastest"] = bool(line["arrives_on"]) and line["arrives_on"] == fastest
            if promised_on:
                line["promise"] = self._promise(line["arrives_on"], promised_on)
        keeping = [line["price"] for line in answers if line.get("promise") == "kept"]
        for line in answers:
            line["is_best"] = line.get("promise") == "kept" and line["price"] == min(keeping)

    def _promise(self, arrives_on, promised_on):
        if not arrives_on:
            return "unknown"
        return "kept" if arrives_on <= promised_on else "late"


def _order_of(line):
    """Sort answers by price; who did not answer comes last."""
    return (not line.get("is_answer"), line.get("price", 0.0), line["method_id"])
