# What people and machines do with this project, one word each. `make help` lists them.
# Each target does all of its own set-up the first time and again only when the lists it is made from change.

OUT ?= build/gallery
BENCH_ROWS ?= 1000000
PYTEST_ARGS ?=
LOCK_ARGS ?=
UV ?= $(or $(shell command -v uv),$(wildcard .venv/bin/uv))

READY := .venv/.ready
READY_TEST := .venv/.ready-test
TRANSLATIONS = $(wildcard resources/translations/*.ts)

# Qt warns in a locale without UTF-8: plain C, or one that came over ssh and was never generated here.
ifneq ($(shell locale charmap 2>/dev/null),UTF-8)
export LC_ALL := C.UTF-8
endif

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench soak gallery translations lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r target what; do printf '  make %-13s %s\n' "$$target" "$$what"; done

setup: $(READY) ## Debian packages, .venv and the command .venv/bin/kiosk, once
	@echo "setup: ready; the command is .venv/bin/kiosk"

run: $(READY) ## the demonstration: a patient, a token and a slip, with no hardware
	@.venv/bin/kiosk demo

# Tests wait as much as they reckon: three at a time keep two cores busy, and more threads for arithmetic would only get
# in each other's way.
test bench: export OPENBLAS_NUM_THREADS := 1

test: $(READY) $(READY_TEST) ## the tests, but for the hours-long ones (PYTEST_ARGS="-k slip" to choose)
	.venv/bin/pytest -n 3 -m "not soak" $(PYTEST_ARGS)

check: $(READY) ## lint, format, types, import rules, compiled translations
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	@for ts in $(TRANSLATIONS); do \
		mkdir -p build && .venv/bin/pyside6-lrelease -silent "$$ts" -qm build/check.qm && \
		cmp build/check.qm "$${ts%.ts}.qm" || { echo "run 'make translations' and commit $${ts%.ts}.qm"; exit 1; }; \
	done

bench: $(READY) $(READY_TEST) ## how long check-ins and calls take, what is read of a camera, what the server does (BENCH_ROWS=10000000: a crore of tokens)
	.venv/bin/python -m tests.bench
	.venv/bin/python -m tests.bench.slips
	.venv/bin/python -m tests.bench.scanning
	.venv/bin/python -m tests.bench.desk
	.venv/bin/python -m tests.bench.server --rows $(BENCH_ROWS)

soak: $(READY) ## hours of faults and kills (PYTEST_ARGS as for test)
	.venv/bin/pytest -m soak -n 0 -s --timeout=0 -o faulthandler_timeout=0 $(PYTEST_ARGS)

gallery: $(READY) ## pictures of every screen and slip in one HTML page (OUT=folder)
	.venv/bin/python -m tests.gallery "$(OUT)"

translations: $(READY) ## compile resources/translations/*.ts
	@for ts in $(TRANSLATIONS); do .venv/bin/pyside6-lrelease -silent "$$ts" -qm "$${ts%.ts}.qm" || exit 1; done

lock: ## write requirements.lock from pyproject.toml (LOCK_ARGS=--upgrade for the newest)
	$(if $(UV),,$(error make lock needs uv: "pip install uv", or name it with UV=/path/to/uv))
	"$(UV)" pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet $(LOCK_ARGS) -o requirements.lock

clean: ## remove .venv and everything else that make made
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find kiosk tests -name __pycache__ -prune -exec rm -rf {} +

# A virtual environment works only at the path and with the Python it was made for: where either is gone, set up again.
ifneq ($(shell test -x .venv/bin/python && cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif
$(READY): requirements.lock pyproject.toml resources/debian-packages.txt resources/setup.sh
	@sh resources/setup.sh

$(READY_TEST): $(READY) resources/debian-packages-test.txt
	@sh resources/setup.sh test
