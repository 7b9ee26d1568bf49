"""What an order costs: ours in batches against stock Odoo in a loop, in one run."""

from dev.bench.command import run

__all__ = ["run"]
