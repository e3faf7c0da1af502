# The one door to this repository, for people and for CI: `make` lists what it offers.
# Every target makes the environment it needs, and installs only what it needs.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV ?= .venv
# The interpreter of a new environment; none named: the newest supported one that is found.
PYTHON ?=
# More for pytest, the benchmark, or the example: make test ARGS="-k barrier"
ARGS ?=

BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check -c constraints.txt

.PHONY: help run test test-all test-fast cov lint types bench bench-peers docs format clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

# The question travels through the environment, so that no shell reads it. A model of a provider answers where there is a
# key for it, OPENAI_API_KEY or ANTHROPIC_API_KEY, or where STEPGRAPH_MODEL=provider:model names one; ARGS=--offline: none.
export Q
ASKS = $(if $(filter --offline,$(ARGS)),,$(or $(value STEPGRAPH_MODEL),$(if $(value OPENAI_API_KEY),openai),$(if $(value ANTHROPIC_API_KEY),anthropic)))
SDK = $(if $(ASKS),$(if $(filter anthropic% claude%,$(ASKS)),anthropic,openai))
run: $(VENV)/.run $(SDK:%=$(VENV)/.run-%) ## answer a question about the docs, streamed: make run Q="What is a barrier?"
	@$(BIN)/python docs/examples/ask_docs.py $(ARGS) $(if $(value Q),-- "$$Q")

test: $(VENV)/.test ## run the tests
	$(BIN)/python -m pytest -n auto $(ARGS)

test-all: ## run the tests on every Python from 3.10 to 3.13 that is found
	scripts/test_all.sh

test-fast: $(VENV)/.test ## run the tests of the pure parts only, in seconds
	$(BIN)/python -m pytest tests/kernel tests/channels tests/graph $(ARGS)

cov: $(VENV)/.test ## run the tests and report what they do not reach
	$(BIN)/python -m coverage run -m pytest $(ARGS)
	$(BIN)/python -m coverage report

lint: $(VENV)/.lint ## check style, format, storeys and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory types

types: $(VENV)/.lint ## check types: the code itself, then what its users see
	$(BIN)/mypy
	PATH="$(CURDIR)/$(BIN):$$PATH" basedpyright --verifytypes stepgraph --ignoreexternal
	PATH="$(CURDIR)/$(BIN):$$PATH" basedpyright --verifytypes stepgraph_postgres --ignoreexternal
	PATH="$(CURDIR)/$(BIN):$$PATH" basedpyright --verifytypes stepgraph_openai --ignoreexternal
	PATH="$(CURDIR)/$(BIN):$$PATH" basedpyright --verifytypes stepgraph_anthropic --ignoreexternal

bench: $(VENV)/.bench ## measure the engine beside plain asyncio
	$(BIN)/python -m bench $(ARGS)

bench-peers: ## the same, with other engines beside it, in an environment of their own
	@$(MAKE) --no-print-directory VENV=.venv-peers .venv-peers/.peers bench

docs: $(VENV)/.docs ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

format: $(VENV)/.lint ## put the code into shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean: ## remove environments, caches and everything built
	rm -rf .venv .venv-* site dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Environments. A stamp that is older than what it was made from is made again.

$(BIN)/python:
	@python="$(PYTHON)"; python="$${python:-$$(scripts/find_python.sh)}" && "$$python" -m venv --clear $(VENV)

$(VENV)/.run: constraints.txt libs/stepgraph/pyproject.toml requirements/run.txt | $(BIN)/python
	$(PIP) -e libs/stepgraph -r requirements/run.txt
	@touch $@

$(VENV)/.run-%: libs/stepgraph-%/pyproject.toml $(VENV)/.run
	$(PIP) -e libs/stepgraph-$*
	@touch $@

# What stands beside the engine, each on a driver or an SDK of its own.
BESIDE := libs/stepgraph-postgres libs/stepgraph-openai libs/stepgraph-anthropic

$(VENV)/.beside: $(BESIDE:%=%/pyproject.toml) $(VENV)/.run
	$(PIP) $(BESIDE:%=-e %)
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.bench $(VENV)/.peers: $(VENV)/.beside

$(VENV)/.%: requirements/%.txt $(VENV)/.run
	$(PIP) -r $<
	@touch $@
