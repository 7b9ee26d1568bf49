from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .security_common import COLLEAGUES, LADDER, SecurityCommon
from .test_security import PUBLIC_METHODS

KINDS = {"list", "kanban", "form", "search"}

# Models without a screen of their own, and why.
INSIDE = {
    "order.cycle.gate": "where transactions take turns; nobody reads it",
    "order.cycle.promise": "shown on the order",
    "order.cycle.supply.change": "a queue that is empty a moment later",
    "order.cycle.tracking.event": "shown on the consignment",
    "order.cycle.carrier.setting": "rows on the form of a carrier account",
    "order.cycle.carrier.check": "rows on the form of a carrier account, and in its rehearsal",
    "order.cycle.selection": "shown on the form of an order",
    "order.cycle.label": "shown on the form of a consignment",
    "order.cycle.allocation.line": "shown in the window that simulates an allocation",
    "order.cycle.source": "shown on the lines of an order",
    "order.cycle.sourcing.line": "shown in the window that asks where from",
    "order.cycle.explanation.line": "shown in the window that explains a quantity",
    "order.cycle.explanation.place": "shown in the window that explains a quantity",
    "order.cycle.comparison.line": "shown in the window that compares carriers",
    "order.cycle.purchase.escalation.proposal": "shown in the window of the escalation",
    "order.cycle.purchase.escalation.line": "shown in the window of the escalation",
}

# The lowest rung of the ladder that sees each menu. A user's own rights do not reach the documents
# of other applications: who has those sees more.
MENUS = {
    "menu_orders": "user",
    "menu_orders_all": "operator",
    "menu_orders_exceptions": "user",
    "menu_orders_phone": "operator",
    "menu_intake": "operator",
    "menu_intake_received": "operator",
    "menu_intake_import": "operator",
    "menu_supply": "user",
    "menu_supply_shortages": "user",
    "menu_supply_waiting": "user",
    "menu_supply_holds": "user",
    "menu_supply_answers": "user",
    "menu_supply_proposals": "user",
    "menu_shipping": "user",
    "menu_shipping_consignments": "user",
    "menu_shipping_parcels": "user",
    "menu_shipping_end_of_day": "operator",
    "menu_shipping_scan": "operator",
    "menu_shipping_manifests": "user",
    "menu_shipping_pickups": "user",
    "menu_shipping_foreign": "operator",
    "menu_shipping_calls": "operator",
    "menu_shipping_notices": "operator",
    "menu_shipping_bills": "operator",
    "menu_shipping_bill_lines": "operator",
    "menu_configuration": "manager",
    "menu_configuration_services": "manager",
    "menu_configuration_channels": "manager",
    "menu_configuration_policies": "manager",
    "menu_configuration_substitutes": "manager",
    "menu_configuration_buffers": "manager",
    "menu_configuration_sourcing": "manager",
    "menu_configuration_allocation": "manager",
    "menu_configuration_accounts": "manager",
    "menu_configuration_deliveries": "manager",
    "menu_configuration_signals": "manager",
    "menu_root": "user",
}


