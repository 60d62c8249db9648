# Two commands for a fresh machine: `make demo` and `make test`. Each makes .venv and installs what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
EXTRAS := sc2,train,photos,plots,dev
STAMP  := $(VENV)/.installed
DEMO   ?= demo

.PHONY: help venv demo test test-all lint clean pysc2-tests fidelity benchmarks

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

venv: $(STAMP)  ## make .venv and install the project into it

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python >= 3.11 is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

demo: $(STAMP)  ## harvest a small data set, check it, describe it, draw it
	$(BIN)/python -m scripts.harvest --output $(DEMO)/battles --records 96 --seed 1 --workers 2 --resume
	$(BIN)/python -m scripts.dataset validate $(DEMO)/battles
	$(BIN)/python -m scripts.dataset split $(DEMO)/battles --seed 1
	$(BIN)/python -m scripts.dataset card $(DEMO)/battles
	$(BIN)/python -m scripts.dataset plot $(DEMO)/battles
	@echo "Look at $(DEMO)/battles/contact-sheet.png and read $(DEMO)/battles/README.md"

test: $(STAMP)  ## pass the tests (what CI runs)
	$(BIN)/python -m pytest

test-all: $(STAMP)  ## the slow tests too
	$(BIN)/python -m pytest -m 'not gpu and not sc2 and not ray'

pysc2-tests: $(STAMP)  ## run pysc2's own game tests against the simulator
	$(BIN)/python -m benchmarks.pysc2_tests

lint: $(STAMP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

fidelity: $(STAMP)  ## compare the simulator with recordings of the real game (see tests/shared_data.py)
	@$(BIN)/python -m benchmarks.fidelity

clean:  ## remove what make made, .venv included
	rm -rf $(VENV) $(DEMO) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
