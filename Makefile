# Is China exporting electricity as AI tokens? `make` alone lists what there is to do.
#
# Every target sets up what it needs: a .venv from the hashed lock of its group, or the conda
# environment that is active. A stamp keeps a second call from installing again.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

SCENARIO ?= baseline
SET ?=
SINGLE ?=
A ?= baseline
B ?= us_power
SWEEP ?= half_electricity
SOURCE ?=
OPTIONS ?=
BASE_PYTHON ?= python3

CONDA_PROJECT := $(if $(CONDA_PREFIX),$(findstring token-exports,$(notdir $(CONDA_PREFIX))))
ifeq ($(CONDA_PROJECT),)
BIN  := .venv/bin
HOME_OF_STAMPS := .venv
else
BIN  := $(CONDA_PREFIX)/bin
HOME_OF_STAMPS := $(CONDA_PREFIX)
endif
CORE := $(HOME_OF_STAMPS)/.token-exports-core
LAB  := $(HOME_OF_STAMPS)/.token-exports-lab
DEV  := $(HOME_OF_STAMPS)/.token-exports-dev
SWEEPS := $(HOME_OF_STAMPS)/.token-exports-sweep
PRICES := $(HOME_OF_STAMPS)/.token-exports-prices

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: report
report: $(CORE) ## Run the notebooks offline and write reports/<SCENARIO>/ (SCENARIO=name SET="a=1 b=2" SINGLE=1)
	@$(BIN)/token-exports report --scenario "$(SCENARIO)" $(foreach pair,$(SET),--set "$(pair)") $(if $(filter-out 0,$(SINGLE)),--single)

.PHONY: status
status: $(CORE) ## Say which pages of reports/<SCENARIO> are stale, and which input changed
	@$(BIN)/token-exports status --why --scenario "$(SCENARIO)" $(foreach pair,$(SET),--set "$(pair)")

.PHONY: compare
compare: $(CORE) ## Say what differs between two reports, also as a page (A=baseline B=us_power)
	@$(BIN)/token-exports compare "$(A)" "$(B)"

.PHONY: verify
verify: $(CORE) ## Run the baseline again and compare its results with reports/reference
	@$(BIN)/token-exports verify

.PHONY: sweep
sweep: $(SWEEPS) ## Run thousands of scenarios into reports/sweeps/ (SWEEP=file or name OPTIONS="--workers 4")
	@$(BIN)/token-exports sweep $(OPTIONS) "$(SWEEP)"

.PHONY: refresh
refresh: $(PRICES) ## Ask live sources for newer facts, show what they change (SOURCE=name OPTIONS="--since DAY --apply")
	@$(BIN)/token-exports refresh $(OPTIONS) $(SOURCE)

.PHONY: pdf
pdf: $(CORE) ## Print reports/<SCENARIO>/report.pdf from the report there (needs Chromium)
	@$(BIN)/token-exports pdf --scenario "$(SCENARIO)"

.PHONY: parameters
parameters: $(CORE) ## List parameters, scenarios and assumptions that can be set
	@$(BIN)/token-exports parameters --scenario "$(SCENARIO)"

.PHONY: test
test: $(DEV) ## Run the tests (no network)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

.PHONY: test-network
test-network: $(DEV) ## Ask the real publishers, those with a key where it is set (needs the network)
	$(BIN)/python -m pytest -m network -rs

.PHONY: check
check: $(DEV) ## Lint, format and type check; validate every table and scenario
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/token-exports check

.PHONY: bench
bench: $(CORE) ## Time the pipeline beside papermill and nbconvert from the command line (minutes)
	$(BIN)/python docs/bench/pipeline.py

.PHONY: bench-sweep
bench-sweep: $(SWEEPS) ## Time sweeps: points a second, workers, memory (minutes)
	$(BIN)/python docs/bench/sweep.py

.PHONY: paint
paint: $(DEV) ## Measure bytes and first paint of every page of reports/<SCENARIO> (needs Chromium)
	$(BIN)/python docs/bench/paint.py "reports/$(SCENARIO)"

.PHONY: lab
lab: $(LAB) ## Open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

.PHONY: reference
reference: $(CORE) ## Commit-ready results of the baseline: reports/reference and the README's numbers
	@$(BIN)/token-exports reference

.PHONY: lock
lock: $(DEV) ## Resolve the pinned versions again (needs a package index)
	$(BIN)/python -m uv pip compile $(LOCK) -o requirements.lock pyproject.toml
	$(BIN)/python -m uv pip compile $(LOCK) -c requirements.lock -o requirements-lab.lock --extra lab pyproject.toml
	$(BIN)/python -m uv pip compile $(LOCK) -c requirements.lock -o requirements-sweep.lock --extra sweep pyproject.toml
	$(BIN)/python -m uv pip compile $(LOCK) -c requirements.lock -o requirements-prices.lock --extra prices pyproject.toml
	$(BIN)/python -m uv pip compile $(LOCK) -c requirements.lock -c requirements-sweep.lock -c requirements-prices.lock -o requirements-dev.lock --extra dev pyproject.toml
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock"

.PHONY: clean
clean: ## Delete generated reports, caches and the environment; never touches data/
	rm -rf .cache .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find reports -mindepth 1 -maxdepth 1 ! -name template ! -name reference -exec rm -rf {} +

ifeq ($(CONDA_PROJECT),)
.venv/bin/python:
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "token-exports needs Python 3.11 or newer; name one: make BASE_PYTHON=python3.12" >&2; exit 2; }
	$(BASE_PYTHON) -m venv .venv

define install
	@echo "Installing $(1) once into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
endef

$(CORE): requirements.lock pyproject.toml | .venv/bin/python
	$(call install,requirements.lock)
$(LAB): requirements-lab.lock $(CORE)
	$(call install,requirements-lab.lock)
$(SWEEPS): requirements-sweep.lock $(CORE)
	$(call install,requirements-sweep.lock)
$(PRICES): requirements-prices.lock $(CORE)
	$(call install,requirements-prices.lock)
$(DEV): requirements-dev.lock $(CORE)
	$(call install,requirements-dev.lock)
else
# conda has brought every group (environment.yml); only the package itself is added
$(CORE) $(LAB) $(SWEEPS) $(PRICES) $(DEV): pyproject.toml environment.yml
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
endif
