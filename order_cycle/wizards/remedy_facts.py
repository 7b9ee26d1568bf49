"""What is known about short products when somebody looks for remedies: read once, for all lines."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from odoo import fields

WAITING = ("waiting", "confirmed", "partially_available")


@dataclass(frozen=True)
class Need:
    """What one order misses of one product.

    :param key: id of the order.cycle.shortage.line
    :param missing: in the product's unit
    :param promised: naive UTC, or None
    :param lead: days between the goods and the customer
    :param value: what the customer pays for one unit, company currency
    """

    key: int
    order: str
    missing: float
    promised: datetime | None
    lead: float
    value: float
    is_mine: bool


@dataclass
class Case:
    """One wizard line with its shortage, its needs and what is on the way for it already."""

    line: Any
    shortage: Any
    product: Any
    warehouse: Any
    needs: list[Need]
    coming: list[tuple[datetime, float]]
    cost: float = 0.0
    answered: dict[int, tuple[datetime, float]] = field(default_factory=dict)

    @property
    def missing(self) -> float:
        return sum(need.missing for need in self.needs)

    @property
    def to_answer(self) -> float:
        """What is missing and not on the way, in the product's unit."""
        unit = self.product.uom_id
        left = unit.round(self.missing - sum(quantity for _date, quantity in self.coming))
        return max(left, 0.0)


