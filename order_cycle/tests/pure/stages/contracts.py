"""Where the published contracts lie. They are not part of the project: each has its own owner."""

import os
from pathlib import Path

FOLDER = Path(
    os.environ.get("ORDER_CYCLE_CONTRACTS")
    or Path(__file__).resolve().parents[4].parent / "shared" / "carriers"
)


def contract(*parts):
    """Return the path of a contract file, e.g. ``contract("ups", "Shipping.yaml")``."""
    return FOLDER.joinpath(*parts)


def missing_contracts():
    """Return why the published contracts cannot be tested against, or an empty text."""
    # The one reason for a skip that CI knows.
    return "" if FOLDER.is_dir() else "shared data not beside the project"
