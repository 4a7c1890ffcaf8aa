# Two commands matter: `make demo` runs the product with a sample city, `make test` runs everything.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMPS := build/stamps
OWN_SHEETS := $(wildcard src/huiban/web/static/css/*.css src/huiban/web/static/js/*)
SOURCES := src/huiban tests benchmarks tools

.PHONY: help setup setup-test demo serve test check fix docs bench lock messages clean

help:            ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMPS)/run $(STAMPS)/frontend $(STAMPS)/messages  ## Set up what the product runs on

setup-test: setup $(STAMPS)/dev $(STAMPS)/system  ## Set up what tests need besides

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "huiban needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node: requirements/node.txt | $(STAMPS)/run
	@command -v npm >/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/frontend: frontend/package.json frontend/package-lock.json tools/vendor.py $(OWN_SHEETS) | $(STAMPS)/node
	$(PY) tools/vendor.py
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/messages: $(wildcard src/huiban/web/locale/*/LC_MESSAGES/*.po) | $(STAMPS)/run
	$(PY) tools/messages.py compile
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.txt | $(STAMPS)/run
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/system: tools/system_packages.sh
	sh tools/system_packages.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/face: requirements/face.txt | $(STAMPS)/run
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/face.txt
	@mkdir -p $(STAMPS) && touch $@

demo: setup $(STAMPS)/face  ## Start the product with a living sample city (http://127.0.0.1:8000)
	$(PY) -m huiban.cli.main demo $(ARGS)

check: setup-test  ## Format, lint, types, import layers, packs
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m huiban.cli.main check

test: check      ## Run everything: checks and all tests on SQLite, PostgreSQL and Chromium
	$(PY) -m pytest -n 2 --dist loadfile $(if $(PACK),tests/packs -k $(PACK)) $(ARGS)

fix: setup-test  ## Format and mend what ruff can
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

docs: setup-test ## Regenerate the generated pages under docs/
	$(PY) tools/docs.py

bench: setup-test ## Measure one thing: make bench NAME=create
	$(PY) -m benchmarks.$(subst -,_,$(NAME)) $(ARGS)

lock:            ## Compile the pinned and hashed dependency lists
	for list in run build face dev node; do \
	  $(VENV)/bin/pip-compile --quiet -o requirements/$$list.txt requirements/$$list.in || exit 1; done

clean:           ## Remove what set-up and runs made (keeps var/, where the data is)
	rm -rf $(VENV) build frontend/node_modules
