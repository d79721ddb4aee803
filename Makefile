# Two commands are enough: `make run` to try it, `make test` to test it. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 3
# Tests start dozens of programs; without bytecode each would compile all of the product again.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.run: setup.cfg pyproject.toml
	@sh tools/system.sh python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(VENV)/.system: tools/system.sh
	@mkdir -p $(VENV)
	@sh tools/system.sh test
	@touch $@

# A platform written by others brings Django along, so it lives in an environment of its own.
$(VENV)/.foreign: tests/conformance/foreign/requirements.txt | $(VENV)/.run
	$(PYTHON) -m venv $(VENV)/foreign
	$(VENV)/foreign/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

install: $(VENV)/.dev ## Make .venv with everything, tests' tools too

run: $(VENV)/.run ## Start the tool and a sandbox LMS on this machine, with people and content to try
	@$(BIN)/python -m demo run

demo-reset: $(VENV)/.run ## Throw the demo's data away; the next `make run` starts over
	@$(BIN)/python -m demo reset

test: $(VENV)/.dev $(VENV)/.system $(VENV)/.foreign ## Run all tests but long journeys, faults and benches
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m 'not faults and not journey'

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev ## Check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev ## Check types
	$(BIN)/mypy

contracts: $(VENV)/.dev ## Check who imports whom
	$(BIN)/lint-imports

check: lint types contracts test ## Everything that must hold before a commit

journeys: $(VENV)/.dev $(VENV)/.system ## Walk the long ways in a browser, in both languages
	$(BIN)/pytest -m journey

faults: $(VENV)/.dev $(VENV)/.system ## Kill processes under way and see that nothing is lost
	$(BIN)/pytest -m faults

bench: $(VENV)/.dev $(VENV)/.system ## Measure against baselines of the same run
	$(BIN)/python -m bench.saves
	$(BIN)/python -m bench.launches
	$(BIN)/python -m bench.outbox
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.bank
	$(BIN)/python -m bench.aggregate

messages: $(VENV)/.dev ## Bring the Chinese catalogues up to date with the code
	$(BIN)/python tools/messages.py

screenshots: $(VENV)/.dev $(VENV)/.system ## Take the README's pictures from a running demo
	$(BIN)/python -m tools.screenshots

docs: $(VENV)/.run ## Write docs/configuration.md from the settings table
	$(BIN)/python tools/configuration.py > docs/configuration.md

revision: $(VENV)/.run ## Write a migration: make revision m="Add …"
	$(BIN)/lms-carbon db revision -m '$(m)'

wheel: $(VENV)/.dev ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove what was built; .venv and the demo stay
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

.PHONY: journeys help install run demo-reset test format lint types contracts check faults bench messages screenshots docs revision wheel clean
