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
# As docs/deploy.md has it, so that `check --deploy` looks at what will be deployed.
DEPLOYED = POSTERN_PUBLIC_URL=https://console.example.com \
	POSTERN_ALLOWED_HOSTS=console.example.com \
	POSTERN_TRUST_FORWARDED_PROTO=true POSTERN_TRUSTED_PROXIES=127.0.0.1/32 \
	POSTERN_SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(40))')" \
	POSTERN_DATA_KEYS="$$($(BIN)/python -c \
		'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" \
	POSTERN_AUDIT_KEYS="$$($(BIN)/python -c \
		'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" \
	DATABASE_URL=postgresql://postern@localhost/postern REDIS_URL=redis://localhost

.DEFAULT_GOAL := help
.PHONY: help setup run test check nightly bench fmt assets pictures pins

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
	@$(BIN)/python -m tests.services $(ARGS)

check: setup ## Run every check that is not a test
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djhtml --check --tabwidth 2
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest --quiet tests/architecture
	$(DEPLOYED) $(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run

nightly: setup ## Run the tests of the long sizes
	@$(BIN)/python -m tests.services --nightly $(ARGS)

bench: ## Measure, beside peers (ONLY= names one benchmark)
	@$(call install,bench)
	@$(MANAGE) buildassets
	@$(BIN)/python -m benchmarks $(ONLY)

fmt: setup ## Format the sources
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .
	@find templates -name '*.html' -print0 | xargs -0r $(BIN)/djhtml --tabwidth 2

assets: ## Build what browsers load, whatever the stamp says
	@$(call install,run)
	@$(MANAGE) buildassets --force

pictures: setup ## Take the pictures of the documentation anew
	@POSTERN_TEST_PICTURES=docs/screenshots $(BIN)/pytest --quiet \
		tests/functional/test_pictures.py

pins: setup ## Write constraints.txt anew from what is installed
	@$(BIN)/python -m tests.architecture.pins --write
