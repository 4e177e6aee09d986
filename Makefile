# Every verb sets the environment up first, when it is missing or out of date.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup report refresh refit calibrate test test-fast notebooks docs bench lint wheel page test-page clean

PYTHON ?=
AS_OF ?=
HINDSIGHT ?=
FROM ?=
FRESH ?=
VENV := .venv
STAMP := $(VENV)/.installed
BIN := $(VENV)/bin

help: ## List these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with pinned versions (PYTHON=/path/to/python to choose one)

$(STAMP): pyproject.toml constraints.txt
	@python=$$(PYTHON='$(PYTHON)' sh bin/find-python) || exit 2; \
	echo "installing into $(VENV) with $$python (about 2 minutes, once) ..."; \
	"$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--constraint constraints.txt --editable '.[notebooks,page,dev]'
	@touch $@
	@echo "ready: $(BIN)/costfloor --help"

report: $(STAMP) ## Write reports/report.pdf and reports/technical.pdf, or say that they are up to date (FRESH=1: all computed anew; AS_OF=YYYY-MM-DD: as known on an earlier day, HINDSIGHT=1: with the scores of today)
	@$(BIN)/costfloor report $(if $(AS_OF),--as-of $(AS_OF)) $(if $(HINDSIGHT),--hindsight) $(if $(FRESH),--fresh)

refresh: $(STAMP) ## Fetch every public list, or take the files of FROM=DIR, and write reports/refresh-DAY.md: what changed, what needs a person
	@$(BIN)/costfloor refresh $(if $(FROM),--from '$(FROM)')

refit: $(STAMP) ## Take in newly ingested prices: score them, update the laws, add a line to reports/ledger.jsonl
	@$(BIN)/costfloor refit

calibrate: $(STAMP) ## Run the heavy studies that are out of date or missing (hours; an interrupted run goes on where it stopped)
	@$(BIN)/costfloor calibrate

test: $(STAMP) ## Run all tests
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal --durations=40 --durations-min=5

test-fast: $(STAMP) ## Run the tests that sample nothing
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m 'not slow'

page: $(STAMP) ## Write reports/explorer.html from the stored results: one file for a browser
	@$(BIN)/costfloor page

test-page: $(STAMP) $(VENV)/.browser-installed ## Test the explorer page, and a notebook in JupyterLab, in Chromium, which is installed first where it is missing
	@sh bin/need-chromium
	@$(BIN)/python -m pytest tests/page/browser

$(VENV)/.browser-installed: $(STAMP)
	@sh bin/need-chromium
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--constraint constraints.txt --editable '.[browser]'
	@touch $@

notebooks: $(STAMP) ## Execute all notebooks into build/notebooks/
	@$(BIN)/python bin/run-notebooks

docs: $(STAMP) $(VENV)/.docs-installed ## Make the documentation site in build/docs/ (with the outputs of `make notebooks` where it has run)
	@$(BIN)/python bin/build-docs

$(VENV)/.docs-installed: $(STAMP)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--constraint constraints.txt --editable '.[docs]'
	@touch $@

bench: $(STAMP) ## Run the benchmarks
	@set -e; for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

lint: $(STAMP) ## Check formatting, lint rules and types
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

wheel: $(STAMP) ## Build the wheel into dist/
	@rm -rf build/lib build/bdist.*
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

clean: ## Remove the environment, caches and everything that is rebuilt
	@rm -rf $(VENV) build dist analysis/*.egg-info data/processed .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
