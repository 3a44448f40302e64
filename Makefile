# Needs Python >= 3.11 (with venv) and nothing else. `make PYTHON=python3.12 test` picks another one.

PYTHON ?=
VENV ?= .venv
PYTEST_FLAGS ?=

BIN := $(VENV)/bin
CANDIDATES := $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# Stamps: an environment is installed anew only when pyproject.toml changed (entry points need that).
CREATED := $(VENV)/.created
DEMO := $(VENV)/.installed-demo
DEV := $(VENV)/.installed-dev
LITELLM := .venv-litellm/bin/litellm

.PHONY: demo test lint types tests snapshots bench bench-gateway clean
.DEFAULT_GOAL := test

demo: $(DEMO)
	$(BIN)/onechunk demo

test:
	$(MAKE) lint
	$(MAKE) types
	$(MAKE) tests

lint: $(DEV)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(DEV)
	$(BIN)/python -m mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/python -m pyright --pythonpath $(BIN)/python

tests: $(DEV)
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

snapshots: $(DEV)
	$(BIN)/python -m pytest --snapshot-update $(PYTEST_FLAGS)

bench: $(DEV)
	$(BIN)/python -m benchmarks.bench

# LiteLLM's proxy caps the versions of what it needs: it has an environment of its own.
bench-gateway: $(DEV) $(LITELLM)
	$(BIN)/python -m benchmarks.gateway --litellm $(LITELLM)

clean:
	rm -rf $(VENV) .venv-litellm build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on the PATH may be a shim for nothing, too old, or lack venv: a candidate is tried, not looked up.
$(CREATED):
	@for python in $(CANDIDATES); do \
	    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        echo "Creating $(VENV) with $$("$$python" --version) ($$python)"; \
	        "$$python" -m venv --clear $(VENV) && touch $@; \
	        exit; \
	    fi; \
	done; \
	echo "onechunk needs Python 3.11 or newer with its venv module (Debian: python3-venv)." >&2; \
	echo "Tried: $(CANDIDATES). Name another one with: make PYTHON=/path/to/python" >&2; \
	exit 1

# pip >= 25.1 knows --group. Nothing is fetched where it is there already.
$(DEMO): pyproject.toml $(CREATED)
	$(PIP) 'pip>=25.1'
	$(PIP) --editable '.[cli]'
	@touch $@

$(DEV): pyproject.toml $(CREATED)
	$(PIP) 'pip>=25.1'
	$(PIP) --editable '.[cli,gateway,otel]' --group dev
	@touch $@ $(DEMO)

$(LITELLM): $(CREATED)
	$(BIN)/python -m venv --clear .venv-litellm
	.venv-litellm/bin/python -m pip --disable-pip-version-check install --quiet 'litellm[proxy]'
