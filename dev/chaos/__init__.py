"""Kills and races: real processes, real commits, real carriers."""

from dev.chaos.command import run

__all__ = ["run"]
