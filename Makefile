# `make demo` and `make test` set up everything they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STORE ?= demo/store
SHELL := /bin/bash

.PHONY: demo test browser lint bench docs clean install

install: $(STAMP)

$(STAMP): pyproject.toml setup.py constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	# torch first: later packages then find the build that constraints.txt names instead of choosing one.
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

demo: $(STAMP)
	$(BIN)/muwazi build examples/articles --store $(STORE) --model builtin --licence Apache-2.0 \
	  --report demo/report.html --message "Example articles"

# One thread a worker: two workers with two threads each wait for each other. The tests of pages want a real browser.
test: $(STAMP) browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

# Debian's chromium, where it is missing and may be installed; without it the tests that need it skip and say so.
browser:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null; } \
	  || echo "no chromium here: the tests of pages in a browser will skip"

# mypy and import-linter read plain folders: give them the installed layout as a tree of links.
lint: $(STAMP)
	rm -rf .lint && mkdir -p .lint && cp -rs $(CURDIR)/muwazi .lint/muwazi
	for folder in corpus align translate eval; do cp -rs $(CURDIR)/$$folder .lint/muwazi/$$folder; done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd .lint && MYPYPATH=. ../$(BIN)/mypy --config-file ../pyproject.toml -p muwazi
	cd .lint && PYTHONPATH=. ../$(BIN)/lint-imports --config ../pyproject.toml

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python -m benchmarks $(if $(DATA),--data $(DATA))

docs: $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[docs]'
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) .lint build demo *.egg-info
