# `make demo` and `make test` do everything on a Debian or Ubuntu machine with Python and make.
# Only relative paths stand here, so that a folder with a space in its name works.

PYTHON ?= python3
DEMO ?= demo --reps 5 --unresisted 3 --speed 8 --screenshot demo.png
JOBS ?= auto
BIN := .venv/bin

.PHONY: help demo test test-bluetooth test-science lint types contracts pytest format lock clean environment environment-dev
.NOTPARALLEL:

help:
	@echo "make demo     a simulated session in the window; without a screen in the terminal, and demo.png"
	@echo "make test     lint, types, import contracts, tests with doctests (make -k test: all of them)"
	@echo "make test-bluetooth    Bluetooth tests on the real bluetoothd (once: builds a kernel, 10 minutes)"
	@echo "make test-science    an export's scripts in R and GNU Octave, where they are installed"
	@echo "make lint | types | contracts | pytest    one of these alone"
	@echo "make format   let ruff put the code in order"
	@echo "make lock     solve the locked requirements again (UPGRADE=1: with newer versions)"
	@echo "make clean    remove the environment and every cache"

demo: environment
	@$(BIN)/sledmon $(DEMO)

test: lint types contracts pytest

lint: environment-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: environment-dev
	@$(BIN)/mypy

contracts: environment-dev
	@$(BIN)/lint-imports --no-logo

# Ends with every skipped test and its reason (-ra in pyproject.toml).
pytest: environment-dev
	@$(BIN)/pytest -q -n $(JOBS)

# TESTS='tests/bluetooth/test_lanes.py -k adapter': only these.
test-bluetooth: environment-dev
	@$(BIN)/python -m tests.bluetooth.real.guest $(TESTS)

# Installs nothing: what is missing is named, and its tests are skipped.
test-science: environment-dev
	@for program in Rscript octave-cli; do command -v $$program >/dev/null || \
		echo "$$program is missing (apt-get install r-base-core r-cran-readxl octave)"; done
	@$(BIN)/pytest -q tests/science

format: environment-dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

# --universal: one file for every platform and Python. No annotations, no addresses.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(if $(UPGRADE),--upgrade)

lock: environment-dev
	@$(COMPILE) pyproject.toml --group build --output-file requirements.txt
	@$(COMPILE) pyproject.toml --group build --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt
	@if grep -n "://" requirements.txt requirements-dev.txt; then \
		echo "a lock file holds an address"; exit 1; fi

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@$(HAVE_PYTHON)
	@$(PYTHON) scripts/environment.py

environment-dev:
	@$(HAVE_PYTHON)
	@$(PYTHON) scripts/environment.py --dev

HAVE_PYTHON = command -v "$(PYTHON)" >/dev/null || { \
	echo "$(PYTHON) is not on the PATH: install Python 3.11 or newer (apt-get install python3 python3-venv)"; \
	exit 1; }
