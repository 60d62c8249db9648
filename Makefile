# Two commands for a fresh machine: `make demo` and `make test`. Each makes .venv and installs what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
EXTRAS := sc2,train,photos,plots,envs,video,rl,minari,dev
STAMP  := $(VENV)/.installed
DEMO   ?= demo
# How much of it: battle scenes, scenes to learn from, steps of training. One thread trains: threads that wait for each
# other lose much where other programs want the cores too.
BATTLES ?= 96
SCENES  ?= 400
STEPS   ?= 300

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

demo: $(STAMP)  ## harvest scenes, train a model on them for two minutes, evaluate it, watch it look
	@echo "== Battle scenes as they are harvested by default"
	$(BIN)/python -m scripts.harvest --output $(DEMO)/battles --records $(BATTLES) --seed 1 --workers 2 --resume
	$(BIN)/python -m scripts.dataset validate $(DEMO)/battles
	$(BIN)/python -m scripts.dataset split $(DEMO)/battles --seed 1
	$(BIN)/python -m scripts.dataset card $(DEMO)/battles
	$(BIN)/python -m scripts.dataset plot $(DEMO)/battles
	@echo "== Easier scenes, to learn from: marines at rest with few other units, screens of 512 px"
	$(BIN)/python -m scripts.harvest --output $(DEMO)/marines --records $(SCENES) --seed 2 --workers 2 --resume \
	  --screen_size 512 --motions still --clutter 0,8 --structures_count 0,2 --elsewhere 0,4
	$(BIN)/python -m scripts.dataset split $(DEMO)/marines --seed 2
	@echo "== About two minutes of training: how many marines are on the screen, and where?"
	OMP_NUM_THREADS=1 \
	$(BIN)/python -m scripts.train --task sc2 --config marines --data $(DEMO)/marines --output $(DEMO)/run --resume \
	  --set train.steps=$(STEPS) --set train.validate_every=100
	@echo "== The test split, which training has not seen"
	$(BIN)/python -m scripts.evaluate --checkpoint $(DEMO)/run/best.pt --data $(DEMO)/marines --draws 4 \
	  --json $(DEMO)/measures.json --report $(DEMO)/report.html
	@echo "== One screen of the test split, as you would ask about your own"
	$(BIN)/python -m scripts.predict --checkpoint $(DEMO)/run/best.pt $(DEMO)/marines#16 --draws 4 \
	  --json $(DEMO)/prediction.json --annotated $(DEMO)/looked
	@echo "== The saccades themselves, over three scenes that it has not seen"
	rm -rf $(DEMO)/rollout
	OMP_NUM_THREADS=1 \
	$(BIN)/python -m scripts.rollout --env varsac/SaccadeSC2-v0 --set data=$(DEMO)/marines --policy varsac \
	  --checkpoint $(DEMO)/run/best.pt --episodes 3 --output $(DEMO)/rollout --gif
	@echo
	@echo "Look at"
	@echo "  $(DEMO)/battles/contact-sheet.png   harvested battle scenes ($(DEMO)/battles/README.md describes them)"
	@echo "  $(DEMO)/report.html                 what the model learned in two minutes from $(SCENES) easy scenes, in a browser"
	@echo "  $(DEMO)/looked/marines-16.png       where it looked on one screen, and what it counted"
	@echo "  $(DEMO)/rollout/rollout.gif         one look after the other, in a browser"
	@echo "Two minutes show that it learns, not how well it can count: README.md, Train, says how to train for longer."

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
