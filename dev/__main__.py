"""Entry point; this file alone must be readable for an old Python, to tell it that it is old."""

import sys

# The point of the test is to be reached by a Python that cannot read the rest of the tool.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit(
        "Error:  This Python is too old.\n"
        "Why:    It is version {}.{}; Odoo 19 needs 3.10 to 3.13.\n"
        "Remedy: Install a newer one and run it instead, for example: python3.11 -m dev".format(
            *sys.version_info
        )
    )

from dev.cli import main

sys.exit(main(sys.argv[1:]))
