"""Runs one of our functions inside Odoo, in a process of its own.

    prepared = inside.call(settings, "oc_demo", "dev.demo.company:prepare", parcel_url=...)

The function gets an environment of the superuser as its first argument; what it returns must fit
into JSON. Everything it wrote is committed when it returns, and nothing when it fails.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from dev import odoo_process
from dev.config import Settings

# Nothing listens, but Odoo warns of an interface that nobody chose.
HTTP = "--http-interface=127.0.0.1"


def call(settings: Settings, database: str, function: str, **arguments: Any) -> Any:
    """Call ``module:function(env, **arguments)``; raises `SetupError` with the log's end."""
    with tempfile.TemporaryDirectory(prefix="order-cycle-") as folder:
        answer = Path(folder) / "answer.json"
        question = Path(folder) / "question.json"
        question.write_text(json.dumps(arguments), encoding="utf-8")
        command = [settings.python, "-m", "dev.inside", database, function, question, answer]
        command += ["--", *odoo_process.common_options(settings)]
        name = f"inside-{function.rpartition('.')[2].replace(':', '-')}"
        odoo_process.run(settings, name, [str(word) for word in command])
        return json.loads(answer.read_text(encoding="utf-8"))


def main(words: list[str]) -> None:
    """What the child process does."""
    own, options = words[: words.index("--")], words[words.index("--") + 1 :]
    database, function, question, answer = own
    # Imported here: the parent process has no Odoo, and needs none.
    import odoo.api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        [*options, f"--database={database}", "--log-level=warn", HTTP], setup_logging=True
    )
    module, _colon, name = function.partition(":")
    arguments = json.loads(Path(question).read_text(encoding="utf-8"))
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        result = getattr(importlib.import_module(module), name)(env, **arguments)
    Path(answer).write_text(json.dumps(result, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
