PYTHON ?= python3
VENV := venv
BIN := $(VENV)/bin

.PHONY: help venv local status down env test unit platform bench check format wheel clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

venv: $(VENV)/.installed ## Create the virtual environment

local: $(VENV)/.installed ## Start an OpenChoreo platform here and deliver every credential
	@$(BIN)/python -m local up

status: $(VENV)/.installed ## Show which credentials have arrived on the local platform
	@$(BIN)/python -m local status

down: $(VENV)/.installed ## Stop and remove the local platform
	@$(BIN)/python -m local down

env: $(VENV)/.installed ## Print shell commands that point Pulumi at the local platform
	@$(BIN)/python -m local env

test: check unit platform ## Everything that CI runs

unit: $(VENV)/.installed ## Tests without a platform
	$(BIN)/coverage run -m pytest tests/unit tests/mocks tests/local
	$(BIN)/coverage report

platform: $(VENV)/.installed ## Tests on a real control plane, operator and engine
	@$(BIN)/python -m local programs
	$(BIN)/python -m pytest tests/platform --durations=15

bench: $(VENV)/.installed ## Compare time, memory and state with a flat program
	$(BIN)/python -m tests.bench

check: $(VENV)/.installed ## Format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(VENV)/.installed ## Build the wheel
	$(BIN)/python -m build --wheel

clean: ## Remove what was built here (the program cache stays)
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage

$(VENV)/.installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; choose one with: make PYTHON=python3.12")'
	@echo "Creating the virtual environment"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
