"""The defects of stock Odoo that the add-on mends, shown on both, side by side."""

from dev.defects.command import run

__all__ = ["run"]
