"""These tests are collected only where the database has the apps."""

import os

collect_ignore_glob = [] if os.environ.get("ORDER_CYCLE_MORE_APPS") else ["test_*.py"]
