"""Tests of the add-on beside further apps of Odoo; `tests/test_more_apps.py` runs them."""
