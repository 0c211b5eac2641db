# The verbs. `make check` is what a commit must pass, `make test` what a release must, `make prove` what a change in
# native/ or in the readers must.
PYTHON ?= python
# Processes that test at a time.
WORKERS ?= 2
PYTEST = $(PYTHON) -m pytest -q -n $(WORKERS) --dist=worksteal --durations=10

# Seconds of fuzzing in `make prove`, over all its processes.
FUZZ ?= 3600

.PHONY: check test prove bench docs

check:  ## format, lint, types, import map
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m pyright --pythonpath "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	$(PYTHON) -m pytest -q --no-header tests/test_map.py

test: check  ## all tests, with coverage
	$(PYTHON) -m coverage erase
	$(PYTEST) --cov --cov-report=
	$(PYTHON) -m coverage report

prove:  ## the native engine on every path, under every sanitizer, for ARM, and all its mutants; then files are fuzzed; goes on where it was stopped
	CI=true $(PYTEST) --proof=record tests/native
	$(PYTEST) --fuzz=$(FUZZ) tests/fuzz

bench:  ## side-by-side figures; needs bench/requirements.txt, and for the tasks DATA, the folder with ner/ and sentiment/
	$(PYTHON) bench/recurrent.py
	$(if $(DATA),$(PYTHON) bench/ner.py --data $(DATA)/ner,@echo "No tasks: make bench DATA=FOLDER (see bench/README.md)")
	$(if $(DATA),$(PYTHON) bench/sentiment.py --data $(DATA)/sentiment/mr)

docs:  ## every code block of README and docs runs and prints what it shows
	$(PYTHON) -m pytest -q tests/docs
