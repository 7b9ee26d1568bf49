"""Set-up and command tool of the project: `python3 -m dev --help`."""
