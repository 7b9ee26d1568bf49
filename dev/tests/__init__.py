"""Tests of the tool itself: no Odoo, no database."""
