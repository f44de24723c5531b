# Two commands matter: `make demo` and `make test`. Every path is relative to this file, so a clone may lie anywhere.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo training training-reset test soak bench lock lint messages clean install install-dev

PY := .venv/bin/python
# Pythons are tried by running them: version managers leave commands in PATH that only print an error.
FIND_PYTHON = for p in "$(PYTHON)" python3.13 python3.12 python3.11 python3; do \
	  if [ -n "$$p" ] && "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found="$$p"; break; fi; done; \
	if [ -z "$$found" ]; then echo "Cartwright needs Python 3.11 or newer, and none was found (tried python3.13, 3.12, 3.11, python3)." >&2; \
	  echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3 demo" >&2; exit 1; fi

help: ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: install ## start everything with the demonstration study, and print the address
	@exec $(PY) -m deploy.demo

training: install ## start the training environment, apart from everything else, and print the address
	@exec $(PY) -m deploy.training

training-reset: install ## throw away what was entered in training; the next start begins afresh
	@$(PY) -m deploy.training reset

test: install-dev ## lint, types, and every test but the long ones
	@$(PY) -m deploy.browser
	@$(MAKE) --no-print-directory lint-only
	@exec $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

soak: install-dev ## the long tests: hostile input, kills, scale; before a release
	@$(PY) -m deploy.browser
	@exec $(PY) -m pytest -m soak --numprocesses auto --maxprocesses 4 --dist worksteal

bench: install-dev ## measure, and print ratios
	@exec $(PY) -m tests.bench

lint: install-dev lint-only ## ruff and mypy

.PHONY: lint-only
lint-only:
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

lock: install-dev ## resolve pyproject.toml again into requirements.txt and requirements-dev.txt
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml -o requirements.txt
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev pyproject.toml -o requirements-dev.txt

messages: install-dev ## collect sentences into the catalogues, and compile them (needs gettext)
	@command -v msgfmt >/dev/null || { echo "gettext is missing: apt-get install gettext" >&2; exit 1; }
	@$(PY) manage.py makemessages --locale zh_Hans
	@$(PY) manage.py compilemessages --locale zh_Hans --ignore .venv

clean: ## stop the services and delete the data of the demonstration, the virtual environment and caches
	@if [ -d var ] && $(PY) -c 'import psycopg' 2>/dev/null; then \
	  if [ -d var/training ]; then $(PY) -m deploy.training reset || exit 1; fi; $(PY) -m deploy.services remove; fi
	@rm -rf var .venv .install.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

install:
	@$(PY) deploy/install.py --check requirements.txt 2>/dev/null || { $(FIND_PYTHON); "$$found" deploy/install.py requirements.txt; }

install-dev:
	@$(PY) deploy/install.py --check requirements-dev.txt 2>/dev/null || { $(FIND_PYTHON); "$$found" deploy/install.py requirements-dev.txt; }
