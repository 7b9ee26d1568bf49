"""`defects`: the same stories in stock Odoo and with the add-on, side by side.

python3 -m dev defects        # all of them
python3 -m dev defects 01 14  # some
"""

from __future__ import annotations

from typing import Any

from dev import console, database, inside
from dev.config import Settings
from dev.defects.scenarios import SCENARIOS
from dev.errors import SetupError

STOCK, OURS = "stock Odoo", "with Order Cycle"
PURPOSE = "defects"

Answers = dict[str, dict[str, Any]]


def run(settings: Settings, arguments: list[str]) -> int:
    """Tell the stories that are named, or all; 0 if each breaks in stock Odoo only."""
    unknown = [number for number in arguments if number not in SCENARIOS]
    if unknown:
        raise SetupError(
            f"There is no defect {unknown[0]!r} here.",
            f"There are: {', '.join(SCENARIOS)}.",
            "Name some of them, or none for all.",
        )
    numbers = arguments or [*SCENARIOS]
    answers = {}
    for side, source in sources(settings).items():
        with console.step(side) as step:
            answers[side] = answers_of(settings, source, numbers)
            count = sum(answer["kept"] for answer in answers[side].values())
            step.result(f"{count} of {len(numbers)} kept")
    console.say(f"\n{table(answers)}\n")
    return 1 if unproven(answers) else 0


def sources(settings: Settings) -> dict[str, str]:
    """Return the template database of each side; stock Odoo's has never seen the add-on."""
    return {STOCK: database.dependencies_name(settings), OURS: database.addon_name(settings)}


def answers_of(settings: Settings, source: str, numbers: list[str]) -> Answers:
    """Tell the stories in a copy of `source`, in a process of their own."""
    with database.temporary(settings, source, PURPOSE) as name:
        return inside.call(settings, name, "dev.defects.scenarios:perform", numbers=numbers)


def unproven(answers: dict[str, Answers]) -> list[str]:
    """Return the numbers that do not break in stock Odoo, or break with the add-on too."""
    return [
        number
        for number, stock in answers[STOCK].items()
        if stock["kept"] or stock["failed"] or not answers[OURS][number]["kept"]
    ]


def table(answers: dict[str, Answers]) -> str:
    """Return one block for each defect: what it is about, and what was seen on both sides."""
    lines = []
    for number in answers[STOCK]:
        lines.append(f"{number}  {(SCENARIOS[number].__doc__ or '').strip()}")
        for side, found in answers.items():
            answer = found[number]
            verdict = "kept" if answer["kept"] else "failed" if answer["failed"] else "broken"
            lines.append(f"    {side:<17} {verdict:<7} {answer['seen']}")
    return "\n".join(lines)
