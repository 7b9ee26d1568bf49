"""Tests of the whole: real Odoo processes on databases of their own."""
