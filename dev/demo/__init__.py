"""The main job: real orders travel through a real Odoo, from capture to completion."""

from dev.demo.command import run

__all__ = ["run"]
