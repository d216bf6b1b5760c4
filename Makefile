PYTHON ?= python3
VENV := venv
BIN := $(VENV)/bin
# Platforms that the tests use at once: each takes a core and 1.5 GB.
PLATFORMS ?= 2
# Cluster of the local trial: that of a context of your kubeconfig. Without CONTEXT: the local platform.
ON = $(if $(CONTEXT),--context '$(CONTEXT)')
# Test files that run on the oldest supported version of ESO too.
OLDEST := delivery fan_outs git_credentials managers policies
# pip would compile one module after the other, and all of pulumi-aws, half of the whole, which few stacks import.
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile
COMPILE := $(BIN)/python -m compileall -q -j 0

.PHONY: help venv dev local status down env clean-cache test unit platform platform-oldest attack bench check format wheel clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

venv: $(VENV)/.runtime ## Create the virtual environment with what a stack needs at run time

dev: $(VENV)/.dev ## Add the tools of development to it

local: $(VENV)/.local ## Start the local OpenChoreo platform and deliver every credential; RELEASE=v1 for v1.x, CONTEXT=<name> for a cluster of yours
	@$(BIN)/python -m local up $(if $(RELEASE),--release $(RELEASE)) $(ON)

status: $(VENV)/.local ## Show the credentials on the local platform, whether they work, and what it takes
	@$(BIN)/python -m local status $(ON)

down: $(VENV)/.local ## Stop and remove the local platform
	@$(BIN)/python -m local down $(ON)

env: $(VENV)/.local ## Print shell commands that point Pulumi at the local platform
	@$(BIN)/python -m local env $(ON)

clean-cache: $(VENV)/.local ## Delete the built and downloaded programs
	@$(BIN)/python -m local clean-cache

test: check unit platform attack ## Everything that CI runs

unit: $(VENV)/.dev ## Tests without a platform
	$(BIN)/python -m pytest tests/unit tests/mocks tests/local --numprocesses=auto --cov --cov-report=term

platform: $(VENV)/.dev ## Tests on a real control plane, operator and engine
	@$(BIN)/python -m local programs
	$(BIN)/python -m pytest tests/platform --numprocesses=$(PLATFORMS) --dist=loadfile --durations=15

platform-oldest: $(VENV)/.dev ## Those that use ESO most, on the oldest supported version of it
	@$(BIN)/python -m local programs --oldest-operator
	ESO=oldest $(BIN)/python -m pytest $(OLDEST:%=tests/platform/test_%.py) --numprocesses=$(PLATFORMS) --dist=loadfile

attack: $(VENV)/.dev ## Attack organizations as another one, and show which layer stops what; RELEASE=v1 for v1.x
	@$(BIN)/python -m local programs
	@RELEASE=$(RELEASE) $(BIN)/python -m tests.attacks

bench: $(VENV)/.dev ## Compare time, memory and state with a flat program
	$(BIN)/python -m tests.bench

check: $(VENV)/.dev ## Format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers=auto
	$(BIN)/mypy --config-file tests/consumer/mypy.ini tests/consumer/program.py
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(VENV)/.dev ## Build the wheel
	$(BIN)/python -m build --wheel

clean: ## Remove the virtual environment, builds and caches of this folder; the program cache stays
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is required; choose one with: make PYTHON=python3.12")'
	@echo "Installing packages into $(VENV): a minute or two, once"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements.txt
	@$(COMPILE) -x /pulumi_aws/ $(VENV)/lib || true
	@touch $@

$(VENV)/.local: requirements-local.txt $(VENV)/.runtime
	@$(PIP_INSTALL) -r requirements-local.txt
	@$(COMPILE) -x /pulumi_aws/ $(VENV)/lib || true
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.local
	@$(PIP_INSTALL) -r requirements-dev.txt
	@$(COMPILE) $(VENV)/lib || true
	@touch $@
