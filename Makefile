# The one door to everything: `make` lists what there is.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
CATALOGS := resources/translations
MINUTES ?= 10
FUZZED := build/fuzz

.DEFAULT_GOAL := help
.PHONY: help run test check format setup bench fuzz translations clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 16

run: $(STAMP) ## set everything up and open the window
	@$(BIN)/python main.py

test: $(STAMP) ## set everything up, check the code, run all tests
	@$(MAKE) --no-print-directory check
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

check: $(STAMP) ## format, lint, types, import rules, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## bring the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup: $(STAMP) ## make the environment in .venv

$(STAMP): pyproject.toml constraints.txt gui/system_libraries.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Photochrom needs Python 3.11 or newer, and $(PYTHON) is older." >&2; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@packages=`$(BIN)/python -m gui.system_libraries`; test -z "$$packages" || $(call install,$$packages)
	@touch $(STAMP)

# Debian packages are installed where we may do so, and named where we may not.
define install
{ if [ "`id -u`" = 0 ] && command -v apt-get >/dev/null; then \
    echo "Installing system packages: $(1)"; \
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends $(1) >/dev/null; \
  else echo "Missing on this system; please run: sudo apt-get install $(1)" >&2; exit 1; fi; }
endef

bench: $(STAMP) ## measure speeds, as ratios in one run
	$(BIN)/python -m benchmarks.network

fuzz: $(STAMP) ## look for files that break the reader: make fuzz MINUTES=10
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install \
	  --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	@$(BIN)/python -m tests.fuzz.corpus $(FUZZED)/corpus
	@# In rounds of two minutes: what atheris puts into the code keeps 14 KB of every file it sees.
	@for round in `seq $$((($(MINUTES) + 1) / 2))`; do \
	  $(BIN)/python -m tests.fuzz.read_photo $(FUZZED)/corpus -max_total_time=120 \
	    -timeout=20 -rss_limit_mb=4000 -max_len=20000 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZED)/ || exit 1; \
	done

translations: $(STAMP) ## collect sentences and compile the catalogs
	$(BIN)/pybabel -q extract --no-location --sort-output --omit-header \
	  --keywords "N_ translate" --output $(CATALOGS)/photochrom.pot engine gui main.py
	$(BIN)/pybabel -q update --domain photochrom --no-fuzzy-matching --ignore-obsolete \
	  --input-file $(CATALOGS)/photochrom.pot --output-dir $(CATALOGS)
	$(BIN)/pybabel -q compile --domain photochrom --directory $(CATALOGS)

clean: ## remove what was made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
