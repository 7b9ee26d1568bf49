from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, float_round, format_date

# How far back deliveries of a vendor say something about the next one.
MEMORY = timedelta(days=365)
GOOD, WAIT, BAD = "good", "wait", "bad"


class OrderCycleOutlook(models.AbstractModel):
    """What an order line can expect, in one sentence and one colour.

    A confirmed line tells what is reserved, and of the rest what was promised; a line of a
    quotation tells what would be promised now. Quantities are in the unit of the line.
    """

    _name = "order.cycle.outlook"
    _description = "Outlook of an Order Line"

    @api.model
    def _of(self, lines):
        """Return {sale.order.line: (sentence, level)}; both are False where nothing is kept.

        :param lines: lines of any orders the user may see
        :return: level is "good" (it is there), "wait" (it comes, and when) or "bad" (nobody can
            say, or the promise is broken)
        """
        # sudo: who sells is told where goods come from without reading purchases
        self = self.sudo()
        stored = self._kept_in_stock(lines.sudo())
        sold = stored.filtered(lambda line: line.state == "sale")
        offered = stored.filtered(lambda line: line.state in ("draft", "sent"))
        parts = self._promised(sold)
        # Nothing was promised where no policy fits: what can be expected is told all the same.
        expected = sold.filtered(lambda line: not parts[line] and line._cycle_open_qty() > 0)
        parts |= {**self._offered(offered), **self._offered(expected)}
        late = self._days_late(parts)
        told = dict.fromkeys(lines, (False, False))
        for line in sold:
            told[line] = self._told_of_sold(line, parts[line], late)
        for line in offered:
            told[line] = self._told_of_offered(line, parts.get(line, []), late)
        return {line: told[line] for line in lines}

    def _kept_in_stock(self, lines):
        """Return the lines whose goods are kept in stock, as such or as the parts of a kit."""
        kits = self.env["order.cycle.kit"]._by_company(lines.product_id, lines.company_id)
        return lines.filtered(
            lambda line: (
                line.product_id.is_storable or line.product_id in kits.get(line.company_id, {})
            )
        )

    def _promised(self, lines):
        """Return {line: [part]} of the promises in force, by date."""
        if not lines:
            return {}
        rows = self.env["order.cycle.promise"].search([("order_line_id", "in", lines.ids)])
        by_line = rows.grouped("order_line_id")
        promised = {}
        for line in lines:
            # In a form that is being edited the line is a draft of the stored one.
            known = by_line.get(line._origin, rows.browse())
            last = max(known.mapped("revision"), default=0)
            promised[line] = [
                {name: row[name] for name in ("quantity", "promised_date", "cause")}
                | {name: row[f"source_{name}"] for name in ("model", "id", "name")}
                for row in known.sorted(lambda row: (row.promised_date, row.cause != "stock"))
                if row.revision == last
            ]
        return promised

    def _offered(self, lines):
        """Return {line: [part]} of what would be promised now."""
        offered = {}
        for group in lines.grouped("company_id").values():
            for line, parts in self.env["order.cycle.promise.planner"]._plan(group).items():
                offered[line] = [
                    {name: part[name] for name in ("quantity", "promised_date", "cause")}
                    | {name: part.get(f"source_{name}") for name in ("model", "id", "name")}
                    for part in sorted(parts, key=lambda part: part["promised_date"])
                ]
        return offered

    def _days_late(self, parts_by_line):
        """Return {(model, id): days} of the vendors and purchases behind the parts.

        What arrived late or in time in the last year, on average.
        """
        sources = {
            (part["model"], part["id"]) for parts in parts_by_line.values() for part in parts
        }
        purchases = [number for model, number in sources if model == "purchase.order"]
        vendors = [number for model, number in sources if model == "res.partner"]
        if not purchases and not vendors:
            return {}
        self.env["stock.move"].flush_model(["state", "date", "purchase_line_id"])
        self.env["purchase.order.line"].flush_model(["date_planned", "partner_id"])
        self.env["purchase.order"].flush_model(["partner_id"])
        self.env.cr.execute(
            SQL(
                """WITH source AS (
                       SELECT 'purchase.order' AS model, id, partner_id FROM purchase_order
                        WHERE id = ANY(%s)
                        UNION ALL
                       SELECT 'res.partner', id, id FROM res_partner WHERE id = ANY(%s))
                   SELECT source.model, source.id,
                          AVG(GREATEST(move.date::date - line.date_planned::date, 0))
                     FROM source
                     JOIN purchase_order_line line ON line.partner_id = source.partner_id
                     JOIN stock_move move ON move.purchase_line_id = line.id
                    WHERE move.state = 'done' AND move.date > %s
                 GROUP BY source.model, source.id""",
                purchases,
                vendors,
                fields.Datetime.now() - MEMORY,
            )
        )
        return {(model, number): round(days) for model, number, days in self.env.cr.fetchall()}

    # === SENTENCES === #

    def _told_of_sold(self, line, parts, late):
        unit = line.product_id.uom_id
        delivered = line._cycle_wanted_qty() - line._cycle_open_qty()
        reserved = self._reserved(line)
        ready = sum(reserved.values())
        phrases = []
        if unit.compare(delivered, 0) > 0:
            phrases.append(self._of_total(line, delivered, self.env._("delivered")))
        for warehouse, quantity in reserved.items():
            phrases.append(self._of_total(line, quantity, self._ship_words(line, warehouse)))
        missing = line._cycle_open_qty() - ready
        # Where a part was delivered before, the promise in force says nothing of it.
        said = sum(part["quantity"] for part in parts)
        rest = self._after(parts, min(delivered + ready, max(said - missing, 0.0)), unit)
        level = WAIT if unit.compare(missing, 0) > 0 else GOOD
        for part in rest:
            taken = min(part["quantity"], missing)
            if unit.compare(taken, 0) > 0:
                missing -= taken
                phrases.append(self._part_words(line, taken, part, late))
        if unit.compare(missing, 0) > 0:
            phrases.append(self._without_date(line, missing))
            level = BAD
        return self._with_proposal(line, phrases, level)

    def _reserved(self, line):
        """Return {warehouse: quantity in the product's unit} of what is there for `line`."""
        product, left = line.product_id, line._cycle_open_qty()
        if line._cycle_is_in_parts():
            found = {line._cycle_short_warehouse(): line._cycle_reserved_qty()}
        else:
            places = [place for _product, place in line._cycle_to_leave()]
            found = {place: line._cycle_reserved_of(product, place) for place in places}
        reserved = {}
        for place, quantity in found.items():
            quantity = min(quantity, left)
            if product.uom_id.compare(quantity, 0) > 0:
                reserved[place] = quantity
                left -= quantity
        return reserved

    def _with_proposal(self, line, phrases, level):
        """Add what is broken already: a date that has passed, or a later one that is proposed."""
        promise = line.cycle_promise_date
        if level == WAIT and promise and promise < fields.Datetime.now():
            level = BAD
        slip = line.order_id.cycle_proposal_ids.filtered(
            lambda row: row.order_line_id == line and row.is_open and row.slip_days >= 0
        )[:1]
        if slip.proposed_date:
            phrases.append(
                self.env._("proposed now: %(date)s", date=self._day(line, slip.proposed_date))
            )
        return "; ".join(phrases), BAD if slip else level

    def _told_of_offered(self, line, parts, late):
        unit = line.product_id.uom_id
        missing, phrases, level = line._cycle_wanted_qty(), [], GOOD
        for part in parts:
            missing -= part["quantity"]
            if part["cause"] == "stock":
                words = self._ship_words(line, self._place_of(line, part))
                phrases.append(self._of_total(line, part["quantity"], words))
            else:
                level = WAIT
                phrases.append(self._part_words(line, part["quantity"], part, late))
        if unit.compare(missing, 0) > 0:
            phrases.append(self._without_date(line, missing))
            level = BAD
        return "; ".join(phrases), level

    def _after(self, parts, gone, unit):
        """Return the parts without the first `gone` pieces."""
        rest = []
        for part in parts:
            used = min(gone, part["quantity"])
            gone -= used
            if unit.compare(part["quantity"] - used, 0) > 0:
                rest.append({**part, "quantity": part["quantity"] - used})
        return rest

    def _place_of(self, line, part):
        if part["model"] == "stock.warehouse":
            return self.env["stock.warehouse"].browse(part["id"])
        return line.warehouse_id or line.order_id.warehouse_id

    def _ship_words(self, line, warehouse):
        return self.env._(
            "ship %(day)s from %(warehouse)s",
            day=self._day(line, warehouse._cycle_leaves(fields.Datetime.now())),
            warehouse=warehouse.name,
        )

    def _part_words(self, line, quantity, part, late):
        number, day = self._number(line, quantity), self._day(line, part["promised_date"])
        if line.cycle_promise_date:
            words = [self.env._("%(quantity)s promised %(day)s", quantity=number, day=day)]
        else:
            words = [self.env._("%(quantity)s by %(day)s", quantity=number, day=day)]
        words += self._source_words(part)
        days = late.get((part["model"], part["id"]))
        if days:
            words.append(self.env._("vendor late %(days)s days on average", days=days))
        return ", ".join(words)

    def _source_words(self, part):
        if not part["name"]:
            return []
        words = {
            "purchase.order": self.env._("purchase %(name)s", name=part["name"]),
            "stock.picking": self.env._("receipt %(name)s", name=part["name"]),
        }
        return [words.get(part["model"], self.env._("from %(name)s", name=part["name"]))]

    def _of_total(self, line, quantity, words):
        total = self._number(line, line._cycle_wanted_qty())
        number = self._number(line, quantity)
        if number == total:
            return self.env._("all %(number)s %(words)s", number=number, words=words)
        return self.env._(
            "%(number)s of %(total)s %(words)s", number=number, total=total, words=words
        )

    def _without_date(self, line, missing):
        return self.env._("%(number)s without a date", number=self._number(line, missing))

    def _number(self, line, quantity):
        """Return a quantity of the product's unit in the unit of the line, as people write it."""
        number = line.product_id.uom_id._compute_quantity(
            quantity, line.product_uom_id or line.product_id.uom_id, round=False
        )
        return f"{float_round(number, precision_digits=2):g}"

    def _day(self, line, moment):
        local = fields.Datetime.context_timestamp(line, moment).date()
        days = (local - fields.Date.context_today(line)).days
        words = {0: self.env._("today"), 1: self.env._("tomorrow")}
        return words.get(days) or format_date(self.env, local, date_format="EEE d MMM")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    cycle_outlook = fields.Text(
        string="Outlook",
        compute="_compute_cycle_outlook",
        # Not for customers on the portal: it names vendors and how late they are.
        groups="base.group_user",
        help="What is there, what comes, when and from where.",
    )
    cycle_outlook_level = fields.Selection(
        [("good", "It is there"), ("wait", "It comes"), ("bad", "Nobody can say, or too late")],
        compute="_compute_cycle_outlook",
        groups="base.group_user",
    )

    @api.depends(
        "state",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "move_ids.state",
        "move_ids.quantity",
        "cycle_promise_date",
        "warehouse_id",
        "order_id.carrier_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_cycle_outlook(self):
        # The other lines of an order may want the same goods; a line that is being edited in a
        # form does so in the place of the stored one.
        stored = self._origin - self
        told = self.env["order.cycle.outlook"]._of((self.order_id.order_line - stored) | self)
        for line in self:
            line.cycle_outlook, line.cycle_outlook_level = told[line]