class Facts:
    """Stock, vendors, substitutes and reserved goods of all the lines, one query for each kind.

    :param lines: order.cycle.purchase.escalation.line recordset
    """

    def __init__(self, lines):
        # sudo: who buys sees how much is where and what is waiting, without rights on each of it
        self.env = lines.sudo().env
        self.now = fields.Datetime.now()
        shortages = lines.shortage_id.sudo()
        self.company = shortages.company_id
        self.products = shortages.product_id
        self.cases = self._cases(lines, shortages)
        self.substitutes = self._substitutes()
        self._everything = self.products | self.substitutes.substitute_id
        self.free = self._free()
        self.incoming = self._incoming()
        self.sellers = self._sellers()
        self.open_orders = self._open_orders()
        self.reserved = self._reserved()

    def _cases(self, lines, shortages):
        coming = shortages._on_the_way()
        own = lines.env["order.cycle.shortage.line"].search(
            [("shortage_id", "in", shortages.ids), ("state", "=", "open")]
        )
        cases = []
        for line in lines:
            shortage = line.shortage_id.sudo()
            company = shortage.company_id
            product = shortage.product_id.with_company(company)
            case = Case(
                line, shortage, product, shortage.warehouse_id, [], coming[shortage],
                cost=product.standard_price,
            )  # fmt: skip
            for row in shortage.line_ids.filtered("is_open"):
                case.needs.append(
                    Need(
                        row.id,
                        row.order_id.name,
                        row.missing_qty,
                        row.promise_date or row.original_date or None,
                        row.order_line_id.customer_lead,
                        row.value / row.missing_qty if row.missing_qty else 0.0,
                        row in own,
                    )
                )
            for answer in shortage.vendor_answer_ids:
                if answer.state == "answered":
                    case.answered[answer.partner_id.id] = (answer.expected_at, answer.quantity)
            cases.append(case)
        return cases

    def _substitutes(self):
        return self.env["order.cycle.substitute"].search(
            [
                ("product_id", "in", self.products.ids),
                ("company_id", "in", [False, *self.company.ids]),
            ]
        )

    def _free(self):
        """Return {(product, warehouse): what is there, promised to nobody and held for nobody}."""
        # sudo: whoever decides on a shortage looks into the other warehouses of its company
        Availability = self.env["order.cycle.availability"].sudo()
        warehouses = self.env["stock.warehouse"].search([("company_id", "in", self.company.ids)])
        goods = {product.id: product for product in self._everything}
        places = {warehouse.id: warehouse for warehouse in warehouses}
        free = Availability._available(self._everything.sudo(), warehouses.sudo())
        found = {(goods[one], places[place]): left for (one, place), left in free.items()}
        return defaultdict(float, found)

    def _incoming(self):
        """Return {(product, warehouse): [(date, quantity)]} of what comes, for whomever."""
        incoming = defaultdict(list)
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", self.products.ids),
                ("state", "in", (*WAITING, "assigned")),
                ("location_id.usage", "in", ("supplier", "production", "transit")),
                ("location_dest_id.usage", "=", "internal"),
                ("company_id", "in", self.company.ids),
            ],
            order="date, id",
        )
        for move in moves:
            key = move.product_id, move.location_dest_id.warehouse_id
            incoming[key].append((move.date, move.product_qty))
        return incoming

    def _sellers(self):
        """Return {product: product.supplierinfo that hold today}, in Odoo's order."""
        today = fields.Date.today()
        sellers = self.env["product.supplierinfo"].search(
            [
                ("product_tmpl_id", "in", self.products.product_tmpl_id.ids),
                ("product_id", "in", [False, *self.products.ids]),
                ("company_id", "in", [False, *self.company.ids]),
                ("partner_id.active", "=", True),
                "|", ("date_start", "=", False), ("date_start", "<=", today),
                "|", ("date_end", "=", False), ("date_end", ">=", today),
            ]
        )  # fmt: skip
        by_product = {}
        by_template = sellers.grouped("product_tmpl_id")
        for product in self.products:
            offered = by_template.get(product.product_tmpl_id, sellers.browse())
            by_product[product] = offered.filtered(
                lambda row, product=product: row.product_id in (row.product_id.browse(), product)
            )
        return by_product

    def _open_orders(self):
        """Return {vendor: number of requests and orders that are not received}."""
        vendors = self.env["res.partner"].concat(
            *(sellers.partner_id for sellers in self.sellers.values())
        )
        vendors.mapped("on_time_rate")
        groups = self.env["purchase.order"]._read_group(
            [
                ("partner_id", "in", vendors.ids),
                ("company_id", "in", self.company.ids),
                "|",
                ("state", "in", ("draft", "sent", "to approve")),
                "&",
                ("state", "=", "purchase"),
                ("receipt_status", "!=", "full"),
            ],
            ["partner_id"],
            ["__count"],
        )
        return dict(groups)

    def _reserved(self):
        """Return {(product, warehouse): moves of orders that have these goods reserved}."""
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", self.products.ids),
                ("state", "in", ("assigned", "partially_available")),
                ("picked", "=", False),
                ("sale_line_id", "!=", False),
                ("location_id.usage", "=", "internal"),
                ("company_id", "in", self.company.ids),
            ]
        )
        return moves.grouped(lambda move: (move.product_id, move.location_id.warehouse_id))

    # === QUESTIONS === #

    def take(self, case, remedy):
        """Note what goods the remedy chosen for `case` takes: no other case is offered them.

        :param dict remedy: values of a proposal
        """
        for product, warehouse, quantity in self._taken(case, remedy):
            self.free[product, warehouse] -= quantity

    def _taken(self, case, remedy):
        places = self.env["stock.warehouse"]
        if remedy["kind"] == "transfer":
            return [(case.product, places.browse(remedy["warehouse_id"]), remedy["quantity"])]
        if remedy["kind"] == "split":
            return [
                (case.product, places.browse(source["warehouse"]), source["quantity"])
                for source in remedy["sources"]
                if "warehouse" in source
            ]
        if remedy["kind"] == "substitute":
            row = self.substitutes.browse(remedy["substitute_id"])
            return [(row.substitute_id, case.warehouse, case.missing * row.ratio)]
        return []

    def elsewhere(self, case):
        """Return [(warehouse, free quantity)] of the company's other warehouses, most first."""
        found = [
            (warehouse, quantity)
            for (product, warehouse), quantity in self.free.items()
            if product == case.product
            and warehouse
            and warehouse != case.warehouse
            and warehouse.company_id == case.shortage.company_id
            and product.uom_id.compare(quantity, 0) > 0
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].id))

    def in_days(self, days):
        return self.now + timedelta(days=days)


def judge(needs, arrivals, served):
    """Return what a remedy means for promises: kept, broken, days late, what stays open.

    An order with two lines of the product is one promise: kept if both are.

    :param needs: Need list
    :param arrivals: (naive UTC datetime, quantity)
    :param served: how goods are shared out, `order.cycle.shortage._served`
    """
    dates = served([(need.key, need.missing, need.promised) for need in needs], arrivals)
    kept, broken, late = [], [], 0
    for need in needs:
        date = dates[need.key]
        if not need.promised:
            (kept if date else broken).append(need.order)
            continue
        if not date:
            broken.append(need.order)
            continue
        days = ((date + timedelta(days=need.lead)).date() - need.promised.date()).days
        late += max(days, 0)
        (broken if days > 0 else kept).append(need.order)
    broken = list(dict.fromkeys(broken))
    kept = [order for order in dict.fromkeys(kept) if order not in broken]
    return {"kept": kept, "broken": broken, "late": late, "is_complete": all(dates.values())}
