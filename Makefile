# Everything runs in .venv with the versions of requirements.lock; `make` alone lists the targets.
PYTHON ?= python3
UV := $(shell grep '^uv==' requirements.lock)
PY := .venv/bin/python
# Two processes, each with whole files of tests, so that what a file prepares is prepared once.
SHARED := --numprocesses 2 --dist loadfile --no-loadscope-reorder
INSTALL := $(PY) -m uv pip install --quiet --python $(PY) --constraint requirements.lock --build-constraint requirements.lock

.DEFAULT_GOAL := help
.PHONY: help setup demo app lab test test-quick lint format words lock bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: .venv/.ready ## build .venv with pinned versions
demo: .venv/.ready ## the main job on real figures: forecast, plan, two PDFs
	@$(PY) -m workbench demo

app: .venv/.ready ## the outlook page in the browser (make demo, or a forecast of your own, comes first)
	@$(PY) -m workbench app outlook

lab: .venv/.ready ## JupyterLab in the browser, with the notebooks
	@$(PY) -m jupyter lab notebooks

test: .venv/.test-ready ## build the same environment with test tools and run the tests
	@$(PY) -m pytest $(SHARED) -m "quick or whole"

test-quick: .venv/.test-ready ## only the quick tests
	@$(PY) -m pytest $(SHARED) -m quick
	@echo "Left out: browser, reports, wheel and real sampling (make test)."

lint: .venv/.test-ready ## style, types and the import contract
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && .venv/bin/lint-imports

format: .venv/.test-ready ## format the code
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format .

words: .venv/.test-ready ## bring the language catalogues up to date with the sentences in the code
	@mkdir -p output && .venv/bin/pybabel -q extract --no-location --omit-header -k say -k say_many:1,2 -k marked -k caveat \
	  -o output/words.pot workbench
	@for language in nb sv; do .venv/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header -l $$language \
	  -i output/words.pot -o workbench/presentation/locale/$$language.po; done

lock: .venv/.ready ## pin every version again, and write environment.yml from pyproject.toml
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --extra test --extra bench --upgrade \
	  --no-header --no-annotate --no-emit-index-url --output-file requirements.lock pyproject.toml
	@$(PY) .ci/environment.py > environment.yml

bench: .venv/.test-ready ## calibration and scale (the slow tests)
	@$(PY) -m pytest -m slow

clean: ## remove the environment and everything made
	@rm -rf .venv output build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Install python3 and python3-venv, or: make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 2; }
	@echo "Setting up .venv (about a minute the first time) …"
	@$(PYTHON) -m venv --clear .venv || { echo "No virtual environment could be made. On Debian: apt-get install python3-venv"; exit 2; }
	@$(PY) -m pip install --quiet --disable-pip-version-check $(UV)

.venv/.ready: pyproject.toml requirements.lock | .venv/bin/uv
	@$(INSTALL) --editable .
	@echo "Compiling the search (once, about half a minute) …"
	@$(PY) -m workbench doctor --prepare
	@touch $@

.venv/.test-ready: pyproject.toml requirements.lock .venv/.ready
	@$(INSTALL) --editable '.[test]'
	@touch $@
