from collections import defaultdict

from odoo import api, fields, models

from ..tools import isolate
from .order_cycle_promise import CAUSES


class OrderCycleSupplyChange(models.Model):
    """The supply of a product changed: its promises have to be looked at.

    Rows are only inserted and deleted, as signals are: whoever moves a date waits for nobody. The
    work is done by a scheduled action after the commit.
    """

    _name = "order.cycle.supply.change"
    _description = "Change of Supply"
    _order = "id"
    _rec_name = "source_name"
    _log_access = False

    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    cause = fields.Selection(CAUSES, required=True)
    source_name = fields.Char()

    @api.model
    def _note(self, records, cause, source):
        """Note that the supply of the products of `records` changed.

        :param records: records with `product_id` and `company_id`
        :param str cause: a value of the field `cause`
        :param str source: the document that changed, as people call it
        """
        self._note_pairs(
            {
                (record.product_id.id, record.company_id.id)
                # sudo: whoever moves goods may cause this without any right on them
                for record in records.sudo()
                if record.product_id.is_storable and record.company_id
            },
            cause,
            source,
        )

    @api.model
    def _note_pairs(self, pairs, cause, source):
        """Note a change of {(product id, company id)}; see `_note`."""
        if not pairs:
            return
        # sudo: whoever moves goods may cause this without any right on the queue
        self.sudo().create(
            [
                {
                    "product_id": product,
                    "company_id": company,
                    "cause": cause,
                    "source_name": source,
                }
                for product, company in sorted(pairs)
            ]
        )
        cron = self.env.ref("order_cycle.cron_promises", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _note_elsewhere(self):
        """Have what is counted on from another warehouse looked at: nobody has reserved it."""
        places = defaultdict(set)
        for line in self.env["sale.order.line"]._cycle_waiting_for_transfer():
            for product, source, _target, _quantity in line.cycle_transfers:
                places[source].add((product, line.company_id.id))
        warehouses = self.env["stock.warehouse"].sudo().browse(places)
        for warehouse in warehouses.exists():
            self._note_pairs(places[warehouse.id], "transfer", warehouse.display_name)

    @api.model
    def _cron_review(self, batch_size=50):
        """Look at the promises of every product with a change, in batches with a commit each."""
        progress = self.env["ir.cron"]._commit_progress
        seconds_left = progress(remaining=self.search_count([]))
        while seconds_left and (changes := self.search([], limit=batch_size)):
            for company, group in changes.grouped("company_id").items():
                group._review(company)
            count = len(changes)
            changes.unlink()
            seconds_left = progress(count)

    def _review(self, company):
        """Propose new dates to the orders that these changes of one company concern."""
        latest = {change.product_id: change for change in self}
        lines = self.env["sale.order.line"].search(
            [
                # Of a kit it is the parts that move.
                ("move_ids.product_id", "in", self.product_id.ids),
                ("company_id", "=", company.id),
                ("state", "=", "sale"),
                ("move_ids.state", "not in", ("done", "cancel")),
            ]
        )
        orders = lines.order_id._cycle_env(company)
        self.env["order.cycle.signal"]._emit(
            lines.move_ids.filtered(
                lambda move: move.state == "waiting" and move._cycle_waits_for_stock()
            ).sale_line_id.order_id,
            "supply",
        )
        promised = orders.order_line.filtered(
            lambda line: line in lines and line.cycle_promise_date and line._cycle_open_qty() > 0
        )
        planner = self.env["order.cycle.promise.planner"]
        Proposal = self.env["order.cycle.promise.proposal"].with_env(orders.env)

        def propose(batch):
            affected = promised.filtered(lambda one: one.order_id in batch)
            # In here: a line that cannot be planned would keep the queue from going on for ever.
            plans = planner._plan(affected)
            for line in affected:
                line._cycle_count_on(plans.get(line, []))
            Proposal._propose(
                {line: plans.get(line, []) for line in affected},
                {line: latest[self._changed_goods(line)[:1]] for line in affected},
            )

        orders.env["order.cycle.shortage"]._follow(self, company)
        isolate(
            promised.order_id, propose, lambda order, error: order._cycle_fail("promise", error)
        )

    def _changed_goods(self, line):
        """Return of what leaves for `line` the products whose supply changed."""
        return (line.product_id | line.move_ids.product_id) & self.product_id
