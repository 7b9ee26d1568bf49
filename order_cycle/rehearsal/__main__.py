"""``python -m rehearsal`` from the add-on's folder, or ``python order_cycle/rehearsal``."""

import runpy
import sys
from pathlib import Path

if __package__:
    from .command import main

    sys.exit(main())

# Run as a folder: Python has put the folder itself on its path. Put its parent there instead,
# so that the relative imports work, and start over as a package.
sys.path[0] = str(Path(__file__).resolve().parents[1])
runpy.run_module("rehearsal", run_name="__main__", alter_sys=True)
