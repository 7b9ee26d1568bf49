"""`i18n`: the translation template from the sources, and what is new or gone in each language."""

from __future__ import annotations

import io
from typing import Any

import polib

from dev import console, database, inside
from dev.config import ADDON, Settings

# Changes at every export and says nothing: left out, so that a file changes when a text does.
DATES = ("POT-Creation-Date", "PO-Revision-Date")
WIDTH = 78


def run(settings: Settings, _arguments: list[str]) -> int:
    """Write `i18n/order_cycle.pot`, merge it into each `.po`; 1 if a text is not translated."""
    folder = settings.project / ADDON / "i18n"
    folder.mkdir(exist_ok=True)
    with console.step("export") as step:
        with database.temporary(settings, database.addon_name(settings), "i18n") as name:
            text = inside.call(settings, name, "dev.commands.i18n:export")
        template = polib.pofile(text, wrapwidth=WIDTH)
        for header in DATES:
            template.metadata.pop(header, None)
        template.save(str(folder / f"{ADDON}.pot"))
        step.result(f"{len(template)} texts")
    missing = 0
    for path in sorted(folder.glob("*.po")):
        translation = polib.pofile(str(path), wrapwidth=WIDTH)
        translation.merge(template)
        for entry in translation.obsolete_entries():
            translation.remove(entry)
        translation.save()
        untranslated = [*translation.untranslated_entries(), *translation.fuzzy_entries()]
        missing += len(untranslated)
        console.line(path.name, f"{translation.percent_translated()} % translated")
        for entry in untranslated:
            console.say(f"  missing: {entry.msgid[:100]!r}")
    return 1 if missing else 0


def export(env: Any) -> str:
    """Return the template of every text of the add-on. Called by `inside.call`."""
    from odoo.tools.translate import trans_export

    buffer = io.BytesIO()
    trans_export(None, [ADDON], buffer, "po", env)
    return buffer.getvalue().decode()
