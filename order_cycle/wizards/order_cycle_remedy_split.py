from odoo import api, fields, models

# How many sources one shortage is served from at most.
MANY = 4


class OrderCycleRemedySplit(models.AbstractModel):
    """Take it from several sources: other warehouses first, then vendors by date."""

    _name = "order.cycle.remedy.split"
    _inherit = "order.cycle.remedy.buy"
    _description = "From Several Sources"

    @api.model
    def _propose(self, facts, case):
        unit = case.product.uom_id
        left, sources, arrivals, cost, margin = case.to_answer, [], [], 0.0, 0.0
        transfer = self.env["order.cycle.remedy.transfer"]
        for warehouse, free in facts.elsewhere(case):
            taken = min(free, left)
            if unit.compare(taken, 0) > 0:
                left = unit.round(left - taken)
                sources.append({"warehouse": warehouse.id, "quantity": taken})
                arrivals.append((transfer._arrival(facts, case, warehouse), taken))
        while unit.compare(left, 0) > 0 and len(sources) < MANY:
            used = [source.get("vendor") for source in sources]
            offers = [
                offer
                for offer in self._offers(facts, case, left)
                if offer["seller"].partner_id.id not in used
                and unit.compare(offer["quantity"], 0) > 0
            ]
            if not offers:
                break
            best = min(offers, key=lambda offer: (offer["quantity"] < left, offer["cost"]))
            seller = best["seller"]
            margin += (case.cost - best["price"]) * min(best["quantity"], left)
            left = unit.round(left - best["quantity"])
            cost += best["cost"]
            arrivals.append((best["expected"], best["quantity"]))
            sources.append(
                {
                    "vendor": seller.partner_id.id,
                    "seller": seller.id,
                    "quantity": best["quantity"],
                    "price": seller.price_discounted,
                    "expected": fields.Datetime.to_string(best["expected"]),
                }
            )
        if len(sources) < 2 or unit.compare(left, 0) > 0:
            return []
        text = " + ".join(self._source_text(case, source) for source in sources)
        return [
            self._proposal("split", case, arrivals, text, cost=cost, margin=margin, sources=sources)
        ]

    def _source_text(self, case, source):
        if "warehouse" in source:
            name = self.env["stock.warehouse"].sudo().browse(source["warehouse"]).name
        else:
            name = self.env["res.partner"].sudo().browse(source["vendor"]).display_name
        return f"{source['quantity']:g} {case.product.uom_id.name}: {name}"

    @api.model
    def _apply(self, lines):
        wanted = []
        for line in lines:
            for source in line._chosen().sources:
                if "warehouse" in source:
                    warehouse = self.env["stock.warehouse"].browse(source["warehouse"])
                    self.env["order.cycle.remedy.transfer"]._send(
                        line, warehouse, source["quantity"]
                    )
                    continue
                seller = self.env["product.supplierinfo"].browse(source["seller"])
                wanted.append(
                    {
                        "line": line,
                        "vendor": seller.partner_id,
                        "seller": seller,
                        "currency": seller.currency_id,
                        "quantity": source["quantity"],
                        "price": source["price"],
                        "expected": fields.Datetime.to_datetime(source["expected"]),
                    }
                )
        return self._purchase(wanted)
