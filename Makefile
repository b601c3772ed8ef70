# switchy_nb: everything a fresh checkout needs is one of the targets that `make help` lists.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
# Workers of pytest; Chromium to drive ("" leaves the browser tests out of `make test`).
JOBS ?= 2
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome || echo /usr/bin/chromium)
LAB_FLAGS ?=
PYTEST_FLAGS ?=
UPGRADE ?=

NOTEBOOK = notebooks/quickstart.ipynb
bin = $(VENV)/bin
setup = $(VENV)/.installed
NBVAL = --nbval-lax --nbval-current-env --nbval-cell-timeout=60 \
	--nbval-sanitize-with tests/nbval_sanitize.cfg

# Root may not start a Jupyter server without saying so; a machine without a screen has no
# browser to open, so the address is printed instead.
lab_flags = $(if $(filter 0,$(shell id -u)),--allow-root) \
	$(if $(filter Linux,$(shell uname)),$(if $(DISPLAY)$(WAYLAND_DISPLAY),,--no-browser)) $(LAB_FLAGS)

export CHROMIUM
# The tests start a hundred interpreters, each of which would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup lab demo test browser-test baselines lint format bench lock clean distclean

help:  ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: $(setup)  ## make .venv and put in it what requirements.lock pins

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "switchy_nb needs Python 3.11 or later on the PATH (or: make PYTHON=...)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "switchy_nb needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V) (or: make PYTHON=...)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		tools/apt-install.sh "$(PYTHON) has no venv" \
			"python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
	$(PYTHON) -m venv $(VENV)

# --no-build-isolation: what builds is pinned as well, so that nothing unpinned is fetched.
# --no-compile: pip compiles one file after the other. What cannot be compiled is not of this Python.
$(setup): $(VENV)/bin/python requirements-build.lock requirements.lock pyproject.toml \
		hatch_build.py $(wildcard switchy_nb/wire/*.c switchy_nb/wire/*.h)
	$(bin)/python -m pip install --quiet --require-hashes -r requirements-build.lock
	$(bin)/python -m pip install --quiet --require-hashes --no-build-isolation --no-compile \
		-r requirements.lock
	@$(bin)/python -m compileall -qq -j 0 $(VENV)/lib || true
	$(bin)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# libatomic1 is what playwright's own driver misses on a small Debian.
.PHONY: chromium
chromium: $(setup)
	@test -z "$(CHROMIUM)" || test -x "$(CHROMIUM)" || \
		tools/apt-install.sh "the browser tests need Chromium (or: make CHROMIUM=/path/to/chromium)" chromium
	@test -z "$(CHROMIUM)" || $(bin)/playwright --version >/dev/null 2>&1 || \
		tools/apt-install.sh "playwright, which drives Chromium, does not start" libatomic1

lab: $(setup)  ## open JupyterLab on the quick start (LAB_FLAGS=... for more flags)
	$(bin)/jupyter lab --LabApp.default_url=/lab/tree/$(NOTEBOOK) $(lab_flags)

demo: $(setup)  ## run the quick start without a browser and print its frame of calls
	@$(bin)/switchy-nb run $(NOTEBOOK) --output build/quickstart.ipynb

test: chromium  ## run every test, the notebooks and the browser's included (JOBS=2)
	$(bin)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(NBVAL) \
		$(if $(CHROMIUM),,-m "not browser") $(PYTEST_FLAGS) tests notebooks

browser-test: chromium  ## run only the tests in a real Chromium
	$(bin)/python -m pytest -m browser $(PYTEST_FLAGS) tests/browser

baselines: $(setup)  ## draw the reference images of all pictures anew; look at what has changed
	rm -f tests/plots/baseline/*.png
	$(bin)/python -m pytest -n $(JOBS) -q --mpl-generate-path=tests/plots/baseline \
		tests/plots/test_pictures.py -k "test_light or test_dark"

lint: $(setup)  ## formatting, style, types, and which room imports which
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports

format: $(setup)  ## format the code, and mend what ruff can mend
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

bench: $(setup)  ## measure speed and size, side by side with the plain way and greenswitch
	$(bin)/python -m benchmarks

compile = $(bin)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --quiet $(UPGRADE)

lock: $(setup)  ## remake the locks after a change of pyproject.toml (UPGRADE=--upgrade)
	$(compile) pyproject.toml --all-extras -o requirements.lock
	$(compile) --group pyproject.toml:build -o requirements-build.lock

clean:  ## remove what was built, but for .venv
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -type d -name __pycache__ -exec rm -rf {} +

distclean: clean  ## remove .venv as well
	rm -rf $(VENV) switchy_nb/wire/_headers.so
