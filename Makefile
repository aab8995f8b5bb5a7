# `make` alone lists the targets.

PORT ?= 8000
HOST ?= 127.0.0.1
ARGS ?=
# The first Python that is new enough and can make environments.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)' 2>/dev/null \
	&& echo $$python && break; done)
endif
PY := .venv/bin/python
WITH := $(PY) -m deploy.with_services

.DEFAULT_GOAL := help
.PHONY: help run test outcomes bench screens drill admin manage shell lint format lock clean install install-dev python

help: ## List the targets
	@echo "make run [PORT=8000] [HOST=127.0.0.1] [DATABASE_URL=…] [REDIS_URL=…] [PYTHON=…]"
	@sed -n 's/^\([a-z-]*\):.*## /  \1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  %-12s %s\n' "$$name" "$$text"; done

run: install ## Install, start everything, print the address; Ctrl-C stops it
	@$(PY) -m deploy.run --host $(HOST) --port $(PORT)

test: install-dev ## Run all tests; ARGS='-k word' picks some
	@$(PY) -m pytest $(ARGS)

outcomes: install-dev ## Write docs/formats-outcomes.md from the real result files beside this clone
	@WRITE_OUTCOMES=1 $(PY) -m pytest -q tests/ingest/test_outcomes.py

bench: install-dev ## Measure speed on an empty database of its own; ARGS go to deploy/bench.py
	@$(WITH) --scratch $(PY) -m deploy.bench $(ARGS)

screens: install-dev ## Take the screenshots of docs/screens/ from the site that runs on PORT
	@$(PY) -m deploy.screens http://$(HOST):$(PORT)

drill: install-dev ## Kill, flush and flood a site of its own; ARGS go to deploy/drill.py
	@$(PY) -m deploy.drill $(ARGS)

admin: install ## Make an account for an editor, whether or not the site runs
	@$(WITH) $(PY) manage.py createsuperuser

manage: install ## Run a Django command: make manage ARGS='check'
	@$(WITH) $(PY) manage.py $(ARGS)

shell: install ## Open a Python shell on this clone's data
	@$(WITH) $(PY) manage.py shell

lint: install-dev ## Check style, types, settings and migrations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(WITH) --scratch sh -c '$(PY) manage.py check --fail-level WARNING && \
		$(PY) manage.py makemigrations --check --dry-run'

format: install-dev ## Put all Python files into shape
	@$(PY) -m ruff check --fix-only --exit-zero .
	@$(PY) -m ruff format .

lock: install-dev ## Lock the packages; ARGS=--upgrade takes newer ones
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt $(ARGS)
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt $(ARGS)
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund \
		--omit-lockfile-registry-resolved

clean: python ## Remove data, packages and caches of this clone
	@$(PYTHON) -m deploy.clean

install: python
	@$(PYTHON) -m deploy.install

install-dev: python
	@$(PYTHON) -m deploy.install --dev

python:
	@test -n "$(PYTHON)" || { echo "No Python from 3.11 on with its venv module was found." \
		"Install one (Debian: apt-get install python3-venv) or say PYTHON=…" >&2; exit 1; }
