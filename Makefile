# A thin front: everything is done by `python3 -m dev`, which works the same without make.
# Further words for a command: make test ARGS="-k intake -x"

PYTHON ?= python3
COMMANDS := demo serve test lint bench chaos core-tests defects i18n setup check clean

.PHONY: help clean-all $(COMMANDS)

help:
	@$(PYTHON) -m dev --help

$(COMMANDS):
	@$(PYTHON) -m dev $@ $(ARGS)

clean-all:
	@$(PYTHON) -m dev clean --all
