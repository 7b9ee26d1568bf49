import ast
import io
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from odoo.addons.order_cycle.models import carrier_words

ADDON = Path(__file__).resolve().parents[1]
I18N = ADDON / "i18n"
# What they say is the carrier's own, and is shown in its words.
OWN_WORDS = {"carrier_warning"}


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Italian is complete: no person meets an English island. `make i18n` refreshes the files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        buffer = io.BytesIO()
        trans_export(None, ["order_cycle"], buffer, "po", cls.env)
        cls.texts = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
        cls.italian = polib.pofile(str(I18N / "it.po"))

    def test_every_text_has_an_italian_one(self):
        translated = {entry.msgid for entry in self.italian.translated_entries()}
        self.assertGreater(len(self.texts), 300, "the export found the texts")
        self.assertFalse(self.texts - translated)
        self.assertFalse(self.italian.fuzzy_entries())

    def test_the_template_is_that_of_the_sources(self):
        template = {entry.msgid for entry in polib.pofile(str(I18N / "order_cycle.pot"))}
        self.assertEqual(template, self.texts)

    def test_italian_is_shown(self):
        self.env["res.lang"]._activate_lang("it_IT")
        stages = self.env["sale.order"].with_context(lang="it_IT").fields_get(["cycle_stage"])
        labels = dict(stages["cycle_stage"]["selection"])
        english = dict(self.env["sale.order"]._fields["cycle_stage"].selection)
        self.assertFalse({label for label in labels.values() if label in english.values()})

    def test_every_finding_of_the_carriers_has_a_sentence(self):
        problems = carrier_words._problem_sentences(self.env)
        errors = carrier_words._error_sentences(self.env)
        found = [*_codes(ADDON / "carriers"), *_codes(ADDON / "models")]
        self.assertGreater(len(found), 60)
        self.assertFalse(
            [
                (name, code)
                for name, code in found
                if code not in OWN_WORDS
                and code not in (problems if name == "FieldProblem" else errors)
            ]
        )


def _codes(folder):
    """Return (class, code) of each error and problem that is made with a code of ours."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name == "FieldProblem" or (name.startswith("Carrier") and name != "CarrierInfo"):
                for keyword in node.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        yield name, keyword.value.value
