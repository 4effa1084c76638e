# Two commands for a newcomer: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help run test chaos lint audit-render bench clean
help: ## List what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1: \2/p' Makefile

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Name another with make PYTHON=python3.12."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python has no venv module here. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing. The first time takes a minute or two."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)
	@echo "Installed."

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	@echo "Installing what the tests need."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(DEV_STAMP)

run: $(STAMP) ## Run the sample course on this machine until Ctrl-C (CLEAN=1 starts clean)
	@exec $(BIN)/python -m course demo $(if $(CLEAN),--clean)

test: $(DEV_STAMP) ## Install what tests need and run everything
	@sh tests/prepare.sh
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest
	@$(BIN)/python -m tests.on_postgresql

chaos: $(DEV_STAMP) ## Break an installation in every way, three seeds, on both databases (hours)
	@sh tests/prepare.sh
	@$(BIN)/python -m tests.chaos $(SCENARIOS)
	@echo "A backup restored after 1,000 sends, 10 stops and 1 erasure:"
	@RESTORE_TIMES=12 $(BIN)/python -m pytest -q tests/cli/test_restore.py -k stays_stopped

lint: $(DEV_STAMP) ## Look at style, types, templates and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports > /dev/null || $(BIN)/lint-imports

audit-render: $(DEV_STAMP) ## Render 100,000 messages in killed workers: none may hold what is another person's
	@RENDER_MESSAGES=100000 $(BIN)/python -m pytest -q tests/delivery/test_rendering_people.py

bench: $(STAMP) ## Measure how fast messages are rendered
	@$(BIN)/python -m benchmarks.render

clean: ## Forget the sandbox, the caches and the virtual environment
	rm -rf var $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
