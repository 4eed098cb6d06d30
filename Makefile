# make sweep: set up and check the shipped samples.  make test: run the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install ocr dev sweep test lint lock samples docs bench accuracy accuracy-readers fuzz clean

install: $(VENV)/.installed
ocr: $(VENV)/.installed-ocr
dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hecha needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked dependencies into $(VENV) (once) …"
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps -r requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-ocr: requirements-ocr.lock $(VENV)/.installed
	@echo "Installing the locked parts for scans and pictures into $(VENV) (once) …"
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps -r requirements-ocr.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the locked test tools into $(VENV) (once) …"
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps -r requirements-dev.lock
	@touch $@

sweep: install
	@$(BIN)/hecha sweep samples/reports --roster samples/roster.csv

test: dev
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --strict deploy/backup.py deploy/restore.py deploy/kept.py
	$(BIN)/lint-imports

# opencv comes headless only: rapidocr names the build that needs a display, and two builds clash
LOCK := uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-header --no-emit-package opencv-python
lock:
	$(LOCK) pyproject.toml requirements.in -o requirements.lock
	$(LOCK) --extra ocr -c requirements.lock pyproject.toml requirements.in -o requirements-ocr.lock
	$(LOCK) --extra ocr --extra s3 --extra dask --extra kubernetes -c requirements-ocr.lock pyproject.toml requirements.in -o requirements-office.lock
	$(LOCK) --extra ocr --extra s3 --extra dask --extra dev -c requirements-office.lock pyproject.toml requirements.in -o requirements-dev.lock

bench: dev
	@for script in reading validation command storing; do echo "== $$script"; $(BIN)/python -m benchmarks.$$script || exit 1; done

accuracy: dev
	$(BIN)/python -m benchmarks.accuracy

accuracy-readers: dev
	$(BIN)/python -m benchmarks.accuracy_readers

fuzz: dev
	$(BIN)/python -m benchmarks.fuzz

docs: dev
	$(BIN)/python -m expectations.rulebook > docs/RULES.md
	$(BIN)/python -m models.settings_page
	$(BIN)/python -c "from hecha.site.api.description import written; print(written(), end='')" > docs/openapi.json

samples: dev
	$(BIN)/python -m samples.generate

clean:
	rm -rf .hecha build *.egg-info