@tagged("post_install", "-at_install")
class TestViews(SecurityCommon):
    """Every door of the application opens, and behind it is a view of ours."""

    def ours(self, model):
        """Return the records of `model` that this module made, by the name of their XML id."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "order_cycle"), ("model", "=", model)]
        )
        return {row.name: self.env[model].browse(row.res_id) for row in data}

    def actions(self):
        return self.ours("ir.actions.act_window")

    def open(self, action, person):
        """Read what the web client reads when `person` opens a window action.

        :return: {kind of view: its architecture}
        """
        model = self.env[action.res_model].with_user(person)
        model = model.with_context(**safe_eval(action.context or "{}", {"uid": person.id}))
        wanted = [*action.views, (action.search_view_id.id, "search")]
        options = {"toolbar": True, "load_filters": True, "action_id": action.id}
        views = model.get_views(wanted, options)["views"]
        architectures = {kind: etree.fromstring(view["arch"]) for kind, view in views.items()}
        for kind in architectures.keys() & {"list", "kanban", "form"}:
            self.read_all(model, action, architectures[kind])
        return architectures

    def read_all(self, model, action, architecture):
        """Read every field that a view shows, of every record the action finds."""
        if model._transient:
            return
        domain = safe_eval(action.domain or "[]", {"uid": model.env.uid})
        names = {
            node.get("name")
            for node in architecture.iter("field")
            if next(node.iterancestors("field"), None) is None
        }
        found = model.web_search_read(domain, {name: {} for name in names}, limit=80)
        self.assertTrue(found["length"], f"{action.name} shows nothing: it would prove little")

    # === EVERY MODEL HAS ITS SCREENS === #

    def test_every_model_has_a_list_a_board_a_form_and_a_search_of_its_own(self):
        own = {}
        for view in self.ours("ir.ui.view").values():
            if view.mode == "primary":
                own.setdefault(view.model, set()).add(view.type)
        for model in self.our_models() - set(INSIDE):
            wanted = {"form"} if self.env[model]._transient else KINDS
            self.assertGreaterEqual(own.get(model, set()), wanted, model)

    def test_models_without_a_screen_are_few_and_ours(self):
        self.assertLessEqual(set(INSIDE), self.our_models())
        windows = {action.res_model for action in self.actions().values()}
        self.assertFalse(windows & set(INSIDE))

    # === EVERY ACTION AND MENU OPENS === #

    def test_every_action_opens_in_each_of_its_views(self):
        self.an_order_with_everything()
        for name, action in self.actions().items():
            rung = "manager" if self.is_configuration(action) else self.lowest_rung(action)
            with self.subTest(action=name):
                architectures = self.open(action, self.person(rung))
                wanted = {kind for _view_id, kind in action.views} | {"search"}
                self.assertEqual(set(architectures), wanted)

    def lowest_rung(self, action):
        """Return operator, or manager for what operators have no business with."""
        model = self.env[action.res_model].with_user(self.person("operator"))
        return "operator" if model.has_access("read") else "manager"

    def is_configuration(self, action):
        menus = self.ours("ir.ui.menu")
        return any(
            menu.action == action and menu.parent_id == menus["menu_configuration"]
            for menu in menus.values()
        )

    def test_each_rung_sees_the_menus_of_the_table(self):
        rungs = list(LADDER)
        for number, rung in enumerate(rungs):
            wanted = {name for name, lowest in MENUS.items() if rungs.index(lowest) <= number}
            self.assertEqual(self.menus_seen_by(self.person(rung)), wanted, rung)

    def menus_seen_by(self, person):
        """Return the names of our menus that the client shows: itself visible, and all above it."""
        visible = self.env["ir.ui.menu"].with_user(person)._visible_menu_ids()
        return {
            name
            for name, menu in self.ours("ir.ui.menu").items()
            if {int(number) for number in menu.parent_path.strip("/").split("/")} <= visible
        }

    def test_every_menu_opens_for_whoever_sees_it(self):
        order = self.an_order_with_everything()
        for name, menu in self.ours("ir.ui.menu").items():
            if menu.action:
                with self.subTest(menu=name):
                    # A user without further rights sees what belongs to their own orders.
                    order.user_id = self.person(MENUS[name])
                    self.open(menu.action, order.user_id)

    def test_outsiders_do_not_see_the_application(self):
        for login in ("employee", "shop"):
            self.assertFalse(self.menus_seen_by(self.person(login)), login)

    # === WHAT A VIEW NAMES IS THERE === #

    def test_filters_that_are_set_from_the_start_are_in_the_search_view(self):
        count = 0
        for action in [*self.actions().values(), *self.actions_of_methods()]:
            search = self.search_names(action["res_model"], action["search_view_id"])
            for key in safe_eval(str(action["context"] or {}), {"uid": 1}):
                if key.startswith("search_default_"):
                    self.assertIn(key.removeprefix("search_default_"), search, action["name"])
                    count += 1
        self.assertGreater(count, 4)

    def actions_of_methods(self):
        """Return the actions of ours that are made by Python, with a filter of their own."""
        return [
            self.env.ref("order_cycle.channel_web").action_view_orders(),
            self.web.action_view_orders(),
        ]

    def search_names(self, model, view):
        """Return the names that `search_default_…` can refer to."""
        view_id = view[0] if isinstance(view, tuple | list) else getattr(view, "id", view)
        architecture = etree.fromstring(self.env[model].get_view(view_id, "search")["arch"])
        return {node.get("name") for node in architecture.iter("filter", "field")}

    def test_every_button_calls_a_method_that_is_there(self):
        count = 0
        for view in self.ours("ir.ui.view").values():
            for button in etree.fromstring(view.arch).iter("button"):
                if button.get("type") == "object":
                    model = self.model_of(view, button)
                    method = getattr(type(model), button.get("name"), None)
                    self.assertTrue(callable(method), f"{view.name}: {button.get('name')}")
                    count += 1
        self.assertGreater(count, 20)

    def model_of(self, view, node):
        """Return the model a node of a view speaks of: the view's, or that of a list inside."""
        model = self.env[view.model]
        for field in reversed([*node.iterancestors("field")]):
            if field.get("name") in model._fields and field.get("position") is None:
                model = self.env[model._fields[field.get("name")].comodel_name]
        return model

    def test_nobody_is_shown_a_button_that_refuses_them(self):
        """A user, a buyer and a packer see fewer buttons than an operator."""
        refused = []
        for action in self.actions().values():
            for login in ("user", *COLLEAGUES):
                refused += self.refused_buttons(action, self.person(login))
        self.assertFalse(refused)

    def refused_buttons(self, action, person):
        model = self.env[action.res_model].with_user(person)
        methods = PUBLIC_METHODS.get(action.res_model, {})
        if not model.has_access("read"):
            return []
        found = []
        for kind in KINDS - {"search"}:
            view = dict((kind, view_id) for view_id, kind in action.views).get(kind)
            architecture = etree.fromstring(model.get_view(view or None, kind)["arch"])
            for button in architecture.iter("button"):
                what = methods.get(button.get("name"))
                if self.refuses(model, button.get("name"), what):
                    found.append(f"{person.login}: {action.res_model}.{button.get('name')}, {kind}")
        return found

    def refuses(self, model, method, what):
        """Return whether a method of the table in `test_security` would refuse this user."""
        if what == "asks":
            window = {
                "order.cycle.consignment": "order.cycle.outcome",
                "order.cycle.manifest": "order.cycle.errand.outcome",
                "order.cycle.pickup": "order.cycle.errand.outcome",
                "order.cycle.end.of.day": "order.cycle.pickup.order",
                "order.cycle.foreign.booking": "order.cycle.foreign.outcome",
                "order.cycle.shortage": "order.cycle.purchase.escalation",
                "sale.order": "order.cycle.purchase.escalation",
            }[model._name]
            return not model.env[window].has_access("create")
        return what == "changes" and not model.has_access("write")
