# RocketSDR: two commands matter, `make demo` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c 'import sys, venv; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 13)))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
LOCKS := requirements.lock requirements-s3.lock requirements-gcs.lock requirements-parquet.lock requirements-dev.lock
ADVISED := requirements-s3.lock requirements-gcs.lock requirements-parquet.lock requirements-dev.lock requirements-browser.lock requirements-bench.lock requirements-audit.lock requirements-bootstrap.lock
COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --universal --no-emit-index-url --no-header
PORT ?= 8000
CLIENTS := tests/clients
BROWSER := tests/browser
PICTURES ?= screenshots

.PHONY: help demo run test check audit advisories browser screenshots bench bench-gateway bench-leads conformance conformance-auth clients lock clean
help: ## Show this list.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

.venv/.ready: requirements-bootstrap.lock $(LOCKS)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 with venv is needed: install it, or name it with PYTHON=/path/to/python." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes $(LOCKS)
	@touch $@

demo: .venv/.ready ## Start everything, run the main job as a newcomer would, stop everything. CSV=file for your own leads.
	@$(BIN)/python manage.py demo $(if $(CSV),--csv "$(CSV)")

run: .venv/.ready ## Serve web, worker, beat and the built-in mailbox on PORT (8000) until Ctrl-C.
	@$(BIN)/python manage.py run --port $(PORT)

test: .venv/.ready ## Run the whole suite on embedded services; only what needs Chromium is left to `make browser`.
	@$(BIN)/python -m pytest -n 2 --dist worksteal

.venv/.browser-ready: requirements-browser.lock .venv/.ready
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-browser.lock
	@touch $@

check: .venv/.browser-ready ## Format, lint, types, import contracts, missing migrations, deploy checks.
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@.ci/check-deploy $(BIN)/python

.venv-audit/.ready: requirements-audit.lock .venv/.ready
	@test -x .venv-audit/bin/python || $(BIN)/python -m venv .venv-audit
	@$(BIN)/uv pip sync --quiet --python .venv-audit/bin/python --require-hashes requirements-audit.lock
	@touch $@

audit: .venv-audit/.ready ## Search our code for unsafe patterns (bandit), beside ruff's S rules; needs no network.
	@.venv-audit/bin/bandit --quiet --configfile pyproject.toml --recursive rocketsdr campaigns mcp_gateway integrations bench manage.py

advisories: .venv-audit/.ready ## Ask the advisory service about everything that the lock files name; fails where it cannot be asked.
	@for lock in $(ADVISED); do echo "$$lock"; .venv-audit/bin/pip-audit --strict --disable-pip --require-hashes -r $$lock || exit 1; done

bench: .venv/.ready ## Benchmarks; each ends with one JSON line of figures and ratios.
	@$(BIN)/python -m bench

$(CLIENTS)/node_modules/.ready: $(CLIENTS)/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed: install Node.js 20 or newer; what runs is the Node.js of the lock file." >&2; exit 1; }
	@cd $(CLIENTS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@ls $(CLIENTS)/node_modules/node-*-*/bin/node >/dev/null 2>&1 || { cd $(CLIENTS) && npm rebuild --loglevel=error node; }
	@touch $@

$(BROWSER)/node_modules/.ready: $(BROWSER)/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed for axe-core: install Node.js 20 or newer." >&2; exit 1; }
	@cd $(BROWSER) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

browser: .venv/.browser-ready $(BROWSER)/node_modules/.ready ## Every page and the journeys in a real Chromium. ONLY="-k approve" for some of it.
	@$(BIN)/python -m tests.browser $(ONLY)

screenshots: .venv/.browser-ready $(BROWSER)/node_modules/.ready ## Pictures of every page, wide and narrow, light and dark, in PICTURES (screenshots/).
	@$(BIN)/python -m tests.browser --screenshots "$(PICTURES)" $(ONLY)

conformance: .venv/.ready $(CLIENTS)/node_modules/.ready ## The official conformance suite of MCP, at both of its revisions.
	@$(BIN)/python -m tests.conformance

conformance-auth: .venv/.ready $(CLIENTS)/node_modules/.ready ## The official suite's check of the authorization server, three kinds of client.
	@$(BIN)/python -m tests.conformance authorization

clients: .venv/.ready $(CLIENTS)/node_modules/.ready ## The official clients of MCP against `make run`.
	@$(BIN)/python -m tests.clients

.venv-bench/.ready: requirements-bench.lock .venv/.ready
	@test -x .venv-bench/bin/python || $(BIN)/python -m venv .venv-bench
	@$(BIN)/uv pip sync --quiet --python .venv-bench/bin/python --compile-bytecode --require-hashes requirements-bench.lock
	@touch $@

bench-gateway: .venv/.ready .venv-bench/.ready ## The gateway beside FastMCP, the official SDK's server and a bare handler, in turns.
	@$(BIN)/python -m bench.gateway

bench-leads: .venv/.ready ## Previews over one and ten million people, beside the same SQL alone; takes ten minutes the first time.
	@$(BIN)/python -m bench.leads

lock: .venv/.ready ## Compile the lock files anew from pyproject.toml.
	@$(COMPILE) -o requirements.lock pyproject.toml
	@$(COMPILE) --extra s3 -c requirements.lock -o requirements-s3.lock pyproject.toml
	@$(COMPILE) --extra gcs -c requirements-s3.lock -o requirements-gcs.lock pyproject.toml
	@$(COMPILE) --extra parquet -c requirements.lock -o requirements-parquet.lock pyproject.toml
	@$(COMPILE) --group dev -c requirements.lock -c requirements-gcs.lock -o requirements-dev.lock
	@$(COMPILE) --group browser -c requirements.lock -c requirements-dev.lock -o requirements-browser.lock
	@$(COMPILE) --python-version 3.11 -o requirements-bench.lock requirements-bench.in
	@$(COMPILE) --python-version 3.11 -o requirements-audit.lock requirements-audit.in

clean: ## Remove what was built; the data in .rocketsdr stays.
	@rm -rf .venv .venv-bench .venv-audit .mypy_cache .ruff_cache .pytest_cache staticfiles $(CLIENTS)/node_modules $(BROWSER)/node_modules
