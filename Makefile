# Everything that is done with Postern from a shell. `make help` lists it.
#
# Needs Python 3.11 or later and nothing else; the rest is installed into .venv.
# Another interpreter: `make run PYTHON=/path/to/python3`.
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

# Make .venv and install one of the sets that console/install.py names.
define install
python="$(PYTHON)"; \
for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3 python3.14; do \
	[ -z "$$python" ] || break; \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		&& python=$$name; \
done; \
if [ -z "$$python" ]; then \
	echo "error: Postern needs Python 3.11 or later; install it (Debian: python3)" >&2; \
	exit 1; \
fi; \
$$python -I console/install.py $(1)
endef

.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt assets

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' \
		| expand -t 12

setup: ## Install everything that the others need, and build the assets
	@$(call install,dev)
	@$(MANAGE) buildassets

run: ## Start the console with its demo organization (PORT=8000)
	@$(call install,run)
	@$(MANAGE) buildassets
	@POSTERN_DEMO=$${POSTERN_DEMO-1} exec $(MANAGE) up --stop-with-parent

test: setup ## Run the tests, on SQLite and on PostgreSQL (ARGS= for pytest)
	@$(BIN)/pytest $(ARGS)

check: setup ## Run every check that is not a test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

fmt: setup ## Format the sources
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .
	@find templates -name '*.html' -print0 | xargs -0r $(BIN)/djhtml --tabwidth 2

assets: ## Build what browsers load, whatever the stamp says
	@$(call install,run)
	@$(MANAGE) buildassets --force
