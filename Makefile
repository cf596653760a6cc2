.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Make the virtual environment with what running needs

$(VENV)/.ready: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

run: setup ## Start the explorer in the browser
	$(BIN)/streamlit run app.py

test: $(VENV)/.ready-dev chromium axe check ## Install what testing needs, and run every check and test
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.ready-dev ## Lint, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.ready-dev ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

chromium: # the browser that the browser tests drive
	@sh tests/browser/install_chromium.sh

axe: tests/browser/node_modules/.package-lock.json # what judges the pages' accessibility

tests/browser/node_modules/.package-lock.json: tests/browser/package.json
	@npm install --prefix tests/browser --silent --no-audit --no-fund --no-package-lock

bench: $(VENV)/.ready-dev ## Measure speeds (not part of the tests)
	$(BIN)/python -m benchmarks

starts: $(VENV)/.ready-dev ## Start and stop servers and runs 200 times, and see what is left
	$(BIN)/python -m benchmarks.starts

fuzz: $(VENV)/.ready-dev ## Look for inputs that break it (not part of the tests)
	$(BIN)/python -m pip install --quiet atheris
	$(BIN)/python -m fuzz --seconds 60

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup run test check format chromium axe bench starts fuzz clean
